"""What one policy says and another does not, each part under the name people know it by."""

from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from operators.decide import WORST_DECIDES
from operators.extraction.gate import gates_of
from operators.money import render
from operators.reference import ReferencePolicy

_COUNTS = frozenset(
    {
        "fraud_warning_score",
        "fraud_fail_score",
        "maximum_age_days",
        "future_days",
        "review_expire_days",
    }
)


class Difference(Struct, frozen=True):
    """A part that is different; an empty text where one says nothing."""

    what: str
    before: str
    now: str


def differences(old: ReferencePolicy, new: ReferencePolicy) -> Iterator[Difference]:
    """What a new policy changes, in the order of its parts."""
    before, now = dict(_parts(old)), dict(_parts(new))
    for what in dict.fromkeys((*before, *now)):
        if before.get(what, "") != now.get(what, ""):
            yield Difference(what, before.get(what, ""), now.get(what, ""))


def _parts(policy: ReferencePolicy) -> Iterator[tuple[str, str]]:
    """What a policy says, each part under the name people know it by."""
    for name in policy.__struct_fields__:
        value: Any = getattr(policy, name)
        match name:
            case "rules":
                yield from ((f"rule {each.rule_id}", each.severity) for each in value)
            case "weights":
                yield from ((f"weight of {each.signal}", str(each.points)) for each in value)
            case "decision":
                for place, row in enumerate(value or WORST_DECIDES, 1):
                    yield f"row “{row.name}”", f"{place}. {_row(row)}"
            case "four_eyes_from":
                yield name, _shown(name, policy.approval_limit if value is None else value)
            case "reading_accept":
                yield name, f"{gates_of(policy).accept:g}"
            case "reading_again":
                yield name, f"{gates_of(policy).second_reading:g}"
            case "reading_model":
                yield name, f"{gates_of(policy).model:g}"
            case "quantity_tolerance_amount":
                yield name, _shown(name, value or 0)
            case _:
                yield name, _shown(name, value)


def _row(row: Struct) -> str:
    said = ((name, getattr(row, name)) for name in row.__struct_fields__ if name != "name")
    return ", ".join(
        f"{name} {_shown(name, value)}" for name, value in said if value not in (None, (), False)
    )


def _shown(name: str, value: Any) -> str:
    if isinstance(value, tuple):
        return " ".join(map(str, value))
    if type(value) is int and name not in _COUNTS:
        return render(value, 0)
    return str(value)
