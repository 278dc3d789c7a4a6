"""The one place where the measurement meets what it measures: the reading of a document.

It reads embedded XML and nothing else: a PDF with an invoice attached, or an XML file. Whatever
has to be looked at is refused as `unknown_format`.
"""

from pathlib import Path

import pypdfium2
from msgspec import Struct

from connectors.einvoice import Unreadable
from connectors.einvoice import read as read_einvoice
from manifold.documents.paths import leaves
from operators.codes import CREDIT_NOTES
from operators.extraction.understood import FieldRead, Understood
from operators.invoice import Invoice
from operators.money import Amount


class DocumentRead(Struct, frozen=True):
    """A document as it was read."""

    understood: Understood
    """What was understood."""
    cost: Amount = 0
    """What it cost, in US dollars."""


def read(path: Path) -> DocumentRead:
    """Read a document; raises Unreadable, with a reason, when it gives no invoice."""
    content = path.read_bytes()
    if not content.startswith(b"%PDF"):
        return DocumentRead(_certain(read_einvoice(content).invoice))
    for attached in _attachments(content):
        if attached.lstrip()[:1] == b"<":
            return DocumentRead(_certain(read_einvoice(attached).invoice))
    raise Unreadable("unknown_format", "The PDF has no invoice attached, and is not looked at yet.")


def _attachments(content: bytes) -> list[bytes]:
    try:
        document = pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError:
        message = "The PDF cannot be opened: it is damaged or encrypted. Send it again."
        raise Unreadable("unknown_format", message) from None
    try:
        return [
            bytes(document.get_attachment(index).get_data())
            for index in range(document.count_attachments())
        ]
    finally:
        document.close()


def _certain(invoice: Invoice) -> Understood:
    fields = tuple(FieldRead(path, 1.0, "XML") for path in leaves(invoice))
    credit = invoice.type_code in CREDIT_NOTES
    return Understood(invoice, fields, kind="CREDIT_NOTE" if credit else "INVOICE")
