"""Which syntax a document is in, by its content, and the reading of it."""

from collections.abc import Callable, Iterator
from typing import TypeAlias

from lxml import etree

from connectors.einvoice import cii, json, ubl, xml, zugferd1
from connectors.einvoice.reading import Reading, Syntax, Unreadable, Upload
from operators.invoice import Invoice

_XmlReader: TypeAlias = Callable[[etree._Element], Invoice]

_ROOTS: dict[str, tuple[_XmlReader, Syntax]] = {
    "{urn:oasis:names:specification:ubl:schema:xsd:Invoice-2}Invoice": (
        ubl.invoice,
        "UBL Invoice",
    ),
    "{urn:oasis:names:specification:ubl:schema:xsd:CreditNote-2}CreditNote": (
        ubl.invoice,
        "UBL CreditNote",
    ),
    "{urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100}CrossIndustryInvoice": (
        cii.invoice,
        "CII",
    ),
    zugferd1.ROOT: (zugferd1.invoice, "CII"),
}
_BYTE_ORDER_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_EXPECTED = (
    "a UBL 2 Invoice or CreditNote, a UN/CEFACT CrossIndustryInvoice (D16B or ZUGFeRD 1.0), or JSON"
)


def read(content: bytes) -> Reading:
    """The one invoice of a document; raises Unreadable when there is none, or more than one."""
    first, *others = read_uploads(content)
    if isinstance(first, Unreadable):
        raise first
    if others:
        raise Unreadable(
            "several_invoices",
            f"The file holds {1 + len(others)} invoices where one is expected. Give each its file.",
        )
    return first


def read_uploads(content: bytes) -> Iterator[Upload | Unreadable]:
    """Every invoice of a document, with what the producer said about it, in order.

    XML holds one; JSON holds one, an array of them, or one a line. One that cannot be read is
    given as the reason why, and the next one follows. There is always at least one.
    """
    start = _start(content)
    if start in (b"{", b"["):
        yield from json.uploads(content)
    elif start == b"<":
        try:
            yield _from_xml(content)
        except Unreadable as unreadable:
            yield unreadable
    elif not start:
        yield Unreadable("empty", "The file is empty. Send it again.")
    elif content.startswith(b"%PDF"):
        yield Unreadable("unknown_format", f"This is a PDF. Give {_EXPECTED}.")
    else:
        yield Unreadable(
            "unknown_format",
            f"This is neither XML nor JSON, PDF nor image. Give {_EXPECTED}; or a PDF or picture.",
        )


def is_invoice(content: bytes) -> bool:
    """Whether XML begins as an invoice in a syntax that is read, however it goes on."""
    return xml.root_name(content) in _ROOTS


def _start(content: bytes) -> bytes:
    """The first character that says something, whatever Unicode encoding the text has."""
    for mark in _BYTE_ORDER_MARKS:
        if content.startswith(mark):
            content = content[len(mark) :]
    return content.lstrip(b" \t\r\n\0")[:1]


def _from_xml(content: bytes) -> Upload:
    root = xml.parse(content)
    if root.tag in _ROOTS:
        invoice, syntax = _ROOTS[root.tag]
        return Upload(invoice=invoice(root), syntax=syntax)
    name = etree.QName(root)
    namespace = f"namespace {name.namespace[:100]}" if name.namespace else "no namespace"
    raise Unreadable(
        "unknown_format",
        f"The XML's root is “{name.localname[:60]}” in {namespace}. Give {_EXPECTED}.",
    )
