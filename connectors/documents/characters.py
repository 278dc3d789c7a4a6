"""The characters of a PDF page as PDFium gives them, made to words for a whole page at once."""

import ctypes
from collections import deque
from collections.abc import Callable
from itertools import repeat

import numpy as np
import numpy.typing as npt
import pypdfium2
from msgspec import Struct
from pypdfium2 import raw

from operators.extraction.page import Box, Word

Numbers = npt.NDArray[np.float64]
Codes = npt.NDArray[np.uint32]
Mask = npt.NDArray[np.bool_]

_SPACES = np.array(
    [*range(9, 14), 0x20, 0x85, 0xA0, *range(0x2000, 0x200B), 0x2028, 0x2029, 0x202F, 0x3000],
    np.uint32,
)
_NOTHING = np.array([0, *range(0x200B, 0x2010), 0x2060, 0xFEFF], np.uint32)
_HYPHENS = np.array([0x02, 0xAD, 0xFFFE], np.uint32)
"""A hyphen at the end of a line, as PDFium says it, and soft hyphens: drawn, they are hyphens."""
_LIGATURES = str.maketrans(
    {"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"}
)
_REPLACEMENT = 0xFFFD
_GAP = 1.2
"""Sizes of a character between two of them from which they are not of one word."""
_BACK = 1.1
"""The same backwards: the second was drawn elsewhere."""
_SAME_PLACE = 0.25
"""Sizes of a character within which two are at the same place, once more to look bold."""


def function_of(function: object, result: type, *arguments: type) -> Callable[..., int]:
    """A function of PDFium's about a character that takes addresses, for calls by the thousand.

    Its own wrapper makes an object of every argument, which costs more than the call.
    """
    kind = ctypes.PYFUNCTYPE(result, ctypes.c_void_p, ctypes.c_int, *arguments)
    return kind(ctypes.cast(function, ctypes.c_void_p).value or 0)  # type: ignore[arg-type]


_unicode = function_of(raw.FPDFText_GetUnicode, ctypes.c_uint)
_char_box = function_of(raw.FPDFText_GetCharBox, ctypes.c_int, *[ctypes.c_void_p] * 4)


class Characters(Struct):
    """Characters in the order in which they are in the page, side by side."""

    codes: Codes
    """Unicode code points."""
    boxes: Numbers
    """Four rows: left, top, right, bottom, in points from the page's upper left corner."""
    indices: npt.NDArray[np.int64]
    """Which of PDFium's each is."""

    def kept(self, mask: Mask) -> "Characters":
        """Those of a mask."""
        return Characters(self.codes[mask], self.boxes[:, mask], self.indices[mask])


def characters(page: pypdfium2.PdfPage, text: pypdfium2.PdfTextPage) -> Characters:
    """All characters, spaces among them, turned as the page is looked at."""
    count = text.count_chars()
    handle = ctypes.cast(text.raw, ctypes.c_void_p).value
    codes = np.fromiter(map(_unicode, repeat(handle), range(count)), np.uint32, count)
    sides = np.zeros((4, count))
    start, row = sides.ctypes.data, sides.strides[0]
    addresses = [range(start + side * row, start + side * row + 8 * count, 8) for side in range(4)]
    deque(map(_char_box, repeat(handle), range(count), *addresses), maxlen=0)
    return Characters(codes, _as_looked_at(page, sides), np.arange(count))


def _as_looked_at(page: pypdfium2.PdfPage, sides: Numbers) -> Numbers:
    """Left, right, bottom, top of the unturned page, upwards; to points from the upper left."""
    bounds = raw.FS_RECTF()
    raw.FPDF_GetPageBoundingBox(page.raw, bounds)
    left, right, bottom, top = sides
    turned = page.get_rotation()
    if turned == 90:
        x, y = (bottom, top), (left, right)
        return np.stack(
            [x[0] - bounds.bottom, y[0] - bounds.left, x[1] - bounds.bottom, y[1] - bounds.left]
        )
    if turned == 180:
        return np.stack(
            [bounds.right - right, bottom - bounds.bottom, bounds.right - left, top - bounds.bottom]
        )
    if turned == 270:
        return np.stack(
            [bounds.top - top, bounds.right - right, bounds.top - bottom, bounds.right - left]
        )
    return np.stack(
        [left - bounds.left, bounds.top - top, right - bounds.left, bounds.top - bottom]
    )


