"""The offsets that groups commit, as Kafka's own topic of them tells.

Every commit stands there, in order, once its transaction is committed. Asked from outside,
once a second, a coordinator that has stood still may answer with what was true long ago.
"""

from collections.abc import Iterator
from pathlib import Path
from struct import Struct, error
from typing import IO, NamedTuple

import msgspec

from operators.time import Instant

TOPIC = "__consumer_offsets"
FILE = "commits.jsonl"
FORGOTTEN = -1
"""The offset of a commit that has been deleted."""

_KEPT_EVERY = 1_000
"""Milliseconds between two commits of a partition that are kept; one that goes back always is."""
_OFFSET_KEYS = (0, 1)
_SHORT, _INT, _LONG = Struct(">h"), Struct(">i"), Struct(">q")


class Commit(NamedTuple):
    """A group's offset in one partition."""

    at: Instant
    group: str
    topic: str
    partition: int
    offset: int


def read_commit(key: bytes | None, value: bytes | None, at: Instant) -> Commit | None:
    """The commit that a record of Kafka's topic stands for; None for other records.

    Raises ValueError when it cannot be read.
    """
    try:
        if key is None or _SHORT.unpack_from(key)[0] not in _OFFSET_KEYS:
            return None
        group, position = _text(key, 2)
        topic, position = _text(key, position)
        partition = _INT.unpack_from(key, position)[0]
        offset = FORGOTTEN if value is None else _LONG.unpack_from(value, 2)[0]
    except (error, UnicodeDecodeError) as problem:
        raise ValueError(f"a record of {TOPIC} is written in an unknown way") from problem
    return Commit(at, group, topic, partition, offset)


def _text(key: bytes, position: int) -> tuple[str, int]:
    start = position + 2
    end = start + _SHORT.unpack_from(key, position)[0]
    return key[start:end].decode(), end


class Kept:
    """Writes commits to a file: one a second for each partition, and all that go back."""

    def __init__(self, file: IO[bytes], prefix: str) -> None:
        """`prefix`: how the names of the groups begin whose commits are kept."""
        self._file = file
        self._prefix = prefix
        self._seen: dict[tuple[str, str, int], Commit] = {}
        self._kept: dict[tuple[str, str, int], Instant] = {}

    def take(self, key: bytes | None, value: bytes | None, at: Instant) -> None:
        """Look at a record of Kafka's topic."""
        commit = read_commit(key, value, at)
        if commit is None or not commit.group.startswith(self._prefix):
            return
        where = commit[1:4]
        before = self._seen.get(where)
        self._seen[where] = commit
        if before is not None and commit.offset < before.offset:
            self._keep(before)
        elif at - self._kept.get(where, 0) < _KEPT_EVERY:
            return
        self._kept[where] = at
        self._keep(commit)

    def close(self) -> None:
        """Keep where every group has come to."""
        for commit in self._seen.values():
            self._keep(commit)
        self._file.close()

    def _keep(self, commit: Commit) -> None:
        self._file.write(msgspec.json.encode(commit) + b"\n")


def read_commits(folder: Path) -> Iterator[Commit]:
    """The commits kept in a folder, in the order in which they were made."""
    with (folder / FILE).open("rb") as file:
        for line in file:
            yield msgspec.json.decode(line, type=Commit)
