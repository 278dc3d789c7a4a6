"""Performs a fault run: sets the scene, puts the faults in under load, waits for rest, judges."""

import json
import signal
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TypeAlias

from connectors.clock import now
from connectors.codec import Codec, LockIds
from manifold.exits import Exit
from manifold.generator import World, invoices, world
from tests.faults import page
from tests.faults.checks.check import Check
from tests.faults.history import Injected, Run
from tests.faults.injection import Injection
from tests.faults.load import Load
from tests.faults.observer import Observer
from tests.faults.people import People
from tests.faults.scene import Scene
from tests.faults.schedule import AWAY_AT_START, Planned, schedule
from tests.faults.stage import Lag, contracts, staged, start_flows
from tests.integration.flow_process import REPOSITORY

FOLDERS = REPOSITORY / ".manifold" / "faults"

Report: TypeAlias = Callable[[str], None]
"""Is told of progress, line by line."""

JOIN_DEADLINE_S = 600.0
"""Longer than any fault lasts: a decision without all answers would blame a branch falsely."""
_AWAY_AT_START_S = 8.0
_AT_WORK_S = 90.0
_AT_REST_S = 300.0
"""Seconds within which everything must have been worked off after the last fault."""
_OWED_S = 8.0
"""Seconds within which `statistics` has written what it has counted: every 5."""
_TOLD_EVERY_S = 10.0
_EXCUSED = (Exit.NOT_COMMITTED, -signal.SIGKILL, -signal.SIGTERM)
"""The last: asked to end before it had begun to listen."""


@dataclass(frozen=True)
class Plan:
    """What shall be done."""

    seed: int
    seconds: float
    invoices: int
    rate: float
    folder: Path
    """For logs and everything that is kept of the run."""
    results: Path = page.RESULTS
    """For the page of results."""
    today: date = field(default_factory=lambda: datetime.now(UTC).date())

    @classmethod
    def share(cls, seed: int) -> "Plan":
        """A run of a few minutes with every kind of fault in it."""
        folder = FOLDERS / f"share-{seed}"
        return cls(seed, 285.0, 18_600, 60.0, folder, folder)


class NotPerformed(Exception):
    """The run was not what it should have been, whatever the checkers say."""


def perform(plan: Plan, report: Report) -> tuple[Run, list[Check]]:
    """Do what is planned, and judge it.

    Raises NotPerformed when a fault could not be put in, something did not come back after one,
    or the flows did not come to rest.
    """
    report(f"making a world for {plan.invoices:,} invoices, seed {plan.seed}")
    made = world(plan.seed, plan.invoices, plan.today)
    with staged(plan.folder, made, JOIN_DEADLINE_S, report) as scene:
        without = () if scene.postgresql.can_be_full else ("database_full",)
        if without:
            report(f"left out, for only root can mount a small disk: {without[0]}")
        planned = list(schedule(plan.seed, plan.seconds, without))
        (plan.folder / "schedule.json").write_text(json.dumps([asdict(each) for each in planned]))
        run, problems = _run(plan, planned, made, scene, report)
        run.save()
        report(f"at rest after {run.seconds:.0f} s; judging")
        problems += [*_never_happened(planned, run), *_wrongly_ended(run)]
        checks = page.publish(run, plan.folder if problems else plan.results)
    if problems:
        for check in checks:
            report(told(check))
        raise NotPerformed("; ".join(problems))
    return run, checks


def told(check: Check) -> str:
    """What a checker says, on a line."""
    return f"{'passed' if check.passed else 'FAILED'}  {check.name}: {check.detail}"


def _never_happened(planned: Iterable[Planned], run: Run) -> list[str]:
    """Kinds that were planned, but none of which has hit what it should."""
    missing = {each.kind for each in planned} - {fault.kind for fault in run.faults}
    return [f"{kind} has never happened" for kind in sorted(missing)]


