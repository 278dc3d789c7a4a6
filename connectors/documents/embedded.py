"""The invoice that a document holds as XML: beside the pages of a PDF, or the document itself.

Factur-X, ZUGFeRD (1 and 2) and XRechnung attach it to the PDF. Profiles and attachment names
differ in practice, so every attachment is looked at and what is an invoice is taken: from the
list of embedded files, or where that has none, from the associated files (`/AF`) of the document
and its pages and from attachments pinned onto a page.
"""

from collections.abc import Iterator, Sequence
from io import BytesIO

import pypdf
import pypdfium2
from msgspec import Struct
from pypdf.errors import PyPdfError
from pypdf.generic import DictionaryObject, StreamObject

from connectors.documents.classify import Classified
from connectors.documents.limits import Limits
from connectors.documents.pdf import opened
from connectors.einvoice import Reading, Unreadable, is_invoice, read

_NAMES = ("factur-x.xml", "xrechnung.xml", "zugferd-invoice.xml")
"""Names that the standards prescribe, lower case, the newer first."""
_ATTACHING = (b"/AF", b"/FileAttachment", b"/ObjStm")
"""Without any of these no file is attached but by the list; objects may be packed in streams."""
_PDF_FAULTS = (PyPdfError, ValueError, KeyError, TypeError, AttributeError, IndexError, OSError)
"""What pypdf raises for structures that do not make sense; it reads others leniently."""


class Attached(Struct, frozen=True):
    """A file within a PDF."""

    name: str
    """As it is called there."""
    content: bytes
    """What it is."""


class Embedded(Struct, frozen=True):
    """An invoice that a document holds as XML or JSON."""

    reading: Reading
    """The invoice."""
    name: str | None = None
    """Name of the attachment; None when the document itself is the invoice."""


def embedded_invoice(
    content: bytes, classified: Classified, limits: Limits | None = None
) -> Embedded | None:
    """The invoice in a document as classified; None when there are only pages to read.

    Raises Unreadable when XML that is an invoice cannot be understood, or when a PDF holds several
    and the names do not say which one it is about.
    """
    limits = limits or Limits()
    if classified.kind in ("XML", "JSON"):
        return Embedded(read(content))
    if classified.kind != "PDF":
        return None
    chosen = _chosen(_invoices(content, limits))
    if chosen is None:
        return None
    limits.check_xml(len(chosen.content))
    return Embedded(read(chosen.content), chosen.name)


def _invoices(content: bytes, limits: Limits) -> Sequence[Attached]:
    with opened(content, limits, checked=True) as document:
        listed = [found for found in _listed(document, limits) if _is_invoice(found)]
    if listed or not any(sign in content for sign in _ATTACHING):
        return listed
    return [found for found in _associated(content, limits) if _is_invoice(found)]


def _listed(document: pypdfium2.PdfDocument, limits: Limits) -> Iterator[Attached]:
    for number in range(min(document.count_attachments(), limits.attachments)):
        try:
            attachment = document.get_attachment(number)
            found = Attached(attachment.get_name(), bytes(attachment.get_data()))
        except pypdfium2.PdfiumError:
            continue
        yield found


def _associated(content: bytes, limits: Limits) -> Iterator[Attached]:
    """Attachments that only the document's or a page's own lists name."""
    try:
        reader = pypdf.PdfReader(BytesIO(content), strict=False)
        places = [reader.root_object, *reader.pages[: limits.pages]]
    except _PDF_FAULTS:
        return
    left = limits.attachments
    for place in places:
        for specification in _specifications(place):
            if left and (found := _file(specification)):
                left -= 1
                yield found


def _specifications(place: DictionaryObject) -> Iterator[DictionaryObject]:
    for key, within in (("/AF", None), ("/Annots", "/FS")):
        try:
            entries = [entry.get_object() for entry in place.get(key, ())]
            found = [
                entry[within].get_object() if within else entry
                for entry in entries
                if not within or within in entry
            ]
        except _PDF_FAULTS:
            continue
        yield from (each for each in found if isinstance(each, DictionaryObject))


def _file(specification: DictionaryObject) -> Attached | None:
    try:
        name = specification.get("/UF") or specification.get("/F") or ""
        streams = specification["/EF"].get_object()
        if isinstance(streams, DictionaryObject):
            stream = (streams.get("/UF") or streams["/F"]).get_object()
            if isinstance(stream, StreamObject):
                return Attached(str(name), stream.get_data())
    except _PDF_FAULTS:
        pass
    return None


def _is_invoice(found: Attached) -> bool:
    """Also what is called as an invoice and cannot be read: to leave it out would hide that."""
    start = found.content[:8].lstrip(b"\xef\xbb\xbf\xff\xfe\0 \t\r\n")
    return _standard_name(found) in _NAMES or (start[:1] == b"<" and is_invoice(found.content))


def _standard_name(found: Attached) -> str:
    return found.name.rpartition("/")[2].strip().lower()


def _chosen(invoices: Sequence[Attached]) -> Attached | None:
    different = list({found.content: found for found in reversed(invoices)}.values())[::-1]
    if len(different) < 2:
        return different[0] if different else None
    for name in _NAMES:
        for found in different:
            if _standard_name(found) == name:
                return found
    raise Unreadable(
        "several_invoices",
        f"The PDF holds {len(different)} different invoices as XML, and none is called"
        f" {_NAMES[0]}. Send each by itself.",
    )
