"""Uploads that wait in a topic: written once, the same bytes for every system and round."""

from collections.abc import Iterable, Sequence
from typing import Any

from confluent_kafka import KafkaError, Message, Producer
from msgspec import Struct

from bench.harness.broker import Broker
from connectors.browse import read_all
from connectors.codec import Codec, LockIds
from connectors.contracts import Contracts, Topic
from connectors.envelope import Envelope
from connectors.kafka import PARTITIONER, client
from connectors.stream import Headers
from connectors.topics import Topics
from operators.upload import InvoiceUploaded


class NotWritten(Exception):
    """The broker refused uploads."""


class Encoded(Struct, frozen=True):
    """A record as it goes to Kafka."""

    key: bytes
    value: bytes
    headers: Headers


class Encoder:
    """Uploads to bytes, with the headers that producers of the project write."""

    def __init__(self) -> None:
        contracts = Contracts.load()
        self._encode = Codec(contracts, LockIds(contracts)).encoder(InvoiceUploaded)
        self._envelope = Envelope("bench", contracts.topic_of(InvoiceUploaded).name)

    def __call__(self, upload: InvoiceUploaded) -> Encoded:
        """The record of an upload."""
        return Encoded(
            (upload.vendor_id or upload.request_id).encode(),
            self._encode(upload),
            self._envelope.headers(upload, upload.uploaded_at),
        )


class Writer:
    """A producer of uploads."""

    def __init__(self, broker: Broker, topic: str, linger_ms: int) -> None:
        """To `topic`, records of up to `linger_ms` together."""
        self._topic = topic
        self._refusal: KafkaError | None = None
        required = {
            "enable.idempotence": True,
            "partitioner": PARTITIONER,
            "linger.ms": linger_ms,
            "compression.type": "lz4",
            "queue.buffering.max.messages": 1_000_000,
        }
        self._producer = Producer(client(broker.client, required))

    def write(self, record: Encoded, partition: int = -1) -> None:
        """Put a record on its way, to the partition of its key unless one is given."""
        while True:
            try:
                self._producer.produce(
                    self._topic,
                    record.value,
                    record.key,
                    partition,
                    on_delivery=self._delivered,
                    headers=list(record.headers),
                )
                break
            except BufferError:
                self._producer.poll(0.1)
        self._producer.poll(0)

    def flush(self) -> None:
        """Wait until all of it is acknowledged. Raises NotWritten."""
        self._producer.flush(60)
        if len(self._producer) or self._refusal is not None:
            why = self._refusal.str() if self._refusal else "no answer within a minute"
            raise NotWritten(f"uploads were not written to {self._topic}: {why}")

    def _delivered(self, error: KafkaError | None, _: Message) -> None:
        self._refusal = self._refusal or error


class Input:
    """Uploads in a topic of their own."""

    def __init__(self, topic: Topic, count: int) -> None:
        """`count` uploads stand in `topic`, or will once they are written."""
        self.contract = topic
        self.topic = topic.name
        self.count = count
        self.requests: set[bytes] = set()
        """The requests they are; fewer than uploads, for some are sent twice."""

    def write(self, broker: Broker, uploads: Iterable[InvoiceUploaded]) -> None:
        """Create the topic and write the uploads."""
        topics = Topics(broker.client)
        topics.create(topics.plan([self.contract]))
        encode, writer = Encoder(), Writer(broker, self.topic, 50)
        for upload in uploads:
            writer.write(encode(upload))
            self.requests.add(upload.request_id.encode())
        writer.flush()

    def copy(self, broker: Broker, topic: str) -> None:
        """Write the same records to the same partitions of another topic."""
        writer = Writer(broker, topic, 50)
        for each in read_all(broker.client, [self.topic]):
            record: Any = Encoded(each.key or b"", each.value or b"", each.headers)
            writer.write(record, each.partition)
        writer.flush()


def write_now(broker: Broker, topic: str, uploads: Sequence[InvoiceUploaded]) -> None:
    """Write some uploads and wait until they are acknowledged."""
    encode, writer = Encoder(), Writer(broker, topic, 0)
    for upload in uploads:
        writer.write(encode(upload))
    writer.flush()
