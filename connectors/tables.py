"""Keyed state of a partition: a table in memory, every change of it in a compacted topic.

The changelog is written in the epoch's transaction, to the same partition number as the
input. So state is there on whichever machine the partition comes to, and never ahead of or
behind the offsets.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import Enum, auto
from typing import Any, Generic, Protocol, TypeAlias, TypeVar

import msgspec
import structlog
from confluent_kafka.admin import AdminClient

from connectors.changelog import connected, end_offsets, read_whole
from connectors.stream import Outgoing
from operators.table import MemoryTable, Table

log = structlog.get_logger(__name__)

V = TypeVar("V")
T_co = TypeVar("T_co", covariant=True)
Tables = Mapping[str, Table[Any]]
"""The tables of one partition by name."""


class TableType(msgspec.Struct, frozen=True):
    """A flow's declaration of one of its tables."""

    name: str
    value: Any
    """Type of the values: a Struct, or a union of tagged ones."""


class TableStore(Protocol[T_co]):
    """Where a stateful step gets its tables from."""

    def open(self, partition: int) -> T_co:
        """The partition's tables as they were at the last commit."""

    def flush(self, partition: int) -> None:
        """Write what has changed in the partition's tables since the last flush."""

    def revoked(self, partition: int, returned: bool) -> None:
        """The partition was taken away, and may have `returned`."""


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

    def revoked(self, partition: int, returned: bool) -> None:
        """Drop the partition's tables."""
        self.partitions.pop(partition, None)


class Stores:
    """The stores of several flows that share a process and its partitions."""

    def __init__(self, stores: Mapping[str, TableStore[Tables]]) -> None:
        """Each flow's store by the flow's name."""
        self._stores = stores

    def open(self, partition: int) -> Mapping[str, Tables]:
        """Each flow's tables of the partition."""
        return {flow: store.open(partition) for flow, store in self._stores.items()}

    def flush(self, partition: int) -> None:
        """Write what has changed in any of them."""
        for store in self._stores.values():
            store.flush(partition)

    def revoked(self, partition: int, returned: bool) -> None:
        """Tell each of them."""
        for store in self._stores.values():
            store.revoked(partition, returned)


class _Deleted(Enum):
    DELETED = auto()


_DELETED = _Deleted.DELETED


class ChangelogTable(Generic[V]):
    """A table that knows what has changed since its last flush, and can take that back."""

    def __init__(self, topic: str, value: Any) -> None:
        """Start empty."""
        self.topic = topic
        # A plain dict walks over every entry deleted at its front to reach the oldest one left.
        self._flushed: OrderedDict[str, V] = OrderedDict()
        self._changed: dict[str, V | _Deleted] = {}
        """What is different from `_flushed`, in the order of the last change."""
        self._encode = msgspec.msgpack.Encoder().encode
        self._decode = msgspec.msgpack.Decoder(value).decode

    def get(self, key: str, /) -> V | None:
        """The value of a key, None when there is none."""
        value = self._changed.get(key)
        if value is None:
            return self._flushed.get(key)
        return None if value is _DELETED else value

    def put(self, key: str, value: V, /) -> None:
        """Set a key's value."""
        self._changed.pop(key, None)
        self._changed[key] = value

    def delete(self, key: str, /) -> None:
        """Forget a key; nothing happens when it is unknown."""
        self._changed.pop(key, None)
        if key in self._flushed:
            self._changed[key] = _DELETED

    def items(self) -> Iterator[tuple[str, V]]:
        """Keys and values in the order in which they were last put, also after a restore."""
        for key, value in self._flushed.items():
            if key not in self._changed:
                yield key, value
        for key, changed in self._changed.items():
            if changed is not _DELETED:
                yield key, changed

    def __len__(self) -> int:
        """Number of keys."""
        return sum(1 for _ in self.items())

    def restore(self, key: bytes, value: bytes | None) -> None:
        """Take over one record of the changelog."""
        name = key.decode()
        self._flushed.pop(name, None)
        if value is not None:
            self._flushed[name] = self._decode(value)

    def changes(self) -> Iterator[tuple[bytes, bytes | None]]:
        """Changelog records since the last call, which can no longer be taken back."""
        changed, self._changed = self._changed, {}
        for key, value in changed.items():
            self._flushed.pop(key, None)
            if value is _DELETED:
                yield key.encode(), None
            else:
                self._flushed[key] = value
                yield key.encode(), self._encode(value)

    def roll_back(self) -> None:
        """Be as it was at the last flush."""
        self._changed = {}


Where: TypeAlias = tuple[str, int]
Produce: TypeAlias = Callable[[list[Outgoing]], None]


class ChangelogStore:
    """Tables backed by changelog topics.

    What a partition's tables hold is kept while the partition is away, and used again when
    the changelogs end where this process left them: then nobody else has changed it.
    """

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
        self._doubted: set[int] = set()
        self._uncommitted: set[int] = set()
        self._admin: AdminClient | None = None
        self._ends: dict[Where, int] = {}

    def open(self, partition: int) -> Tables:
        """The partition's tables, read from their changelogs unless they are known."""
        tables = self._open.get(partition)
        if tables is not None and partition not in self._doubted:
            return tables
        changelogs = [(topic, partition) for topic in self._topics]
        if self._admin is None:
            self._admin = connected(self._kafka, changelogs[0][0])
        ends = end_offsets(self._kafka, changelogs, self._admin)
        self._doubted.discard(partition)
        if tables is not None and all(ends[each] == self._ends.get(each) for each in changelogs):
            log.info("kept", partition=partition)
            return tables
        tables = {
            table.name: ChangelogTable(topic, table.value) for topic, table in self._topics.items()
        }
        restored = read_whole(
            self._kafka,
            ends,
            {(table.topic, partition): table.restore for table in tables.values()},
            self._stopping,
        )
        log.info("restored", partition=partition, records=restored)
        self._open[partition] = tables
        self._ends.update(ends)
        return tables

    def flush(self, partition: int) -> None:
        """Write the changes to the changelogs."""
        for table in self._open.get(partition, {}).values():
            topic = table.topic
            changes = [Outgoing(topic, key, value, [], partition) for key, value in table.changes()]
            if changes:
                self._produce(changes)
                # Behind the transaction's last record comes its commit marker.
                self._ends[topic, partition] += len(changes) + 1
                self._uncommitted.add(partition)

    def committed(self) -> None:
        """What has been flushed is in the changelogs for good."""
        self._uncommitted.clear()

    def roll_back(self) -> None:
        """Be as at the last commit: what was flushed since then is read from the changelogs."""
        for partition in self._uncommitted:
            self._open.pop(partition, None)
        self._uncommitted.clear()
        for tables in self._open.values():
            for table in tables.values():
                table.roll_back()

    def revoked(self, partition: int, returned: bool) -> None:
        """Drop the partition's tables, or look before they are used again."""
        if returned:
            self._doubted.add(partition)
        else:
            self._open.pop(partition, None)
