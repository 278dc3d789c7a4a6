r"""Blanks that are too wide to group the digits of one number: columns stand close at times.

>>> from operators.extraction.page import Box, Page, Word
>>> from operators.extraction.rows import rows_of
>>> words = (Word("5", Box(0, 0, 5, 10)), Word("219.11", Box(13, 0, 40, 10)))
>>> parted(rows_of([Page(99, 99, words)])[0], 0.3).split("\t")
['5', '219.11']
"""

from collections.abc import Iterable, Iterator
from itertools import pairwise
from statistics import median

from operators.extraction.rows import Row

_WIDER = 1.4
"""Gap in usual ones from which digits are of two numbers."""
_AFTER_ONE, _BEFORE_ONE = 0.14, 0.06
"""What a one adds to the gap beside it: it is narrow in a place as wide as other digits'."""
_USUAL = 0.3
"""Width of a blank in heights, where a document has hardly any."""


def usual_gap(rows: Iterable[Row]) -> float:
    """How wide the blanks between words of a document usually are, in heights."""
    gaps = [gap for row in rows for at, gap in _gaps(row) if row.text[at] == " "]
    return median(gaps) if len(gaps) >= 3 else _USUAL


def parted(row: Row, usual: float) -> str:
    """The text of a row, with tabulators for blanks that are wider than is usual."""
    if " " not in row.text:
        return row.text
    signs = list(row.text)
    for at, gap in _gaps(row):
        gap -= _AFTER_ONE if row.text[at - 1] == "1" else 0.0
        gap -= _BEFORE_ONE if row.text[at + 1] == "1" else 0.0
        if gap > max(_WIDER * usual, usual + 0.12) and row.text[at + 1] != "%":
            signs[at] = "\t"
    return "".join(signs)


def _gaps(row: Row) -> Iterator[tuple[int, float]]:
    """Where each blank of a row stands in its text, and how wide it is in heights."""
    for start, (left, right) in zip(row.starts[1:], pairwise(row.words), strict=True):
        height = max(left.box.bottom - left.box.top, right.box.bottom - right.box.top, 1.0)
        yield start - 1, (right.box.left - left.box.right) / height
