"""The one place where the measurement meets what it measures: the reading of a document."""

from functools import cache
from pathlib import Path

from connectors.document_reader import DocumentReader
from operators.extraction.gate import Gates
from operators.extraction.outcome import DocumentRead


def read(path: Path) -> DocumentRead:
    """Read a document as the flow does; raises Unreadable, with a reason, when it is refused."""
    return _reader().read(path.read_bytes(), Gates())


@cache
def _reader() -> DocumentReader:
    """What reads in this process, whose models are loaded once."""
    return DocumentReader()
