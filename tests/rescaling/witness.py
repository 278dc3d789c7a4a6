"""Somebody who reads the decisions while they are made, and notes when each was seen first."""

import threading
from collections.abc import Mapping

from confluent_kafka import KafkaError, KafkaException, TopicPartition

from connectors.browse import every_partition
from connectors.changelog import reader
from connectors.clock import now
from connectors.contracts import Topic
from operators.time import Instant


class Witness:
    """A reader outside any group, in a thread of its own, that sees what is committed."""

    def __init__(self, kafka: Mapping[str, str], topic: Topic) -> None:
        """Begin to read a topic whose key is the request."""
        self.seen: dict[str, Instant] = {}
        """When the first record of a request was seen."""
        self._problem: KafkaError | None = None
        self._over = threading.Event()
        self._consumer = reader(kafka)
        wheres = every_partition({topic.name: topic.partitions})
        self._consumer.assign([TopicPartition(*where, 0) for where in wheres])
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End. Raises KafkaException when it could not read on."""
        self._over.set()
        self._thread.join()
        self._consumer.close()
        if self._problem is not None:
            raise KafkaException(self._problem)

    def _read(self) -> None:
        while not self._over.is_set():
            messages = self._consumer.consume(1_000, 0.02)
            at = now()
            for message in messages:
                error = message.error()
                if error is None:
                    self.seen.setdefault((message.key() or b"").decode(), at)
                elif error.code() != KafkaError._PARTITION_EOF and not error.retriable():
                    self._problem = error
                    return
