"""How long after each fault everything uploaded before its end was decided.

The clock of a fault starts when what it broke is given back; of a kill, at the kill. It stops
when the last request uploaded until then has been decided, as the observer saw it. Uploads count
from the moment the producer made them, though brokers that were away took them later.

What only `collect` feels, a fault of its own or of the database, holds no decision up. There the
clock stops with the last audit entry of those decisions.

Faults overlap. Nothing is done about what another one delays, except while it lasts: time in
which another fault kept something away or standing still is taken off, since nobody can say what
it held up; one that only `collect` feels is taken off only where `collect` is waited for. A kill
has no duration, so nothing is taken off for one. The times as they were, with nothing taken off,
are given beside.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil

from operators.time import Instant
from tests.faults.checks.check import Check, Findings
from tests.faults.history import Injected

NAME = "everything is decided again soon after each fault"

USUAL_S = 10.0
"""Target for 95 of 100 faults."""
LONGEST_S = 30.0
"""Target for all."""


@dataclass(frozen=True)
class Decided:
    """A request, when it was uploaded, and what the observer saw of its first decision."""

    request_id: str
    uploaded_at: Instant
    seen_at: Instant
    entered_at: Instant
    """When its audit entry was seen."""


@dataclass(frozen=True)
class Recovery:
    """How long one fault was felt."""

    fault: Injected
    seconds: float
    """Without the time in which another fault lasted."""
    as_it_was: float
    """All of it."""
    last: str
    """The request that was waited for longest; empty when none was."""

    @property
    def alone(self) -> bool:
        """Whether no other fault lasted meanwhile."""
        return self.seconds == self.as_it_was


def recoveries(faults: Sequence[Injected], decided: Iterable[Decided]) -> list[Recovery]:
    """How long each fault was felt."""
    known = list(decided)
    decisions = _Latest((each.uploaded_at, each.seen_at, each.request_id) for each in known)
    entries = _Latest((each.uploaded_at, each.entered_at, each.request_id) for each in known)
    found = []
    for fault in faults:
        beside = only_collect_feels(fault)
        others = [
            each
            for each in faults
            if each is not fault and (beside or not only_collect_feels(each))
        ]
        found.append(_recovery(fault, entries if beside else decisions, others))
    return found


def only_collect_feels(fault: Injected) -> bool:
    """Whether a fault can hold up no decision, only what is kept and told of it."""
    return fault.target == "postgresql" or fault.target.startswith("collect")


class _Latest:
    """Of all requests uploaded until a moment, the one done last."""

    def __init__(self, done: Iterable[tuple[Instant, Instant, str]]) -> None:
        """Moments of upload and of being done, with the request."""
        self._uploads: list[Instant] = []
        self._latest: list[tuple[Instant, str]] = []
        for uploaded_at, done_at, request_id in sorted(done):
            latest = (done_at, request_id)
            if self._latest:
                latest = max(self._latest[-1], latest)
            self._uploads.append(uploaded_at)
            self._latest.append(latest)

    def until(self, at: Instant) -> tuple[Instant, str]:
        """When it was done, and which request it was; 0 when there is none."""
        count = bisect_right(self._uploads, at)
        return self._latest[count - 1] if count else (0, "")


def _recovery(fault: Injected, latest: _Latest, others: Iterable[Injected]) -> Recovery:
    end = fault.ended_at
    done_at, request_id = latest.until(end)
    if done_at <= end:
        return Recovery(fault, 0.0, 0.0, "")
    span = done_at - end
    lost = _lasting(others, end, done_at)
    return Recovery(fault, (span - lost) / 1_000, span / 1_000, request_id)


def soon(found: Sequence[Recovery]) -> Check:
    """The times of all faults against the targets."""
    findings = Findings(NAME)
    for each in found:
        if each.seconds > LONGEST_S:
            findings.add(
                f"{each.fault.kind} of {each.fault.target}: {each.seconds:.1f} s until request "
                f"{each.last} was decided, {LONGEST_S:g} s are accepted"
            )
    usual = percentile([each.seconds for each in found], 95)
    if usual > USUAL_S:
        slowest = sorted(found, key=lambda each: each.seconds)[-1]
        findings.add(
            f"p95 {usual:.1f} s, {USUAL_S:g} s are accepted; longest {slowest.fault.kind} of "
            f"{slowest.fault.target}, until request {slowest.last} was decided"
        )
    longest = max((each.seconds for each in found), default=0.0)
    return findings.check(f"{len(found)} faults: p95 {usual:.1f} s, longest {longest:.1f} s")


def percentile(values: Sequence[float], percent: int) -> float:
    """The smallest value that so many of 100 do not exceed; 0 of none."""
    if not values:
        return 0.0
    return sorted(values)[ceil(len(values) * percent / 100) - 1]


def _lasting(faults: Iterable[Injected], start: Instant, end: Instant) -> int:
    """Milliseconds between two instants in which at least one of these faults lasted."""
    total, reached = 0, start
    for fault in sorted(faults, key=lambda each: each.started_at):
        begin, finish = max(fault.started_at, reached), min(fault.ended_at, end)
        if finish > begin:
            total += finish - begin
            reached = finish
    return total
