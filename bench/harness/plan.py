"""The order of the runs, and how long they will take."""

from collections.abc import Sequence
from random import Random

from msgspec import Struct

from bench.harness.ground import Extent
from bench.harness.system import System

_START = 10.0
"""Seconds to make topics, start, stop and judge, whatever the run."""
_SLOWEST = 2_000.0
"""Decisions a second to expect of a system that has not been seen."""


class Run(Struct, frozen=True):
    """One measure of one system in one round."""

    number: int
    """The round, from 1."""
    measure: str
    """The measure."""
    system: System
    """The system."""


def planned(
    systems: Sequence[System], measures: Sequence[str], rounds: int, seed: int
) -> list[Run]:
    """Every run: in each round each measure over the systems, in an order drawn for it.

    Filling state takes so long that it is measured in the first round only.
    """
    rng = Random(seed)
    runs: list[Run] = []
    for number in range(1, rounds + 1):
        for measure in measures:
            if measure == "state" and number > 1:
                continue
            drawn = list(systems)
            rng.shuffle(drawn)
            runs += [
                Run(number, measure, system)
                for system in drawn
                if measure != "state" or system.keeps_state
            ]
    return runs


class Clock:
    """Expects of each run what the same took before."""

    def __init__(self, extent: Extent) -> None:
        """Nothing seen yet."""
        self._extent = extent
        self._seen: dict[tuple[str, str], float] = {}

    def took(self, run: Run, seconds: float) -> None:
        """A run took so long."""
        self._seen[run.measure, run.system.name] = seconds

    def left(self, runs: Sequence[Run]) -> float:
        """Seconds that some runs will take."""
        return sum(
            self._seen.get((run.measure, run.system.name)) or self._guess(run) for run in runs
        )

    def _guess(self, run: Run) -> float:
        extent = self._extent
        match run.measure:
            case "throughput":
                return _START + extent.count / _SLOWEST
            case "latency":
                return _START + len(extent.rates) * (extent.warm_up + extent.seconds)
            case "restart":
                return _START + 15 * len(run.system.processes)
            case "standing":
                return _START + extent.idle_seconds
            case _:
                return _START + extent.keys / _SLOWEST
