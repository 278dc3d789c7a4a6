"""Records that are generated, as they stand in topics, and what people answer."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any

from msgspec.structs import replace

from connectors.avro_type import Schema
from connectors.codec import Codec, LockIds
from connectors.contracts import Contracts, Topic
from connectors.records import RECORDS
from connectors.stream import Outgoing, Received
from manifold.generator import Sample, invoices, reference_records, world
from operators.decision import ReviewOutcome
from operators.extraction.memory import Fact, Learned, Mark, VendorMemory
from operators.invoice import Invoice
from operators.money import ONE
from operators.notifications import NotificationRoute
from operators.reference import ReferencePolicy
from operators.review import InvoiceReviewCompleted, InvoiceReviewRequested
from operators.upload import Document

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


ROUTES = (
    NotificationRoute("desk", "WEBHOOK", ("desk",)),
    NotificationRoute("dear", "MAIL", ("ap@example.org",), amount_from=1_000 * ONE, digest="DAILY"),
)
"""Who is told in the generated world."""


@cache
def reference_bytes() -> Mapping[str, list[tuple[bytes, bytes]]]:
    """The reference topics of the generated world."""
    found: dict[str, list[tuple[bytes, bytes]]] = {}
    vendor = WORLD.vendors[0]
    by = Learned("req-1", 1, "anna", AT)
    name = Fact("seller.name", vendor.name, by)
    memory = VendorMemory(vendor.vendor_id, AT, (name,), marks=(Mark("name", "somebody", by),))
    for key, record in (*reference_records(WORLD), (vendor.vendor_id, memory)):
        if isinstance(record, ReferencePolicy):
            record = replace(record, notifications=ROUTES)
        topic = CONTRACTS.topic_of(type(record)).name
        found.setdefault(topic, []).append((key.encode(), CODEC.encoder(type(record))(record)))
    return found


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
        put(topics, sent(upload))
    return topics


def put(topics: dict[str, list[Received]], received: Received) -> None:
    records = topics.setdefault(received.topic, [])
    records.append(replace(received, offset=len(records)))


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
