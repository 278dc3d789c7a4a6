"""The amount above a till's rounding, which is the gross one whatever it is called.

>>> from operators.extraction.candidate import Evidence
>>> from operators.money import parse
>>> def read(text, row): return Candidate(parse(text), 1.0, Evidence(), row)
>>> roles = {"lines_net": [read("16.66", 1)], "rounding": [read("-0.01", 2)]}
>>> found = before_rounding({**roles, "payable": [read("16.65", 3)]}, 0.5)
>>> [(each.value == parse("16.66"), each.score) for each in found]
[(True, 1.5)]
"""

from collections.abc import Mapping, Sequence

from operators.extraction.arithmetic import Read
from operators.extraction.candidate import Candidate
from operators.money import ONE

_ABOVE = ("lines_net", "net", "gross")
_BELOW = ("payable", "gross")


def before_rounding(roles: Mapping[str, Sequence[Read]], worth: float) -> list[Read]:
    """Amounts that become one that is due by a rounding that stands between the two.

    Args:
        roles: Candidates by role.
        worth: What such an amount is worth more than the one that is due.
    """
    due = [each for role in _BELOW for each in roles.get(role, ())]
    return [
        Candidate(each.value, paid.score + worth, each.evidence, each.row, each.text, each.box)
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
