"""What reading a document gives: an invoice and the syntax it came in, or why there is none."""

from collections.abc import Sequence
from typing import Literal, TypeAlias

from msgspec import Struct

from operators.invoice import Invoice
from operators.time import Instant
from operators.upload import Document, Metadata, Origin

Syntax: TypeAlias = Literal["UBL Invoice", "UBL CreditNote", "CII", "JSON"]
"""The syntax an invoice came in; CII also in the earlier form that ZUGFeRD 1.0 has."""

Reason: TypeAlias = Literal[
    "empty",
    "unknown_format",
    "not_xml",
    "not_json",
    "forbidden_dtd",
    "too_large",
    "bad_value",
    "repeated",
    "other_currency",
    "unknown_field",
    "no_invoice",
    "several_invoices",
    "no_file",
    "encrypted",
    "damaged",
    "too_many_pages",
    "unsupported_format",
]
"""Why a document cannot be read; the last four are of documents with pages."""


class Unreadable(Exception):
    """A document that gives no invoice; the message says what is wrong, where, and what to do."""

    def __init__(
        self,
        reason: Reason,
        message: str,
        *,
        invoice: Invoice | None = None,
        further: Sequence["Unreadable"] = (),
    ) -> None:
        super().__init__(message)
        self.reason: Reason = reason
        self.invoice = invoice
        """What could be read all the same; None when nothing could."""
        self.further = tuple(further)
        """What else is wrong with it."""


class Reading(Struct, frozen=True, kw_only=True):
    """An invoice as read."""

    invoice: Invoice
    """The invoice; what the document lacks is None."""
    syntax: Syntax
    """The syntax it came in."""


class Upload(Reading, frozen=True, kw_only=True):
    """An invoice with what a producer said about it; XML says nothing beyond the invoice."""

    request_id: str | None = None
    """The producer's request identifier."""
    attempt: int = 1
    """1 for the first upload; a correction or resubmission adds 1."""
    invoice_id: str | None = None
    """The producer's identifier of the invoice."""
    vendor_id: str | None = None
    """Vendor the invoice is from."""
    origin: Origin | None = None
    """How the invoice came in."""
    uploaded_at: Instant | None = None
    """When the producer uploaded the invoice."""
    document: Document | None = None
    """The document the invoice was read from."""
    metadata: Metadata | None = None
    """What the producer already knows."""
