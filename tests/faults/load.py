"""Invoices with known content, uploaded at a pace whatever happens to the brokers."""

import threading
import time
from collections.abc import Iterable, Mapping

from confluent_kafka import KafkaError, Message, Producer

from connectors.clock import now
from connectors.codec import Codec
from connectors.contracts import Contracts
from connectors.envelope import Envelope
from connectors.kafka import PARTITIONER, client
from manifold.generator import Sample
from operators.upload import InvoiceUploaded
from tests.faults.history import Expected

PATIENCE = 600
"""Seconds a record may wait for the brokers; a producer that gave up would leave a gap."""


def producer(kafka: Mapping[str, str], name: str) -> Producer:
    """A producer that waits for the brokers; `name` is that of its client."""
    return Producer(
        client(
            kafka,
            {
                "client.id": name,
                "log_level": "0",
                "enable.idempotence": True,
                "partitioner": PARTITIONER,
                "message.timeout.ms": PATIENCE * 1_000,
                "linger.ms": 5,
            },
        )
    )


class Load:
    """A producer that uploads samples in a thread of its own."""

    def __init__(
        self,
        kafka: Mapping[str, str],
        contracts: Contracts,
        codec: Codec,
        samples: Iterable[Sample],
        per_second: float,
    ) -> None:
        """Upload nothing yet."""
        topic = contracts.topic_of(InvoiceUploaded)
        self._topic = topic.name
        self._key = topic.key_of
        self._encode = codec.encoder(InvoiceUploaded)
        self._envelope = Envelope("faults", topic.name)
        self._samples = samples
        self._per_second = per_second
        self._over = threading.Event()
        self._refusals: list[str] = []
        self._producer = producer(kafka, "load")
        self._thread = threading.Thread(target=self._upload, daemon=True)
        self.sent: list[Expected] = []
        self.acknowledged = 0

    def start(self) -> None:
        """Begin to upload."""
        self._thread.start()

    @property
    def is_over(self) -> bool:
        """Whether everything there is has been sent."""
        return not self._thread.is_alive()

    def finish(self) -> None:
        """Send nothing more, and wait until the cluster has acknowledged all that was sent."""
        self._over.set()
        self._thread.join()
        self._producer.flush(PATIENCE)
        if self.acknowledged < len(self.sent):
            missing = len(self.sent) - self.acknowledged
            raise RuntimeError(f"{missing} uploads were not acknowledged: {self._refusals[:3]}")

    def _upload(self) -> None:
        began = time.monotonic()
        for sample in self._samples:
            early = began + len(self.sent) / self._per_second - time.monotonic()
            self._producer.poll(0)
            if self._over.wait(max(0.0, early)):
                return
            self._send(sample)

    def _send(self, sample: Sample) -> None:
        upload = sample.upload
        self._producer.produce(
            self._topic,
            self._encode(upload),
            self._key(upload).encode(),
            on_delivery=self._delivered,
            headers=list(self._envelope.headers(upload, now())),
        )
        self.sent.append(Expected(upload.request_id, upload.attempt, sample.fault, sample.decision))

    def _delivered(self, error: KafkaError | None, _: Message) -> None:
        if error is None:
            self.acknowledged += 1
        else:
            self._refusals.append(error.str())
