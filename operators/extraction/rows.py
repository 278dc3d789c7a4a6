r"""The words of a document as rows of text, each cut into cells at wide gaps.

>>> from operators.extraction.page import Box, Page, Word
>>> words = (Word("9.00", Box(200, 11, 220, 20)), Word("Total", Box(10, 10, 35, 20)))
>>> rows_of([Page(300, 400, words)])[0].text
'Total\t9.00'
"""

import re
from collections.abc import Iterator, Sequence
from itertools import accumulate, pairwise
from statistics import median
from unicodedata import decimal

from msgspec import Struct
from msgspec.structs import replace

from operators.extraction.evened import evened
from operators.extraction.page import Box, Page, Word

WIDE = 0.9
"""Gap between two words that parts cells, in heights of the row."""
_WIDER = 1.45
"""The same in usual gaps of the page, where these are wide."""
_NARROW = 1.15
"""Gap in heights up to which it may be a blank at all."""
_SAME_ROW = 0.45
"""Vertical distance of words of one row, in heights of the smaller one."""
_JOINING = frozenset("·•●|∙◦")
"""Signs between the parts of an address on one line, often with much room around them."""
_UPRIGHT = 2.5
"""A long word that is so many times higher than wide was written along the margin."""
_MARKS = re.compile(r"[_.·…=*#~-]{4,}")
"""Rules and leaders made of signs, which part cells as white space does."""


class Row(Struct, frozen=True):
    """Words that stand on one line, from left to right."""

    number: int
    """In the document, from 0."""
    page: int
    """Page that it stands on, from 1."""
    text: str
    """The words, parted by a blank, or by a tabulator where the gap is wide."""
    words: tuple[Word, ...]
    """The same words with their places."""
    starts: tuple[int, ...]
    """Where each word begins in the text."""
    box: Box
    """Around them."""

    @property
    def height(self) -> float:
        """Of a usual word in it."""
        return median(word.box.bottom - word.box.top for word in self.words)


class Cell(Struct, frozen=True, gc=False):
    """A run of words without a wide gap."""

    row: int
    """Number of its row."""
    start: int
    """Where it begins in the row's text."""
    end: int
    """Where it ends there."""
    text: str
    """What it says."""
    box: Box
    """Where it stands."""


def rows_of(pages: Sequence[Page]) -> tuple[Row, ...]:
    """The rows of all pages, from top to bottom."""
    found: list[Row] = []
    for number, page in enumerate(pages, 1):
        clusters = _clustered(evened(list(_single(page.words))))
        wide = max(WIDE, _WIDER * _usual_gap(clusters))
        for words in clusters:
            found.append(_row(len(found), number, words, wide))
    return tuple(found)


def _usual_gap(rows: Sequence[Sequence[Word]]) -> float:
    """How wide the blanks of a page usually are in heights, those of typewriters among them."""
    gaps = [
        (right.box.left - left.box.right) / max(left.box.bottom - left.box.top, 1.0)
        for row in rows
        for left, right in pairwise(row)
    ]
    narrow = [gap for gap in gaps if 0.0 < gap < _NARROW]
    return median(narrow) if len(narrow) >= 8 else 0.0


def cells_of(row: Row) -> list[Cell]:
    """The cells of a row, from left to right."""
    cells = []
    start = 0
    for part in row.text.split("\t"):
        end = start + len(part)
        cells.append(Cell(row.number, start, end, part, box_of(row, start, end)))
        start = end + 1
    return cells


def box_of(row: Row, start: int, end: int) -> Box:
    """Where a part of a row's text stands; words are cut in proportion to their signs."""
    boxes = [
        _part(word, start - begin, end - begin)
        for word, begin in zip(row.words, row.starts, strict=True)
        if begin < end and start < begin + len(word.text)
    ]
    return around(boxes) if boxes else row.box


def sureness(row: Row, start: int, end: int) -> float:
    """What the engine thinks of a part of a row's text: its confidence in the worst word."""
    return min(
        (
            word.confidence
            for word, begin in zip(row.words, row.starts, strict=True)
            if begin < end and start < begin + len(word.text)
        ),
        default=1.0,
    )


def around(boxes: Sequence[Box]) -> Box:
    """The smallest box around others."""
    return Box(
        min(box.left for box in boxes),
        min(box.top for box in boxes),
        max(box.right for box in boxes),
        max(box.bottom for box in boxes),
    )


