"""The measurements themselves."""

import time
from typing import NamedTuple

from bench.costs.ground import Ground
from bench.costs.process import Taken
from bench.harness.gauges import MIB
from flows import BRANCHES, COLLECT, DELIVERIES, JOIN, OUTPUTS
from manifold.sizing.measured import FlowCost, Transactions

ORDER = (*BRANCHES, JOIN, COLLECT, *OUTPUTS, *DELIVERIES)
"""Each after what writes for it. Those that deliver have no receivers: what they send is theirs."""
SETTLED = tuple(flow for flow in BRANCHES if flow in ("inventory", "pricing"))
"""Those that read what was decided, too."""

COMMIT = "manifold_commit_duration_seconds"


class Costs(NamedTuple):
    """What so many waiting invoices have cost."""

    flows: dict[str, FlowCost]
    broker_us: float
    """CPU of the broker for all that the flows read and wrote, microseconds an invoice."""


class _Started(NamedTuple):
    flow: Taken
    mib: float
    broker: float


def costs_of(ground: Ground, count: int) -> Costs:
    """What each flow takes for so many waiting invoices, one flow after the other.

    A process is started three times: with nothing to read, with everything, and with nothing
    left to read but what it remembers. The differences are the invoices' cost and their memory.
    """
    empty = {flow: _started(ground, flow) for flow in ORDER}
    ground.publish(ground.samples(count))
    worked: dict[str, Taken] = {}
    working: dict[str, float] = {}
    restored: dict[str, _Started] = {}
    broker = 0.0
    for flow in ORDER:
        before = ground.broker_cpu()
        with ground.start(flow) as process:
            ground.work_off(process)
            worked[flow] = process.taken() - empty[flow].flow
            working[flow] = process.mib()
        broker += ground.broker_cpu() - before - empty[flow].broker
        restored[flow] = _started(ground, flow)
    for flow in SETTLED:
        with ground.start(flow) as process:
            ground.work_off(process)
            worked[flow] = worked[flow].plus(process.taken() - restored[flow].flow)
    written = ground.log_bytes()
    keep = {flow for flow in ORDER if written.keys() & set(ground.changelogs(flow))}
    return Costs(
        {
            flow: FlowCost(
                thread_us=_each(worked[flow].thread * 1e6, count),
                cpu_us=_each(worked[flow].cpu * 1e6, count),
                start_mib=round(empty[flow].mib, 1),
                working_mib=round(max(0.0, working[flow] - restored[flow].mib), 1),
                # Of a flow that has written nothing into its changelogs it would be chance.
                remembered_bytes=_each((restored[flow].mib - empty[flow].mib) * MIB, count)
                if flow in keep
                else 0.0,
            )
            for flow in ORDER
        },
        _each(broker * 1e6, count),
    )


def _each(taken: float, count: int) -> float:
    """A share, which is not less than nothing whatever the clock's grain says."""
    return round(max(0.0, taken) / count, 1)


def transactions(
    ground: Ground, seconds: float, rate: float, costs: Costs, kept: Transactions | None = None
) -> Transactions:
    """What a transaction costs, from invoices that come a few at a time.

    `kept`: times that a commit takes by the clock, of a machine that had nothing else to do.
    """
    processes = [ground.start(flow) for flow in ORDER]
    try:
        samples = ground.samples(round(seconds * rate), seed=2)
        before = [(process.taken(), process.metrics()) for process in processes]
        broker = ground.broker_cpu()
        ground.publish(samples, rate)
        broker = ground.broker_cpu() - broker
        after = [(process.taken(), process.metrics()) for process in processes]
    finally:
        for process in processes:
            process.__exit__()
    spent = sum(then[0].cpu - earlier[0].cpu for earlier, then in zip(before, after, strict=True))
    buckets: dict[float, float] = {}
    for (_, earlier), (_, then) in zip(before, after, strict=True):
        for bound, value in then[f"{COMMIT}_bucket"].items():
            grown = value - earlier.get(f"{COMMIT}_bucket", {}).get(bound, 0.0)
            buckets[float(bound)] = buckets.get(float(bound), 0.0) + grown
    commits = max(buckets.values())
    own = sum(cost.cpu_us for cost in costs.flows.values()) * len(samples) / 1e6
    return Transactions(
        flow_ms=round(1e3 * (spent - own) / commits, 2),
        broker_ms=round(1e3 * (broker - costs.broker_us * len(samples) / 1e6) / commits, 2),
        median_ms=kept.median_ms if kept else round(1e3 * quantile(buckets, 0.5), 1),
        p95_ms=kept.p95_ms if kept else round(1e3 * quantile(buckets, 0.95), 1),
    )


def quantile(buckets: dict[float, float], share: float) -> float:
    """A quantile of a cumulative histogram, straight lines between its bounds.

    >>> quantile({0.01: 5.0, 0.02: 10.0, float("inf"): 10.0}, 0.75)
    0.015
    """
    wanted = share * max(buckets.values())
    lower, below = 0.0, 0.0
    for bound, count in sorted(buckets.items()):
        if count >= wanted:
            if bound == float("inf") or count == below:
                return lower
            return lower + (bound - lower) * (wanted - below) / (count - below)
        lower, below = bound, count
    return lower


def _started(ground: Ground, flow: str) -> _Started:
    """What a start takes, and the memory after it."""
    before = ground.broker_cpu()
    with ground.start(flow) as process:
        ground.work_off(process)
        time.sleep(0.5)
        taken, mib = process.taken(), process.mib()
    return _Started(taken, mib, ground.broker_cpu() - before)
