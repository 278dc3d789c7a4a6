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
from connectors.einvoice.uploaded import Given, NoVendor, of_document, of_invoice
from operators.upload import Document, InvoiceUploaded

STDIN = "-"
_INVOICES = frozenset({".xml", ".json", ".jsonl", ".ndjson"})
_DOCUMENTS = frozenset({".pdf", ".png", ".jpg", ".jpeg", ".tif", ".tiff", ".webp", ".gif", ".bmp"})


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
    document = keep(content, MEDIA_TYPES[kind])
    return file, of_document(document, given, _stem(file), now(), _new_id)


def _uploaded(upload: Upload, file: str, given: Given) -> InvoiceUploaded | Unusable:
    try:
        return of_invoice(upload, given, _stem(file), now(), _new_id)
    except NoVendor as error:
        return Unusable(file, "no_vendor", f"{error} Say whose it is with --vendor ID.")


def _new_id() -> str:
    return str(uuid.uuid4())


def _stem(file: str) -> str:
    return "stdin" if file == STDIN else Path(file).stem
