"""Of when the first record is that a group has not read yet.

Ends and commits alone do not tell. The offset a group goes on from may be the marker of a
transaction, a record of one that was aborted, or one that was compacted away; so the next record
is fetched, as a consumer would that reads only what was committed.
"""

import time
from collections.abc import Mapping

from confluent_kafka import Consumer, KafkaError, KafkaException, TopicPartition

from connectors.kafka import client, place
from connectors.offsets import Where
from operators.lag import Next

_PATIENCE = 10.0
"""Seconds for all partitions together."""


class FirstUnread:
    """Fetches one record from each of many partitions."""

    def __init__(self, kafka: Mapping[str, str], *, isolation: str = "read_committed") -> None:
        """Connect to nothing yet; `isolation`: which records count, as librdkafka says it."""
        self._settings = client(
            kafka,
            {
                "group.id": "manifold-reader",
                "enable.auto.commit": False,
                "enable.partition.eof": True,
                "isolation.level": isolation,
                "auto.offset.reset": "earliest",
                "fetch.wait.max.ms": 10,
                # One batch of each partition is all that is wanted.
                "fetch.message.max.bytes": 16_384,
                "queued.min.messages": 1,
                "queued.max.messages.kbytes": 1_024,
            },
        )
        self._consumer: Consumer | None = None

    def after(self, offsets: Mapping[Where, int]) -> dict[Where, Next]:
        """What comes next in each partition; those are missing that did not answer in time.

        Raises KafkaException.
        """
        if not offsets:
            return {}
        consumer = self._consumer or Consumer(self._settings)
        self._consumer = consumer
        consumer.assign([TopicPartition(*where, offset) for where, offset in offsets.items()])
        found: dict[Where, Next] = {}
        until = time.monotonic() + _PATIENCE
        while len(found) < len(offsets) and time.monotonic() < until:
            for message in consumer.consume(1_000, 0.02):
                topic, partition, offset = place(message)
                error = message.error()
                if error is None:
                    following = Next(message.timestamp()[1], offset)
                elif error.code() == KafkaError._PARTITION_EOF:
                    following = Next(None, offset)
                else:
                    raise KafkaException(error)
                if (topic, partition) not in found:
                    found[topic, partition] = following
                    consumer.incremental_unassign([TopicPartition(topic, partition)])
        consumer.unassign()
        return found

    def close(self) -> None:
        """Connect no more."""
        if self._consumer is not None:
            self._consumer.close()
            self._consumer = None
