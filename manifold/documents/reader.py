"""The one place where the measurement meets what it measures: the reading of a document.

An invoice in the document as XML is taken as it is. Else the words on its pages are understood.
"""

from collections import Counter
from functools import cache
from pathlib import Path
from typing import Literal, TypeAlias

from msgspec import Struct

from connectors.documents import Engines, Limits, classify, embedded_invoice, read_pages
from manifold.documents.paths import leaves
from operators.codes import CREDIT_NOTES
from operators.extraction import understand
from operators.extraction.memory_reading import Looked
from operators.extraction.page import Reader
from operators.extraction.understood import FieldRead, Understood
from operators.invoice import Invoice
from operators.money import Amount

Route: TypeAlias = Literal["XML", "EMBEDDED_XML"] | Reader
"""XML by itself or in a PDF, or what read the words on most of the pages."""


class DocumentRead(Struct, frozen=True):
    """A document as it was read."""

    understood: Understood
    """What was understood."""
    route: Route = "XML"
    """The way it was read."""
    cost: Amount = 0
    """What it cost, in US dollars."""


def read(path: Path) -> DocumentRead:
    """Read a document; raises Unreadable, with a reason, when it gives no invoice."""
    return read_content(path.read_bytes())


def read_content(content: bytes) -> DocumentRead:
    """The same of a document's bytes."""
    return looked_at(content)[0]


def looked_at(content: bytes) -> tuple[DocumentRead, Looked | None]:
    """The same with the words on the pages, of documents that are read from them."""
    limits = Limits()
    classified = classify(content, limits)
    embedded = embedded_invoice(content, classified, limits)
    if embedded is not None:
        route: Route = "XML" if embedded.name is None else "EMBEDDED_XML"
        return DocumentRead(_certain(embedded.reading.invoice), route), None
    pages = read_pages(content, limits, _engines(), classified=classified).pages
    reader, _ = Counter(page.reader for page in pages).most_common(1)[0]
    looked = Looked(reader, tuple(page.page for page in pages))
    return DocumentRead(understand(looked.pages, reader), reader), looked


@cache
def _engines() -> Engines:
    """The engines of this process, whose models are loaded once."""
    return Engines()


def _certain(invoice: Invoice) -> Understood:
    fields = tuple(FieldRead(path, 1.0, "XML") for path in leaves(invoice))
    credit = invoice.type_code in CREDIT_NOTES
    return Understood(invoice, fields, kind="CREDIT_NOTE" if credit else "INVOICE")
