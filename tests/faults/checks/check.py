"""What a checker says."""

from dataclasses import dataclass

_SHOWN = 3
"""Problems that are shown; the others are counted."""


@dataclass(frozen=True)
class Check:
    """One thing that must be true of a run, and whether it was."""

    name: str
    passed: bool
    detail: str


class Findings:
    """Collects what is wrong, so that a run with a million of one kind still fits a line."""

    def __init__(self, name: str) -> None:
        """`name` of the check."""
        self._name = name
        self._first: list[str] = []
        self.count = 0

    def add(self, problem: str) -> None:
        """Note something that is wrong."""
        self.count += 1
        if len(self._first) < _SHOWN:
            self._first.append(problem)

    def check(self, good: str) -> Check:
        """The verdict; `good` says what was looked at when nothing is wrong."""
        if not self.count:
            return Check(self._name, True, good)
        more = f" (and {self.count - _SHOWN} more)" if self.count > _SHOWN else ""
        return Check(self._name, False, "; ".join(self._first) + more)
