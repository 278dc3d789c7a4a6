"""Uploads that point at a document, read; and what people say of those that could not be."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Protocol

from msgspec import Struct

from connectors.changelog_table import TableType
from connectors.failures import RecordFailed
from connectors.remembering import Study, remembered, taught
from connectors.steps import OnCaughtUp, OnRecords, Written
from connectors.stream import Decoded, Forwarded, Produced, Reason, Rejected
from connectors.tables import Tables
from connectors.wire import FORWARDED
from operators.candidate import chosen
from operators.extraction.gate import Gates, gates_of
from operators.extraction.lesson_learned import InvoiceLessonLearned
from operators.extraction.memory import VendorMemory
from operators.extraction.memory_lesson import Lesson
from operators.extraction.memory_recall import Memories
from operators.extraction.outcome import DocumentRead, completed, question
from operators.extraction.reviewing import (
    BEFORE_DECISION,
    Answered,
    OpenReading,
    Overtaken,
    Readings,
    answer,
    ask,
    expire,
    forget,
    overtake,
)
from operators.extraction.vendor import Vendors, vendor_id_of
from operators.invoice import Invoice
from operators.people import Refused
from operators.reference import ReferencePolicy
from operators.review import InvoiceReviewCompleted
from operators.reviewing import EXPIRE_DAYS, longest_expiry, shortest_expiry
from operators.table import Lookup
from operators.time import Instant
from operators.upload import Document, InvoiceUploaded

READINGS = TableType("readings", OpenReading, encoded=True)
"""Documents that people look at."""
ANSWERED = TableType("answered", Answered)
"""Documents that people have looked at."""
OVERTAKEN = TableType("overtaken", Overtaken)
"""Requests of which a later attempt is there."""
MEMORIES = TableType("memories", VendorMemory, encoded=True)
"""What is remembered of the vendors of the partition, as it was written last."""


class Wanted(Struct, frozen=True):
    """A document to read."""

    document: Document
    """Where it is."""
    gates: Gates
    """How sure its values have to be."""
    vendor_id: str | None = None
    """Vendor that the upload names."""


class Unusable(Struct, frozen=True):
    """A document that could not be read at all."""

    reason: Reason
    """Why, of the closed list."""
    message: str
    """Why, in a sentence that says what to do."""


class Documents(Protocol):
    """What reads documents."""

    def read(
        self, wanted: Sequence[Wanted], memories: Memories, /
    ) -> Sequence[DocumentRead | Unusable]:
        """Read documents at the same time; what came of them, in their order."""

    def study(self, study: Study, /) -> Lesson:
        """What a corrected document teaches; nothing when it cannot be looked at."""


class Reference(Struct, frozen=True):
    """What is looked up."""

    policies: Lookup[ReferencePolicy]
    vendors: Vendors
    memories: Memories


def wanted_of(upload: InvoiceUploaded, policies: Lookup[ReferencePolicy]) -> Wanted | None:
    """The document to read for an upload; None when it has its invoice in it."""
    if upload.invoice is not None or upload.document is None:
        return None
    gates = gates_of(chosen(policies, upload.request_id).policy)
    return Wanted(upload.document, gates, upload.vendor_id)


def extracting(
    documents: Documents, reference: Reference
) -> tuple[OnRecords[Tables], OnCaughtUp[Tables]]:
    """What follows from uploads and people's answers, and when everything has been read."""

    def on_records(
        tables: Tables, partition: int, records: list[Decoded[Any]], at: Instant
    ) -> Iterable[Written]:
        readings = _readings(tables)
        of_uploads = [
            wanted_of(each.record, reference.policies)
            if isinstance(each.record, InvoiceUploaded) and each.received.header(FORWARDED) is None
            else None
            for each in records
        ]
        every = [each for each in of_uploads if each is not None]
        found = iter(documents.read(every, reference.memories))
        written: list[Written] = []
        for each, wanted in zip(records, of_uploads, strict=True):
            try:
                if isinstance(each.record, InvoiceReviewCompleted):
                    written += _answered(readings, each, documents, reference, at)
                elif isinstance(each.record, InvoiceLessonLearned):
                    written += remembered(tables["memories"], reference.memories, each, at)
                elif wanted is not None:
                    written += _read(readings, each, next(found), reference, at)
                else:
                    written += _there(readings, each, at)
            except Exception as error:
                raise RecordFailed(each.received, error) from error
        return written

    def on_caught_up(tables: Tables, until: Instant, at: Instant) -> Iterable[Written]:
        readings = _readings(tables)
        forget(readings, longest_expiry(reference.policies), until)
        shortest = shortest_expiry(reference.policies)
        return [Produced(decision) for decision in expire(readings, shortest, until, at)]

    return on_records, on_caught_up


