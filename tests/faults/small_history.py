"""A small run that went well, made by the real flows over lists, to plant defects in.

Invoices come in rounds. In each, every flow reads what is new, in one epoch, and writes its
results and its changelogs as on a broker: into partitions by key, an offset left for the marker
of every transaction.
"""

import importlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bytewax.testing import run_main
from msgspec.structs import replace as changed

from connectors.changelog_table import ChangelogTable, TableType
from connectors.contracts import Topic
from connectors.database.migration import migrate
from connectors.murmur2 import partition_of
from connectors.settings import Database, Settings
from connectors.stream import Batch, CaughtUp, Event, Outgoing, Received
from connectors.tables import Tables
from flows import FLOWS, JOIN
from manifold.generator import invoices, world
from operators.decision import InvoiceSettled
from operators.reference import ReferencePolicy
from operators.review import InvoiceReviewCompleted, InvoiceReviewRequested
from operators.upload import InvoiceUploaded
from tests.contract.flow_run import MemoryRuntime
from tests.contract.generated_records import AT, CODEC, CONTRACTS, SAMPLES, WORLD
from tests.faults.commits import Commit
from tests.faults.history import Expected, Injected, Measured, Run
from tests.faults.people import Habit, answers
from tests.faults.recorded import in_memory
from tests.faults.rows import Row, Where
from tests.faults.verdict import Evidence

_ROUND = 8
"""Invoices uploaded together."""
_ROUND_MS = 1_000
_SEEN_AFTER = 100
"""Milliseconds from a record's timestamp until the observer sees it."""
_REVIEWED = [each.upload.request_id for each in SAMPLES if each.decision == "REVIEW"]
_PARTITIONS = {topic.name: topic.partitions for topic in CONTRACTS.every_topic()}
_DAY = datetime.fromtimestamp(AT / 1_000, UTC).date()

assert world(1, len(SAMPLES), _DAY) == WORLD, "the run has to find the world again"
assert list(invoices(WORLD, 1, len(SAMPLES), AT - 1_000, 0.5)) == list(SAMPLES)


class _Tables:
    """A flow's tables, kept from epoch to epoch, and what they write to their changelogs."""

    def __init__(self) -> None:
        self.types: Sequence[tuple[str, TableType]] = ()
        self.written: list[Outgoing] = []
        self._open: dict[int, dict[str, ChangelogTable[Any]]] = {}

    def open(self, partition: int) -> Tables:
        if partition not in self._open:
            self._open[partition] = {
                each.name: ChangelogTable(topic, each) for topic, each in self.types
            }
        return self._open[partition]

    def flush(self, partition: int) -> None:
        for table in self._open.get(partition, {}).values():
            for key, value in table.changes():
                self.written.append(Outgoing(table.topic, key, value, [], partition))

    def revoked(self, partition: int, returned: bool) -> None:
        """Never, here."""


class _Again:
    """Reads records of the topics a second time."""

    def __init__(self, topics: Mapping[Where, list[Received]]) -> None:
        self._topics = topics

    def fetch(self, topic: str, partition: int, offsets: Iterable[int], /) -> list[Received]:
        """The records at these offsets."""
        wanted = set(offsets)
        return [each for each in self._topics[topic, partition] if each.offset in wanted]


class _Process(MemoryRuntime):
    """A flow's process, run for an epoch at a time."""

    def __init__(
        self, flow: str, database: str, again: _Again, policies: Sequence[ReferencePolicy]
    ) -> None:
        super().__init__(flow, (), reference=True, policies=policies)
        self._again = again
        self.settings = Settings.load(database=Database(url=database))
        self._tables = _Tables()

    def store(self, *types: TableType, of: str | None = None) -> _Tables:  # type: ignore[override]  # stands in for it, in memory
        self._tables.types = [
            (self.contracts.changelog(of or self.flow, each.name).name, each) for each in types
        ]
        return self._tables

    def refetch(self) -> _Again:  # type: ignore[override]  # stands in for it, in memory
        return self._again

    def epoch(self, events: Iterable[Event[Received]]) -> list[Outgoing]:
        """Everything written in one transaction."""
        self._events = [(str(event.partition), event) for event in events]
        self.written, self._tables.written = [], []
        dataflow = importlib.import_module(f"flows.{self.flow}").flow(self)
        run_main(dataflow, epoch_interval=timedelta(0))  # type: ignore[no-untyped-call]  # Bytewax leaves it untyped
        self.close()
        return [each for batch in self.written for each in batch] + self._tables.written


