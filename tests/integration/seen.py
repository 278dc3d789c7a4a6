"""What has been committed to a pipeline's topics, as a consumer of them sees it."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any, TypeVar

from confluent_kafka import KafkaError, KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient

from connectors.browse import every_partition, received
from connectors.changelog import reader
from connectors.codec import Codec, LockIds, Undecodable
from connectors.contracts import Contracts, Topic
from connectors.kafka import client, place
from connectors.offsets import Offsets, Where
from connectors.records import RECORDS
from connectors.stream import Received

T = TypeVar("T")


class Seen:
    """What has been committed to topics, each record once for every time it stands there."""

    def __init__(self, kafka: Mapping[str, str], contracts: Contracts) -> None:
        """Watch all topics that hold events or dead letters, from their beginning."""
        self._kafka = kafka
        self._contracts = contracts
        codec = Codec(contracts, LockIds(contracts))
        self._decoders = {contracts.topic_of(each).name: codec.decoder(each) for each in RECORDS}
        topics = [
            each for each in contracts.every_topic() if each.kind in ("stream", "dead_letter")
        ]
        self._letters = [each.name for each in topics if each.kind == "dead_letter"]
        self._reached: dict[Where, int] = dict.fromkeys(partitions(topics), 0)
        self._raw: dict[str, list[Received]] = {each.name: [] for each in topics}
        self._records: dict[str, list[Any]] = {each.name: [] for each in topics}
        self.admin = AdminClient(client(kafka))
        self.offsets = Offsets(kafka)
        self._consumer = reader(kafka)
        self._consumer.assign([TopicPartition(*where, 0) for where in self._reached])

    def poll(self, seconds: float = 0.1) -> None:
        """Take over what has arrived."""
        for message in self._consumer.consume(10_000, seconds):
            topic, partition, offset = place(message)
            error = message.error()
            if error is None:
                record = received(message)
                self._reached[topic, partition] = offset + 1
                self._raw[topic].append(record)
                with suppress(Undecodable, KeyError):
                    self._records[topic].append(self._decoders[topic](record.value or b""))
            elif error.code() == KafkaError._PARTITION_EOF:
                self._reached[topic, partition] = offset
            elif not error.retriable():
                raise KafkaException(error)

    def behind(self) -> list[Where]:
        """Partitions whose present ends have not been reached; polls first."""
        ends = self.offsets.ends(self._reached)
        self.poll()
        return [where for where, end in ends.items() if self._reached[where] < end]

    def all(self, record: type[T]) -> list[T]:
        """The records of a topic that can be read, in order within each partition."""
        return self._records[self._contracts.topic_of(record).name]

    def raw(self, record: type[Any]) -> list[Received]:
        """The same as they came."""
        return self._raw[self._contracts.topic_of(record).name]

    def letters(self) -> list[Received]:
        """All dead letters."""
        return [letter for topic in self._letters for letter in self._raw[topic]]

    def counts(self) -> dict[str, int]:
        """Records by topic."""
        return {topic: len(found) for topic, found in self._raw.items() if found}

    def close(self) -> None:
        """Stop watching."""
        self._consumer.close()


def partitions(topics: Iterable[Topic]) -> list[Where]:
    """Every partition of `topics`."""
    return every_partition({topic.name: topic.partitions for topic in topics})
