"""The commits of consumer groups, with the instants at which they were made.

Brokers tell a group's last offset, but not since when it stands. Kafka keeps every commit for a
while in `__consumer_offsets`, in the partition that the group's name says
(`OffsetCommitKey` and `OffsetCommitValue` in Kafka's sources). Only commits of transactions that
were committed are seen.
"""

import struct
import time
from collections.abc import Iterable, Iterator, Mapping

from confluent_kafka import Consumer, KafkaError, KafkaException, Message, TopicPartition
from msgspec import Struct

from connectors.changelog import reader
from connectors.kafka import place
from connectors.offsets import Where
from operators.time import Instant

TOPIC = "__consumer_offsets"

_MOST = 10_000
"""Records that are taken at a time."""
_PATIENCE = 15.0
"""Seconds after which the end of the log is not waited for any longer."""

_KEYS = (0, 1)
"""Versions of the key of a commit; other keys are about groups."""


class Committed(Struct, frozen=True):
    """A commit as it stands in the log."""

    group: str
    where: Where
    offset: int
    at: Instant


def partition_of(group: str, partitions: int) -> int:
    """The partition in which a group's commits stand: Java's hash of its name.

    >>> partition_of("decide", 50), partition_of("", 8)
    (10, 0)
    """
    hashed = 0
    units = group.encode("utf-16-be")
    for (unit,) in struct.iter_unpack(">H", units):
        hashed = (31 * hashed + unit) & 0xFFFFFFFF
    signed = hashed - (1 << 32) if hashed >= 1 << 31 else hashed
    # Java's smallest number has no positive counterpart, and Kafka takes 0 for it.
    return 0 if signed == -(1 << 31) else abs(signed) % partitions


def decoded(message: Message) -> Committed | None:
    """The commit that a record is; None for what is none: a group's members, a removed commit.

    Of the value only the offset is read, which stands at the same place in every version.
    """
    key, value = message.key(), message.value()
    if key is None or value is None:
        return None
    try:
        (version,) = struct.unpack_from(">h", key)
        if version not in _KEYS:
            return None
        group, at = _text(key, 2)
        topic, at = _text(key, at)
        (partition,) = struct.unpack_from(">i", key, at)
        (offset,) = struct.unpack_from(">q", value, 2)
    except (struct.error, UnicodeDecodeError):
        return None
    return Committed(group, (topic, partition), offset, message.timestamp()[1])


def _text(raw: bytes, at: int) -> tuple[str, int]:
    (length,) = struct.unpack_from(">h", raw, at)
    return raw[at + 2 : at + 2 + length].decode(), at + 2 + length


class CommitLog:
    """Reads on where it stopped, for as long as it is open."""

    def __init__(self, kafka: Mapping[str, str], starts: Mapping[Where, int]) -> None:
        """Read from `starts`, offsets of partitions of `TOPIC`."""
        self._consumer: Consumer = reader(kafka)
        self._consumer.assign([TopicPartition(*where, offset) for where, offset in starts.items()])
        self._behind = {partition for _, partition in starts}
        """Partitions whose end has not been reached for the first time."""

    def commits(self) -> Iterator[Committed]:
        """What was committed since the last time.

        What stands behind a transaction that is open is read another time. Raises KafkaException,
        also when this user may not read the log.
        """
        patience = time.monotonic() + _PATIENCE
        full = True
        while full or (self._behind and time.monotonic() < patience):
            messages = self._consumer.consume(_MOST, 0.05)
            full = len(messages) == _MOST
            for message in messages:
                yield from self._taken(message)

    def _taken(self, message: Message) -> Iterable[Committed]:
        error = message.error()
        if error is None:
            found = decoded(message)
            return () if found is None else (found,)
        if error.code() != KafkaError._PARTITION_EOF:
            raise KafkaException(error)
        self._behind.discard(place(message)[1])
        return ()

    def close(self) -> None:
        """Read no more."""
        self._consumer.close()