class _Broker:
    """Topics in lists, what every group has read of them, and all it committed."""

    def __init__(
        self, database: str, habits: Sequence[Habit], policies: Sequence[ReferencePolicy]
    ) -> None:
        self.topics: dict[Where, list[Received]] = defaultdict(list)
        self.commits: list[Commit] = []
        self._next: dict[Where, int] = defaultdict(int)
        self._read: dict[tuple[str, Where], int] = defaultdict(int)
        again = _Again(self.topics)
        self._processes = {flow: _Process(flow, database, again, policies) for flow in FLOWS}
        self._habits = dict(zip(_REVIEWED, habits, strict=True))

    def write(self, written: Iterable[Outgoing], at: int) -> None:
        """One transaction."""
        touched: set[Where] = set()
        for each in written:
            number = each.partition
            if number < 0:
                number = partition_of(each.key or b"", _PARTITIONS[each.topic])
            where = (each.topic, number)
            offset = self._next[where]
            self.topics[where].append(
                Received(*where, offset, each.key, each.value, each.headers, each.timestamp or at)
            )
            self._next[where] = offset + 1
            touched.add(where)
        for where in touched:
            self._next[where] += 1

    def run(self, flow: str, at: int, settlements_first: bool) -> None:
        """One epoch of a flow over everything that is new."""
        settled = CONTRACTS.topic_of(InvoiceSettled).name
        topics = sorted(CONTRACTS.read_by(flow), key=lambda each: each.name == settled)
        if settlements_first:
            topics.reverse()
        batches = [
            Batch(number, at, [each for topic in topics for each in self._new(flow, topic, number)])
            for number in range(4)
        ]
        events = [batch for batch in batches if batch.records]
        if events:
            self.write(self._processes[flow].epoch(events), at + 5)
        for topic in topics:
            for number in range(4):
                end = self._next[topic.name, number]
                self.commits.append(Commit(at, flow, topic.name, number, end))

    def answer(self, at: int) -> None:
        """What people say to those of them who have just been asked."""
        asked = CONTRACTS.topic_of(InvoiceReviewRequested)
        topic, encode = (
            CONTRACTS.topic_of(InvoiceReviewCompleted),
            CODEC.encoder(InvoiceReviewCompleted),
        )
        decode = CODEC.decoder(InvoiceReviewRequested)
        for number in range(4):
            for record in self._new("people", asked, number):
                request = decode(record.value or b"")
                self.write(
                    [
                        Outgoing(topic.name, topic.key_of(each).encode(), encode(each), [])
                        for each in answers(request, self._habits[request.request_id], at)
                    ],
                    at,
                )

    def caught_up(self, flow: str, at: int) -> None:
        """Time has passed for a flow that has read everything: it does what it owes."""
        events = [CaughtUp(number, at, at) for number in range(4)]
        self.write(self._processes[flow].epoch(events), at + 5)

    def _new(self, flow: str, topic: Topic, number: int) -> list[Received]:
        where = (topic.name, number)
        records = self.topics[where][self._read[flow, where] :]
        self._read[flow, where] += len(records)
        return records


