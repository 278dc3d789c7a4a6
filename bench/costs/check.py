"""Holds the model of `manifold plan` against a run: `python -m bench.costs.check`.

A broker of `make kafka` has to run. Invoices come at a rate; what the model says with the commit
times of this very run is printed beside what the flows have measured. So it may be run on a machine
that has other things to do.
"""

import argparse
import tempfile
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path

from bench.costs.ground import Ground
from bench.costs.measure import COMMIT, ORDER, quantile
from flows import BRANCHES, JOIN
from manifold.sizing.cycle import cycle, end_to_end
from manifold.sizing.measured import Transactions, measured
from manifold.sizing.times import quantile as of_model

ROOT = Path(__file__).parents[2]
DECIDED = "manifold_decision_latency_seconds"

Metrics = dict[str, dict[str, float]]


def main() -> None:
    """Run, and print both."""
    options = argparse.ArgumentParser(prog="python -m bench.costs.check", description=__doc__)
    options.add_argument("--port", type=int, default=9092, help="of the broker (make kafka)")
    options.add_argument("--rate", type=float, default=100, help="invoices a second")
    options.add_argument("--seconds", type=float, default=30, help="that they come for")
    given = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="manifold-check-") as folder, ExitStack() as running:
        broker = ROOT / ".kafka" / str(given.port)
        count = round(given.rate * given.seconds)
        ground = Ground(f"127.0.0.1:{given.port}", broker, Path(folder), 2 * count)
        flows = {flow: running.enter_context(ground.start(flow)) for flow in ORDER}
        # A start is slow, and not what is looked at.
        ground.publish(ground.samples(count // 4, seed=3), given.rate)
        samples = ground.samples(count, seed=2)
        before = {flow: process.metrics() for flow, process in flows.items()}
        ground.publish(samples, given.rate)
        for process in flows.values():
            ground.work_off(process)
        after = {flow: process.metrics() for flow, process in flows.items()}
    commits = _grown(COMMIT, (*BRANCHES, JOIN), before, after)
    decided = _grown(DECIDED, (JOIN,), before, after)
    median, p95 = (1e3 * quantile(commits, share) for share in (0.5, 0.95))
    print(f"{max(decided.values()):.0f} of {count} decided, at {given.rate:g} a second")
    print(f"a commit takes {median:.0f} ms, in 95 of 100 at most {p95:.0f}")
    costs = measured().flows
    seen = Transactions(flow_ms=0, broker_ms=0, median_ms=median, p95_ms=p95)
    cycles = {flow: cycle(given.rate, costs[flow].thread_us, seen) for flow in (*BRANCHES, JOIN)}
    model = end_to_end([cycles[branch] for branch in BRANCHES], cycles[JOIN])
    for share in (0.5, 0.95, 0.99):
        told, found = 1e3 * of_model(model, share), 1e3 * quantile(decided, share)
        print(f"p{share * 100:g}: model {told:.0f} ms, measured {found:.0f}: {told / found:.2f}")


def _grown(
    name: str, flows: Iterable[str], before: dict[str, Metrics], after: dict[str, Metrics]
) -> dict[float, float]:
    """What a histogram has grown by, all flows together."""
    found: dict[float, float] = {}
    for flow in flows:
        for bound, value in after[flow].get(f"{name}_bucket", {}).items():
            grown = value - before[flow].get(f"{name}_bucket", {}).get(bound, 0.0)
            found[float(bound)] = found.get(float(bound), 0.0) + grown
    return found


if __name__ == "__main__":
    main()
