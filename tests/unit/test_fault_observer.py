"""What the observer of a fault run keeps, and how it is read again."""

from pathlib import Path
from struct import pack

import pytest

from tests.faults.commits import FILE, FORGOTTEN, Commit, Kept, read_commit, read_commits
from tests.faults.rows import Row, digest_of, file_of, packed, read_rows, row

GROUP_METADATA = pack(">hh", 2, 5) + b"group"


def _key(group: bytes, topic: bytes, partition: int) -> bytes:
    """As Kafka writes the key of a commit."""
    return pack(
        f">hh{len(group)}sh{len(topic)}si", 1, len(group), group, len(topic), topic, partition
    )


def _value(offset: int) -> bytes:
    """As Kafka writes its value: offset, leader epoch, metadata, instant."""
    return pack(">hqih4sq", 3, offset, 7, 4, b"note", 1_772_442_900_000)


def test_rows_come_back_as_they_were_written(tmp_path: Path) -> None:
    where = ("invoice.decision", 3)
    rows = [row(number, b"k%d" % number, b"v", 100 + number, 90) for number in range(12_345)]
    file_of(tmp_path, where).write_bytes(b"".join(map(packed, rows)) + b"cut off")
    assert list(read_rows(tmp_path, where)) == rows
    assert list(read_rows(tmp_path, ("invoice.decision", 2))) == []
    assert isinstance(rows[0], Row)


def test_a_digest_tells_keys_values_and_deletions_apart() -> None:
    pairs = [(b"ab", b"c"), (b"a", b"bc"), (b"abc", b""), (b"abc", None), (None, b"abc")]
    assert len({digest_of(*pair) for pair in pairs}) == len(pairs)


def test_a_commit_is_read_as_kafka_writes_it() -> None:
    key = _key(b"t1.fraud", b"t1.invoice.uploaded", 2)
    assert read_commit(key, _value(4_711), 5) == Commit(
        5, "t1.fraud", "t1.invoice.uploaded", 2, 4_711
    )
    forgotten = read_commit(key, None, 6)
    assert forgotten is not None
    assert forgotten.offset == FORGOTTEN
    assert read_commit(GROUP_METADATA, b"members", 7) is None


def test_what_kafka_writes_otherwise_is_not_guessed() -> None:
    with pytest.raises(ValueError, match="unknown way"):
        read_commit(_key(b"g", b"t", 0), b"\0", 1)


def test_one_commit_a_second_is_kept_and_every_one_that_goes_back(tmp_path: Path) -> None:
    kept = Kept((tmp_path / FILE).open("wb"), "t1.")
    for at, offset in (
        (0, 1),
        (400, 5),
        (999, 9),
        (1_000, 10),
        (1_100, 12),
        (1_200, 7),
        (1_300, 8),
    ):
        kept.take(_key(b"t1.fraud", b"t", 0), _value(offset), at + 10_000)
    kept.take(_key(b"t2.fraud", b"t", 0), _value(3), 20_000)
    kept.close()
    found = [(commit.at - 10_000, commit.offset) for commit in read_commits(tmp_path)]
    assert found == [(0, 1), (1_000, 10), (1_100, 12), (1_200, 7), (1_300, 8)]