@dataclass(frozen=True)
class SmallHistory:
    """A run that went well; `but` makes another of it that did not."""

    run: Run
    records: tuple[Received, ...]
    commits: tuple[Commit, ...]
    hidden: frozenset[tuple[Where, int]] = frozenset()
    """Where the observer saw nothing."""
    imagined: tuple[tuple[Where, Row], ...] = ()
    """What the observer saw besides."""
    later: tuple[tuple[Where, int, int], ...] = ()
    """Where the observer saw something so many milliseconds later."""

    def but(self, **other: Any) -> "SmallHistory":
        """The same history with something else in it."""
        return replace(self, **other)

    def evidence(self) -> Evidence:
        """What the checkers look at."""
        recorded = in_memory(CONTRACTS, self.records)
        delays = {(where, offset): delay for where, offset, delay in self.later}

        def observed(where: Where) -> Iterator[Row]:
            rows = [
                each._replace(
                    seen_at=each.timestamp + _SEEN_AFTER + delays.get((where, each.offset), 0)
                )
                for each in recorded.rows(where)
                if (where, each.offset) not in self.hidden
            ]
            rows += [each for there, each in self.imagined if there == where]
            return iter(sorted(rows))

        return Evidence(self.run, recorded, observed, lambda: iter(self.commits))

    def without(self, gone: Received) -> "SmallHistory":
        """One record less."""
        return self.but(records=tuple(each for each in self.records if each is not gone))

    def with_value(self, record: Received, value: bytes | None) -> "SmallHistory":
        """One record with another value."""
        other = changed(record, value=value)
        return self.but(records=tuple(other if each is record else each for each in self.records))

    def with_more(self, record: Received) -> "SmallHistory":
        """One record more, at the end of its partition."""
        where = (record.topic, record.partition)
        last = max((each.offset for each in self.records if _where(each) == where), default=-2)
        return self.but(records=(*self.records, changed(record, offset=last + 2)))

    def of(self, topic: str) -> list[Received]:
        """The records of a topic."""
        return [each for each in self.records if each.topic == topic]


def small_history(
    folder: Path,
    habits: Sequence[Habit] = ("says it twice", "is ahead"),
    policies: Sequence[ReferencePolicy] = (),
    later_ms: int = 0,
) -> SmallHistory:
    """The run, with a database in a folder.

    `habits`: how the people answer who are asked about the two invoices that need one; `policies`
    come after the one of the generated world; `later_ms`: how long nothing happens before the end.
    """
    database = f"sqlite:///{folder / 'manifold.db'}"
    migrate(database)
    broker = _Broker(database, habits, policies)
    topic = CONTRACTS.topic_of(InvoiceUploaded)
    encode = CODEC.encoder(InvoiceUploaded)
    at = AT
    for start in range(0, len(SAMPLES) + 2 * _ROUND, _ROUND):
        at += _ROUND_MS
        uploads = [sample.upload for sample in SAMPLES[start : start + _ROUND]]
        broker.write(
            [
                Outgoing(topic.name, topic.key_of(each).encode(), encode(each), [])
                for each in uploads
            ],
            at,
        )
        for flow in FLOWS:
            broker.run(flow, at + 10, settlements_first=start % 2 == 0)
        broker.answer(at + 20)
    if later_ms:
        broker.caught_up(JOIN, at + later_ms)
        for flow in FLOWS:
            broker.run(flow, at + later_ms + 10, settlements_first=True)
    broker.caught_up("statistics", at + later_ms + 10 * _ROUND_MS)
    run = Run(
        seed=1,
        seconds=(at - AT) / 1_000,
        invoices=len(SAMPLES),
        today=_DAY,
        started_at=AT,
        ended_at=at,
        kafka={},
        namespace="",
        database=database,
        join_deadline_s=600,
        samples=tuple(
            Expected(each.upload.request_id, 1, each.fault, each.decision) for each in SAMPLES
        ),
        faults=(
            Injected("kill_anywhere", "fraud-one", AT + 1_005, AT + 1_005),
            Injected("pause_broker", "broker 2", AT + 1_500, AT + 2_050),
        ),
        processes=tuple(_measured()),
        restarts={"fraud/one": 1},
        folder=folder,
    )
    records = [each for _, found in sorted(broker.topics.items()) for each in found]
    return SmallHistory(run, tuple(records), tuple(broker.commits))


def _measured() -> Iterator[Measured]:
    for number in range(60):
        for pid, flow in enumerate(FLOWS, 100):
            yield Measured(AT + 2_000 * number, flow, "one", pid, (80 + number % 3) << 20, 40)


def _where(record: Received) -> Where:
    return record.topic, record.partition
