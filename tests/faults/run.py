"""The fault run: `python -m tests.faults.run --seed N --seconds S --invoices N --rate R`.

Three brokers, two processes of every flow and a paced load; a fault every few seconds, drawn from
the seed; then everything must come to rest, and every checker must pass.
"""

import argparse
import json
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import NoReturn

from connectors.clock import now
from connectors.codec import Codec, LockIds
from manifold.generator import World, invoices, world
from tests.faults import page
from tests.faults.checks.check import Check
from tests.faults.history import Injected, Run
from tests.faults.injection import Injection
from tests.faults.load import Load
from tests.faults.observer import Observer
from tests.faults.scene import Scene
from tests.faults.schedule import AWAY_AT_START, schedule
from tests.faults.stage import Lag, contracts, staged, start_flows
from tests.integration.pipeline import REPOSITORY

_FOLDERS = REPOSITORY / ".manifold" / "faults"

JOIN_DEADLINE_S = 600.0
"""Longer than any fault lasts: a decision without all answers would blame a branch falsely."""
_AWAY_AT_START_S = 8.0
_AT_WORK_S = 90.0
_AT_REST_S = 300.0
"""Seconds within which everything must have been worked off after the last fault."""
_TOLD_EVERY_S = 10.0


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

    @classmethod
    def share(cls, seed: int) -> "Plan":
        """A run of a few minutes with every kind of fault in it."""
        folder = _FOLDERS / f"share-{seed}"
        return cls(seed, 285.0, 17_100, 60.0, folder, folder)


class NotAtRest(Exception):
    """The flows have not worked everything off in time."""


def perform(plan: Plan, report: Callable[[str], None]) -> tuple[Run, list[Check]]:
    """Do what is planned, and judge it.

    Raises NotAtRest when the flows hang, RuntimeError when a fault could not be put in or a
    server did not come back.
    """
    today = datetime.now(UTC).date()
    report(f"making a world for {plan.invoices:,} invoices")
    made = world(plan.seed, plan.invoices, today)
    with staged(plan.folder, made, JOIN_DEADLINE_S, report) as scene:
        run = _run(plan, today, made, scene, report)
        run.save()
        report(f"at rest after {run.seconds:.0f} s; judging")
        return run, page.publish(run, plan.results)


def _run(plan: Plan, today: date, made: World, scene: Scene, report: Callable[[str], None]) -> Run:
    without = () if scene.postgresql.can_be_full else ("database_full",)
    planned = list(schedule(plan.seed, plan.seconds, without))
    (plan.folder / "schedule.json").write_text(json.dumps([asdict(each) for each in planned]))
    wanted = contracts()
    observer = Observer(scene.cluster.kafka, wanted, plan.folder)
    observer.start()
    injection = Injection(scene, report)
    try:
        _start(scene, injection, report)
        samples = invoices(made, plan.seed, plan.invoices, now(), interval_ms=1_000 / plan.rate)
        codec = Codec(wanted, LockIds(wanted))
        load = Load(scene.network.kafka, wanted, codec, samples, plan.rate)
        began, started_at = time.monotonic(), now()
        load.start()
        injection.start(planned, began)
        _follow(plan, began, load, scene, report)
        faults = injection.finish()
        if injection.problems:
            raise RuntimeError("; ".join(injection.problems))
        load.finish()
        _rest(scene, report)
        seconds, ended_at = time.monotonic() - began, now()
        clean = scene.members.stop(*scene.members.names)
        if not clean:
            report("not every process ended cleanly")
        observer.stop()
    except BaseException:
        injection.finish()
        observer.kill()
        raise
    return Run(
        seed=plan.seed,
        seconds=seconds,
        invoices=plan.invoices,
        today=today,
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


def _start(scene: Scene, injection: Injection, report: Callable[[str], None]) -> None:
    """Start the flows before they can reach a broker."""
    report("starting the flows while no broker can be reached")
    began = now()
    start_flows(scene)
    time.sleep(_AWAY_AT_START_S)
    scene.network.restore()
    injection.note(Injected(AWAY_AT_START, "all brokers", began, now()))
    if not scene.members.at_work(scene.members.names, _AT_WORK_S):
        raise RuntimeError(f"not all flows have got to work within {_AT_WORK_S:.0f} s")


def _follow(
    plan: Plan, began: float, load: Load, scene: Scene, report: Callable[[str], None]
) -> None:
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


def _rest(scene: Scene, report: Callable[[str], None]) -> None:
    """Wait until every flow has worked off everything."""
    scene.network.restore()
    lag = Lag(scene.cluster.kafka)
    until = time.monotonic() + _AT_REST_S
    while any((left := lag.all()).values()):
        if time.monotonic() > until:
            raise NotAtRest(f"not worked off within {_AT_REST_S:.0f} s: {left}")
        report("to be worked off: " + ", ".join(f"{flow} {n}" for flow, n in left.items() if n))
        time.sleep(1.0)


def main() -> int:
    """The command line; 0 when every check has passed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--seconds", type=float, default=1_000.0)
    parser.add_argument("--invoices", type=int, default=100_000)
    parser.add_argument("--rate", type=float, default=100.0, help="invoices a second")
    parser.add_argument("--share", action="store_true", help="the few minutes that tests take")
    parser.add_argument("--plan", action="store_true", help="print the schedule and end")
    given = parser.parse_args()
    if given.plan:
        for each in schedule(given.seed, given.seconds):
            print(f"{each.at:7.1f} s  {each.kind:27} {each.target} {each.seconds or ''}")
        return 0
    folder = _FOLDERS / f"seed-{given.seed}"
    plan = Plan(given.seed, given.seconds, given.invoices, given.rate, folder)
    if given.share:
        plan = Plan.share(given.seed)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupted)
    _, checks = perform(plan, reporter())
    for check in checks:
        print(f"{'passed' if check.passed else 'FAILED'}  {check.name}: {check.detail}")
    return 0 if all(check.passed for check in checks) else 1


def reporter() -> Callable[[str], None]:
    """Prints what it is told, with the seconds since it was made."""
    began = time.monotonic()

    def report(line: str) -> None:
        print(f"{time.monotonic() - began:7.1f} s  {line}", flush=True)

    return report


def _interrupted(*_: object) -> NoReturn:
    raise KeyboardInterrupt


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
