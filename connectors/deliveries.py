"""Delivering outside Kafka what stands in a table of a flow: owed first, delivered after.

What has to be delivered is put into a table with the commit that has read it. From there threads
deliver it, each receiver's at its own pace; the flow waits for them a moment and otherwise goes on.
What has come of each is committed: remembered as delivered, due again later, or a dead letter.
"""

import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from hashlib import sha256
from typing import Any, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from connectors.clock import now
from connectors.delivery_notes import DeliveryNotes
from connectors.delivery_tables import OWED
from connectors.logs import Log
from connectors.receiver import Outcome, Receiver
from connectors.refetch import NotFetched
from connectors.steps import Written
from connectors.stream import Decoded, Received, Rejected
from connectors.tables import Tables
from operators.outbox import Outbox, Owed, Unit, next_try
from operators.table import Table
from operators.time import Instant, isoformat

log = Log(__name__)

Fetch: TypeAlias = Callable[[str, int, Iterable[int]], list[Received]]
Decode: TypeAlias = Callable[[Received], Decoded[Any] | Rejected | None]
Finish: TypeAlias = Callable[
    [Tables, Sequence[str], Sequence[Decoded[Any]], Outcome, Instant], Iterable[Written]
]
"""What follows once the entries of these keys have been delivered, and is remembered of it."""
When: TypeAlias = Callable[[Sequence[Decoded[Any]], Instant], Instant]
"""When what is due at an instant may be delivered."""

_KEPT = 1_000
"""Records in memory, so that what has just come need not be read again."""
_AHEAD = 100
"""Units whose records are read again in one go."""
_PAUSE: Instant = 1_000


class Limits(Struct, frozen=True):
    """How much, and for how long."""

    at_once: int = 4
    """Deliveries to one receiver under way."""
    wait: float = 0.5
    """Seconds that the flow waits in a poll."""
    give_up_after: Instant = 86_400_000
    """Milliseconds from when it was due first."""


class _UnderWay(Struct):
    partition: int
    to: str
    unit: Unit
    records: Sequence[Decoded[Any]]
    future: Future[Outcome]


