"""What is asked of a plan: a rate, a promise, and prices."""

import msgspec


class Prices(msgspec.Struct, frozen=True):
    """In any currency; those by default are near the list prices of large clouds in 2025."""

    core_hour: float = 0.04
    memory_gib_hour: float = 0.005
    storage_gib_month: float = 0.08


class Wanted(msgspec.Struct, frozen=True):
    """What there will be."""

    rate: float
    """Invoices a second, when most come."""
    sla: float
    """Seconds from an upload to its decision, for 95 of 100."""
    average: float
    """Invoices a second over a day, which storage and cost go by."""
    documents: float = 0.0
    """Share of invoices that come as documents, 0 to 1."""
    workers: int = 2
    """Of a process of `extract` (`documents.workers`)."""
    remember: float = 86_400.0
    """Seconds that a decided request is remembered (`join.remember`)."""
    busy: float = 0.6
    """Share of its time that a thread, a worker or a broker's core may be busy, 0 to 1."""
    growth: float = 2.0
    """Times this rate there should be partitions for."""
    replication: int = 3
    """Copies of each record."""
    memory_gib: float = 4.0
    """Memory that a process may have."""
    broker_cores: int = 8
    broker_mib_s: float = 100.0
    """What a broker's disk and network take in, MiB a second, copies included."""
    broker_partitions: int = 4_000
    """Copies of partitions that a broker holds."""
    prices: Prices = Prices()
