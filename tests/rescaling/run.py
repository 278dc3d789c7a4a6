"""Flows are renewed and rescaled under load, and nothing is lost, doubled or decided wrongly.

    python -m tests.rescaling.run --rate 500 --seconds 60

A process of each flow decides invoices that come at a steady rate; every process is ended and
started again, one after the other; then there are four of each that a decision waits for, then two,
and in the end everything is worked off. A Prometheus with the rules of `dashboards/` looks on. What
stands in the topics is judged, and the dashboards are drawn with the phases marked.
"""

import argparse
import os
import signal
import sys
from typing import NoReturn

from tests.faults.performance import told
from tests.faults.run import reporter
from tests.integration.flow_process import REPOSITORY
from tests.rescaling.page import published, summary
from tests.rescaling.performance import NotPerformed, Plan, perform
from tests.rescaling.phases import figures, moments
from tests.rescaling.pictures import dashboards, latencies
from tests.rescaling.processes import NotReady

FOLDER = REPOSITORY / ".manifold" / "rescaling"


def main() -> int:
    """The command line; 0 when nothing is wrong."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.rescaling.run",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--rate", type=float, default=500.0, help="invoices a second (500)")
    parser.add_argument("--seconds", type=float, default=45.0, help="that a phase lasts (45)")
    parser.add_argument("--seed", type=int, default=1, help="of the invoices (1)")
    parser.add_argument("--bootstrap", default=_broker(), help="a real broker (%(default)s)")
    parser.add_argument(
        "--publish", action="store_true", help="write page and pictures into docs/, if all is well"
    )
    given = parser.parse_args()
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupted)
    report = reporter()
    plan = Plan(given.bootstrap, given.rate, given.seconds, given.seed, FOLDER)
    try:
        run, audit = perform(plan, report, lambda scene, run: dashboards(FOLDER, scene, run.phases))
    except (NotPerformed, NotReady) as problem:
        print(f"rescaling: {problem}", file=sys.stderr)
        return 2
    made = moments(audit.uploaded, run.seen)
    rows = [figures(phase, made) for phase in run.phases]
    latencies(FOLDER / "latencies.svg", made, run.phases)
    print("\n".join(summary(plan, run, audit, rows)))
    for check in audit.checks:
        print(told(check))
    if given.publish and audit.passed:
        for path in published(plan, run, audit, rows, FOLDER):
            print(path.relative_to(REPOSITORY))
    return 0 if audit.passed else 1


def _broker() -> str:
    port = os.environ.get("MANIFOLD_KAFKA_PORT") or "9092"
    return os.environ.get("MANIFOLD_TEST_BOOTSTRAP") or f"127.0.0.1:{port}"


def _interrupted(*_: object) -> NoReturn:
    raise KeyboardInterrupt


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
