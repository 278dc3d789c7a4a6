"""The parts of a run, and how long decisions took in each."""

from collections.abc import Mapping, Sequence

from msgspec import Struct

from operators.time import Instant
from tests.faults.checks.recovery import percentile

OBJECTIVE_S = 30.0
"""Within which 95 of 100 first decisions have to fall."""


class Phase(Struct, frozen=True):
    """A part of a run."""

    name: str
    processes: str
    """How many there are of each flow that is scaled."""
    began: Instant
    ended: Instant


class Moment(Struct, frozen=True):
    """An upload, and when its first decision was seen."""

    uploaded_at: Instant
    decided_at: Instant

    @property
    def seconds(self) -> float:
        """From one to the other."""
        return (self.decided_at - self.uploaded_at) / 1_000


class Figures(Struct, frozen=True):
    """How a phase went, by the invoices that were uploaded in it; times in seconds."""

    phase: str
    processes: str
    seconds: float
    uploads: int
    per_second: float
    p50: float
    p95: float
    p99: float
    longest: float
    in_time: float
    """Share that was decided within the objective."""
    behind: int
    """Uploads that were not decided when the phase ended."""


def moments(uploaded: Mapping[str, Instant], seen: Mapping[str, Instant]) -> list[Moment]:
    """Those of which both are known, in the order of their uploads."""
    both = ((at, seen[request]) for request, at in uploaded.items() if request in seen)
    return [Moment(*each) for each in sorted(both)]


def figures(phase: Phase, made: Sequence[Moment]) -> Figures:
    """How a phase went.

    >>> steady = Phase("steady", "1", 0, 2_000)
    >>> told = figures(steady, [Moment(0, 100), Moment(1_000, 1_300), Moment(1_900, 2_400)])
    >>> told.uploads, told.per_second, told.p50, told.longest, told.behind
    (3, 1.5, 0.3, 0.5, 1)
    """
    own = [each for each in made if phase.began <= each.uploaded_at < phase.ended]
    took = [each.seconds for each in own]
    seconds = (phase.ended - phase.began) / 1_000
    return Figures(
        phase=phase.name,
        processes=phase.processes,
        seconds=round(seconds, 1),
        uploads=len(own),
        per_second=round(len(own) / seconds, 1),
        p50=percentile(took, 50),
        p95=percentile(took, 95),
        p99=percentile(took, 99),
        longest=max(took, default=0.0),
        in_time=sum(each <= OBJECTIVE_S for each in took) / len(took) if took else 1.0,
        behind=sum(each.uploaded_at < phase.ended <= each.decided_at for each in made),
    )
