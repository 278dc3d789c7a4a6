"""Performs a run: flows are renewed and rescaled under load, come to rest, and are judged."""

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeAlias

from connectors.clock import now
from connectors.codec import Codec, LockIds
from flows import BRANCHES, FLOWS, JOIN
from manifold.generator import invoices, world
from operators.decision import InvoiceDecision
from operators.time import Instant
from tests.faults.load import Load
from tests.faults.stage import Lag
from tests.rescaling.audit import Audit, audit
from tests.rescaling.phases import Phase
from tests.rescaling.scene import Scene, staged
from tests.rescaling.witness import Witness

Report: TypeAlias = Callable[[str], None]
"""Is told of progress, line by line."""

SCALED = (*BRANCHES, JOIN)
"""Flows that a decision waits for."""
_TOLD_EVERY_S = 10.0
_AT_REST_S = 300.0
"""Seconds within which everything must have been worked off in the end."""
_OWED_S = 6.0
"""Seconds within which `statistics` has written what it has counted."""
_MOST_S = 240.0
"""Seconds that renewing and rescaling take at most, beside those that the phases last."""


@dataclass(frozen=True)
class Plan:
    """What shall be done."""

    bootstrap: str
    rate: float
    """Invoices a second."""
    seconds: float
    """That each phase lasts at least."""
    seed: int
    folder: Path
    """For logs and what was read of the topics."""
    flows: tuple[str, ...] = FLOWS
    scaled: tuple[str, ...] = SCALED
    """Flows of which there are one, four and two processes; the others have one."""


@dataclass(frozen=True)
class Run:
    """What happened."""

    phases: tuple[Phase, ...]
    uploads: int
    """That the broker has acknowledged."""
    seen: dict[str, Instant]
    """When the first decision on a request was seen."""
    exits: dict[int, int]
    """Exit codes of processes that were told to end, by how often."""
    restarts: dict[str, int]
    """How often processes of a flow ended unasked."""
    alerts: tuple[str, ...]
    """Names of those that have fired."""


class NotPerformed(Exception):
    """The run was not what it should have been; the text says why."""


def perform(plan: Plan, report: Report, draw: Callable[[Scene, Run], object]) -> tuple[Run, Audit]:
    """Do what is planned and judge it. `draw` is given the scene before it is gone.

    Raises NotPerformed when the flows do not come to rest, and NotReady.
    """
    shutil.rmtree(plan.folder, ignore_errors=True)
    plan.folder.mkdir(parents=True)
    count = round(plan.rate * (4 * plan.seconds + _MOST_S))
    report(f"making a world for {count:,} invoices, seed {plan.seed}")
    made = world(plan.seed, count, datetime.now(UTC).date())
    with staged(plan.bootstrap, plan.folder, made) as scene:
        _start(plan, scene, report)
        codec = Codec(scene.contracts, LockIds(scene.contracts))
        samples = invoices(made, plan.seed, count, now(), interval_ms=1_000 / plan.rate)
        load = Load(scene.kafka, scene.contracts, codec, samples, plan.rate)
        witness = Witness(scene.kafka, scene.contracts.topic_of(InvoiceDecision))
        acts = Acts(plan, scene, load, witness, report)
        acts.all()
        witness.close()
        fired = scene.prometheus.whole('ALERTS{alertstate="firing", alertname=~"Manifold.*"}')
        run = Run(
            tuple(acts.phases),
            load.acknowledged,
            witness.seen,
            dict(scene.processes.exits),
            dict(scene.processes.restarts),
            tuple(sorted({each["metric"]["alertname"] for each in fired})),
        )
        draw(scene, run)
        report("everything has ended; judging what stands in the topics")
        return run, audit(scene, load.sent, made, plan.folder)


def _start(plan: Plan, scene: Scene, report: Report) -> None:
    report(f"starting a process of {', '.join(plan.flows)}")
    for flow in plan.flows:
        scene.processes.scale(flow, 1)
    scene.processes.until_ready()


class Acts:
    """The phases of a run, one after the other."""

    def __init__(
        self, plan: Plan, scene: Scene, load: Load, witness: Witness, report: Report
    ) -> None:
        """Nothing has been done yet."""
        self._plan, self._scene, self._load = plan, scene, load
        self._witness, self._report = witness, report
        self._told = 0.0
        self.phases: list[Phase] = []

    def all(self) -> None:
        """Do everything, from the first upload until no process is left."""
        processes = self._scene.processes
        with self._phase("steady", "1"):
            self._load.start()
        with self._phase("rolling restart", "1"):
            processes.renew(self._report)
        with self._phase("scaled up", "1 → 4"):
            self._scale(4)
        with self._phase("scaled down", "4 → 2", then=self._end_load):
            self._scale(2)
        with self._phase("drained", "2", seconds=0):
            self._rest()
        processes.stop()

    @contextmanager
    def _phase(
        self,
        name: str,
        count: str,
        seconds: float | None = None,
        then: Callable[[], None] = lambda: None,
    ) -> Iterator[None]:
        """One begins where the last has ended. `then` is done at its end, and a part of it."""
        self._report(f"--- {name}, {count} of each")
        began = self.phases[-1].ended if self.phases else now()
        until = time.monotonic() + (self._plan.seconds if seconds is None else seconds)
        yield
        while (left := until - time.monotonic()) > 0:
            time.sleep(min(left, 0.5))
            self._scene.processes.check()
            self._tell()
        then()
        self.phases.append(Phase(name, count, began, now()))

    def _end_load(self) -> None:
        if self._load.is_over:
            raise NotPerformed("renewing and rescaling took so long that the invoices ran out")
        self._load.finish()

    def _scale(self, count: int) -> None:
        began = time.monotonic()
        for flow in self._plan.scaled:
            self._scene.processes.scale(flow, count)
        self._report(f"{count} of each are told to be there after {time.monotonic() - began:.1f} s")
        self._scene.processes.until_ready()
        self._report(f"all are ready after {time.monotonic() - began:.1f} s")

    def _rest(self) -> None:
        lag = Lag(self._scene.kafka, self._scene.contracts)
        until = time.monotonic() + _AT_REST_S
        for _ in range(2):
            while any((left := {flow: lag.of(flow) for flow in self._plan.flows}).values()):
                if time.monotonic() > until:
                    raise NotPerformed(f"not worked off within {_AT_REST_S:.0f} s: {left}")
                self._scene.processes.check()
                self._tell()
                time.sleep(0.5)
            if "statistics" in self._plan.flows:
                time.sleep(_OWED_S)

    def _tell(self) -> None:
        if time.monotonic() - self._told > _TOLD_EVERY_S:
            self._told = time.monotonic()
            self._report(
                f"{self._load.acknowledged:,} uploaded, {len(self._witness.seen):,} decided"
            )
