"""Runs a flow as its process does, but over lists and tables in memory, without any broker."""

import importlib
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, Self, TypeVar

import pytest
from bytewax.testing import TestingSink, TestingSource, run_main
from msgspec import Struct
from msgspec.structs import replace

from connectors import settings as sections
from connectors.avro_type import Schema
from connectors.changelog_table import TableType
from connectors.codec import Codec, LockIds
from connectors.contracts import Contracts, Topic
from connectors.extracting import Documents, Unusable, Wanted
from connectors.records import RECORDS
from connectors.reference import ReferenceTable
from connectors.remembering import Study
from connectors.runtime import Runtime
from connectors.services import Service
from connectors.settings import Settings
from connectors.steps import Inputs, Outputs
from connectors.stream import Batch, Event, Keyed, Outgoing, Received
from connectors.tables import MemoryStore
from connectors.wire import Wire
from flows import EXTRACT, FLOWS, JOIN
from manifold.generator import Sample, invoices, reference_records, world
from operators.audit import START, InvoiceAudit, enter
from operators.audit import Event as Happened
from operators.decision import ReviewOutcome
from operators.extraction.gate import Step
from operators.extraction.memory import Fact, Learned, Mark, VendorMemory
from operators.extraction.memory_lesson import Lesson
from operators.extraction.memory_recall import Memories
from operators.extraction.outcome import DocumentRead
from operators.extraction.record import DocumentReading
from operators.extraction.understood import FieldRead
from operators.invoice import Invoice, Party
from operators.reference import ReferencePolicy
from operators.result import Source
from operators.review import InvoiceReviewCompleted, InvoiceReviewRequested
from operators.table import Lookup
from operators.upload import Document

V = TypeVar("V")

AT = 1_772_442_900_000
"""Every poll happens at this instant."""
TRACE = b"0af7651916cd43dd8448eb211c80319c"
"""The trace that producers have begun."""
CONTRACTS = Contracts.load()


class Ids(LockIds):
    """The ids of the lock, and some of schemas that other writers have registered."""

    def __init__(self) -> None:
        super().__init__(CONTRACTS)
        self.foreign: dict[int, Schema] = {}

    def schema_of(self, schema_id: int) -> Schema:
        return self.foreign.get(schema_id) or super().schema_of(schema_id)


IDS = Ids()
CODEC = Codec(CONTRACTS, IDS)
WORLD = world(1, 24, datetime.fromtimestamp(AT / 1_000, UTC).date())
SAMPLES: Sequence[Sample] = tuple(invoices(WORLD, 1, 24, AT - 1_000, fault_rate=0.5))


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
    def connect(cls, _: str) -> Self:
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
        super().__init__(flow, Settings(), threading.Event())
        self.contracts, self.codec = CONTRACTS, CODEC
        self.reads: tuple[type[Any], ...] = ()
        self.looked_up: set[str] = set()
        self.state = MemoryStore(())
        self.states: dict[str, MemoryStore] = {}
        self.written: list[list[Outgoing]] = []
        self.asked: dict[str, Service[Any]] = {}
        self.steps: Iterable[Event[Received] | Callable[[], None]] | None = None
        self._events: list[Keyed[Received]] = [(str(event.partition), event) for event in events]
        self._records = dict(reference_bytes()) if reference else {}
        self._documents = documents or MemoryDocuments()
        for record in (*policies, *memories):
            topic, encode = CONTRACTS.topic_of(type(record)), CODEC.encoder(type(record))
            there = (topic.key_of(record).encode(), encode(record))
            self._records[topic.name] = [*self._records.get(topic.name, ()), there]

    def source(self) -> Inputs:  # type: ignore[override]
        if self.steps is not None:
            return TestingSource(self._stepwise(self.steps), batch_size=1)
        return TestingSource(self._events, batch_size=max(1, len(self._events)))

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

    def sink(self) -> Outputs:  # type: ignore[override]
        return TestingSink(self.written)

    def wire(self, *reads: type[Any]) -> Wire:
        self.reads = reads
        return super().wire(*reads)

    def store(self, *types: TableType, of: str | None = None) -> MemoryStore:  # type: ignore[override]
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

    def refetch(self) -> MemoryUploads:  # type: ignore[override]
        read = {topic.name for topic in self.contracts.read_by(self.flow)}
        there = extracted() if self.flow != EXTRACT else uploads()
        others = (each for name, those in there.items() if name not in read for each in those)
        return MemoryUploads(self._events, others)

    def _look_into(self, record: type[V], table: ReferenceTable[V]) -> None:
        super()._look_into(record, table)
        self._fill(table)

    def _fill(self, table: ReferenceTable[Any]) -> None:
        self.looked_up.add(table.topic)
        for key, value in self._records.get(table.topic, ()):
            table.apply(key, value)


@cache
def reference_bytes() -> Mapping[str, list[tuple[bytes, bytes]]]:
    """The reference topics of the generated world."""
    found: dict[str, list[tuple[bytes, bytes]]] = {}
    vendor = WORLD.vendors[0]
    by = Learned("req-1", 1, "anna", AT)
    name = Fact("seller.name", vendor.name, by)
    memory = VendorMemory(vendor.vendor_id, AT, (name,), marks=(Mark("name", "somebody", by),))
    for key, record in (*reference_records(WORLD), (vendor.vendor_id, memory)):
        topic = CONTRACTS.topic_of(type(record)).name
        found.setdefault(topic, []).append((key.encode(), CODEC.encoder(type(record))(record)))
    return found


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
    run_main(dataflow, epoch_interval=timedelta(0))  # type: ignore[no-untyped-call]
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


