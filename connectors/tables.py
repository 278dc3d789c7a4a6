"""Where stateful steps get their tables from: memory, or a compacted topic for each table.

The changelog is written in the epoch's transaction, to the same partition number as the
input. So state is there on whichever machine the partition comes to, and never ahead of or
behind the offsets.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any, Protocol, TypeAlias, TypeVar

from connectors.changelog import read_whole
from connectors.changelog_table import ChangelogTable, TableType
from connectors.logs import Log
from connectors.offsets import Offsets, Where
from connectors.restoring import NOBODY, Watcher
from connectors.stream import Outgoing
from operators.table import MemoryTable, Table

log = Log(__name__)

T_co = TypeVar("T_co", covariant=True)
Tables = Mapping[str, Table[Any]]
"""The tables of one partition by name."""


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
        assigned: Callable[[], Iterable[int]],
        stopping: Callable[[], bool],
        watcher: Watcher = NOBODY,
    ) -> None:
        """`topics`: changelog topic to table; `produce` writes in the open transaction.

        `assigned`: the partitions that this process has now; `watcher` is told of restores.
        """
        self._kafka = kafka
        self._topics = topics
        self._produce = produce
        self._assigned = assigned
        self._stopping = stopping
        self._watcher = watcher
        self._open: dict[int, dict[str, ChangelogTable[Any]]] = {}
        self._doubted: set[int] = set()
        self._uncommitted: set[int] = set()
        self._offsets = Offsets(kafka)
        self._ends: dict[Where, int] = {}

    def open(self, partition: int) -> Tables:
        """The partition's tables, read from their changelogs unless they are known.

        The other partitions that this process has been given are read with it.
        """
        if not self._known(partition):
            unknown = (each for each in self._assigned() if not self._known(each))
            self._restore(sorted({partition, *unknown}))
        return self._open[partition]

    def _known(self, partition: int) -> bool:
        return partition in self._open and partition not in self._doubted

    def _restore(self, partitions: Sequence[int]) -> None:
        changelogs = {each: [(topic, each) for topic in self._topics] for each in partitions}
        ends = self._offsets.ends(chain(*changelogs.values()))
        self._doubted.difference_update(partitions)
        kept = [
            each
            for each in partitions
            if each in self._open
            and all(ends[where] == self._ends.get(where) for where in changelogs[each])
        ]
        if kept:
            log.info("kept", partitions=kept)
        opened = {
            each: {
                table.name: ChangelogTable[Any](topic, table)
                for topic, table in self._topics.items()
            }
            for each in partitions
            if each not in kept
        }
        if not opened:
            return
        ends = {where: end for where, end in ends.items() if where[1] in opened}
        self._watcher.began("state")
        restored = read_whole(
            self._kafka,
            ends,
            {
                (table.topic, each): table.restore
                for each, tables in opened.items()
                for table in tables.values()
            },
            self._stopping,
            self._watcher.progressed,
        )
        for tables in opened.values():
            for table in tables.values():
                table.restored()
        self._watcher.ended(restored)
        log.info("restored", partitions=list(opened), records=restored)
        self._open.update(opened)
        self._ends.update(ends)

    def of(self, table: TableType) -> Iterator[ChangelogTable[Any]]:
        """The tables of a type, of all partitions that are open."""
        for tables in self._open.values():
            if table.name in tables:
                yield tables[table.name]

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