class Deliveries:
    """What one process delivers, in all its partitions."""

    def __init__(
        self,
        receivers: Mapping[str, Receiver],
        limits: Limits,
        fetch: Fetch,
        decode: Decode,
        notes: DeliveryNotes,
        assigned: Callable[[], Iterable[int]],
    ) -> None:
        """`fetch` and `decode` read records again; `assigned`: the partitions it has now."""
        self._receivers = receivers
        self._limits = limits
        self._fetch = fetch
        self._decode = decode
        self._notes = notes
        self._assigned = assigned
        self._boxes: dict[int, tuple[Table[Owed], dict[str, Outbox]]] = {}
        self._under_way: dict[str, _UnderWay] = {}
        self._done: OrderedDict[str, Outcome] = OrderedDict()
        """Delivered lately: an epoch that is given up may want to deliver it again."""
        self._records: OrderedDict[tuple[str, int, int], Decoded[Any]] = OrderedDict()
        self._fresh: dict[int, list[tuple[str, Owed]]] = {}
        """Owed since the last commit."""
        self._at: Instant = 0
        self._left = 0.0
        self._threads: ThreadPoolExecutor | None = None
        self.counts: Counter[tuple[str, str]] = Counter()
        """By receiver and outcome."""

    @property
    def receivers(self) -> Iterable[str]:
        """Those there are."""
        return self._receivers.keys()

    def waiting(self, to: str) -> int:
        """How many entries one receiver is owed, in the partitions this process has."""
        return sum(
            len(self._boxes[each][1].get(to, ()))
            for each in self._assigned()
            if each in self._boxes
        )

    def committed(self) -> None:
        """What was owed lately is so for good: only now may it be delivered."""
        for partition, owed in self._fresh.items():
            known = self._boxes.get(partition)
            if known is None:
                continue
            for key, each in owed:
                known[1].setdefault(each.to, Outbox()).add(key, each)
        self._fresh.clear()

    def forget(self) -> None:
        """The tables may have gone back to their last commit."""
        self._boxes.clear()
        self._fresh.clear()

    def due(self, partition: int, at: Instant) -> bool:
        """Whether something of the partition, whose tables have been opened, is to be done."""
        known = self._boxes.get(partition)
        if known is None:
            return False
        return any(box.due(at) for box in known[1].values()) or any(
            each.partition == partition for each in self._under_way.values()
        )

    def owe(
        self, tables: Tables, partition: int, key: str, owed: Owed, record: Decoded[Any]
    ) -> None:
        """Put something to be delivered into the table; what is owed already stays as it is."""
        table, _ = self._of(tables, partition)
        if table.get(key) is not None:
            return
        table.put(key, owed)
        self._fresh.setdefault(partition, []).append((key, owed))
        self._keep(record)

    def tick(
        self, tables: Tables, partition: int, at: Instant, finish: Finish, when: When
    ) -> Iterator[Written]:
        """Deliver what is due, and what follows from what has been delivered meanwhile."""
        table, boxes = self._of(tables, partition)
        if at != self._at:
            self._at, self._left = at, self._limits.wait
        while True:
            yield from self._collected(tables, partition, at, finish, when)
            for to, box in list(boxes.items()):
                yield from self._start(table, partition, to, box, at)
            mine = [each.future for each in self._under_way.values() if each.partition == partition]
            if not mine or self._left <= 0:
                return
            began = time.monotonic()
            done, _ = wait(mine, self._left, FIRST_COMPLETED)
            self._left -= time.monotonic() - began
            if not done:
                return

    def _of(self, tables: Tables, partition: int) -> tuple[Table[Owed], dict[str, Outbox]]:
        table: Table[Owed] = tables[OWED.name]
        known = self._boxes.get(partition)
        if known is None or known[0] is not table:
            boxes: dict[str, Outbox] = {}
            # In the order in which it came: what was tried in vain was put into the table anew.
            for key, owed in sorted(table.items(), key=lambda each: each[1].offset):
                boxes.setdefault(owed.to, Outbox()).add(key, owed)
            known = self._boxes[partition] = table, boxes
        return known

    def _start(
        self, table: Table[Owed], partition: int, to: str, box: Outbox, at: Instant
    ) -> Iterator[Written]:
        receiver = self._receivers.get(to)
        while (since := box.since(at)) is not None:
            old = since <= at - self._limits.give_up_after
            if receiver is not None and receiver.guard.state == "OPEN" and old:
                unit = box.take(at)
            elif receiver is not None and self._busy(to) >= self._limits.at_once:
                return
            else:
                unit = box.take(at)
            assert unit is not None
            if unit.name in self._under_way:
                continue  # begun before the partition was away, or before the epoch was given up
            records = self._read(table, partition, unit, box, at)
            if records is None:
                box.later(unit.name, at + _PAUSE)
                return
            if not records:
                self._lost(table, unit, box)
            elif receiver is None:
                text = f"the settings have no receiver called {to}"
                yield from self._given_up(table, unit, box, records, "delivery_refused", text)
                self.counts[to, "REFUSED"] += len(unit.keys)
            elif old and receiver.guard.state == "OPEN":
                text = f"{receiver.guard.reason}, since {isoformat(since)}"
                yield from self._given_up(table, unit, box, records, "delivery_failed", text)
                self.counts[to, "GIVEN_UP"] += len(unit.keys)
            elif not self._begin(partition, to, receiver, unit, records, at):
                box.later(unit.name, unit.due)
                return

    def _busy(self, to: str) -> int:
        return sum(
            1 for each in self._under_way.values() if each.to == to and not each.future.done()
        )

    def _begin(
        self,
        partition: int,
        to: str,
        receiver: Receiver,
        unit: Unit,
        records: Sequence[Decoded[Any]],
        at: Instant,
    ) -> bool:
        delivery_id = _delivery_id(unit)
        done = self._done.get(delivery_id)
        future: Future[Outcome] = Future()
        if done is not None:
            future.set_result(done)
        elif receiver.guard.allows(at):
            if self._threads is None:
                most = self._limits.at_once * max(1, len(self._receivers))
                self._threads = ThreadPoolExecutor(most, thread_name_prefix="delivery")
            contents = [each.record for each in records]
            future = self._threads.submit(self._deliver, receiver, delivery_id, contents)
        else:
            return False
        self._under_way[unit.name] = _UnderWay(partition, to, unit, records, future)
        return True

    def _deliver(self, receiver: Receiver, delivery_id: str, records: Sequence[Any]) -> Outcome:
        """In a thread."""
        claimed = self._notes.claim(delivery_id, receiver.longest)
        if claimed is not None:
            receiver.guard.succeeded()  # nothing was asked of it, and it may be asked
            return claimed
        try:
            outcome = receiver.deliver(delivery_id, records)
        except Exception as error:
            # A bug, which is no reason to stop the others: it is tried again, and told of.
            log.error("a delivery failed", exc_info=error, quoting=False)
            outcome = Outcome("BUSY", f"it could not be made ({type(error).__name__})")
        if outcome.kind == "AWAY":
            receiver.guard.failed(now(), outcome.said)
        else:
            receiver.guard.succeeded()
        self._notes.note(delivery_id, outcome)
        return replace(outcome, at=now())

    def _collected(
        self, tables: Tables, partition: int, at: Instant, finish: Finish, when: When
    ) -> Iterator[Written]:
        table, boxes = self._of(tables, partition)
        done = [
            name
            for name, each in self._under_way.items()
            if each.partition == partition and each.future.done()
        ]
        for name in done:
            under_way = self._under_way.pop(name)
            unit, outcome = under_way.unit, under_way.future.result()
            if any(table.get(key) is None for key in unit.keys):
                continue  # another process has settled it while the partition was there
            box = boxes[under_way.to]
            if outcome.kind != "TAKEN":
                self.counts[under_way.to, outcome.kind] += len(unit.keys)
            if outcome.kind == "DELIVERED":
                self._remember(_delivery_id(unit), outcome)
                for key in unit.keys:
                    table.delete(key)
                box.settled(unit.name)
                yield from finish(tables, unit.keys, under_way.records, outcome, at)
            elif outcome.kind == "REFUSED":
                yield from self._given_up(
                    table, unit, box, under_way.records, "delivery_refused", outcome.said
                )
            else:
                yield from self._again(table, under_way, box, outcome, at, when)

    def _again(
        self,
        table: Table[Owed],
        under_way: _UnderWay,
        box: Outbox,
        outcome: Outcome,
        at: Instant,
        when: When,
    ) -> Iterator[Written]:
        unit, records = under_way.unit, under_way.records
        first = table.get(unit.keys[0])
        assert first is not None
        if outcome.kind == "TAKEN":
            box.later(unit.name, at + (outcome.wait or _PAUSE))
            return
        if at - first.since >= self._limits.give_up_after:
            text = f"{outcome.said}, {first.tries + 1} times since {isoformat(first.since)}"
            yield from self._given_up(table, unit, box, records, "delivery_failed", text)
            return
        due = when(records, next_try(first.tries, unit.name, outcome.at, outcome.wait))
        for key in unit.keys:
            owed = table.get(key)
            if owed is not None:
                table.put(key, replace(owed, due=due, tries=owed.tries + 1))
        box.later(unit.name, due)

    def _given_up(
        self,
        table: Table[Owed],
        unit: Unit,
        box: Outbox,
        records: Sequence[Decoded[Any]],
        reason: Any,
        text: str,
    ) -> Iterator[Written]:
        for key in unit.keys:
            table.delete(key)
        box.settled(unit.name)
        for record in records:
            yield Rejected(record.received, reason, text)

    def _lost(self, table: Table[Owed], unit: Unit, box: Outbox) -> None:
        for key in unit.keys:
            table.delete(key)
        box.settled(unit.name)
        log.error("what was owed is no longer in its topic", entries=len(unit.keys))

    def _read(
        self, table: Table[Owed], partition: int, unit: Unit, box: Outbox, at: Instant
    ) -> list[Decoded[Any]] | None:
        """The records of a unit, those that are left of them; None when brokers are late."""
        wanted = [place for key in unit.keys if (place := _place(table, partition, key))]
        missing = [each for each in wanted if each not in self._records]
        fresh: dict[tuple[str, int, int], Decoded[Any]] = {}
        if missing:
            ahead = [place for key in box.ahead(_AHEAD) if (place := _place(table, partition, key))]
            try:
                fresh = self._fetched({*missing, *ahead[:_AHEAD]} - self._records.keys())
            except NotFetched as error:
                log.warning("what is owed could not be read again", reason=str(error))
                return None
        found = [fresh.get(each) or self._records.get(each) for each in wanted]
        for record in fresh.values():
            self._keep(record)
        return [record for record in found if record is not None]

    def _fetched(
        self, places: Iterable[tuple[str, int, int]]
    ) -> dict[tuple[str, int, int], Decoded[Any]]:
        by_topic: dict[tuple[str, int], list[int]] = {}
        for topic, partition, offset in places:
            by_topic.setdefault((topic, partition), []).append(offset)
        found: dict[tuple[str, int, int], Decoded[Any]] = {}
        for (topic, partition), offsets in by_topic.items():
            for received in self._fetch(topic, partition, offsets):
                decoded = self._decode(received)
                if isinstance(decoded, Decoded):
                    found[topic, partition, received.offset] = decoded
        return found

    def _keep(self, record: Decoded[Any]) -> None:
        received = record.received
        self._records[received.topic, received.partition, received.offset] = record
        while len(self._records) > _KEPT:
            self._records.popitem(last=False)

    def _remember(self, delivery_id: str, outcome: Outcome) -> None:
        self._done[delivery_id] = outcome
        while len(self._done) > 10 * _KEPT:
            self._done.popitem(last=False)

    def close(self) -> None:
        """Wait for what is under way, so that it is noted."""
        if self._threads is not None:
            self._threads.shutdown(wait=True, cancel_futures=True)
        for receiver in self._receivers.values():
            receiver.close()
        self._notes.close()


def _place(table: Table[Owed], partition: int, key: str) -> tuple[str, int, int] | None:
    owed = table.get(key)
    return None if owed is None else (owed.topic, partition, owed.offset)


def _delivery_id(unit: Unit) -> str:
    """The same for the same entries, and no other."""
    return sha256("\n".join((unit.name, *sorted(unit.keys))).encode()).hexdigest()[:32]
