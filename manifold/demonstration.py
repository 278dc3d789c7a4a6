"""The demo: invented invoices with known faults through every flow, counted as they come out."""

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from confluent_kafka import Consumer, KafkaException
from msgspec import Struct, field
from msgspec.structs import replace

from connectors.browse import read_all
from connectors.clock import now
from connectors.codec import Codec, LockIds
from connectors.contracts import Contracts
from connectors.kafka import client
from connectors.publish import Publisher
from connectors.settings import Settings
from manifold.generator import Sample, invoices, reference_records, world
from operators.decision import InvoiceDecision
from operators.enrichment import InvoiceEnriched

_PATIENCE = 60.0
"""Seconds without any decision after which the rest is given up."""
_PATIENCE_TO_POST = 10.0
"""Seconds that an approved invoice may take to be ready for an ERP system."""


class Outcome(Struct, frozen=True):
    """A sample and the decision on it."""

    sample: Sample
    decision: InvoiceDecision

    @property
    def found(self) -> bool | None:
        """Whether the branch that should find the sample's fault did; None without a fault."""
        if self.sample.fault is None:
            return None
        return any(
            answer.branch == self.sample.branch and answer.status == self.sample.expected
            for answer in self.decision.branches
        )


class Tally(Struct):
    """What has come out so far."""

    requests: int
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    """The decision in force by request."""
    duplicates: int = 0
    """Decisions that were written more than once."""
    dead_letters: int = 0
    seconds: float = 0.0
    """From the first upload to the last decision."""

    @property
    def decided(self) -> bool:
        """Whether every request has its complete decision."""
        complete = sum(outcome.decision.complete for outcome in self.outcomes.values())
        return complete == self.requests

    @property
    def faults(self) -> int:
        """Faults put into the decided requests."""
        return sum(outcome.found is not None for outcome in self.outcomes.values())

    @property
    def faults_found(self) -> int:
        """Faults found by the branch that should."""
        return sum(outcome.found is True for outcome in self.outcomes.values())

    def summary(self) -> dict[str, int | float]:
        """One line for machines."""
        decisions = [outcome.decision for outcome in self.outcomes.values()]
        return {
            "requests": self.requests,
            "decisions": len(decisions),
            "complete": sum(decision.complete for decision in decisions),
            "approved": sum(decision.status == "APPROVED" for decision in decisions),
            "review": sum(decision.status == "REVIEW" for decision in decisions),
            "rejected": sum(decision.status == "REJECTED" for decision in decisions),
            "duplicates": self.duplicates,
            "dead_letters": self.dead_letters,
            "faults": self.faults,
            "faults_found": self.faults_found,
            "seconds": round(self.seconds, 1),
        }


class Demonstration:
    """Publishes samples and counts the decisions on them."""

    def __init__(self, settings: Settings, count: int, seed: int) -> None:
        """Publish the reference data the samples are measured against."""
        self._kafka = settings.kafka_client
        self._contracts = Contracts.load(namespace=settings.namespace)
        self._codec = Codec(self._contracts, LockIds(self._contracts))
        started = now()
        self._world = world(seed, count, datetime.fromtimestamp(started / 1_000, UTC).date())
        self._samples = list(invoices(self._world, seed, count, started))
        with Publisher(self._kafka, self._contracts, self._codec, "demo") as publisher:
            for key, record in reference_records(self._world):
                publisher.send(record, key)

    def run(
        self, rate: float | None, between: Callable[[], None] = lambda: None
    ) -> Iterator[Tally]:
        """Publish the samples, `rate` a second if given; the tally after every change of it.

        Calls `between` several times a second. Ends when every request has its complete
        decision, or when none has come for a minute.
        """
        tally = Tally(len(self._samples))
        samples = {sample.upload.request_id: sample for sample in self._samples}
        decisions = self._contracts.topic_of(InvoiceDecision).name
        decode = self._codec.decoder(InvoiceDecision)
        seen: set[tuple[str, int, int]] = set()
        consumer = self._follow(decisions)
        waiting = iter(self._samples)
        started = heard = time.monotonic()
        try:
            with Publisher(self._kafka, self._contracts, self._codec, "demo") as publisher:
                while not tally.decided and time.monotonic() - heard < _PATIENCE:
                    between()
                    due = self._due(started, rate) - publisher.accepted
                    for sample in (next(waiting, None) for _ in range(due)):
                        if sample is not None:
                            publisher.send(replace(sample.upload, uploaded_at=now()))
                            heard = time.monotonic()
                    changed = False
                    for message in consumer.consume(500, 0.1):
                        if message.error() is not None:
                            raise KafkaException(message.error())
                        changed, heard = True, time.monotonic()
                        if message.topic() != decisions:
                            tally.dead_letters += 1
                            continue
                        decision = decode(message.value() or b"")
                        identity = (decision.request_id, decision.attempt, decision.revision)
                        tally.duplicates += identity in seen
                        seen.add(identity)
                        sample = samples[decision.request_id]
                        tally.outcomes[decision.request_id] = Outcome(sample, decision)
                    tally.seconds = time.monotonic() - started
                    if changed:
                        yield tally
        finally:
            consumer.close()

    def posted(self) -> InvoiceEnriched | None:
        """An approved invoice as an ERP system would post it; None when none comes in time."""
        topic = self._contracts.topic_of(InvoiceEnriched).name
        decode = self._codec.decoder(InvoiceEnriched)
        deadline = time.monotonic() + _PATIENCE_TO_POST
        while time.monotonic() < deadline:
            for received in read_all(self._kafka, [topic]):
                return decode(received.value or b"")
            time.sleep(0.2)
        return None

    def _due(self, started: float, rate: float | None) -> int:
        if rate is None:
            return len(self._samples)
        return min(len(self._samples), int((time.monotonic() - started) * rate) + 1)

    def _follow(self, decisions: str) -> Consumer:
        consumer = Consumer(
            client(
                self._kafka,
                {
                    "group.id": "manifold-demo",
                    "enable.auto.commit": False,
                    "auto.offset.reset": "earliest",
                    "isolation.level": "read_committed",
                },
            )
        )
        letters = [
            topic.name for topic in self._contracts.every_topic() if topic.kind == "dead_letter"
        ]
        consumer.subscribe([decisions, *letters])
        return consumer
