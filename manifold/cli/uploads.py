"""Files and directories as uploads: what the producer did not say is taken from the invoice."""

import uuid
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TypeAlias

import msgspec
import typer

from connectors.clock import now
from connectors.einvoice import Unreadable, Upload, read_uploads
from connectors.einvoice.pages import has_pages
from operators.invoice import Invoice
from operators.upload import Document, InvoiceUploaded, Metadata, Origin
from operators.vendor_id import implied_by

STDIN = "-"
_INVOICES = frozenset({".xml", ".json", ".jsonl", ".ndjson"})
_DOCUMENTS = frozenset({".pdf", ".png", ".jpg", ".jpeg", ".tif", ".tiff", ".webp", ".gif", ".bmp"})


class Given(msgspec.Struct, frozen=True):
    """What the command line says about every upload."""

    vendor_id: str | None = None
    request_id: str | None = None
    attempt: int | None = None
    origin: Origin | None = None


class Unusable(msgspec.Struct, frozen=True):
    """A file, or one of its invoices, that cannot be sent."""

    file: str
    reason: str
    message: str


Keep: TypeAlias = Callable[[bytes, str], Document]
"""Stores a document of a media type."""


def uploads(
    files: Iterable[str], given: Given, keep: Keep
) -> Iterator[tuple[str, InvoiceUploaded] | Unusable]:
    """Every invoice of the files, `-` being standard input, with the file it came from.

    Of a directory, the files whose names end as those of electronic invoices and documents do, by
    name. A document that can be read is kept, and what is uploaded points at it.
    """
    for named in files:
        for file in _files(named):
            if isinstance(file, Unusable):
                yield file
            else:
                yield from _of_file(file, given, keep)


def _files(named: str) -> Iterator[str | Unusable]:
    path = Path(named)
    if named == STDIN or not path.is_dir():
        yield named
        return
    found = sorted(file for file in path.iterdir() if file.suffix.lower() in _INVOICES | _DOCUMENTS)
    if not found:
        yield Unusable(
            named, "no_file", "The directory holds no invoice: no XML, JSON, PDF or image."
        )
    yield from map(str, found)


def _of_file(
    file: str, given: Given, keep: Keep
) -> Iterator[tuple[str, InvoiceUploaded] | Unusable]:
    try:
        stdin = typer.get_binary_stream("stdin")
        content = stdin.read() if file == STDIN else Path(file).read_bytes()
    except OSError as error:
        yield Unusable(file, "no_file", f"The file cannot be opened: {error.strerror}.")
        return
    if has_pages(content):
        yield _pointer(file, content, given, keep)
        return
    for found in read_uploads(content):
        if isinstance(found, Unreadable):
            yield Unusable(file, found.reason, str(found))
            continue
        made = _uploaded(found, file, given)
        yield made if isinstance(made, Unusable) else (file, made)


def _pointer(
    file: str, content: bytes, given: Given, keep: Keep
) -> tuple[str, InvoiceUploaded] | Unusable:
    """What points at a document; whose it is, is read in it unless it is given."""
    # What looks into documents takes longer to import than everything else together.
    from connectors.documents import MEDIA_TYPES, classify

    try:
        kind = classify(content).kind
    except Unreadable as unreadable:
        return Unusable(file, unreadable.reason, str(unreadable))
    return file, InvoiceUploaded(
        request_id=given.request_id or str(uuid.uuid4()),
        attempt=given.attempt or 1,
        invoice_id=_stem(file),
        vendor_id=given.vendor_id,
        origin=given.origin or "SCAN",
        uploaded_at=now(),
        document=keep(content, MEDIA_TYPES[kind]),
        metadata=Metadata(),
    )


def _uploaded(upload: Upload, file: str, given: Given) -> InvoiceUploaded | Unusable:
    invoice = upload.invoice
    vendor_id = given.vendor_id or upload.vendor_id or implied_by(invoice.seller)
    if vendor_id is None:
        return Unusable(
            file, "no_vendor", "The invoice names no seller: say whose it is with --vendor ID."
        )
    return InvoiceUploaded(
        request_id=given.request_id or upload.request_id or str(uuid.uuid4()),
        attempt=given.attempt or upload.attempt,
        invoice_id=upload.invoice_id or invoice.number or _stem(file),
        vendor_id=vendor_id,
        origin=given.origin or upload.origin or "API",
        uploaded_at=now(),
        invoice=invoice,
        metadata=upload.metadata or _metadata(invoice),
    )


def _metadata(invoice: Invoice) -> Metadata:
    return Metadata(invoice.totals.payable, invoice.currency, invoice.issue_date)


def _stem(file: str) -> str:
    return "stdin" if file == STDIN else Path(file).stem
