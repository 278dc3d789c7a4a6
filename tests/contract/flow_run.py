"""Runs a flow as its process does, but over lists and tables in memory, without any broker."""

import importlib
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from functools import cache
from typing import Any, Self, TypeVar

import pytest
from bytewax.testing import TestingSink, TestingSource, run_main
from msgspec import Struct
from msgspec.structs import replace
from pydantic import SecretStr

from connectors import settings as sections
from connectors.changelog_table import TableType
from connectors.database.sealing import Sealing
from connectors.deliveries import Deliveries, Limits
from connectors.delivery_notes import DeliveryNotes
from connectors.extracting import Documents, Unusable, Wanted
from connectors.guard import Guard
from connectors.postponed import Decode
from connectors.receiver import Outcome, Receiver
from connectors.reference import ReferenceTable
from connectors.remembering import Study
from connectors.runtime import Runtime
from connectors.services import Service
from connectors.settings import Settings
from connectors.steps import Inputs, Outputs, Written
from connectors.stream import Batch, Event, Keyed, Outgoing, Received, Tick
from connectors.tables import MemoryStore
from connectors.wire import Wire
from flows import DELIVERIES, EXTRACT, FLOWS, JOIN
from operators.audit import START, InvoiceAudit, enter
from operators.audit import Event as Happened
from operators.extraction.gate import Step
from operators.extraction.memory import VendorMemory
from operators.extraction.memory_lesson import Lesson
from operators.extraction.memory_recall import Memories
from operators.extraction.outcome import DocumentRead
from operators.extraction.record import DocumentReading
from operators.extraction.understood import FieldRead
from operators.invoice import Party
from operators.reference import ReferencePolicy
from operators.result import Source
from operators.table import Lookup
from tests.contract.generated_records import (
    AT,
    CODEC,
    CONTRACTS,
    DOCUMENTS,
    DOUBTFUL,
    NAMELESS,
    SAMPLES,
    arrived,
    inputs_of,
    put,
    reference_bytes,
    said_by_people,
    sent,
    uploads,
)
from tests.webhook_server import SECRET

V = TypeVar("V")


class MemoryTrail:
    """Stands in for the database: chains events and remembers them."""

    def __init__(self) -> None:
        self.entries: dict[str, list[InvoiceAudit]] = {}

    def append(self, chain: str, events: list[Happened], /) -> list[InvoiceAudit]:
        entries = self.entries.setdefault(chain, [])
        for event in events:
            before = entries[-1].hash if entries else START
            entries.append(enter(chain, len(entries) + 1, before, event))
        return entries[len(entries) - len(events) :]

    @classmethod
    def connect(cls, _: str, __: Sealing) -> Self:
        return cls()

    def check_schema(self) -> None:
        """It has none."""

    def close(self) -> None:
        """Nothing to close."""


class MemoryUploads:
    """Stands in for reading records of topics a second time."""

    def __init__(self, events: Iterable[Keyed[Received]], others: Iterable[Received]) -> None:
        self._received = [
            *others,
            *(
                received
                for _, event in events
                if isinstance(event, Batch)
                for received in event.records
            ),
        ]

    def fetch(self, topic: str, partition: int, offsets: Iterable[int], /) -> list[Received]:
        """Those of the records that the flow reads, and of others."""
        wanted = {Source(topic, partition, offset) for offset in offsets}
        return [each for each in self._received if each.source in wanted]


class MemoryDocuments:
    """Stands in for reading documents: those of the generated invoices say what they say.

    A few leave a doubt, so that people are asked.
    """

    def read(
        self, wanted: Sequence[Wanted], memories: Memories, /
    ) -> Sequence[DocumentRead | Unusable]:
        return [self._read(each.document.uri) for each in wanted]

    def study(self, study: Study, /) -> Lesson:
        return Lesson()

    def _read(self, uri: str) -> DocumentRead | Unusable:
        sample = DOCUMENTS.get(uri, SAMPLES[0] if uri == NAMELESS else None)
        if sample is None:
            return Unusable("document_missing", f"there is no document {uri}")
        invoice = sample.upload.invoice
        assert invoice is not None
        if uri == NAMELESS:
            invoice = replace(invoice, seller=Party(), payments=())
        doubtful = ("totals.gross",) if uri in DOUBTFUL else ()
        fields = tuple(FieldRead(field, 0.85, "TEXT_LAYER") for field in doubtful)
        reading = DocumentReading(route="TEXT_LAYER", kind="INVOICE", fields=fields, extractor="1")
        return DocumentRead(invoice, reading, Step("PERSON" if doubtful else "ACCEPT", doubtful))