def words(found: Characters, width: float, height: float, confidence: float) -> tuple[Word, ...]:
    """The words of characters that are on a page of that size."""
    codes = found.codes.copy()
    hyphens = np.isin(codes, _HYPHENS)
    left, top, right, bottom = found.boxes
    nothing = np.isin(codes, _NOTHING) | (hyphens & (right <= left))
    codes[hyphens] = ord("-")
    codes[(codes > 0x10FFFF) | ((codes >= 0xD800) & (codes < 0xE000))] = _REPLACEMENT
    across, down = (left + right) / 2, (top + bottom) / 2
    spaces = np.isin(codes, _SPACES)
    outside = (across < 0) | (across > width) | (down < 0) | (down > height)
    parted = np.cumsum(spaces | (outside & ~nothing))
    mask = ~(spaces | nothing | outside)
    return _joined(codes[mask], found.boxes[:, mask], parted[mask], confidence)


def _joined(
    codes: Codes, boxes: Numbers, parted: npt.NDArray[np.int64], confidence: float
) -> tuple[Word, ...]:
    if not len(codes):
        return ()
    twice = _twice(codes, boxes)
    codes, boxes, parted = codes[~twice], boxes[:, ~twice], parted[~twice]
    first = np.ones(len(codes), np.bool_)
    first[1:] = (parted[1:] != parted[:-1]) | _apart(boxes)
    starts = np.flatnonzero(first)
    left, top = (np.minimum.reduceat(side, starts).tolist() for side in boxes[:2])
    right, bottom = (np.maximum.reduceat(side, starts).tolist() for side in boxes[2:])
    text = codes.astype("<u4").tobytes().decode("utf-32-le")
    ends = [*starts[1:].tolist(), len(codes)]
    found = [
        Word(text[start:end].translate(_LIGATURES), Box(*sides), confidence)
        for start, end, *sides in zip(starts.tolist(), ends, left, top, right, bottom, strict=True)
    ]
    return _once(found)


def _sizes(boxes: Numbers) -> Numbers:
    """What a character of each pair of neighbours measures; no less than most on the page."""
    heights, widths = boxes[3] - boxes[1], boxes[2] - boxes[0]
    sizes = np.maximum(np.maximum(heights, widths), np.median(heights))
    pairs: Numbers = np.maximum(sizes[1:], sizes[:-1])
    return pairs


def _apart(boxes: Numbers) -> Mask:
    """Which characters, from the second on, cannot be of one word with the one before."""
    left, top, right, bottom = boxes
    sizes = _sizes(boxes)
    gap = left[1:] - right[:-1]
    middle = (top + bottom) / 2
    apart: Mask = (gap > _GAP * sizes) | (gap < -_BACK * sizes)
    return apart | (np.abs(middle[1:] - middle[:-1]) > _GAP * sizes)


def _twice(codes: Codes, boxes: Numbers) -> Mask:
    """Which characters are the one before once more, hardly moved."""
    mask = np.zeros(len(codes), np.bool_)
    moved = np.abs(boxes[:, 1:] - boxes[:, :-1]).max(axis=0)
    sizes = np.maximum(boxes[2] - boxes[0], boxes[3] - boxes[1])[1:]
    mask[1:] = (codes[1:] == codes[:-1]) & (moved < _SAME_PLACE * sizes)
    return mask


def _once(found: list[Word]) -> tuple[Word, ...]:
    """Words without those that stand there already, hardly moved."""
    places: dict[str, list[Box]] = {}
    kept = []
    for word in found:
        there = places.setdefault(word.text, [])
        box = word.box
        near = _SAME_PLACE * (box.bottom - box.top)
        if not any(
            abs(box.left - other.left) <= near and abs(box.top - other.top) <= near
            for other in there
        ):
            there.append(box)
            kept.append(word)
    return tuple(kept)
