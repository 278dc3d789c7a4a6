"""A table in memory, and every change of it as records for a compacted topic."""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Sequence
from enum import Enum, auto
from typing import Any, Generic, TypeVar

import msgspec

from connectors.pages import Entry, Pages

V = TypeVar("V")


class TableType(msgspec.Struct, frozen=True):
    """A flow's declaration of one of its tables."""

    name: str
    value: Any
    """Type of the values: a Struct, or a union of tagged ones."""
    in_pages: bool = False
    """Whether its changelog has a record for each epoch instead of one for each key.

    For entries that come and go in about the order they were put.
    """
    encoded: bool = False
    """Whether values are kept as they stand in the changelog, and decoded whenever they are read.

    For values of many parts, of which few are read at a time: they take a fraction of the memory,
    and a restore decodes none. Not for a table in pages.
    """


class _Records(Generic[V]):
    """A changelog with a record for each key."""

    def __init__(self, value: Any) -> None:
        self._encode = msgspec.msgpack.Encoder().encode
        self._decode = msgspec.msgpack.Decoder(value).decode

    def write(
        self, entries: Sequence[Entry[V]], oldest: str | None
    ) -> Iterator[tuple[bytes, bytes | None]]:
        for key, value in entries:
            yield key.encode(), None if value is None else self._encode(value)

    def read(self, key: bytes, value: bytes | None) -> Sequence[Entry[V]]:
        return ((key.decode(), None if value is None else self._decode(value)),)


class _Raw:
    """The same of values that are kept as they stand in it."""

    def write(
        self, entries: Sequence[Entry[bytes]], oldest: str | None
    ) -> Iterator[tuple[bytes, bytes | None]]:
        for key, value in entries:
            yield key.encode(), value

    def read(self, key: bytes, value: bytes | None) -> Sequence[Entry[bytes]]:
        return ((key.decode(), value),)


def _same(value: V) -> V:
    return value


class _Deleted(Enum):
    DELETED = auto()


_DELETED = _Deleted.DELETED


class ChangelogTable(Generic[V]):
    """A table that knows what has changed since its last flush, and can take that back."""

    def __init__(self, topic: str, table: TableType) -> None:
        """Start empty."""
        self.topic = topic
        # A plain dict walks over every entry deleted at its front to reach the oldest one left.
        self._flushed: OrderedDict[str, Any] = OrderedDict()
        self._changed: dict[str, V | _Deleted] = {}
        """What is different from `_flushed`, in the order of the last change."""
        self._unread: OrderedDict[bytes, bytes] = OrderedDict()
        """Records of the changelog that are not yet in `_flushed`, the latest last.

        Most of a changelog that has not been compacted is outdated: it is never decoded.
        """
        self._read: Callable[[Any], V] = _same
        self._kept: Callable[[V], Any] = _same
        self._log: _Records[Any] | _Raw | Pages[Any]
        if table.encoded:
            self._read = msgspec.msgpack.Decoder(table.value).decode
            self._kept = msgspec.msgpack.Encoder().encode
            self._log = _Raw()
        else:
            self._log = (Pages if table.in_pages else _Records)(table.value)

    def get(self, key: str, /) -> V | None:
        """The value of a key, None when there is none."""
        value = self._changed.get(key)
        if value is None:
            kept = self._flushed.get(key)
            return None if kept is None else self._read(kept)
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
                yield key, self._read(value)
        for key, changed in self._changed.items():
            if changed is not _DELETED:
                yield key, changed

    def __len__(self) -> int:
        """Number of keys."""
        return sum(1 for _ in self.items())

    @property
    def committed(self) -> int:
        """Number of keys as of the last flush, told at once."""
        return len(self._flushed)

    def oldest(self) -> V | None:
        """Of the values as of the last flush the one that was put first, None without any."""
        kept = next(iter(self._flushed.values()), None)
        return None if kept is None else self._read(kept)

    def restore(self, key: bytes, value: bytes | None) -> None:
        """Take over one record of the changelog; after the last one, `restored` has to follow."""
        if value is None and self._flushed:
            # A page may delete what was read before it came, and be given up at once.
            self.restored()
        self._unread.pop(key, None)
        if value is None:
            self._flush(self._log.read(key, None))
        else:
            self._unread[key] = value

    def restored(self) -> None:
        """Read what was taken over and has not been overwritten or deleted since."""
        while self._unread:
            self._flush(self._log.read(*self._unread.popitem(last=False)))

    def changes(self) -> Iterator[tuple[bytes, bytes | None]]:
        """Changelog records since the last call, which can no longer be taken back."""
        if not self._changed:
            return iter(())
        changed, self._changed = self._changed, {}
        keep = self._kept
        entries = [
            (key, None if value is _DELETED else keep(value)) for key, value in changed.items()
        ]
        self._flush(entries)
        return self._log.write(entries, next(iter(self._flushed), None))

    def _flush(self, entries: Iterable[Entry[Any]]) -> None:
        for key, value in entries:
            self._flushed.pop(key, None)
            if value is not None:
                self._flushed[key] = value

    def roll_back(self) -> None:
        """Be as it was at the last flush."""
        self._changed = {}