HANDOVER = sections.Handover(
    by="webhook",
    webhook=sections.Webhook(url="http://localhost/unused", secret=SecretStr(SECRET)),
)
"""Approved invoices go somewhere; nothing is asked there."""


class WillingReceiver:
    """Stands in for whoever takes what is delivered."""

    longest = 1_000

    def __init__(self, part: str) -> None:
        self.guard = Guard(part)

    def deliver(self, delivery_id: str, records: Sequence[Any]) -> Outcome:
        return Outcome("DELIVERED", "ours-1")

    def close(self) -> None:
        """Nothing is open."""


class Willing(dict[str, Receiver]):
    """Receivers of every name."""

    def get(self, part: str, default: object = None) -> Receiver:
        return self.setdefault(part, WillingReceiver(part))


class Committing(Deliveries):
    """Deliveries of a flow whose every tick finds the poll before it committed."""

    def tick(self, *given: Any) -> Iterator[Written]:
        self.committed()
        return super().tick(*given)


class MemoryRuntime(Runtime):
    """What a flow's process connects to, in memory."""

    def __init__(
        self,
        flow: str,
        events: Iterable[Event[Received]],
        *,
        reference: bool,
        policies: Sequence[ReferencePolicy] = (),
        memories: Sequence[VendorMemory] = (),
        documents: Documents | None = None,
    ) -> None:
        super().__init__(flow, Settings(handover=HANDOVER), threading.Event())
        self.contracts, self.codec = CONTRACTS, CODEC
        self.reads: tuple[type[Any], ...] = ()
        self.looked_up: set[str] = set()
        self.state = MemoryStore(())
        self.states: dict[str, MemoryStore] = {}
        self.written: list[list[Outgoing]] = []
        self.asked: dict[str, Service[Any]] = {}
        self.steps: Iterable[Event[Received] | Callable[[], None]] | None = None
        self._events: list[Keyed[Received]] = [
            (str(event.partition), event) for each in events for event in self._ticked(each)
        ]
        self._records = dict(reference_bytes()) if reference else {}
        self._documents = documents or MemoryDocuments()
        for record in (*policies, *memories):
            topic, encode = CONTRACTS.topic_of(type(record)), CODEC.encoder(type(record))
            there = (topic.key_of(record).encode(), encode(record))
            self._records[topic.name] = [*self._records.get(topic.name, ()), there]

    def source(self) -> Inputs:  # type: ignore[override]  # stands in for it, in memory
        if self.steps is not None:
            return TestingSource(self._stepwise(self.steps), batch_size=1)
        return TestingSource(self._events, batch_size=max(1, len(self._events)))

    def _ticked(self, event: Event[Received]) -> Iterator[Event[Received]]:
        """An event, and the tick that follows it where something is owed then."""
        yield event
        if self.flow in DELIVERIES and isinstance(event, Batch):
            yield Tick(event.partition, event.at)

    def _stepwise(
        self, steps: Iterable[Event[Received] | Callable[[], None]]
    ) -> Iterator[Keyed[Received]]:
        for step in steps:
            if isinstance(step, Struct):
                yield str(step.partition), step
            else:
                step()

    def publish(self) -> None:
        """The reference data of the generated world arrives."""
        self._records = dict(reference_bytes())
        for table in self._reference.values():
            self._fill(table)
        for each in self._postponements:
            each.hint(AT)

    def sink(self) -> Outputs:  # type: ignore[override]  # stands in for it, in memory
        return TestingSink(self.written)

    def wire(self, *reads: type[Any]) -> Wire:
        self.reads = reads
        return super().wire(*reads)

    def store(self, *types: TableType, of: str | None = None) -> MemoryStore:  # type: ignore[override]  # stands in for it, in memory
        for table in types:
            self.contracts.changelog(of or self.flow, table.name)
        self.state = self.states[of or self.flow] = MemoryStore(types)
        return self.state

    def service(
        self, part: str, settings: sections.Service, record: type[V], *, safe: str = ""
    ) -> Service[V] | None:
        return self.asked.get(part)

    def documents(self, policies: Lookup[ReferencePolicy], memories: Memories) -> Documents:
        return self._documents

    def refetch(self) -> MemoryUploads:  # type: ignore[override]  # stands in for it, in memory
        read = {topic.name for topic in self.contracts.read_by(self.flow)}
        there = extracted() if self.flow != EXTRACT else uploads()
        others = (each for name, those in there.items() if name not in read for each in those)
        return MemoryUploads(self._events, others)

    def deliveries(
        self, receivers: Mapping[str, Receiver], settings: sections.Delivery, decode: Decode
    ) -> Deliveries:
        limits = Limits(at_once=1, wait=60)
        notes = DeliveryNotes(sections.Redis(), self.group)
        fetch = self.refetch().fetch
        deliveries = Committing(Willing(), limits, fetch, decode, notes, lambda: [0])
        self.made.delivered(deliveries)
        return deliveries

    def _look_into(self, record: type[V], table: ReferenceTable[V]) -> None:
        super()._look_into(record, table)
        self._fill(table)

    def _fill(self, table: ReferenceTable[Any]) -> None:
        self.looked_up.add(table.topic)
        for key, value in self._records.get(table.topic, ()):
            table.apply(key, value)


