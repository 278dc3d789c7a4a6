"""A table that remembers what it went through, to be compared with a changelog.

An epoch writes only the last value of each key it changed. So a changelog tells some of the
states that a replay passes through, in the same order, and the last of them is the same.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from hashlib import blake2b
from typing import TypeVar

import msgspec

from connectors.pages import entries_of
from connectors.stream import Received
from operators.table import MemoryTable

V = TypeVar("V")

_GONE = b""
_encode = msgspec.msgpack.Encoder().encode


class TracedTable(MemoryTable[V]):
    """A table in memory that keeps a fingerprint of every value a key has had."""

    def __init__(self) -> None:
        """Start empty."""
        super().__init__()
        self._passed: dict[str, list[bytes]] = defaultdict(list)

    def put(self, key: str, value: V, /) -> None:
        super().put(key, value)
        self._passed[key].append(_fingerprint(_encode(value)))

    def delete(self, key: str, /) -> None:
        super().delete(key)
        self._passed[key].append(_GONE)

    def differences(self, name: str, changelog: Iterable[Received]) -> Iterator[str]:
        """Where a changelog tells something else than this table went through."""
        reached: dict[str, int] = defaultdict(int)
        last: dict[str, bytes] = {}
        for key, value, record in _entries(changelog):
            found = _GONE if value is None else _fingerprint(value)
            if found == last.get(key):
                continue
            last[key] = found
            passed = self._passed.get(key, [])
            try:
                reached[key] = passed.index(found, reached[key]) + 1
            except ValueError:
                yield (
                    f"{name}: the entry of {key} at {record.topic}[{record.partition}] offset "
                    f"{record.offset} is no state that follows from the history"
                )
        now = {key: _fingerprint(_encode(value)) for key, value in self.items()}
        for key in sorted({*now, *last}):
            if now.get(key, _GONE) != last.get(key, _GONE):
                yield f"{name}: the last entry of {key} is not its state at the end"


def _entries(changelog: Iterable[Received]) -> Iterator[tuple[str, bytes | None, Received]]:
    for record in changelog:
        for key, value in entries_of(record.key or b"", record.value):
            yield key, value, record


def _fingerprint(encoded: bytes) -> bytes:
    return blake2b(encoded, digest_size=8).digest()
