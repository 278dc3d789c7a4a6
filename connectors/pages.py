"""A table's changelog in pages: all that an epoch changed in one record.

Made for entries that come and go in about the order they were put, such as requests that wait
for answers. A record for each of their changes would be most of what a flow writes.

A page holds keys with their new values, or none for what was deleted. Pages are given up from
the oldest on, once nothing that was put in them is still there: so a deletion is never gone
before the page it deletes from.
"""

from collections import deque
from collections.abc import Iterator, Sequence
from typing import Any, Generic, TypeAlias, TypeVar

import msgspec

V = TypeVar("V")
Entry: TypeAlias = tuple[str, V | None]
"""A key and its new value; None when it was deleted."""

_PAGE = b"\0page"
_MOST_ENTRIES = 1_000
_MOST_BYTES = 2**20


class Pages(Generic[V]):
    """Writes and reads the pages of one table, and knows which are still needed."""

    def __init__(self, value: Any) -> None:
        """`value`: type of the table's values."""
        self._encode = msgspec.msgpack.Encoder().encode
        self._decode = msgspec.msgpack.Decoder(list[tuple[str, value | None]]).decode
        self._needed: deque[tuple[int, list[str]]] = deque()
        """Pages by number, with the keys put in them, the first one last."""
        self._next = 0

    def write(
        self, entries: Sequence[Entry[V]], oldest: str | None
    ) -> Iterator[tuple[bytes, bytes | None]]:
        """Records for what has changed, and for the pages that are no longer needed.

        `oldest`: of all keys there are now the one that was put first.
        """
        for start in range(0, len(entries), _MOST_ENTRIES):
            yield from self._pages(entries[start : start + _MOST_ENTRIES])
        while self._needed:
            number, put = self._needed[0]
            while put and put[-1] != oldest:
                put.pop()
            if put:
                break
            self._needed.popleft()
            yield _key(number), None

    def read(self, key: bytes, value: bytes | None) -> Sequence[Entry[V]]:
        """What a record changes. Raises ValueError for one that is no page."""
        if not is_page(key):
            raise ValueError("a record of this changelog is no page: let it be made anew, empty")
        number = number_of(key)
        self._next = max(self._next, number + 1)
        if value is None:
            if self._needed and self._needed[0][0] == number:
                self._needed.popleft()
            return ()
        entries = self._decode(value)
        self._remember(number, entries)
        return entries

    def _pages(self, entries: Sequence[Entry[V]]) -> Iterator[tuple[bytes, bytes]]:
        value = self._encode(entries)
        if len(value) > _MOST_BYTES and len(entries) > 1:
            half = len(entries) // 2
            yield from self._pages(entries[:half])
            yield from self._pages(entries[half:])
            return
        number = self._next
        self._next += 1
        self._remember(number, entries)
        yield _key(number), value

    def _remember(self, number: int, entries: Sequence[Entry[V]]) -> None:
        put = [key for key, value in entries if value is not None]
        put.reverse()
        self._needed.append((number, put))


def is_page(key: bytes) -> bool:
    """Whether a changelog's record with this key is a page."""
    return len(key) == len(_PAGE) + 8 and key.startswith(_PAGE)


def number_of(key: bytes) -> int:
    """The number of a page by its key; they are counted from 0 on."""
    return int.from_bytes(key[len(_PAGE) :], "big")


def entries_of(key: bytes, value: bytes | None) -> Iterator[tuple[str, bytes | None]]:
    """What a changelog's record changes, page or not: keys and values, still encoded.

    A page that is garbled is told like an entry of its own.
    """
    if is_page(key) and value is None:
        return
    if value is not None and is_page(key):
        try:
            entries = _RAW.decode(value)
        except msgspec.DecodeError:
            pass
        else:
            for name, raw in entries:
                encoded = bytes(raw)
                yield name, None if encoded == _NONE else encoded
            return
    yield key.decode(errors="replace"), value


_RAW = msgspec.msgpack.Decoder(list[tuple[str, msgspec.Raw]])
_NONE = msgspec.msgpack.encode(None)


def _key(number: int) -> bytes:
    return _PAGE + number.to_bytes(8, "big")
