"""How many processes of each flow, and how busy and large each is."""

from math import ceil

import msgspec

from flows import BRANCHES, EXTRACT, JOIN
from manifold.sizing.cycle import Cycle, cycle, end_to_end
from manifold.sizing.documents import waiting
from manifold.sizing.measured import FlowCost, Measured
from manifold.sizing.times import Times, quantile
from manifold.sizing.wanted import Wanted

_READER_MIB, _WORKER_MIB = 256, 1_024
"""Memory of a process of `extract`, and of each of its workers with its models."""
_NUMBERS = (4, 6, 8)
"""Partitions, and these times powers of two: many numbers of processes divide them."""


class TooMuch(Exception):
    """What is wanted cannot be had; the text says why."""


class FlowPlan(msgspec.Struct, frozen=True):
    """The processes of a flow."""

    processes: int
    cores: float
    """That all of them use."""
    busy: float
    """Share of its time that the thread of the fullest is, 0 to 1."""
    memory_gib: float
    """Of the fullest."""


class Latency(msgspec.Struct, frozen=True):
    """From an upload to its decision, seconds; of invoices that come as such."""

    p50: float
    p95: float
    p99: float


class ProcessPlan(msgspec.Struct, frozen=True):
    """All processes."""

    partitions: int
    flows: dict[str, FlowPlan]
    commits: float
    """Transactions a second, of all processes."""
    latency: Latency
    document_wait: float
    """Mean seconds that a document waits to be read."""


def fullest(processes: int, partitions: int) -> float:
    """Share of all invoices that the process with most partitions gets.

    >>> fullest(3, 4)
    0.5
    """
    return ceil(partitions / processes) / partitions


def processes(wanted: Wanted, measured: Measured) -> ProcessPlan:
    """Partitions and processes.

    Raises TooMuch when no number of processes keeps the promise.
    """
    partitions = _partitions(wanted, measured)
    counts = {flow: _fewest(wanted, cost, partitions) for flow, cost in measured.flows.items()}
    cycles = {flow: _cycle(wanted, measured, flow, counts[flow], partitions) for flow in counts}
    least = _best(wanted, measured, partitions)
    if least > wanted.sla:
        raise TooMuch(
            f"with as many processes as partitions ({partitions:,}) 95 of 100 are decided within "
            f"{least * 1e3:.0f} ms, not {wanted.sla * 1e3:.0f}: two transactions stand in between, "
            "whose commits take that long"
        )
    while quantile(_decided(cycles), 0.95) > wanted.sla:
        slowest = max((*BRANCHES, JOIN), key=lambda flow: cycles[flow].busy)
        counts[slowest] = _next(counts[slowest], partitions)
        cycles[slowest] = _cycle(wanted, measured, slowest, counts[slowest], partitions)
    flows = {
        flow: FlowPlan(
            processes=count,
            cores=wanted.rate * measured.flows[flow].cpu_us / 1e6
            + count / cycles[flow].seconds * measured.transactions.flow_ms / 1e3,
            busy=cycles[flow].busy,
            memory_gib=_memory_gib(wanted, measured.flows[flow], count, partitions),
        )
        for flow, count in counts.items()
    }
    wait = 0.0
    if wanted.documents:
        flows[EXTRACT] = _extract(wanted, measured)
        workers = wanted.workers * flows[EXTRACT].processes
        wait = waiting(wanted.rate * wanted.documents, measured.document_s, workers)
    decided = _decided(cycles)
    return ProcessPlan(
        partitions=partitions,
        flows=flows,
        commits=sum(count / cycles[flow].seconds for flow, count in counts.items()),
        latency=Latency(*(quantile(decided, share) for share in (0.5, 0.95, 0.99))),
        document_wait=wait,
    )


def _partitions(wanted: Wanted, measured: Measured) -> int:
    """The least number that is enough when the rate has grown."""
    later = msgspec.structs.replace(
        wanted, rate=wanted.rate * wanted.growth, average=wanted.average * wanted.growth
    )
    power = 1
    while True:
        for number in _NUMBERS[:-1]:
            partitions = number * power
            if _readers(later, measured) <= partitions and all(
                _fits(later, cost, partitions, partitions) for cost in measured.flows.values()
            ):
                return partitions
        power *= 2
        if power > 1_000_000:
            raise TooMuch("a process has no room for what it remembers: raise --memory")


def _fewest(wanted: Wanted, cost: FlowCost, partitions: int) -> int:
    count = 1
    while not _fits(wanted, cost, count, partitions):
        count = _next(count, partitions)
    return count


def _next(count: int, partitions: int) -> int:
    """More processes, so that the fullest has a partition less."""
    most = ceil(partitions / count)
    return ceil(partitions / (most - 1)) if most > 1 else partitions


def _fits(wanted: Wanted, cost: FlowCost, count: int, partitions: int) -> bool:
    rate = wanted.rate * fullest(count, partitions)
    memory = _memory_gib(wanted, cost, count, partitions)
    return rate * cost.thread_us / 1e6 <= wanted.busy and memory <= wanted.memory_gib


def _memory_gib(wanted: Wanted, cost: FlowCost, count: int, partitions: int) -> float:
    remembered = wanted.average * wanted.remember * fullest(count, partitions)
    mib = cost.start_mib + cost.working_mib + remembered * cost.remembered_bytes / 2**20
    return mib / 2**10


def _cycle(wanted: Wanted, measured: Measured, flow: str, count: int, partitions: int) -> Cycle:
    rate = wanted.rate * fullest(count, partitions)
    return cycle(rate, measured.flows[flow].thread_us, measured.transactions)


def _decided(cycles: dict[str, Cycle]) -> Times:
    return end_to_end([cycles[branch] for branch in BRANCHES], cycles[JOIN])


def _best(wanted: Wanted, measured: Measured, partitions: int) -> float:
    flows = (*BRANCHES, JOIN)
    cycles = {flow: _cycle(wanted, measured, flow, partitions, partitions) for flow in flows}
    return quantile(_decided(cycles), 0.95)


def _extract(wanted: Wanted, measured: Measured) -> FlowPlan:
    count = _readers(wanted, measured)
    load = wanted.rate * wanted.documents * measured.document_s
    memory = (_READER_MIB + wanted.workers * _WORKER_MIB) / 2**10
    return FlowPlan(count, load, load / count / wanted.workers, memory)


def _readers(wanted: Wanted, measured: Measured) -> int:
    load = wanted.rate * wanted.documents * measured.document_s
    return max(1, ceil(load / wanted.busy / wanted.workers))