def _part(word: Word, start: int, end: int) -> Box:
    size = max(len(word.text), 1)
    width = word.box.right - word.box.left
    left = word.box.left + width * max(start, 0) / size
    right = word.box.left + width * min(end, size) / size
    return Box(left, word.box.top, right, word.box.bottom)


def _single(words: Sequence[Word]) -> Iterator[Word]:
    """Words without white space in them: some engines give whole lines as one."""
    for read in words:
        word = read if read.text.isascii() else replace(read, text=_with_our_digits(read.text))
        box = word.box
        if not (box.left < box.right and box.top < box.bottom):
            continue  # nobody sees it
        upright = box.bottom - box.top > _UPRIGHT * (box.right - box.left)
        if not word.text.strip() or (upright and len(word.text) >= 4):
            continue
        if not any(sign.isspace() for sign in word.text) and not _MARKS.search(word.text):
            yield word
            continue
        for match in re.finditer(r"\S+", _MARKS.sub(lambda mark: " " * len(mark[0]), word.text)):
            yield Word(match[0], _part(word, *match.span()), word.confidence)


def _with_our_digits(text: str) -> str:
    """The text with the digits of other scripts, and wide ones, as 0 to 9."""
    return "".join(str(decimal(sign)) if sign.isdecimal() else sign for sign in text)


def _middle(word: Word) -> float:
    return (word.box.top + word.box.bottom) / 2


def _level(word: Word, slope: float) -> float:
    return _middle(word) - slope * (word.box.left + word.box.right) / 2


def _slope(words: list[Word]) -> float:
    """How far rows sink from left to right, from neighbours in the same row."""
    ordered = sorted(words, key=_middle)
    found = []
    for index, word in enumerate(ordered):
        height = word.box.bottom - word.box.top
        for near in ordered[max(0, index - 12) : index + 13]:
            gap = near.box.left - word.box.right
            sunk = _middle(near) - _middle(word)
            alike = 0.7 < (near.box.bottom - near.box.top) / max(height, 0.1) < 1.4
            if near is not word and 0 <= gap < 2 * height and abs(sunk) < 0.5 * height and alike:
                apart = (near.box.left + near.box.right - word.box.left - word.box.right) / 2
                found.append(sunk / apart)
    return median(found) if len(found) >= 4 else 0.0


def _clustered(words: list[Word]) -> list[list[Word]]:
    slope = _slope(words)
    rows: list[list[Word]] = []
    for word in sorted(words, key=lambda each: each.box.left):
        near = min(rows, key=lambda row: _apart(row[-1], word, slope), default=None)
        if near is not None and _apart(near[-1], word, slope) < _SAME_ROW:
            near.append(word)
        else:
            rows.append([word])
    return sorted(rows, key=lambda row: median(_level(word, slope) for word in row))


def _apart(last: Word, word: Word, slope: float) -> float:
    """How far a word is above or below a row's last one, in heights of the smaller of them."""
    one, other = last.box, word.box
    height = max(min(one.bottom - one.top, other.bottom - other.top), 0.1)
    sinks = slope * (other.left + other.right - one.left - one.right) / 2
    middle = abs((other.top + other.bottom - one.top - one.bottom) / 2 - sinks)
    baseline = abs(other.bottom - one.bottom - sinks) * 1.5
    apart = min(middle, baseline) / height
    if one.right - other.left > 0.5 * min(one.right - one.left, other.right - other.left):
        apart += 0.3  # one stands over the other
    return apart


def _row(number: int, page: int, words: list[Word], wide: float) -> Row:
    height = sorted(word.box.bottom - word.box.top for word in words)[len(words) * 3 // 4]
    gaps = [right.box.left - left.box.right for left, right in pairwise(words)]
    joined = [left.text in _JOINING or right.text in _JOINING for left, right in pairwise(words)]
    between = [
        "\t" if gap > wide * height * (2 if joint else 1) else " "
        for gap, joint in zip(gaps, joined, strict=True)
    ]
    text = words[0].text + "".join(
        sign + word.text for sign, word in zip(between, words[1:], strict=True)
    )
    starts = accumulate((len(word.text) + 1 for word in words[:-1]), initial=0)
    box = around([word.box for word in words])
    return Row(number, page, text, tuple(words), tuple(starts), box)
