"""Decisions as a reader sees them: committed ones only, each with the moment it came."""

import time
from collections.abc import Callable, Iterable
from types import TracebackType
from typing import Self

from confluent_kafka import Consumer, KafkaException, TopicPartition
from msgspec import Struct

from bench.harness.processes import Processes
from bench.harness.trial import Trial
from connectors.kafka import client
from operators.time import Instant

_PATIENCE = 120.0
"""Seconds without any decision after which a run is given up."""


class Undecided(Exception):
    """Decisions do not come any more."""


class Decided(Struct, frozen=True, tag="InvoiceDecision"):
    """What is read of a decision."""

    request_id: str
    vendor_id: str
    complete: bool
    uploaded_at: Instant


class Seen(Struct, frozen=True):
    """A complete decision, as it was seen."""

    at: float
    """When, in seconds since the epoch."""
    uploaded: float
    """When the invoice was uploaded, in seconds since the epoch."""
    vendor_id: str
    """The key of the upload."""


class Observer:
    """A read_committed consumer of a trial's decisions, outside any group."""

    def __init__(self, trial: Trial, *, complete: bool) -> None:
        """`complete`: read each decision, and count only complete ones; else count them all."""
        self._decode = trial.codec.decoder(Decided) if complete else None
        self._consumer = Consumer(
            client(
                trial.broker.client,
                {
                    "group.id": f"{trial.namespace}observer",
                    "enable.auto.commit": False,
                    "isolation.level": "read_committed",
                    "auto.offset.reset": "earliest",
                    "fetch.wait.max.ms": 10,
                    "queued.min.messages": 200_000,
                },
            )
        )
        partitions = range(trial.contracts.topics[trial.decisions].partitions)
        self._consumer.assign([TopicPartition(trial.decisions, each, 0) for each in partitions])
        self.arrived: dict[bytes, float] = {}
        """Request to the moment its first decision was seen, in seconds since the epoch."""
        self.complete: list[Seen] = []
        """The complete decisions in the order they came, if they are read."""
        self.records = 0
        """Decisions seen, further ones on the same request included."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._consumer.close()

    def poll(self, seconds: float) -> bool:
        """Wait that long at most for decisions and note them; whether there were some."""
        first = self._consumer.poll(seconds)
        if first is None:
            return False
        at = time.time()
        for message in (first, *self._consumer.consume(10_000, 0)):
            error = message.error()
            if error is not None:
                if not error.retriable():
                    raise KafkaException(error)
                continue
            self.records += 1
            if self._decode is not None:
                decided = self._decode(message.value() or b"")
                if not decided.complete:
                    continue
                self.complete.append(Seen(at, decided.uploaded_at / 1_000, decided.vendor_id))
            self.arrived.setdefault(message.key() or b"", at)
        return True

    def until(
        self,
        done: Callable[[], bool],
        processes: Processes,
        *,
        patience: float = _PATIENCE,
        limit: float = float("inf"),
    ) -> None:
        """Note decisions until `done`, keeping the processes running.

        Raises Undecided when none has come for `patience` seconds, or after `limit` seconds.
        """
        began = last = time.monotonic()
        while not done():
            if self.poll(0.1):
                last = time.monotonic()
            processes.check()
            now = time.monotonic()
            if now - last > patience or now - began > limit:
                raise Undecided(
                    f"{len(self.arrived)} requests were decided, then no more came for "
                    f"{now - last:.0f} s"
                )

    def for_seconds(self, seconds: float, processes: Processes) -> None:
        """Note decisions for so long, whether any come or not."""
        end = time.monotonic() + seconds
        self.until(lambda: time.monotonic() >= end, processes, patience=seconds + 1)

    def until_decided(self, requests: Iterable[bytes], processes: Processes) -> None:
        """Note decisions until all these requests are decided. Raises Undecided."""
        waiting = set(requests)

        def done() -> bool:
            waiting.difference_update(self.arrived.keys() & waiting)
            return not waiting

        self.until(done, processes)
