"""What an OCR engine does for us, whichever it is."""

from collections.abc import Sequence
from typing import Protocol

from connectors.documents.raster import Grey
from operators.extraction.doubtful import Line
from operators.extraction.page import Reader, Word


class NotThere(Exception):
    """The engine is not installed, or not as it has to be; the message says what to do."""


class Failed(Exception):
    """The engine gave up on a page, which another one may still read."""


class Engine(Protocol):
    """Reads words in images."""

    @property
    def reader(self) -> Reader:
        """What is said to have read the words."""

    def read(self, pixels: Grey, dpi: float, language: str | None = None) -> tuple[Word, ...]:
        """The words in an image of so many pixels per inch, their boxes in pixels.

        `language` is the ISO 639-1 code of what it is in, where that is known. Raises Failed.
        """

    def read_lines(
        self, pixels: Grey, dpi: float, lines: Sequence[Line], language: str | None = None
    ) -> tuple[Word, ...]:
        """The words on some lines of it, which are level; all boxes in pixels. Raises Failed."""


def confidence(words: tuple[Word, ...]) -> float:
    """Mean confidence of a sign, 0 to 1; 0 when there is none.

    >>> from operators.extraction.page import Box
    >>> confidence((Word("12", Box(0, 0, 1, 1), 0.25), Word("56", Box(0, 0, 1, 1), 0.75)))
    0.5
    """
    signs = sum(len(word.text) for word in words)
    return sum(word.confidence * len(word.text) for word in words) / signs if signs else 0.0
