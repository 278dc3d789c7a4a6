"""What workers do with vendors' memories: read a document again, and learn from a corrected one.

The words of a document stay encoded wherever nobody looks at them, which is nearly everywhere.
"""

import hashlib
import zlib
from collections import Counter
from collections.abc import Iterable

import msgspec
from msgspec import Struct

from connectors.documents import Pages
from operators.extraction.gate import Gates
from operators.extraction.memory import VendorMemory
from operators.extraction.memory_lesson import Lesson, lesson
from operators.extraction.memory_reading import Looked, read_with
from operators.extraction.memory_recall import Recalled
from operators.extraction.memory_shown import Shown, shown_by
from operators.extraction.numbered import NumberedLine, numbered_lines
from operators.extraction.outcome import DocumentRead
from operators.extraction.page import Reader
from operators.extraction.understood import Understood
from operators.invoice import Invoice

_LEVEL = 1
_decoder = msgspec.msgpack.Decoder(tuple[Looked, ...])


class Words(Struct, frozen=True):
    """The words of a document, and what they show of its vendor."""

    encoded: bytes
    """The words, those of a second reading behind them."""
    shown: Shown
    """What its vendor can be recognised by."""


class Again(Struct, frozen=True, tag=True):
    """A document to read again with a memory."""

    read: DocumentRead
    """As it was read without."""
    words: bytes
    """Its words."""
    recalled: Recalled
    """The memory."""
    gates: Gates
    """How sure its values have to be."""


class Corrected(Struct, frozen=True, tag=True):
    """A document to learn from."""

    words: bytes
    """Its words."""
    read: Invoice | None
    """As it was read."""
    sure: tuple[str, ...]
    """Fields that were read surely."""
    corrected: Invoice
    """As it should be."""
    memory: VendorMemory | None
    """What was remembered of its vendor."""


class Taught(Struct, frozen=True, tag=True):
    """What a corrected document teaches."""

    lesson: Lesson
    """What."""


def words_of(read: DocumentRead, readings: Iterable[Pages]) -> Words | None:
    """The words of a document that was read from them; None of one that was not."""
    if read.reading.route not in ("TEXT_LAYER", "RASTER"):
        return None
    looked = tuple(
        Looked(reader_of(pages), tuple(each.page for each in pages.pages), pages.again)
        for pages in readings
    )
    if not looked:
        return None
    understood = Understood(read.invoice, read.reading.fields)
    shown = shown_by(looked[0].pages, looked[0].reader, understood)
    return Words(zlib.compress(msgspec.msgpack.encode(looked), _LEVEL), shown)


def reader_of(pages: Pages) -> Reader:
    """What has read most of the pages."""
    counts = Counter(each.reader for each in pages.pages)
    return counts.most_common(1)[0][0]


def read_again(again: Again) -> DocumentRead:
    """The document as read with a memory."""
    return read_with(again.read, _looked(again.words), again.recalled, again.gates)


def version(recalled: Recalled) -> str:
    """Another one whenever the memory may lead to another reading."""
    return hashlib.sha256(msgspec.msgpack.encode(recalled)).hexdigest()[:16]


def lines_of(words: bytes) -> tuple[NumberedLine, ...]:
    """The text of a document, for those who look for what is not sure."""
    return numbered_lines(_looked(words)[0].pages)


def learn(from_: Corrected) -> Taught:
    """What a corrected document teaches."""
    first = _looked(from_.words)[0]
    taught = lesson(
        first.pages, first.reader, from_.read, from_.corrected, from_.memory, from_.sure
    )
    return Taught(taught)


def _looked(words: bytes) -> tuple[Looked, ...]:
    return _decoder.decode(zlib.decompress(words))
