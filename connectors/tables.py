"""Keyed state of a partition: a table in memory, every change of it in a compacted topic.

The changelog is written in the epoch's transaction, to the same partition number as the
input. So state is there on whichever machine the partition comes to, and never ahead of or
behind the offsets.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Generic, Protocol, TypeVar

import msgspec
import structlog

from connectors.changelog import read_whole
from connectors.stream import Outgoing
from operators.table import MemoryTable, Table

log = structlog.get_logger(__name__)

V = TypeVar("V")
Tables = Mapping[str, Table[Any]]
"""The tables of one partition by name."""


class TableType(msgspec.Struct, frozen=True):
    """A flow's declaration of one of its tables."""

    name: str
    value: Any
    """Type of the values: a Struct, or a union of tagged ones."""


class TableStore(Protocol):
    """Where a stateful step gets its tables from."""

    def open(self, partition: int) -> Tables:
        """The partition's tables as they were at the last commit."""

    def flush(self, partition: int) -> None:
        """Write what has changed in the partition's tables since the last flush."""

    def forget(self, partition: int) -> None:
        """The partition is no longer ours."""


class MemoryStore:
    """Tables that live and die with the process, for flows run without a broker."""

    def __init__(self, types: Sequence[TableType]) -> None:
        """One table of each type for every partition."""
        self._types = types
        self.partitions: dict[int, dict[str, Table[Any]]] = {}

    def open(self, partition: int) -> Tables:
        """The partition's tables, empty at first."""
        tables: dict[str, Table[Any]] = {table.name: MemoryTable() for table in self._types}
        return self.partitions.setdefault(partition, tables)

    def flush(self, partition: int) -> None:
        """Nothing to write."""

    def forget(self, partition: int) -> None:
        """Drop the partition's tables."""
        self.partitions.pop(partition, None)


class ChangelogTable(Generic[V]):
    """A table that knows which of its keys have changed."""

    def __init__(self, topic: str, value: Any) -> None:
        """Start empty."""
        self.topic = topic
        self._values: dict[str, V] = {}
        self._changed: dict[str, bool] = {}
        """Changed key to whether the changelog knows it."""
        self._encode = msgspec.msgpack.Encoder().encode
        self._decode = msgspec.msgpack.Decoder(value).decode

    def get(self, key: str, /) -> V | None:
        """The value of a key, None when there is none."""
        return self._values.get(key)

    def put(self, key: str, value: V, /) -> None:
        """Set a key's value."""
        if key not in self._changed:
            self._changed[key] = key in self._values
        self._values[key] = value

    def delete(self, key: str, /) -> None:
        """Forget a key; nothing happens when it is unknown."""
        if self._values.pop(key, None) is not None and not self._changed.setdefault(key, True):
            del self._changed[key]

    def items(self) -> Iterator[tuple[str, V]]:
        """Keys and values, those put first coming first."""
        return iter(self._values.items())

    def __len__(self) -> int:
        """Number of keys."""
        return len(self._values)

    def restore(self, key: bytes, value: bytes | None) -> None:
        """Take over one record of the changelog."""
        if value is None:
            self._values.pop(key.decode(), None)
        else:
            self._values[key.decode()] = self._decode(value)

    def changes(self) -> Iterator[tuple[bytes, bytes | None]]:
        """Changelog records since the last call."""
        changed, self._changed = self._changed, {}
        for key in changed:
            value = self._values.get(key)
            yield key.encode(), None if value is None else self._encode(value)


Produce = Callable[[Outgoing], None]


class ChangelogStore:
    """Tables backed by changelog topics."""

    def __init__(
        self,
        kafka: Mapping[str, str],
        topics: Mapping[str, TableType],
        produce: Produce,
        stopping: Callable[[], bool],
    ) -> None:
        """`topics`: changelog topic to table; `produce` writes in the open transaction."""
        self._kafka = kafka
        self._topics = topics
        self._produce = produce
        self._stopping = stopping
        self._open: dict[int, dict[str, ChangelogTable[Any]]] = {}

    def open(self, partition: int) -> Tables:
        """The partition's tables, read from their changelogs the first time."""
        tables = self._open.get(partition)
        if tables is None:
            tables = {
                table.name: ChangelogTable(topic, table.value)
                for topic, table in self._topics.items()
            }
            restored = read_whole(
                self._kafka,
                {(table.topic, partition): table.restore for table in tables.values()},
                self._stopping,
            )
            log.info("restored", partition=partition, records=restored)
            self._open[partition] = tables
        return tables

    def flush(self, partition: int) -> None:
        """Write the changes to the changelogs."""
        for table in self._open.get(partition, {}).values():
            for key, value in table.changes():
                self._produce(Outgoing(table.topic, key, value, [], partition))

    def forget(self, partition: int) -> None:
        """Drop the partition's tables; they are read anew when it comes back."""
        self._open.pop(partition, None)
