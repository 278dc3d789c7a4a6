"""People who answer reviews while everything breaks: some well, some twice, too late or wrongly."""

import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Literal, TypeAlias, get_args
from zlib import crc32

from confluent_kafka import KafkaError, KafkaException, Message, TopicPartition

from connectors.changelog import reader
from connectors.clock import now
from connectors.codec import Codec
from connectors.contracts import Contracts
from connectors.envelope import Envelope
from operators.decision import ReviewOutcome
from operators.review import InvoiceReviewCompleted, InvoiceReviewRequested
from operators.time import Instant
from tests.faults.load import PATIENCE, producer

Habit: TypeAlias = Literal[
    "approves", "rejects", "says it twice", "is ahead", "comes too late", "is one", "is silent"
]
"""How the people answer who are asked about a request."""
HABITS: tuple[Habit, ...] = get_args(Habit)

_WAIT = 0.1
"""Seconds to wait for somebody to be asked."""


def habit_of(request_id: str) -> Habit:
    """Drawn from the request, so that a run with the same invoices has the same people."""
    return HABITS[crc32(request_id.encode()) % len(HABITS)]


def answers(
    asked: InvoiceReviewRequested, habit: Habit, at: Instant
) -> Sequence[InvoiceReviewCompleted]:
    """What people say when they are asked, in this order."""

    def said(
        outcome: ReviewOutcome, reviewer: str | None = None, revision: int = asked.revision
    ) -> InvoiceReviewCompleted:
        return InvoiceReviewCompleted(
            request_id=asked.request_id,
            attempt=asked.attempt,
            revision=revision,
            vendor_id=asked.vendor_id,
            outcome=outcome,
            reviewer=reviewer or f"person-{len(asked.approvals) + 1}",
            reason="Looked at.",
            completed_at=at,
        )

    match habit:
        case "approves":
            return (said("APPROVED"),)
        case "rejects":
            return (said("REJECTED"),)
        case "says it twice":
            return said("APPROVED"), said("APPROVED")
        case "is ahead":
            return said("APPROVED", revision=asked.revision + 1), said("REJECTED")
        case "comes too late":
            return said("REJECTED"), said("APPROVED", "another")
        case "is one":
            again = [said("APPROVED", each.reviewer.upper()) for each in asked.approvals]
            return *again, said("APPROVED")
        case _:
            return ()


class People:
    """Answers everything that is asked, in a thread of its own."""

    def __init__(
        self,
        asked_at: Mapping[str, str],
        answered_at: Mapping[str, str],
        contracts: Contracts,
        codec: Codec,
    ) -> None:
        """Kafka settings to read what is asked, and to answer; nothing is read yet."""
        asks, topic = (
            contracts.topic_of(InvoiceReviewRequested),
            contracts.topic_of(InvoiceReviewCompleted),
        )
        self._topic, self._key = topic.name, topic.key_of
        self._decode = codec.decoder(InvoiceReviewRequested)
        self._encode: Callable[[InvoiceReviewCompleted], bytes] = codec.encoder(
            InvoiceReviewCompleted
        )
        self._envelope = Envelope("faults", topic.name)
        self._producer = producer(answered_at, "people")
        self._consumer = reader(asked_at)
        self._consumer.assign(
            [TopicPartition(asks.name, number, 0) for number in range(asks.partitions)]
        )
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._answer, daemon=True)
        self._refusals: list[str] = []
        self.sent = 0
        self.acknowledged = 0

    def start(self) -> None:
        """Begin to answer."""
        self._thread.start()

    def finish(self) -> None:
        """Answer nothing more, and wait until the cluster has acknowledged all that was said."""
        self._over.set()
        self._thread.join()
        self._consumer.close()
        self._producer.flush(PATIENCE)
        if self.acknowledged < self.sent:
            missing = self.sent - self.acknowledged
            raise RuntimeError(f"{missing} answers were not acknowledged: {self._refusals[:3]}")

    def _answer(self) -> None:
        while not self._over.is_set():
            self._producer.poll(0)
            with suppress(KafkaException):
                message = self._consumer.poll(_WAIT)
                if message is not None and message.error() is None:
                    asked = self._decode(message.value() or b"")
                    for each in answers(asked, habit_of(asked.request_id), now()):
                        self._send(each)

    def _send(self, completed: InvoiceReviewCompleted) -> None:
        self.sent += 1
        self._producer.produce(
            self._topic,
            self._encode(completed),
            self._key(completed).encode(),
            on_delivery=self._delivered,
            headers=list(self._envelope.headers(completed, now())),
        )

    def _delivered(self, error: KafkaError | None, _: Message) -> None:
        if error is None:
            self.acknowledged += 1
        else:
            self._refusals.append(error.str())
