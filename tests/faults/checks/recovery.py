"""How long after each fault everything uploaded before its end was decided.

The clock of a fault starts when what it broke is given back; of a kill, at the kill. It stops
when the last request uploaded until then has been decided, as the observer saw it. Uploads count
from the moment the producer made them, though brokers that were away took them later.

Faults overlap. Nothing is done about what another one delays, except while it lasts: time in
which another fault kept something away or standing still is taken off, since nobody can say what
it held up. A kill has no duration, so nothing is taken off for one. The times as they were, with
nothing taken off, are given beside.
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
    """A request, when it was uploaded, and when its first decision was seen."""

    request_id: str
    uploaded_at: Instant
    seen_at: Instant


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
    by_upload = sorted(decided, key=lambda each: each.uploaded_at)
    uploads = [each.uploaded_at for each in by_upload]
    latest: list[Decided] = []
    for each in by_upload:
        latest.append(max(latest[-1], each, key=_seen_at) if latest else each)
    found = []
    for fault in faults:
        end = fault.ended_at
        count = bisect_right(uploads, end)
        last = latest[count - 1] if count else None
        if last is None or last.seen_at <= end:
            found.append(Recovery(fault, 0.0, 0.0, ""))
            continue
        others = [each for each in faults if each is not fault]
        lost = _lasting(others, end, last.seen_at)
        span = last.seen_at - end
        found.append(Recovery(fault, (span - lost) / 1_000, span / 1_000, last.request_id))
    return found


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


def _seen_at(decided: Decided) -> Instant:
    return decided.seen_at