def _readings(tables: Tables) -> Readings:
    return Readings(tables["readings"], tables["answered"], tables["overtaken"])


def _there(readings: Readings, upload: Decoded[InvoiceUploaded], at: Instant) -> Iterator[Written]:
    """What follows from an attempt being there: nobody need look at earlier ones any more.

    Attempts may name different vendors, or none, and so come to different partitions. Where the
    request's own key leads to is told: answers come there first, and what names no vendor stands
    there. What a person corrects has ended its earlier attempt already.
    """
    record, received = upload.record, upload.received
    if record.attempt <= 1 or record.origin == "REVIEW":
        return
    for ended in overtake(readings, record.request_id, record.attempt, at):
        yield Produced(ended, received)
    key = record.request_id.encode()
    if received.key != key and received.header(FORWARDED) is None:
        yield Forwarded(received, key, alone=True)


def _read(
    readings: Readings,
    upload: Decoded[InvoiceUploaded],
    read: DocumentRead | Unusable,
    reference: Reference,
    at: Instant,
) -> Iterator[Written]:
    record, received = upload.record, upload.received
    if isinstance(read, Unusable):
        yield Rejected(received, read.reason, read.message)
        return
    yield from _there(readings, upload, at)
    policy = chosen(reference.policies, record.request_id).policy
    memory = read.reading.memory
    remembered = None if memory is None else memory.vendor_id
    vendor_id = record.vendor_id or vendor_id_of(read.invoice, reference.vendors, remembered)
    if read.step.action == "ACCEPT" and vendor_id is not None:
        yield Produced(completed(record, read, vendor_id, gates_of(policy)), received)
        return
    days = EXPIRE_DAYS if policy is None else policy.review_expire_days
    asked = question(record, read, vendor_known=vendor_id is not None, days=days, now=at)
    opened = OpenReading(asked, record.origin, record.uploaded_at, vendor_id, read.words)
    for outcome in ask(readings, opened):
        yield Produced(outcome, received)


def _answered(
    readings: Readings,
    completed: Decoded[InvoiceReviewCompleted],
    documents: Documents,
    reference: Reference,
    at: Instant,
) -> Iterator[Written]:
    """What follows from a person's answer; of decisions those are for the join.

    What is open stands in the partition of its upload, to which an answer is sent on.
    """
    said, received = completed.record, completed.received
    if said.revision != BEFORE_DECISION:
        return
    key = (said.vendor_id or said.request_id).encode()
    opened = readings.opened.get(said.request_id)

    def vendor_of(invoice: Invoice) -> str | None:
        return vendor_id_of(invoice, reference.vendors)

    for outcome in answer(readings, said, vendor_of, at):
        if not isinstance(outcome, Refused):
            yield Produced(outcome, received)
            if opened is not None:
                lesson = taught(documents.study, reference.memories, opened, said, outcome)
                if lesson is not None:
                    yield Produced(lesson, received)
        elif outcome.reason == "review_unknown" and received.key != key:
            yield Forwarded(received, key)
        else:
            yield Rejected(received, outcome.reason, outcome.message)
