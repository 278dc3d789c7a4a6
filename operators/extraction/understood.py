"""What was understood of a document: an invoice, and where each value in it comes from."""

from typing import Literal, TypeAlias

from msgspec import Struct

from operators.extraction.page import Box
from operators.invoice import Invoice

Obtained: TypeAlias = Literal[
    "XML", "TEXT_LAYER", "TESSERACT", "RAPIDOCR", "ARITHMETIC", "MEMORY", "MODEL", "UNKNOWN"
]
"""How a value was obtained: read by one of these, computed from others, known from earlier
documents of the vendor, or given by a language model."""

Kind: TypeAlias = Literal["INVOICE", "CREDIT_NOTE", "RECEIPT", "OTHER", "UNKNOWN"]
"""What a document is; OTHER when nothing says that it asks for money."""


class FieldRead(Struct, frozen=True, gc=False):
    """One value of the invoice."""

    field: str
    """Its path in the invoice record, such as `totals.gross` or `lines[0].net`."""
    confidence: float
    """Probability that it is right, 0 to 1."""
    obtained: Obtained
    """How."""
    page: int | None = None
    """Page that it stands on, from 1; None when it stands on none."""
    box: Box | None = None
    """Where on the page."""
    text: str | None = None
    """As it stands there."""


class Understood(Struct, frozen=True):
    """An invoice as understood."""

    invoice: Invoice
    """What could be read; the rest is None."""
    fields: tuple[FieldRead, ...]
    """One for each value in the invoice that was read or computed."""
    language: str | None = None
    """ISO 639-1 code of the document's language: de, en, fr, es, it, nl."""
    kind: Kind = "INVOICE"
    """What the document is."""
