"""The transactions that are not over, as their coordinators have noted them.

The client has no ListTransactions. Kafka keeps what it would tell in `__transaction_state`, the
latest for each transactional id (`TransactionLogKey` and `TransactionLogValue` in its sources).
"""

import struct
from collections.abc import Iterator, Mapping

from connectors.browse import every_partition, read_between, start_offsets
from connectors.errors import Unavailable
from operators.open_transaction import Transaction

TOPIC = "__transaction_state"

_OPEN = {1: "ONGOING", 2: "COMMITTING", 3: "ABORTING", 7: "ABORTING"}
"""The states of a transaction that is not over; others are of one that is."""
_FLEXIBLE = 1
"""The version since which lengths are variable and fields may be added."""


class UnknownVersion(Unavailable):
    """This broker notes transactions in a way that is not known here."""


def open_transactions(kafka: Mapping[str, str], partitions: int) -> list[Transaction]:
    """The transactions that are not over, `partitions` being those of `TOPIC`.

    Raises UnknownVersion, and KafkaException when this user may not read the log.
    """
    known: dict[bytes, bytes | None] = {}
    wheres = every_partition({TOPIC: partitions})
    for record in read_between(kafka, start_offsets(kafka, wheres)):
        known[record.key or b""] = record.value
    found = (decoded(key, value) for key, value in known.items() if value is not None)
    return [each for each in found if each is not None]


def decoded(key: bytes, value: bytes) -> Transaction | None:
    """A transaction that is not over; None for one that is, or that has not begun.

    Raises UnknownVersion.
    """
    try:
        (key_version, length) = struct.unpack_from(">hh", key)
        (version,) = struct.unpack_from(">h", value)
        if key_version != 0 or version not in (0, _FLEXIBLE):
            raise UnknownVersion(
                f"a record of {TOPIC} is of version {version}, which is not known here: use "
                "Kafka's own tool, kafka-transactions.sh"
            )
        fields = _Fields(value, 2, flexible=version == _FLEXIBLE)
        _producer_id, _epoch = fields.take(">qh")
        timeout, status = fields.take(">ib")
        if status not in _OPEN:
            return None
        written = tuple(fields.partitions())
        _updated, started = fields.take(">qq")
        name = key[4 : 4 + length].decode()
    except (struct.error, UnicodeDecodeError, IndexError):
        raise UnknownVersion(f"a record of {TOPIC} cannot be read") from None
    return Transaction(name, _OPEN[status], started, timeout, written)


class _Fields:
    """Reads a value field by field."""

    def __init__(self, raw: bytes, at: int, *, flexible: bool) -> None:
        self._raw = raw
        self._at = at
        self._flexible = flexible

    def take(self, layout: str) -> tuple[int, ...]:
        found: tuple[int, ...] = struct.unpack_from(layout, self._raw, self._at)
        self._at += struct.calcsize(layout)
        return found

    def partitions(self) -> Iterator[tuple[str, int]]:
        for _ in range(self._length(">i")):
            length = self._length(">h")
            topic = self._raw[self._at : self._at + length].decode()
            self._at += length
            for _ in range(self._length(">i")):
                yield topic, self.take(">i")[0]
            self._skip_added()

    def _length(self, layout: str) -> int:
        """Of a text or a list; 0 for none."""
        if not self._flexible:
            return max(0, self.take(layout)[0])
        return max(0, self._varint() - 1)

    def _varint(self) -> int:
        number = shift = 0
        while True:
            byte = self._raw[self._at]
            self._at += 1
            number |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return number

    def _skip_added(self) -> None:
        if self._flexible:
            for _ in range(self._varint()):
                self._varint()
                self._at += self._varint()
