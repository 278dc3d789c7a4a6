"""What a worker does with a document: all that needs its bytes, in a process of its own."""

from functools import cache

from msgspec import Struct

from connectors.document_reader import DocumentReader
from connectors.documents import Unreadable
from operators.extraction.gate import Gates
from operators.extraction.numbered import NumberedLine
from operators.extraction.outcome import DocumentRead


class Work(Struct, frozen=True):
    """A document to read."""

    content: bytes
    """The document."""
    gates: Gates
    """How sure its values have to be."""


class Opened(Struct, frozen=True, tag=True):
    """A document as read from its bytes."""

    read: DocumentRead
    """What was read."""
    lines: tuple[NumberedLine, ...] = ()
    """Its text, while something in it is not sure: what may come next looks there."""


class Refused(Struct, frozen=True, tag=True):
    """A document in which there is nothing to read."""

    because: str
    """Why, in a sentence."""


@cache
def _reader() -> DocumentReader:
    return DocumentReader()


def load() -> None:
    """Make ready what every document needs."""
    _reader()


def work(document: Work) -> Opened | Refused:
    """Read a document."""
    try:
        examined = _reader().examine(document.content, document.gates)
    except Unreadable as unreadable:
        return Refused(str(unreadable))
    sure = examined.read.step.action == "ACCEPT"
    return Opened(examined.read, () if sure else examined.lines)
