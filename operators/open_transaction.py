"""What holds readers of a partition back: a transaction that is not over, and whose it is."""

from collections.abc import Iterable, Sequence
from enum import StrEnum

from msgspec import Struct

from operators.time import Instant, elapsed


class Transaction(Struct, frozen=True):
    """A transaction as its coordinator has noted it."""

    name: str
    """The transactional id."""
    state: str
    """`ONGOING`, `COMMITTING` or `ABORTING`."""
    started_at: Instant
    timeout: int
    """Milliseconds after which the coordinator aborts it."""
    partitions: tuple[tuple[str, int], ...]
    """Topic and number of each that it has written to."""


class Kind(StrEnum):
    """What kind of transaction holds readers back."""

    RUNNING = "RUNNING"
    """Its coordinator knows it, and will abort it when its time is over."""
    OVERDUE = "OVERDUE"
    """Its coordinator knows it and should have aborted it by now."""
    HANGING = "HANGING"
    """No coordinator knows it: it never ends by itself (KIP-664)."""


class Held(Struct, frozen=True):
    """A partition that readers of committed records cannot read to the end."""

    topic: str
    partition: int
    offset: int
    """The first that they cannot read: where the oldest open transaction begins."""
    end: int
    written_at: Instant | None
    """When the record there was written, as its producer says; None when it did not come."""


class Hold(Struct, frozen=True):
    """A held partition and what holds it."""

    held: Held
    kind: Kind
    seconds: float
    """How long it has been open: by the coordinator's clock, else by the record's timestamp."""
    transaction: Transaction | None
    """None for one that no coordinator knows."""


GRACE: Instant = 30_000
"""Milliseconds beyond its timeout that a coordinator may take to abort a transaction."""


def holds(held: Iterable[Held], known: Sequence[Transaction], now: Instant) -> list[Hold]:
    """What holds each partition, the longest first.

    Of several known transactions the oldest is named, for it is the one that begins there.

    >>> held = Held("invoice.uploaded", 0, offset=7, end=9, written_at=0)
    >>> holds([held], [], now=60_000)[0].kind
    <Kind.HANGING: 'HANGING'>
    >>> running = Transaction("fraud-1", "ONGOING", 50_000, 60_000, (("invoice.uploaded", 0),))
    >>> holds([held], [running], now=60_000)[0].kind
    <Kind.RUNNING: 'RUNNING'>
    """
    found = [_hold(each, known, now) for each in held]
    return sorted(found, key=lambda hold: -hold.seconds)


def _hold(held: Held, known: Sequence[Transaction], now: Instant) -> Hold:
    place = (held.topic, held.partition)
    writing = [each for each in known if place in each.partitions]
    if not writing:
        since = now if held.written_at is None else held.written_at
        return Hold(held, Kind.HANGING, elapsed(since, now) / 1_000, None)
    oldest = min(writing, key=lambda each: each.started_at)
    lasted = elapsed(oldest.started_at, now)
    kind = Kind.OVERDUE if lasted > oldest.timeout + GRACE else Kind.RUNNING
    return Hold(held, kind, lasted / 1_000, oldest)
