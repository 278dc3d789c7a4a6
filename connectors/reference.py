"""Reference data as global tables: compacted topics that every process reads whole.

They are refreshed only between epochs, so that one epoch sees one version of them.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Generic, TypeVar

from confluent_kafka import KafkaError, KafkaException, Message

from connectors.changelog import read_to, reader
from connectors.codec import Undecodable
from connectors.kafka import place
from connectors.logs import Log
from connectors.offsets import end_offsets
from connectors.restoring import NOBODY, Watcher
from operators.time import Instant

log = Log(__name__)

HEARTBEAT = "__heartbeat__"
"""A key that no record has: its tombstones say that there is no news, and change nothing."""

_FETCH_WAIT_MS = 100
"""A start waits that long for the last end; with less, an idle flow is busy asking."""

V = TypeVar("V")


class ReferenceTable(Generic[V]):
    """The latest value of each key of a reference topic."""

    def __init__(self, topic: str, decode: Callable[[bytes], V]) -> None:
        """Start empty."""
        self.topic = topic
        self._decode = decode
        self._values: dict[str, V] = {}
        self.newest: Instant | None = None
        """Kafka's time of the newest record of the topic, tombstones included."""

    def get(self, key: str, /) -> V | None:
        """The value of a key, None when there is none."""
        return self._values.get(key)

    def __len__(self) -> int:
        """Number of keys."""
        return len(self._values)

    def apply(self, key: bytes, value: bytes | None) -> None:
        """Take over one record; one that does not decode leaves the value before in force."""
        name = key.decode(errors="replace")
        if value is None:
            self._replace(name, None)
            return
        try:
            self._replace(name, self._decode(value))
        except Undecodable as error:
            log.error("reference record ignored", topic=self.topic, key=name, reason=error.reason)

    def _replace(self, key: str, value: V | None) -> None:
        if value is None:
            self._values.pop(key, None)
        else:
            self._values[key] = value


class GroupedReferenceTable(ReferenceTable[V]):
    """A reference table looked up by something else than its key, with several values each."""

    def __init__(
        self, topic: str, decode: Callable[[bytes], V], groups_of: Callable[[V], Iterable[str]]
    ) -> None:
        """`groups_of`: what a value is looked up by, once or more often."""
        super().__init__(topic, decode)
        self._groups_of = groups_of
        self._groups: dict[str, dict[str, V]] = {}

    def _replace(self, key: str, value: V | None) -> None:
        before = self._values.get(key)
        if before is not None:
            for group in set(self._groups_of(before)):
                members = self._groups[group]
                del members[key]
                if not members:
                    del self._groups[group]
        super()._replace(key, value)
        if value is not None:
            for group in self._groups_of(value):
                self._groups.setdefault(group, {})[key] = value

    @property
    def groups(self) -> "Groups[V]":
        """The look-up by group."""
        return Groups(self._groups)


class Groups(Generic[V]):
    """Values of a reference table by group."""

    def __init__(self, groups: Mapping[str, Mapping[str, V]]) -> None:
        """Look into `groups`, which the table keeps current."""
        self._groups = groups

    def get(self, key: str, /) -> tuple[V, ...] | None:
        """The values of a group, None when there are none."""
        values = self._groups.get(key)
        return tuple(values.values()) if values else None


class ReferenceTables:
    """The reference tables of one process and the consumer that keeps them current."""

    def __init__(self, kafka: Mapping[str, str], tables: list[ReferenceTable[Any]]) -> None:
        """Connect nothing yet."""
        self._kafka = kafka
        self._tables = {table.topic: table for table in tables}

    def load(self, stopping: Callable[[], bool], watcher: Watcher = NOBODY) -> None:
        """Read every table whole; `refresh` follows them from there."""
        if not self._tables:
            return
        consumer = reader(self._kafka, fetch_wait_ms=_FETCH_WAIT_MS)
        apply = {
            (topic, number): table.apply
            for topic, table in self._tables.items()
            for number in consumer.list_topics(topic, timeout=30).topics[topic].partitions
        }
        ends = end_offsets(self._kafka, apply)
        watcher.began("reference data")
        count = read_to(consumer, ends, apply, stopping, self._seen, watcher.progressed)
        watcher.ended(count)
        self._consumer = consumer
        log.info("reference data read", records=count)

    def refresh(self) -> bool:
        """Take over what has arrived since; whether anything has. Call it between epochs."""
        if not self._tables:
            return False
        changed = False
        for message in self._consumer.consume(10_000, 0):
            error = message.error()
            if error is None:
                self._tables[place(message)[0]].apply(message.key() or b"", message.value())
                self._seen(message)
                changed = True
            elif error.code() != KafkaError._PARTITION_EOF and not error.retriable():
                raise KafkaException(error)
        return changed

    def _seen(self, message: Message) -> None:
        table = self._tables[place(message)[0]]
        table.newest = max(table.newest or 0, message.timestamp()[1])

    def close(self) -> None:
        """Stop following."""
        if self._tables:
            self._consumer.close()
