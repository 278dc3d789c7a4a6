"""What a worker does with a document: all that takes time, in a process of its own."""

from functools import cache
from typing import TypeAlias

from msgspec import Struct

from connectors.document_memory import Again, Corrected, Taught, Words, learn, read_again, words_of
from connectors.document_reader import DocumentReader
from connectors.documents import Unreadable
from operators.extraction.gate import Gates
from operators.extraction.outcome import DocumentRead


class Work(Struct, frozen=True, tag=True):
    """A document to read."""

    content: bytes
    """The document."""
    gates: Gates
    """How sure its values have to be."""


class Opened(Struct, frozen=True, tag=True):
    """A document as read."""

    read: DocumentRead
    """What was read."""
    words: Words | None = None
    """The words that it was read from."""


class Refused(Struct, frozen=True, tag=True):
    """A document in which there is nothing to read."""

    because: str
    """Why, in a sentence."""


Task: TypeAlias = Work | Again | Corrected
"""What there is to do."""
Came: TypeAlias = Opened | Refused | Taught
"""What came of it."""


@cache
def _reader() -> DocumentReader:
    return DocumentReader()


def load() -> None:
    """Make ready what every document needs."""
    _reader()


def work(task: Task) -> Came:
    """Read a document, read it again with a memory, or learn from it."""
    match task:
        case Again():
            return Opened(read_again(task))
        case Corrected():
            return learn(task)
    try:
        examined = _reader().examine(task.content, task.gates)
    except Unreadable as unreadable:
        return Refused(str(unreadable))
    readings = [each for each in (examined.pages, examined.again) if each is not None]
    return Opened(examined.read, words_of(examined.read, readings))
