"""What a branch's operator returns; the flow adds what identifies the request."""

from typing import Generic, TypeVar

from msgspec import Struct

from operators.result import Severity, Violation

Details = TypeVar("Details")

MOST = 200
"""Violations that one answer names; a broken document has one for each of thousands of lines."""

_RANK: dict[Severity, int] = {"ERROR": 0, "WARNING": 1, "UNKNOWN": 2, "INFO": 3}


class Away(Struct, frozen=True, gc=False):
    """Something that a branch lacks and that may come: then it judges again."""

    part: str
    """As people call it, such as `policy`; there are few."""
    key: str | None = None
    """What it is looked up by, when a service may have it."""


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
    away: Away | None = None
    """What it lacked, when waiting may mend that."""


def worst_first(violations: list[Violation]) -> tuple[Violation, ...]:
    """Violations ordered by severity, otherwise in the order they were found."""
    return tuple(sorted(violations, key=lambda violation: _RANK[violation.severity]))


def reported(violations: list[Violation]) -> tuple[Violation, ...]:
    """The worst violations, worst first, and how many more there are when they are too many.

    An answer has to fit into a record, whatever its invoice is like.

    >>> found = reported([Violation("R", "Wrong.", "WARNING")] * 201)
    >>> len(found), found[-1].message
    (200, '2 more violations are not listed.')
    """
    ordered = worst_first(violations)
    if len(ordered) <= MOST:
        return ordered
    left = len(ordered) - MOST + 1
    more = Violation("MF-MORE", f"{left} more violations are not listed.", "INFO")
    return (*ordered[: MOST - 1], more)
