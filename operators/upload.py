"""What producers send: an invoice, or a pointer to the document that holds one."""

from datetime import date
from typing import Literal, TypeAlias

from msgspec import Struct

from operators.extraction.record import DocumentReading
from operators.invoice import Invoice
from operators.money import Amount
from operators.time import Instant

Origin: TypeAlias = Literal["API", "EMAIL", "EDI", "SCAN", "PORTAL", "REVIEW", "UNKNOWN"]
"""How the invoice came in; REVIEW when a person has corrected it."""


class Document(Struct, frozen=True, gc=False):
    """A stored document."""

    uri: str
    """Where the document is."""
    media_type: str
    """IANA media type."""
    sha256: str
    """SHA-256 of its bytes, lower-case hex."""


class Metadata(Struct, frozen=True, gc=False):
    """What the producer already knows without opening the invoice."""

    amount: Amount | None = None
    """Amount due."""
    currency: str | None = None
    """ISO 4217 code."""
    invoice_date: date | None = None
    """Issue date."""


class InvoiceUploaded(Struct, frozen=True, kw_only=True, gc=False):
    """An invoice has been uploaded: the invoice itself or a pointer to a document with it."""

    request_id: str
    """Identifies the request on every topic."""
    attempt: int = 1
    """1 for the first upload; a correction or resubmission adds 1."""
    invoice_id: str
    """The producer's identifier of the invoice."""
    vendor_id: str | None = None
    """Vendor the invoice is from; null while a document's vendor is not known."""
    origin: Origin
    """How the invoice came in."""
    uploaded_at: Instant
    """When the producer uploaded the invoice."""
    document: Document | None = None
    """The document the invoice was or has to be read from."""
    invoice: Invoice | None = None
    """The invoice; null when it has to be read from the document."""
    metadata: Metadata
    """What the producer already knows."""
    tenant: str | None = None
    """Whose invoice it is, where several share an installation; null where nobody else does."""


class InvoiceOcrCompleted(Struct, frozen=True, kw_only=True, gc=False):
    """An invoice has been read from a document."""

    request_id: str
    """Identifies the request on every topic."""
    attempt: int = 1
    """1 for the first upload; a correction or resubmission adds 1."""
    invoice_id: str
    """The producer's identifier of the invoice."""
    vendor_id: str
    """Vendor the invoice is from."""
    origin: Origin
    """How the invoice came in."""
    uploaded_at: Instant
    """When the producer uploaded the invoice."""
    invoice: Invoice
    """The invoice as read."""
    confidence: float | None = None
    """Probability that every field is right, 0 to 1."""
    document: Document | None = None
    """The document it was read from."""
    reading: DocumentReading | None = None
    """How it was read."""
