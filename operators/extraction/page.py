"""What stands where on the pages of a document, however it was read.

Lengths are points (1/72 inch) from the upper left corner of the page as it is looked at.
"""

from typing import Literal, TypeAlias

from msgspec import Struct

Reader: TypeAlias = Literal["TEXT_LAYER", "TESSERACT", "RAPIDOCR"]
"""What read the words: the PDF's own text, or an OCR engine."""


class Box(Struct, frozen=True, gc=False):
    """A rectangle on a page."""

    left: float
    """Of its left edge."""
    top: float
    """Of its upper edge."""
    right: float
    """Of its right edge."""
    bottom: float
    """Of its lower edge."""


class Word(Struct, frozen=True, gc=False):
    """Signs without white space between them, or what an engine gives as one."""

    text: str
    """As read."""
    box: Box
    """Where it stands."""
    confidence: float = 1.0
    """Of the engine, 0 to 1; 1 in a text layer."""


class Page(Struct, frozen=True):
    """A page with its words, in no certain order."""

    width: float
    """Of the page."""
    height: float
    """Of the page."""
    words: tuple[Word, ...]
    """All that was read on it."""
