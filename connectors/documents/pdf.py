"""Opening PDFs so that each way in which one cannot be opened has its reason."""

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO

import pypdfium2
from pypdfium2 import raw

from connectors.documents.limits import Limits
from connectors.documents.pdf_streams import check_streams
from connectors.einvoice import Unreadable

_HEADER = b"%PDF-"
_HEADER_WITHIN = 1024
"""Bytes in which readers look for the header (ISO 32000-1, annex H.3)."""
_ENCRYPTED = b"/Encrypt"
_SMALLEST_SIDE = 10.0
"""Points below which a page is nothing to look at."""


def is_pdf(content: bytes) -> bool:
    """Whether a document begins as PDFs do."""
    return _HEADER in content[:_HEADER_WITHIN]


@contextmanager
def opened(
    content: bytes, limits: Limits, *, checked: bool = False
) -> Iterator[pypdfium2.PdfDocument]:
    """The document, closed at the end; unless that is done, checked for what it would unpack to.

    An owner's password that only forbids printing or copying does not matter. Raises Unreadable:
    `encrypted` when it asks for a password, `damaged`, `too_large`.
    """
    if not checked and _ENCRYPTED not in content:
        check_streams(content, limits)
    try:
        document = pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as error:
        raise _refused(error) from None
    with document:
        if not checked and _ENCRYPTED in content:
            check_streams(_decrypted(document), limits)
        _check_pages(document)
        if document.get_formtype() != raw.FORMTYPE_NONE:
            document.init_forms()
        yield document


def _decrypted(document: pypdfium2.PdfDocument) -> bytes:
    copy = BytesIO()
    document.save(copy, flags=raw.FPDF_REMOVE_SECURITY)
    return copy.getvalue()


def _check_pages(document: pypdfium2.PdfDocument) -> None:
    if not len(document):
        raise Unreadable("damaged", "The PDF has no pages. Export it again.")
    try:
        width, height = document.get_page_size(0)
    except pypdfium2.PdfiumError as error:
        raise _refused(error) from None
    if min(width, height) < _SMALLEST_SIDE:
        raise Unreadable(
            "damaged",
            f"The PDF's first page has {width:.3g} × {height:.3g} points: there is nothing to look"
            " at. Export it again.",
        )


def _refused(error: pypdfium2.PdfiumError) -> Unreadable:
    if error.err_code in (raw.FPDF_ERR_PASSWORD, raw.FPDF_ERR_SECURITY):
        return Unreadable(
            "encrypted", "The PDF asks for a password. Send it without, or print it to a new PDF."
        )
    return Unreadable(
        "damaged", "The PDF cannot be opened: it is damaged or cut off. Export and send it again."
    )
