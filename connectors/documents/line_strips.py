"""Some lines of a page, cut out and set one under the other: less for an engine to look at.

>>> page = np.arange(200, 250, dtype=np.uint8).repeat(100).reshape(50, 100)
>>> sheet, strips = stacked(page, [(Box(10, 20, 40, 30), Box(60, 20, 80, 30))])
>>> room = strips[0].room
>>> on_page(Box(room + 3, room + 1, room + 33, room + 11), strips)
Box(left=10.0, top=20.0, right=40.0, bottom=30.0)
"""

from collections.abc import Iterable, Sequence

import numpy as np
from msgspec import Struct

from connectors.documents.raster import Grey
from operators.extraction.doubtful import Line
from operators.extraction.page import Box

_ABOVE, _BESIDE = 0.1, 0.3
"""Heights of a part of a line that are left over and under it, and beside it."""
_APART = 0.5
"""Heights of a line between two."""
_WHITE = 255


class Strip(Struct, frozen=True):
    """A line on the sheet."""

    top: int
    """Where it begins on the sheet."""
    bottom: int
    """Where it ends there."""
    left_on_page: int
    """Where its left edge was on the page."""
    top_on_page: int
    """Where its upper edge was on the page."""
    room: int
    """White around it."""


def widened(part: Box) -> Box:
    """A part of a line with some room around its letters."""
    height = part.bottom - part.top
    above, beside = _ABOVE * height, _BESIDE * height
    return Box(part.left - beside, part.top - above, part.right + beside, part.bottom + above)


def stacked(pixels: Grey, lines: Sequence[Line]) -> tuple[Grey, tuple[Strip, ...]]:
    """A sheet with nothing but some lines of a page, and where each is; boxes are in pixels."""
    pieces, strips, down = [], [], 0
    for line in lines:
        piece, left, top = _cut(pixels, line)
        room = max(2, round(_APART * piece.shape[0]))
        piece = np.pad(piece, room, constant_values=_WHITE)
        strips.append(Strip(down, down + piece.shape[0], left, top, room))
        pieces.append(piece)
        down += piece.shape[0]
    width = max((piece.shape[1] for piece in pieces), default=0)
    sheet = np.full((down, width), _WHITE, np.uint8)
    for piece, strip in zip(pieces, strips, strict=True):
        sheet[strip.top : strip.bottom, : piece.shape[1]] = piece
    return sheet, tuple(strips)


def on_page(box: Box, strips: Iterable[Strip]) -> Box:
    """Where something on the sheet is on the page."""
    middle = (box.top + box.bottom) / 2
    strip = min(strips, key=lambda each: max(each.top - middle, middle - each.bottom))
    right, down = (
        strip.left_on_page - strip.room,
        strip.top_on_page - strip.top - strip.room,
    )
    return Box(
        float(box.left + right), float(box.top + down),
        float(box.right + right), float(box.bottom + down),
    )  # fmt: skip


def _cut(pixels: Grey, line: Line) -> tuple[Grey, int, int]:
    """A line with white where its parts are not, and where it is on the page."""
    height, width = pixels.shape
    parts = [
        (
            max(0, int(each.left)), max(0, int(each.top)),
            min(width, round(each.right)), min(height, round(each.bottom)),
        )
        for each in map(widened, line)
    ]  # fmt: skip
    left, top = min(each[0] for each in parts), min(each[1] for each in parts)
    right, bottom = max(each[2] for each in parts), max(each[3] for each in parts)
    piece = np.full((max(1, bottom - top), max(1, right - left)), _WHITE, np.uint8)
    for x0, y0, x1, y1 in parts:
        piece[y0 - top : y1 - top, x0 - left : x1 - left] = pixels[y0:y1, x0:x1]
    return piece, left, top
