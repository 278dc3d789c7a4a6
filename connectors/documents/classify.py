"""What a document is, by its content and never by its name."""

from collections.abc import Mapping
from typing import Literal, TypeAlias

import pypdfium2
from msgspec import Struct

from connectors.documents.image import ImageKind, frames, image_kind, open_image
from connectors.documents.limits import Limits
from connectors.documents.pdf import is_pdf, opened
from connectors.einvoice import Unreadable

Kind: TypeAlias = Literal["PDF", "XML", "JSON"] | ImageKind
"""What is read: pages, or an invoice as it is."""

MEDIA_TYPES: Mapping[Kind, str] = {
    "PDF": "application/pdf",
    "XML": "application/xml",
    "JSON": "application/json",
    "PNG": "image/png",
    "JPEG": "image/jpeg",
    "TIFF": "image/tiff",
    "WEBP": "image/webp",
    "GIF": "image/gif",
    "BMP": "image/bmp",
}
"""The IANA media type of each kind."""

_LOOKED_AT = 3
"""Pages of a PDF that say whether it is born digital."""
_SOME_TEXT = 20
"""Characters from which a page has text of its own."""
_BYTE_ORDER_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_HEIF_BRANDS = (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1", b"avif")
_ACCEPTED = "a PDF, a PNG, JPEG, TIFF, WebP, GIF or BMP image, or an electronic invoice"


class Classified(Struct, frozen=True):
    """What a document is."""

    kind: Kind
    """Its kind."""
    pages: int = 0
    """Its pages; 0 for XML and JSON, which have none."""
    born_digital: bool = False
    """Whether a PDF has text of its own on one of its first pages; else it is a scan."""
    attachments: int = 0
    """Files in a PDF."""


def classify(content: bytes, limits: Limits | None = None) -> Classified:
    """What a document is; raises Unreadable with the reason when it is nothing that can be read.

    Bounded in time and memory, whatever the document claims to be. How many pages there are is
    said and not judged, since an invoice within the PDF needs none of them.
    """
    limits = limits or Limits()
    if not content.strip(b" \t\r\n\0"):
        raise Unreadable("empty", "The file is empty. Send it again.")
    limits.check_content(len(content))
    if is_pdf(content):
        with opened(content, limits) as document:
            return _pdf(document)
    if kind := image_kind(content):
        return Classified(kind, pages=frames(open_image(content, kind, limits), kind, limits))
    return _text(content, limits)


def _pdf(document: pypdfium2.PdfDocument) -> Classified:
    looked_at = range(min(len(document), _LOOKED_AT))
    return Classified(
        "PDF",
        pages=len(document),
        born_digital=any(_characters(document, number) >= _SOME_TEXT for number in looked_at),
        attachments=document.count_attachments(),
    )


def _characters(document: pypdfium2.PdfDocument, number: int) -> int:
    try:
        page = document[number]
    except pypdfium2.PdfiumError:
        return 0
    count: int = page.get_textpage().count_chars()
    page.close()
    return count


def _text(content: bytes, limits: Limits) -> Classified:
    start = _first_sign(content)
    if start == b"<":
        limits.check_xml(len(content))
        return Classified("XML")
    if start in (b"{", b"["):
        return Classified("JSON")
    raise _refused(content)


def _first_sign(content: bytes) -> bytes:
    for mark in _BYTE_ORDER_MARKS:
        content = content.removeprefix(mark)
    return content.lstrip(b" \t\r\n\0")[:1]


def _refused(content: bytes) -> Unreadable:
    if content[4:8] == b"ftyp" and content[8:12] in _HEIF_BRANDS:
        return Unreadable(
            "unsupported_format",
            "This is a HEIC or AVIF photo, which is not read. Save it as JPEG; on an iPhone:"
            " Settings, Camera, Formats, Most Compatible.",
        )
    if content.startswith(b"PK\x03\x04"):
        return Unreadable(
            "unsupported_format",
            "This is an Office document or a ZIP archive, which is not read. Export it as PDF.",
        )
    if _is_text(content):
        return Unreadable(
            "unknown_format", f"This is plain text and no document. Send {_ACCEPTED}."
        )
    return Unreadable("unknown_format", f"This is nothing that is read. Send {_ACCEPTED}.")


def _is_text(content: bytes) -> bool:
    head = content[:4096]
    return b"\0" not in head and sum(sign < 32 and sign not in b"\t\r\n\f" for sign in head) == 0
