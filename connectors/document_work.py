"""What a worker does with a document: all that needs its bytes or takes time."""

from functools import cache
from typing import TypeAlias

from msgspec import Struct

from connectors.document_memory import (
    Again,
    Corrected,
    Taught,
    Words,
    learn,
    lines_of,
    read_again,
    words_of,
)
from connectors.document_reader import DocumentReader
from connectors.documents import Unreadable
from operators.extraction.gate import Gates
from operators.extraction.numbered import NumberedLine
from operators.extraction.outcome import DocumentRead


class Work(Struct, frozen=True, tag=True):
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
    words: Words | None = None
    """The words that it was read from, when they were."""


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
            read = read_again(task)
            return Opened(read, () if _sure(read) else lines_of(task.words))
        case Corrected():
            return learn(task)
    try:
        examined = _reader().examine(task.content, task.gates)
    except Unreadable as unreadable:
        return Refused(str(unreadable))
    read = examined.read
    lines = () if _sure(read) else examined.lines
    return Opened(read, lines, words_of(read, examined.readings))


def _sure(read: DocumentRead) -> bool:
    return read.step.action == "ACCEPT"
