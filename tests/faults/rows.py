"""What is kept of a record to recognise it later: 48 bytes in the file of its partition."""

from collections.abc import Iterator
from hashlib import blake2b
from pathlib import Path
from struct import Struct
from typing import NamedTuple, TypeAlias

from operators.time import Instant

Where: TypeAlias = tuple[str, int]
"""Topic and partition number."""

_LAYOUT = Struct("<q8s16sqq")
_ROWS = 10_000
"""Rows read at a time."""
SUFFIX = ".rows"


class Row(NamedTuple):
    """One record as it was seen."""

    offset: int
    key: bytes
    """Eight bytes of a hash of its key."""
    digest: bytes
    """Sixteen bytes of a hash of its key and value."""
    seen_at: Instant
    timestamp: Instant
    """Kafka's."""


def row(
    offset: int, key: bytes | None, value: bytes | None, seen_at: Instant, timestamp: Instant
) -> Row:
    """The row of a record."""
    return Row(offset, key_hash(key), digest_of(key, value), seen_at, timestamp)


def key_hash(key: bytes | None) -> bytes:
    """Eight bytes that stand for a key."""
    return blake2b(key or b"", digest_size=8).digest()


def digest_of(key: bytes | None, value: bytes | None) -> bytes:
    """Sixteen bytes that stand for a key and a value; a deletion differs from an empty value."""
    length = b"" if key is None else len(key).to_bytes(4, "big")
    content = b"\0" if value is None else b"\1" + value
    return blake2b(length + (key or b"") + content, digest_size=16).digest()


def packed(row: Row) -> bytes:
    """A row as it stands in a file."""
    return _LAYOUT.pack(*row)


def file_of(folder: Path, where: Where) -> Path:
    """Where the rows of a partition are."""
    return folder / f"{where[0]}-{where[1]}{SUFFIX}"


def read_rows(folder: Path, where: Where) -> Iterator[Row]:
    """The rows of a partition in the order in which they were seen; none without a file.

    A row that was cut off while it was written does not count.
    """
    path = file_of(folder, where)
    if not path.exists():
        return
    with path.open("rb") as file:
        while chunk := file.read(_ROWS * _LAYOUT.size):
            whole = len(chunk) // _LAYOUT.size * _LAYOUT.size
            yield from map(Row._make, _LAYOUT.iter_unpack(chunk[:whole]))
