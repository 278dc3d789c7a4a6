r"""The text of a document as numbered lines, which an answer can cite.

>>> from operators.extraction.page import Box, Page, Word
>>> words = Word("Total", Box(10, 10, 40, 20)), Word("19,90", Box(200, 11, 230, 21))
>>> [line.text for line in numbered_lines([Page(300, 100, words)])]
['Total\t19,90']
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from itertools import accumulate

from msgspec.structs import replace

from operators.extraction.page import Page, Word
from operators.extraction.rows import Row, rows_of

_SPACE = re.compile(r"\s+")
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c")
"""Signs that change the direction of what is read: a number may look like another one."""
_NO_LETTERS = ("Cc", "Cf", "Co", "Cs", "Cn")


class NumberedLine(Row, frozen=True):
    """A row whose text holds only what can be seen; its number is its place among all lines."""

    turned: bool = False
    """Whether signs in it turn the direction of reading, so that it may look like another text."""


def numbered_lines(pages: Iterable[Page]) -> tuple[NumberedLine, ...]:
    """The lines of all pages, from top to bottom."""
    return tuple(_lines(rows_of(list(pages))))


def cleaned(text: str) -> str:
    r"""Text without invisible signs, and one space for each white space.

    Composed (NFC) and nothing more: compatibility forms would turn `19,90¹` into 19,901.

    >>> cleaned(" 19,\u200b90\u00a0 EUR\n")
    '19,90 EUR'
    """
    spaced = _SPACE.sub(" ", text)
    seen = "".join(sign for sign in spaced if unicodedata.category(sign) not in _NO_LETTERS)
    return _SPACE.sub(" ", unicodedata.normalize("NFC", seen)).strip()


def _lines(rows: Iterable[Row]) -> Iterator[NumberedLine]:
    number = 0
    for row in rows:
        words: list[Word] = []
        parted: list[str] = []
        for word, start in zip(row.words, row.starts, strict=True):
            text = cleaned(word.text)
            if text:
                parted.append(row.text[start - 1] if words else "")
                words.append(replace(word, text=text))
        if words:
            text = "".join(sign + word.text for sign, word in zip(parted, words, strict=True))
            turned = any(not _TURNING.isdisjoint(word.text) for word in row.words)
            starts = tuple(_starts(words))
            yield NumberedLine(number, row.page, text, tuple(words), starts, row.box, turned)
            number += 1


def _starts(words: list[Word]) -> Iterator[int]:
    return accumulate((len(word.text) + 1 for word in words[:-1]), initial=0)
