"""How an invoice was read from a document, as it is told to readers of the topics."""

from typing import Literal, TypeAlias

from msgspec import Struct

from operators.extraction.differences import Difference
from operators.extraction.understood import FieldRead, Kind
from operators.money import Amount

Route: TypeAlias = Literal["XML", "EMBEDDED_XML", "TEXT_LAYER", "RASTER", "UNKNOWN"]
"""The way an invoice was read: XML by itself or in a PDF, the PDF's own text, or a picture."""


class Stage(Struct, frozen=True, gc=False):
    """A stage of reading."""

    name: str
    """Such as classify, preprocess, read, understand, model."""
    milliseconds: int
    """What it took."""


class ModelUse(Struct, frozen=True, gc=False):
    """What a language model was asked for."""

    name: str
    """The model."""
    input_tokens: int
    """Tokens it was given."""
    output_tokens: int
    """Tokens it gave."""
    cost: Amount
    """What that costs."""
    currency: str
    """Currency of the cost, ISO 4217."""


class FieldRemembered(Struct, frozen=True, gc=False):
    """A field in which a memory had a part."""

    field: str
    """Its path in the invoice record."""
    request_id: str
    """Request from whose correction that was learned."""


class MemoryUse(Struct, frozen=True, gc=False):
    """What is remembered of a vendor, as far as it had a part."""

    vendor_id: str
    """The vendor."""
    by: tuple[str, ...] = ()
    """What the document was recognised by: vat_id, iban, legal_id, tax_id, phone, domain, name,
    read_as, address."""
    fields: tuple[FieldRemembered, ...] = ()
    """Where it had a part: a value taken from it, its words for a field, or the same value."""


class DocumentReading(Struct, frozen=True, kw_only=True, gc=False):
    """How an invoice was read from a document."""

    route: Route
    """The way."""
    kind: Kind
    """What the document is."""
    language: str | None = None
    """Language of the document, ISO 639-1."""
    pages: int = 0
    """Pages of the document."""
    fields: tuple[FieldRead, ...] = ()
    """One for each value that was read or computed; of XML, those with a place on a page."""
    differences: tuple[Difference, ...] = ()
    """Where the XML in the document and its visible text contradict each other."""
    stages: tuple[Stage, ...] = ()
    """What took how long, in order."""
    model: ModelUse | None = None
    """The language model's part; null when none was asked."""
    memory: MemoryUse | None = None
    """What was known from people's corrections; null when the vendor was not recognised."""
    extractor: str
    """Version of what has read it: the same document and version give the same invoice."""
