"""The gross amount of a till's receipt: what was paid, or stands above the rounding.

>>> from operators.extraction.candidate import Evidence
>>> from operators.money import parse
>>> def read(text, row): return Candidate(parse(text), 1.0, Evidence(), row)
>>> roles = {"lines_net": [read("16.66", 1)], "rounding": [read("-0.01", 2)]}
>>> found = before_rounding({**roles, "payable": [read("16.65", 3)]})
>>> [(each.value == parse("16.66"), each.score) for each in found]
[(True, 1.8)]
"""

from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from operators.extraction.arithmetic import computed
from operators.extraction.candidate import Candidate
from operators.extraction.sums import Read
from operators.money import ONE, Amount

_ABOVE = ("lines_net", "net", "gross")
_BELOW = ("payable", "gross")
_NAMED = 1.5
"""Log odds from which a label names an amount."""
_PAID = 0.8
"""Log odds that an amount gains as the gross one by having been paid."""


def before_rounding(roles: Mapping[str, Sequence[Read]]) -> list[Read]:
    """Amounts that become one that is due by a rounding that stands between the two."""
    due = [each for role in _BELOW for each in roles.get(role, ())]
    return [
        Candidate(each.value, paid.score + _PAID, each.evidence, each.row, each.text, each.box)
        for role in _ABOVE
        for each in roles.get(role, ())
        for step in roles.get("rounding", ())
        for paid in due
        if 0 < abs(step.value) < ONE
        and abs(paid.value - each.value) == abs(step.value)
        and _in_order(each.row, step.row, paid.row)
    ]


def _in_order(*rows: int | None) -> bool:
    known = [row for row in rows if row is not None]
    return len(known) == len(rows) and known == sorted(known)


def with_tendered(
    roles: Mapping[str, Sequence[Read]],
) -> tuple[list[Read], tuple[Amount, ...]]:
    """The gross amounts, and those that were paid; with none, what was tendered less the change."""
    tendered = roles.get("tendered", ())
    rests = {
        one.value - other.value
        for one in tendered
        for other in tendered
        if one.value > other.value > 0
    }
    paid = rests | {each.value for each in tendered}
    named = roles.get("gross", ())
    steps = {each.value for each in roles.get("rounding", ()) if each.value}
    rounded = {each.value + step for each in named for step in steps} & paid
    before = {value - step for value in rounded for step in steps}
    confirmed = (paid - rounded) | before
    found = [
        replace(each, score=each.score + _PAID) if each.value in confirmed else each
        for each in named
    ]
    if found or roles.get("payable") or not tendered:
        return found, tuple(
            each.value for each in named if each.value in confirmed and each.score >= _NAMED
        )
    if rests:
        return [replace(computed(max(rests), *tendered), score=0.1)], ()
    return [replace(each, score=0.1) for each in tendered if each.value > 0], ()
