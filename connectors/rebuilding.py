"""A database rebuilt from the topics: the records that the audit trail names, in its order.

`invoice.audit` says which record is which entry of a chain. Entered again in that order, records
make the same rows and the same hashes; and as a hash covers all entries before it, the last one of
a chain proves the whole.
"""

from array import array
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from typing import NamedTuple, Protocol, TypeAlias

import numpy as np
from msgspec import Struct

from connectors.browse import Tell, read_between, start_offsets
from connectors.collected import event_of
from connectors.errors import Misconfigured
from connectors.offsets import Where
from connectors.stream import Decoded, Received
from connectors.wire import Wire
from operators.audit import Event, InvoiceAudit

_PORTION = 2_000
"""Records in one database transaction."""
_AHEAD_KBYTES = "8192"
"""What a client may fetch before it is asked for: one reads for each topic."""


class Head(NamedTuple):
    """Where a chain ends."""

    sequence: int
    hash: str


class Database(Protocol):
    """Where events are stored and chained."""

    def append(self, chain: str, events: Sequence[Event], /) -> list[InvoiceAudit]:
        """The events' entries in the events' order, made durable; idempotent."""


class TrailDiffers(Misconfigured):
    """The database and the audit trail do not belong together, or one of them was changed."""


class RecordsGone(Misconfigured):
    """Records that the audit trail names are no longer in their topics."""


class Rebuilt(Struct, frozen=True):
    """What was done."""

    entries: int
    """Entered now."""
    chains: int
    """Chains of the audit trail."""


Entry: TypeAlias = tuple[Where, int]
"""The partition and the offset of a record."""


class Missing:
    """What the audit trail has beyond the ends of a database's chains."""

    def __init__(self, heads: Mapping[str, Head]) -> None:
        """`heads`: where the database's chains end; a chain that it lacks begins."""
        self._heads = heads
        self._partitions: dict[Where, int] = {}
        self._chains: dict[str, _Chain] = {}

    def take(self, entry: InvoiceAudit) -> None:
        """Take an entry of the trail, in any order. Raises TrailDiffers."""
        chain = self._chains.setdefault(entry.chain, _Chain())
        if entry.sequence > chain.head.sequence:
            chain.head = Head(entry.sequence, entry.hash)
        there = self._heads.get(entry.chain)
        if there is not None and entry.sequence <= there.sequence:
            if entry.sequence == there.sequence and entry.hash != there.hash:
                raise TrailDiffers(
                    f"chain {entry.chain} of the database ends otherwise than entry "
                    f"{entry.sequence} of the audit trail: it is another cluster's, or was "
                    "changed; rebuild into an empty database"
                )
            return
        where = entry.source.topic, entry.source.partition
        chain.sequences.append(entry.sequence)
        chain.partitions.append(self._partitions.setdefault(where, len(self._partitions)))
        chain.offsets.append(entry.source.offset)

    def chains(self) -> Iterator[tuple[str, Head, list[Entry]]]:
        """Each chain with its end and the records it lacks, in order. Raises TrailDiffers."""
        partitions = list(self._partitions)
        for name in sorted(self._chains):
            chain = self._chains[name]
            first = self._heads[name].sequence + 1 if name in self._heads else 1
            # The trail may say twice what `collect` has read twice.
            sequences, order = np.unique(np.asarray(chain.sequences), return_index=True)
            gaps = np.flatnonzero(sequences != np.arange(first, first + len(sequences)))
            if len(gaps):
                raise TrailDiffers(
                    f"entry {first + int(gaps[0])} of chain {name} is missing in the audit trail"
                )
            wheres = np.asarray(chain.partitions)[order].tolist()
            offsets = np.asarray(chain.offsets)[order].tolist()
            found = zip(wheres, offsets, strict=True)
            yield name, chain.head, [(partitions[number], offset) for number, offset in found]


class _Chain:
    def __init__(self) -> None:
        self.head = Head(0, "")
        self.sequences = array("q")
        self.partitions = array("q")
        self.offsets = array("q")


def rebuild(
    kafka: Mapping[str, str], missing: Missing, wire: Wire, database: Database, tell: Tell
) -> Rebuilt:
    """Enter what a database lacks. Raises TrailDiffers, RecordsGone.

    Nothing is entered when anything is gone. Interrupted, it goes on where it was.
    """
    chains = list(missing.chains())
    _refuse_gone(kafka, [entry for _, _, entries in chains for entry in entries])
    total = sum(len(entries) for _, _, entries in chains)
    done = 0
    for name, head, entries in chains:
        events: list[Event] = []
        last = None
        for number, event in enumerate(_events(kafka, wire, entries), 1):
            events.append(event)
            if len(events) == _PORTION or number == len(entries):
                last = database.append(name, events)[-1]
                done += len(events)
                events = []
                tell(done, total)
        if last is not None and (last.sequence, last.hash) != head:
            raise TrailDiffers(
                f"chain {name} was rebuilt up to entry {last.sequence}, and its hash is not that "
                "of the audit trail: what was there before, or a record, was changed"
            )
    return Rebuilt(done, len(chains))


def _refuse_gone(kafka: Mapping[str, str], entries: Sequence[Entry]) -> None:
    starts = start_offsets(kafka, {where for where, _ in entries})
    gone = Counter(topic for (topic, number), offset in entries if offset < starts[topic, number])
    if gone:
        kept = ", ".join(f"{count:,} of {topic}" for topic, count in sorted(gone.items()))
        raise RecordsGone(
            f"{gone.total():,} of {len(entries):,} records are no longer in their topics ({kept}): "
            "restore a backup of the database that has them, and run this again: what it lacks is "
            "added"
        )


def _events(kafka: Mapping[str, str], wire: Wire, entries: Sequence[Entry]) -> Iterator[Event]:
    firsts: dict[Where, int] = {}
    for where, offset in entries:
        firsts.setdefault(where, offset)
    modest = {**kafka, "queued.max.messages.kbytes": _AHEAD_KBYTES}
    with ExitStack() as closing:
        readers: dict[Where, Iterator[Received]] = {}
        for where, first in firsts.items():
            reading = read_between(modest, {where: first})
            closing.callback(reading.close)
            readers[where] = reading
        for where, offset in entries:
            yield _event(wire, _record_at(readers[where], where, offset))


def _record_at(records: Iterator[Received], where: Where, offset: int) -> Received:
    """A record further on in a partition; what stands between is in no chain."""
    for received in records:
        if received.offset == offset:
            return received
        if received.offset > offset:
            break
    topic, partition = where
    raise RecordsGone(f"{topic} {partition}:{offset} is no longer there: run this again")


def _event(wire: Wire, received: Received) -> Event:
    decoded = wire.decode(received)
    if not isinstance(decoded, Decoded):
        where = f"{received.topic} {received.partition}:{received.offset}"
        raise TrailDiffers(f"{where} is in the audit trail and cannot be decoded")
    return event_of(decoded)
