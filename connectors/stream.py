"""What travels between the steps of a flow: one event per partition and poll.

Every stream in a flow is keyed by partition number and carries these events, so that the
engine's cost is paid once a poll and state stays local to its partition.
"""

from collections.abc import Callable, Sequence
from typing import Any, Generic, Literal, TypeAlias, TypeVar

from msgspec import Struct

from operators.result import Source
from operators.time import Instant

Headers: TypeAlias = Sequence[tuple[str, bytes]]

Reason: TypeAlias = Literal[
    "not_framed",
    "unknown_schema",
    "undecodable",
    "contract_broken",
    "empty",
    "late_result",
    "upload_gone",
    "document_missing",
    "document_changed",
    "document_outside",
    "document_too_large",
    "document_unreadable",
    "document_harmful",
    "document_unscanned",
    "review_unknown",
    "review_outdated",
    "review_settled",
    "same_reviewer",
    "delivery_refused",
    "delivery_failed",
    "poison",
]
"""Why a record became a dead letter: a closed list, fit for a metric's label."""

TRANSIENT: frozenset[Reason] = frozenset({"document_missing", "document_changed", "unknown_schema"})
"""Those that may mend themselves, and are tried again by `manifold dlq retry`.

A document may be stored later than its event is sent, or still be being written; a schema may be
registered later than its first record is. With the others the same record fails the same way until
somebody does something. What is away (store, scanner, database, registry) makes no dead letter:
flows wait.
"""

T = TypeVar("T")
R = TypeVar("R")


class Failure(Struct, frozen=True, gc=False):
    """A record that has made its flow crash, as remembered beside the committed offset."""

    offset: int
    """The record's offset."""
    attempts: int
    """How often in a row it has failed."""
    first_seen: Instant
    """When it failed first."""
    exception: str
    """Name of the exception's class."""
    message: str
    """What the exception said."""
    stacktrace: str
    """Where it was raised, shortened."""


class Received(Struct, frozen=True, gc=False):
    """A record as read from Kafka."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Headers
    timestamp: Instant
    """Kafka's timestamp of the record."""
    poison: Failure | None = None
    """Set when the record has failed so often that it must not be tried again."""
    unreadable: str | None = None
    """Why the client could not hand the record over whole; its headers are left out then."""

    @property
    def source(self) -> Source:
        """Topic, partition and offset."""
        return Source(self.topic, self.partition, self.offset)

    def header(self, name: str) -> bytes | None:
        """The first header of this name."""
        for key, value in self.headers:
            if key == name:
                return value
        return None


class Outgoing(Struct, frozen=True, gc=False):
    """A record to be written to Kafka."""

    topic: str
    key: bytes | None
    value: bytes | None
    headers: Headers
    partition: int = -1
    """-1 leaves it to the partitioner."""
    timestamp: Instant = 0
    """0 means the time of writing."""


class Decoded(Struct, Generic[T], frozen=True, gc=False):
    """A record's content beside the record."""

    record: T
    received: Received


class Produced(Struct, frozen=True, gc=False):
    """Content to be encoded, beside the record it follows from."""

    record: Struct
    cause: Received | None = None
    """None for what only the passing of time has caused."""


class Batch(Struct, Generic[T], frozen=True, gc=False):
    """What one poll brought from one partition number, of all the flow's topics."""

    partition: int
    at: Instant
    """Wall-clock time of the poll: the only clock the steps behind it see."""
    records: list[T]

    def map(self, function: Callable[[T], R]) -> "Batch[R]":
        """The same batch with each record replaced."""
        return Batch(self.partition, self.at, [function(record) for record in self.records])

    def replace(self, records: list[R]) -> "Batch[R]":
        """The same batch with other records."""
        return Batch(self.partition, self.at, records)


class Revoked(Struct, frozen=True, gc=False):
    """The partition was taken from this process: its state may have been changed elsewhere."""

    partition: int
    returned: bool = False
    """Whether it has come back; otherwise its state is of no more use here."""


class CaughtUp(Struct, frozen=True, gc=False):
    """Everything that stood in the partition's topics at an instant has been passed on."""

    partition: int
    until: Instant
    at: Instant
    """Wall-clock time of the poll that found out."""


class Tick(Struct, frozen=True, gc=False):
    """Time has passed, and something of the partition is due; the first one opens its tables."""

    partition: int
    at: Instant
    """Wall-clock time of the poll."""


Control: TypeAlias = Revoked | CaughtUp | Tick
Event: TypeAlias = Batch[T] | Control
Keyed: TypeAlias = tuple[str, Event[T]]
"""A partition number as text, and an event."""


class Rejected(Struct, frozen=True, gc=False):
    """A record that goes to the dead letters."""

    received: Received
    reason: Reason
    message: str


class Forwarded(Struct, frozen=True, gc=False):
    """A record that is sent on to another partition of its topic, as it came."""

    received: Received
    key: bytes
    """The key that leads there."""
    alone: bool = False
    """Whether it is for nobody else than its own group there."""


class Removed(Struct, frozen=True, gc=False):
    """A key of a compacted topic under which nothing stands any more."""

    record: type[Struct]
    """What its topic carries."""
    key: str


class Ignored(Struct, frozen=True, gc=False):
    """A record from which nothing follows: it says what was known already."""

    received: Received
    late: bool = False
    """Whether it says something new instead, but too late for it to be of use."""


class HandedOn(Struct, frozen=True, gc=False):
    """A record that a later step of the process works on, and that is not written."""

    decoded: Decoded[Any]
