"""What becomes of a document that has been read: an invoice for the branches, or a question."""

from collections.abc import Iterator, Mapping
from math import prod

from msgspec import Struct

from operators.extraction.gate import Gates, Step, too_doubtful, weighty
from operators.extraction.paths import value_at, without
from operators.extraction.record import DocumentReading
from operators.invoice import Invoice
from operators.money import render
from operators.result import Violation
from operators.review import InvoiceReviewRequested
from operators.time import DAY, Instant
from operators.upload import InvoiceOcrCompleted, InvoiceUploaded

CALLED: Mapping[str, str] = {
    "number": "invoice number",
    "issue_date": "issue date",
    "due_date": "due date",
    "currency": "currency",
    "seller.name": "seller's name",
    "seller.vat_id": "seller's VAT identifier",
    "totals.net": "total without VAT",
    "totals.tax": "VAT",
    "totals.gross": "total with VAT",
    "totals.prepaid": "amount paid already",
    "totals.payable": "amount due",
    "payments[0].account.id": "account to pay to",
}
"""What people call a field."""

_UNTOLD = frozenset({"payments[0].account.id"})
"""Fields whose value does not belong into a sentence."""


class DocumentRead(Struct, frozen=True):
    """A document as read, and what comes next."""

    invoice: Invoice
    """What was read."""
    reading: DocumentReading
    """How."""
    step: Step
    """ACCEPT, or what would be next when everything that is there has been tried."""
    words: bytes | None = None
    """The words it was read from, encoded, while a correction may teach something about them."""


def completed(
    upload: InvoiceUploaded, read: DocumentRead, vendor_id: str, gates: Gates
) -> InvoiceOcrCompleted:
    """The invoice for the branches, without what is too doubtful to be used."""
    fields, kind = read.reading.fields, read.reading.kind
    return InvoiceOcrCompleted(
        request_id=upload.request_id,
        attempt=upload.attempt,
        invoice_id=upload.invoice_id,
        vendor_id=vendor_id,
        origin=upload.origin,
        uploaded_at=upload.uploaded_at,
        invoice=without(read.invoice, too_doubtful(fields, kind, gates)),
        confidence=prod(found.confidence for found in fields if found.field in weighty(kind)),
        document=upload.document,
        reading=read.reading,
    )


def question(
    upload: InvoiceUploaded, read: DocumentRead, *, vendor_known: bool, days: int, now: Instant
) -> InvoiceReviewRequested:
    """What a person is asked about a document; the values stand as they were read."""
    found = tuple(_doubts(read, vendor_known=vendor_known))
    return InvoiceReviewRequested(
        request_id=upload.request_id,
        attempt=upload.attempt,
        revision=0,
        kind="EXTRACTION",
        invoice_id=upload.invoice_id,
        vendor_id=upload.vendor_id,
        reason=found[0].message if found else None,
        violations=found,
        opened_at=now,
        expires_at=now + days * DAY,
        document=upload.document,
        invoice=read.invoice,
        reading=read.reading,
    )


def _doubts(read: DocumentRead, *, vendor_known: bool) -> Iterator[Violation]:
    sure = {found.field: found.confidence for found in read.reading.fields}
    if read.reading.kind == "OTHER":
        yield _doubt("MF-READ-KIND", "Nothing in the document says that it is an invoice.")
    if not vendor_known:
        yield _doubt(
            "MF-READ-VENDOR",
            "Neither the upload nor the document says which vendor it is from.",
            "seller.name",
        )
    for field in read.step.doubtful:
        called = CALLED.get(field, field)
        if field not in sure:
            yield _doubt("MF-READ-MISSING", f"No {called} could be read.", field)
            continue
        value = value_at(read.invoice, field)
        shown = "" if field in _UNTOLD or value is None else f" as {_shown(value)}"
        yield _doubt(
            "MF-READ-DOUBTFUL",
            f"The {called} was read{shown}, which is {sure[field] * 100:.0f} % sure.",
            field,
        )


def _doubt(rule_id: str, message: str, field: str | None = None) -> Violation:
    return Violation(rule_id, message, "WARNING", field)


def _shown(value: object) -> str:
    return render(value) if isinstance(value, int) else str(value)[:60]