def arrived(outgoing: Outgoing, offset: int) -> Received:
    """What has been written, as its readers get it."""
    return Received(
        outgoing.topic,
        0,
        offset,
        outgoing.key,
        outgoing.value,
        outgoing.headers,
        outgoing.timestamp or AT,
    )


def sent(record: Any, offset: int = 0) -> Received:
    """A record as a producer sends it, in a trace of its own."""
    topic = CONTRACTS.topic_of(type(record))
    return Received(
        topic.name,
        0,
        offset,
        topic.key_of(record).encode(),
        CODEC.encoder(type(record))(record),
        [("traceparent", b"00-%b-b7ad6b7169203331-01" % TRACE), ("own", b"kept")],
        AT - 500,
    )


def decoded(outgoing: Outgoing) -> Any:
    """The record that was written, by the class its topic carries."""
    return decoder(outgoing.topic)(outgoing.value or b"")


@cache
def decoder(topic: str) -> Callable[[bytes], Any]:
    """The decoder of a topic's records."""
    return CODEC.decoder(class_of(CONTRACTS.topics[topic]))


def class_of(topic: Topic) -> type[Any]:
    """The class of the records that a topic carries."""
    return next(record for record in RECORDS if CONTRACTS.topic_of(record) == topic)


# One way for a vendor: between two topics no order is kept, and prices may depend on it.
_BY_DOCUMENT = {vendor.vendor_id for vendor in WORLD.vendors[::4]}
DOCUMENTS: Mapping[str, Sample] = {
    f"inbox/{sample.upload.request_id}.pdf": sample
    for sample in SAMPLES
    if sample.upload.vendor_id in _BY_DOCUMENT and sample.upload.invoice is not None
}
"""The generated invoices that come as documents."""
DOUBTFUL: Sequence[str] = tuple(DOCUMENTS)[:4]
"""Documents that a person has to look at."""
NAMELESS = "inbox/nameless.pdf"
"""A document without a seller."""
UNREAD = frozenset(DOCUMENTS[uri].upload.request_id for uri in DOUBTFUL[2:])
"""Requests that no branch has seen: a person has rejected the document, or not yet read it."""


@cache
def uploads() -> Mapping[str, list[Received]]:
    """The generated invoices as uploads, some of which point at documents."""
    topics: dict[str, list[Received]] = {}
    documents = {sample.upload.request_id: uri for uri, sample in DOCUMENTS.items()}
    for sample in SAMPLES:
        upload = sample.upload
        uri = documents.get(upload.request_id)
        if uri is not None:
            document = Document(uri, "application/pdf", "0" * 64)
            upload = replace(upload, invoice=None, document=document, origin="SCAN")
        _put(topics, sent(upload))
    return topics


def _put(topics: dict[str, list[Received]], received: Received) -> None:
    records = topics.setdefault(received.topic, [])
    records.append(replace(received, offset=len(records)))


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
            _put(topics, sent(completed))
    for outgoing in written(flow, inputs_of(flow, topics)):
        _put(topics, arrived(outgoing, 0))


def said_by_people(decided: Iterable[Outgoing]) -> Iterator[InvoiceReviewCompleted]:
    """What people answer: one review is approved, one corrected, and a document rejected."""
    topic = CONTRACTS.topic_of(InvoiceReviewRequested).name
    asked = [decoded(outgoing) for outgoing in decided if outgoing.topic == topic]
    approved, corrected, *others = asked
    for number in range(approved.needed):
        revision = approved.revision + number
        yield completed(approved, "APPROVED", f"person-{number}", revision=revision)
    for other in others[:1]:
        if other.kind == "EXTRACTION":
            yield completed(other, "REJECTED", "person-2")
    uploads = (sample.upload for sample in SAMPLES)
    invoice = next(each.invoice for each in uploads if each.request_id == corrected.request_id)
    yield completed(corrected, "CORRECTED", "person-1", corrected=invoice)


def completed(
    asked: InvoiceReviewRequested,
    outcome: ReviewOutcome,
    reviewer: str,
    *,
    revision: int | None = None,
    corrected: Invoice | None = None,
) -> InvoiceReviewCompleted:
    """A person's answer."""
    return InvoiceReviewCompleted(
        request_id=asked.request_id,
        attempt=asked.attempt,
        revision=asked.revision if revision is None else revision,
        vendor_id=asked.vendor_id,
        outcome=outcome,
        reviewer=reviewer,
        reason="Looked at.",
        completed_at=AT,
        corrected=corrected,
    )


def inputs_of(flow: str, topics: Mapping[str, list[Received]]) -> list[Received]:
    """The records of all topics that a flow reads; people answer last."""
    last = CONTRACTS.topic_of(InvoiceReviewCompleted).name
    names = [topic.name for topic in CONTRACTS.read_by(flow)]
    names.sort(key=lambda name: name == last)
    return [received for name in names for received in topics.get(name, ())]
