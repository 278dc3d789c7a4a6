"""Brokers, storage and cost."""

from collections.abc import Iterator
from math import ceil

import msgspec

from connectors.contracts import Contracts, Topic
from manifold.sizing.measured import Measured
from manifold.sizing.processes import ProcessPlan, processes
from manifold.sizing.wanted import Wanted

_HOUR, _MONTH = 3_600.0, 730 * 3_600.0
_MIB, _GIB = 2**20, 2**30
_SMALL = 0.5
"""Cores of processes that are there whatever the rate: the lag exporter."""


class Brokers(msgspec.Struct, frozen=True):
    """The Kafka cluster."""

    brokers: int
    because: str
    """What asks for so many: cpu, traffic, partitions or copies."""
    cores: float
    """That they use, copies included."""
    written_mib_s: float
    """What they take in, copies included."""
    storage_gib: float
    """When every topic has been there for as long as it keeps records, copies included."""
    kept_for_ever_gib_month: float
    """What comes to that in a month of topics without an end, copies included."""


class Cost(msgspec.Struct, frozen=True):
    """In the currency of the prices."""

    processes: float
    """A million invoices."""
    brokers: float
    storage: float

    @property
    def all(self) -> float:
        """Together."""
        return self.processes + self.brokers + self.storage


class Plan(msgspec.Struct, frozen=True):
    """Everything."""

    wanted: Wanted
    processes: ProcessPlan
    brokers: Brokers
    cost: Cost


def plan(wanted: Wanted, measured: Measured, contracts: Contracts) -> Plan:
    """What it takes. Raises TooMuch."""
    found = processes(wanted, measured)
    brokers = _brokers(wanted, measured, found, contracts)
    return Plan(wanted, found, brokers, _cost(wanted, found, brokers))


def _brokers(
    wanted: Wanted, measured: Measured, found: ProcessPlan, contracts: Contracts
) -> Brokers:
    copies = wanted.replication
    each = sum(measured.topics.values())
    # A copy costs the broker that holds it at most what the first one costs.
    cores = copies * (
        wanted.rate * measured.broker_us / 1e6
        + found.commits * measured.transactions.broker_ms / 1e3
    )
    written = copies * wanted.rate * each / _MIB
    held = copies * sum(topic.partitions for topic in contracts.every_topic(found.partitions))
    needs = {
        "cpu": ceil(cores / wanted.busy / wanted.broker_cores),
        "traffic": ceil(written / wanted.broker_mib_s),
        "partitions": ceil(held / wanted.broker_partitions),
        "copies": copies,
    }
    because = max(needs, key=lambda name: needs[name])
    kept = dict(_kept(wanted, measured, contracts))
    ended = sum(size for seconds, size in kept.values() if seconds)
    endless = sum(size for seconds, size in kept.values() if not seconds)
    return Brokers(
        brokers=needs[because],
        because=because,
        cores=cores,
        written_mib_s=written,
        storage_gib=copies * ended / _GIB,
        kept_for_ever_gib_month=copies * endless / _GIB,
    )


def _kept(
    wanted: Wanted, measured: Measured, contracts: Contracts
) -> Iterator[tuple[str, tuple[float, float]]]:
    """Bytes of one copy by topic, and for how long; 0 for ever, and then those of a month."""
    for name, size in measured.topics.items():
        topic: Topic = contracts.topics[name]
        seconds = topic.retention_ms / 1e3
        if topic.cleanup != "delete":
            # Compacted: what is in force, and as much that is not yet cleaned away.
            seconds = 2 * wanted.remember
        if seconds < 0:
            yield name, (0.0, wanted.average * size * _MONTH)
        else:
            yield name, (seconds, wanted.average * size * seconds)


def _cost(wanted: Wanted, found: ProcessPlan, brokers: Brokers) -> Cost:
    prices = wanted.prices
    millions_an_hour = wanted.average * _HOUR / 1e6
    flows = found.flows.values()
    # Whoever reserves pays: a core for each thread that works, whether or not it is busy.
    cores = _SMALL + sum(max(flow.processes, flow.cores) for flow in flows)
    memory = sum(flow.processes * flow.memory_gib for flow in flows)
    reserved = brokers.brokers * wanted.broker_cores
    return Cost(
        processes=(cores * prices.core_hour + memory * prices.memory_gib_hour) / millions_an_hour,
        brokers=reserved * (prices.core_hour + 4 * prices.memory_gib_hour) / millions_an_hour,
        storage=brokers.storage_gib
        * prices.storage_gib_month
        / (_MONTH / _HOUR)
        / millions_an_hour,
    )