def start(
    flow: str,
    events: Iterable[Event[Received]],
    *,
    reference: bool = True,
    policies: Sequence[ReferencePolicy] = (),
    memories: Sequence[VendorMemory] = (),
    documents: Documents | None = None,
) -> MemoryRuntime:
    """Run a flow over events to their end; what it has read, kept and written.

    `policies` and `memories` stand in their topics behind those of the generated world.
    """
    runtime = MemoryRuntime(
        flow,
        events,
        reference=reference,
        policies=policies,
        memories=memories,
        documents=documents,
    )
    return run(runtime)


def run(runtime: MemoryRuntime) -> MemoryRuntime:
    """Run a flow to the end of its events."""
    flow = runtime.flow
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("flows.collect.Store", MemoryTrail)
        dataflow = importlib.import_module(f"flows.{flow}").flow(runtime)
    runtime.made.wired(dataflow)
    run_main(dataflow, epoch_interval=timedelta(0))  # type: ignore[no-untyped-call]  # Bytewax leaves it untyped
    return runtime


def written(
    flow: str,
    records: Sequence[Received],
    *,
    reference: bool = True,
    policies: Sequence[ReferencePolicy] = (),
) -> list[Outgoing]:
    """What a flow writes on records that come in one poll."""
    events = [Batch(0, AT, list(records))]
    runtime = start(flow, events, reference=reference, policies=policies)
    return [record for records in runtime.written for record in records]


@cache
def extracted() -> Mapping[str, list[Received]]:
    """Every topic's records after the documents among the generated invoices have been read."""
    topics = {topic: list(records) for topic, records in uploads().items()}
    _pass_through(EXTRACT, topics)
    return topics


@cache
def whole_pipeline() -> Mapping[str, list[Received]]:
    """Every topic's records after the generated invoices have passed through every flow."""
    topics = {topic: list(records) for topic, records in extracted().items()}
    for flow in FLOWS:
        if flow != EXTRACT:
            _pass_through(flow, topics)
    return topics


def _pass_through(flow: str, topics: dict[str, list[Received]]) -> None:
    """Add what a flow writes, and what people answer whom it asks."""
    if flow in (EXTRACT, JOIN):
        for completed in said_by_people(written(flow, inputs_of(flow, topics))):
            put(topics, sent(completed))
    for outgoing in written(flow, inputs_of(flow, topics)):
        put(topics, arrived(outgoing, 0))
