r"""The text of a document as numbered lines, which an answer can cite.

>>> from operators.extraction.page import Box, Page, Word
>>> words = Word("Total", Box(10, 10, 40, 20)), Word("19,90", Box(200, 11, 230, 21))
>>> [(line.number, line.text) for line in numbered_lines([Page(300, 100, words)])]
[(1, 'Total\t19,90')]
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from operators.extraction.page import Box, Page, Word

WIDE = "\t"
"""What stands between two words of a line that a column's gap parts."""

_SPACE = re.compile(r"\s+")
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c")
"""Signs that change the direction of what is read: a number may look like another one."""
_NO_LETTERS = ("Cc", "Cf", "Co", "Cs", "Cn")


class NumberedLine(Struct, frozen=True):
    """A line of a page."""

    number: int
    """From 1, through the whole document."""
    page: int
    """From 1."""
    text: str
    """Its words, a space between two of them, or `WIDE`."""
    words: tuple[Word, ...]
    """From left to right."""
    starts: tuple[int, ...]
    """Where in the text each of them begins."""
    turned: bool = False
    """Whether signs in it turn the direction of reading, so that it may look like another text."""

    def cited(self, start: int, end: int) -> tuple[Word, ...]:
        """The words that a part of the text touches."""
        ends = [*self.starts[1:], len(self.text) + 1]
        return tuple(
            word
            for word, begins, ends_before in zip(self.words, self.starts, ends, strict=True)
            if begins < end and start < ends_before
        )


def numbered_lines(pages: Iterable[Page]) -> tuple[NumberedLine, ...]:
    """The lines of all pages, from top to bottom."""
    rows = (
        (page_number, row)
        for page_number, page in enumerate(pages, 1)
        for row in _rows(word for word in page.words if cleaned(word.text))
    )
    return tuple(_line(number, *row) for number, row in enumerate(rows, 1))


def cleaned(text: str) -> str:
    r"""Text without invisible signs, and one space for each white space.

    Composed (NFC) and nothing more: compatibility forms would turn `19,90¹` into 19,901.

    >>> cleaned(" 19,\u200b90\u00a0 EUR\n")
    '19,90 EUR'
    """
    spaced = _SPACE.sub(" ", text)
    seen = "".join(sign for sign in spaced if unicodedata.category(sign) not in _NO_LETTERS)
    return _SPACE.sub(" ", unicodedata.normalize("NFC", seen)).strip()


def around(words: Sequence[Word]) -> Box:
    """The smallest box around words."""
    boxes = [word.box for word in words]
    return Box(
        min(box.left for box in boxes),
        min(box.top for box in boxes),
        max(box.right for box in boxes),
        max(box.bottom for box in boxes),
    )


def _rows(words: Iterable[Word]) -> Iterator[list[Word]]:
    """Words that stand beside each other."""
    row: list[Word] = []
    for word in sorted(words, key=_middle):
        if row and abs(_middle(word) - _middle(row[-1])) > _height(word, row[-1]) / 2:
            yield row
            row = []
        row.append(word)
    if row:
        yield row


def _middle(word: Word) -> float:
    return (word.box.top + word.box.bottom) / 2


def _height(one: Word, other: Word) -> float:
    return min(word.box.bottom - word.box.top for word in (one, other))


def _line(number: int, page: int, row: list[Word]) -> NumberedLine:
    text = ""
    starts: list[int] = []
    words = sorted(row, key=lambda word: (word.box.left, word.box.right))
    for place, word in enumerate(words):
        if place:
            before = words[place - 1]
            wide = word.box.left - before.box.right > _height(word, before)
            text += WIDE if wide else " "
        starts.append(len(text))
        text += cleaned(word.text)
    turned = any(not _TURNING.isdisjoint(word.text) for word in words)
    return NumberedLine(number, page, text, tuple(words), tuple(starts), turned)
