"""What a branch's operator returns; the flow adds what identifies the request."""

from typing import Generic, TypeVar

from msgspec import Struct

from operators.result import Severity, Violation

Details = TypeVar("Details")

_RANK: dict[Severity, int] = {"ERROR": 0, "WARNING": 1, "UNKNOWN": 2, "INFO": 3}


class Judgement(Struct, Generic[Details], frozen=True, gc=False):
    """A branch's answer about one invoice."""

    status: str
    """One of the branch's statuses."""
    details: Details
    """The branch's own evidence."""
    violations: tuple[Violation, ...] = ()
    """What was found, worst first."""
    unknown_reason: str | None = None
    """Why the branch could not do its work, when the status is UNKNOWN."""


def worst_first(violations: list[Violation]) -> tuple[Violation, ...]:
    """Violations ordered by severity, otherwise in the order they were found."""
    return tuple(sorted(violations, key=lambda violation: _RANK[violation.severity]))
