"""The words of a line of text that was recognised, and where each of them stands."""

from collections.abc import Iterator

import numpy as np

from connectors.documents.levelled import Quadrilateral, sides
from connectors.documents.signs import LineSigns
from operators.extraction.page import Box, Word

UPRIGHT_LINE = 2.5
"""Heights in widths from which a line runs up or down; narrower ones are a sign or two."""
_PLAIN = {0xFEE0 + sign: sign for sign in range(0x21, 0x7F)} | {0x3000: " ", 0xFFE5: "¥"}
_PLAIN |= {0xFF5E: "-", 0x7E: "-"}
"""Full-width signs of its Chinese, for those that they are in ours; and tildes, which nothing that
is read has, for the hyphens that they were."""
_BLANK, _WIDE_BLANK = 0.25, 0.75
"""Heights of a line that a blank is wide, and from which it is more than one."""


def words_of(box: Quadrilateral, line: LineSigns) -> Iterator[Word]:
    """The words of a line, in the box that the line is in.

    >>> box = np.array([[0, 0], [90, 0], [90, 10], [0, 10]], np.float32)
    >>> line = LineSigns("aa b", (0.1, 0.3, 0.5, 0.9), (1.0, 0.5, 0.0, 0.9))
    >>> [(word.text, round(word.box.left), round(word.box.right)) for word in words_of(box, line)]
    [('aa', 0, 36), ('b', 72, 90)]
    >>> line = LineSigns("aa b", (0.2, 0.4, 0.47, 0.54), (1.0, 0.5, 0.0, 0.9))
    >>> [(word.text, round(word.box.left), round(word.box.right)) for word in words_of(box, line)]
    [('aa', 15, 41), ('b', 44, 52)]
    """
    width, height = sides(box)
    upper_left, upper_right, lower_right, lower_left = box
    if height >= UPRIGHT_LINE * width:
        upper_left, upper_right, lower_right, lower_left = (
            upper_right,
            lower_right,
            lower_left,
            upper_left,
        )
    for word, first, last, sure in _spans(line, height / width):
        corners = np.array(
            [
                upper_left + (upper_right - upper_left) * first,
                upper_left + (upper_right - upper_left) * last,
                lower_left + (lower_right - lower_left) * first,
                lower_left + (lower_right - lower_left) * last,
            ]
        )
        (left, top), (right, bottom) = corners.min(axis=0), corners.max(axis=0)
        place = Box(float(left), float(top), float(right), float(bottom))
        yield Word(word, place, sure)


def _spans(line: LineSigns, height: float) -> list[tuple[str, float, float, float]]:
    """Words with where they begin and end, from 0 to 1, and their confidence.

    Places are known in steps that are coarse beside a blank, so that blanks are all as wide as
    usual unless they are clearly wider. `height` is that of the line in its lengths.
    """
    text = line.text.translate(_PLAIN)
    usual = float(np.median(np.diff(line.places))) if len(line.places) > 1 else 1.0
    found: list[tuple[str, float, float, float]] = []
    start = 0
    for word in text.split():
        start = text.index(word, start)
        end = start + len(word)
        first = max(0.0, line.places[start] - usual / 2)
        last = min(1.0, line.places[end - 1] + usual / 2)
        if found and first - found[-1][2] < _WIDE_BLANK * height:
            before, left, right, sure = found[-1]
            middle = max((first + right) / 2, left + _BLANK * height)
            found[-1] = before, left, middle - _BLANK * height / 2, sure
            first = min(middle + _BLANK * height / 2, last)
        found.append((word, first, last, float(np.mean(line.sure[start:end]))))
        start = end
    return found