def _wrongly_ended(run: Run) -> list[str]:
    """Processes whose end no fault excuses: they may be killed or fail to commit, not break."""
    return [
        f"{count} processes ended with code {code}; their logs say why"
        for code, count in run.exits.items()
        if int(code) not in _EXCUSED
    ]


def _run(
    plan: Plan,
    planned: Sequence[Planned],
    made: World,
    scene: Scene,
    report: Report,
) -> tuple[Run, list[str]]:
    """What happened, and what was not as planned."""
    wanted = contracts()
    observer = Observer(scene.cluster.kafka, wanted, plan.folder)
    observer.start()
    injection = Injection(scene, report)
    try:
        _start(scene, injection, report)
        samples = invoices(made, plan.seed, plan.invoices, now(), interval_ms=1_000 / plan.rate)
        codec = Codec(wanted, LockIds(wanted))
        load = Load(scene.network.kafka, wanted, codec, samples, plan.rate)
        people = People(scene.cluster.kafka, scene.network.kafka, wanted, codec)
        began, started_at = time.monotonic(), now()
        load.start()
        people.start()
        injection.start(planned, began)
        _follow(plan, began, load, scene, report)
        faults = injection.finish()
        load.finish()
        people.finish()
        _rest(scene, report)
        seconds, ended_at = time.monotonic() - began, now()
        if not scene.members.stop(*scene.members.names):
            injection.problems.append("not every process ended cleanly when all was done")
        observer.stop()
    except BaseException:
        injection.finish()
        observer.kill()
        raise
    run = Run(
        seed=plan.seed,
        seconds=seconds,
        invoices=plan.invoices,
        today=plan.today,
        started_at=started_at,
        ended_at=ended_at,
        kafka=scene.cluster.kafka,
        namespace=scene.namespace,
        database=scene.postgresql.url,
        join_deadline_s=JOIN_DEADLINE_S,
        samples=tuple(load.sent),
        faults=faults,
        processes=tuple(scene.members.measured),
        restarts=dict(scene.members.restarts),
        folder=plan.folder,
        exits={str(code): count for code, count in scene.members.exits.items()},
    )
    return run, injection.problems


def _start(scene: Scene, injection: Injection, report: Report) -> None:
    """Start the flows before they can reach a broker."""
    report("starting the flows while no broker can be reached")
    began = now()
    start_flows(scene)
    time.sleep(_AWAY_AT_START_S)
    scene.network.restore()
    injection.note(Injected(AWAY_AT_START, "all brokers", began, now()))
    if not scene.members.at_work(scene.members.names, _AT_WORK_S):
        raise NotPerformed(f"not all flows have got to work within {_AT_WORK_S:.0f} s")


def _follow(plan: Plan, began: float, load: Load, scene: Scene, report: Report) -> None:
    """Wait until the time is over and everything has been uploaded, and tell how it goes."""
    told = 0.0
    while not load.is_over or time.monotonic() - began < plan.seconds:
        time.sleep(0.2)
        if time.monotonic() - told > _TOLD_EVERY_S:
            told = time.monotonic()
            report(
                f"{load.acknowledged:,} of {plan.invoices:,} uploaded, "
                f"{sum(scene.members.restarts.values())} restarts"
            )


def _rest(scene: Scene, report: Report) -> None:
    """Wait until every flow has worked off everything, and has written what it owes."""
    scene.network.restore()
    lag = Lag(scene.cluster.kafka, contracts())
    until = time.monotonic() + _AT_REST_S
    _work_off(lag, until, report)
    time.sleep(_OWED_S)
    _work_off(lag, until, report)


def _work_off(lag: Lag, until: float, report: Report) -> None:
    while any((left := lag.all()).values()):
        if time.monotonic() > until:
            raise NotPerformed(f"not worked off within {_AT_REST_S:.0f} s: {left}")
        report("to be worked off: " + ", ".join(f"{flow} {n}" for flow, n in left.items() if n))
        time.sleep(1.0)
