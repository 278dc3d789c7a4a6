"""How long after each fault everything uploaded before its end was decided.

The clock of a fault starts when what it broke is given back; of a kill, at the kill. It stops
when the last request uploaded until then has been decided, as the observer saw it. Uploads count
from the moment the producer made them, though brokers that were away took them later.

What only `collect` feels, a fault of its own or of the database, holds no decision up. There the
clock stops with the last audit entry of those decisions, and for `enrich` with the last enriched
invoice. For `statistics` nobody waits: it writes every few seconds, and is not measured.

Faults overlap. Nothing is done about what another one delays, except while it lasts: time in
which another fault kept something away or standing still is taken off, since nobody can say what
it held up; one that holds no decision up is taken off only where its flow is waited for. A kill
has no duration, so nothing is taken off for one. The times as they were, with nothing taken off,
are given beside.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Literal, TypeAlias

from operators.time import Instant
from tests.faults.checks.check import Check, Findings
from tests.faults.history import Injected

NAME = "everything is decided again soon after each fault"

Felt: TypeAlias = Literal["decisions", "entries", "enriched", "statistics"]
"""What a fault holds up: decisions, and with them all that follows; or one thing that follows."""

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
    enriched_at: Instant
    """When the enriched invoice was seen; of one that is not approved, the decision."""


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
    """How long each fault was felt; those of `statistics` are left out."""
    known = list(decided)
    done: dict[Felt, _Latest] = {
        "decisions": _Latest((each.uploaded_at, each.seen_at, each.request_id) for each in known),
        "entries": _Latest((each.uploaded_at, each.entered_at, each.request_id) for each in known),
        "enriched": _Latest(
            (each.uploaded_at, each.enriched_at, each.request_id) for each in known
        ),
    }
    found = []
    for fault in faults:
        felt = felt_in(fault)
        others = [
            each for each in faults if each is not fault and felt_in(each) in ("decisions", felt)
        ]
        if felt in done:
            found.append(_recovery(fault, done[felt], others))
    return found


def felt_in(fault: Injected) -> Felt:
    """What a fault can hold up."""
    if fault.target == "postgresql" or fault.target.startswith("collect"):
        return "entries"
    if fault.target.startswith("enrich"):
        return "enriched"
    return "statistics" if fault.target.startswith("statistics") else "decisions"


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
