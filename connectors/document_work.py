"""What a worker does with a document: the whole reading of it, in a process of its own."""

from functools import cache

from msgspec import Struct

from connectors.document_reader import DocumentReader
from connectors.documents import Unreadable
from operators.extraction.gate import Gates
from operators.extraction.outcome import DocumentRead


class Work(Struct, frozen=True):
    """A document to read."""

    content: bytes
    """The document."""
    gates: Gates
    """How sure its values have to be."""


class Came(Struct, frozen=True):
    """What came of it: one of both."""

    read: DocumentRead | None = None
    """The document as read."""
    refused: str | None = None
    """Why there is nothing to read, in a sentence."""


@cache
def _reader() -> DocumentReader:
    return DocumentReader()


def load() -> None:
    """Make ready what every document needs."""
    _reader()


def work(document: Work) -> Came:
    """Read a document."""
    try:
        return Came(_reader().read(document.content, document.gates))
    except Unreadable as unreadable:
        return Came(refused=str(unreadable))
