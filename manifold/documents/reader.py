"""The one place where the measurement meets what it measures: the reading of a document."""

from functools import cache
from pathlib import Path

from connectors.document_memory import reader_of
from connectors.document_reader import DocumentReader
from operators.extraction.gate import Gates
from operators.extraction.memory_reading import Looked
from operators.extraction.outcome import DocumentRead


def read(path: Path) -> DocumentRead:
    """Read a document as the flow does; raises Unreadable, with a reason, when it is refused."""
    return looked_at(path.read_bytes())[0]


def looked_at(content: bytes) -> tuple[DocumentRead, Looked | None]:
    """The same with the words on the pages, of documents that are read from them."""
    examined = _reader().examine(content, Gates())
    if examined.pages is None or examined.read.reading.route not in ("TEXT_LAYER", "RASTER"):
        return examined.read, None
    pages = tuple(each.page for each in examined.pages.pages)
    return examined.read, Looked(reader_of(examined.pages), pages)


@cache
def _reader() -> DocumentReader:
    """What reads in this process, whose models are loaded once."""
    return DocumentReader()
