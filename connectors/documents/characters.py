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
_SAME_PLACE = 0.6
"""Share of its own size by which a character may be moved and be at the same place."""
_BAND = 4.0
"""Points of the bands of a page in which characters are compared."""


def function_of(function: object, result: type, *arguments: type) -> Callable[..., int]:
    """A function of PDFium's about a character that takes addresses, for calls by the thousand.

    Its own wrapper makes an object of every argument, which costs more than the call.
    """
    kind = ctypes.PYFUNCTYPE(result, ctypes.c_void_p, ctypes.c_int, *arguments)
    return kind(ctypes.cast(function, ctypes.c_void_p).value or 0)  # type: ignore[arg-type]  # a prototype takes an address


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
    once = ~_again(codes, boxes)
    codes, boxes, parted = codes[once], boxes[:, once], parted[once]
    first = np.ones(len(codes), np.bool_)
    first[1:] = (parted[1:] != parted[:-1]) | _apart(boxes)
    starts = np.flatnonzero(first)
    left, top = (np.minimum.reduceat(side, starts).tolist() for side in boxes[:2])
    right, bottom = (np.maximum.reduceat(side, starts).tolist() for side in boxes[2:])
    text = codes.astype("<u4").tobytes().decode("utf-32-le")
    ends = [*starts[1:].tolist(), len(codes)]
    return tuple(
        Word(text[start:end].translate(_LIGATURES), Box(*sides), confidence)
        for start, end, *sides in zip(starts.tolist(), ends, left, top, right, bottom, strict=True)
    )


def _apart(boxes: Numbers) -> Mask:
    """Which characters, from the second on, are too far from the one before to be of its word.

    It does not matter in which direction the word goes.
    """
    left, top, right, bottom = boxes
    gaps = np.maximum(
        np.maximum(left[1:], left[:-1]) - np.minimum(right[1:], right[:-1]),
        np.maximum(top[1:], top[:-1]) - np.minimum(bottom[1:], bottom[:-1]),
    )
    sizes = np.maximum(right - left, bottom - top)
    sizes = np.maximum(sizes, np.median(sizes))
    apart: Mask = gaps > _GAP * np.maximum(sizes[1:], sizes[:-1])
    return apart


def _again(codes: Codes, boxes: Numbers) -> Mask:
    """Which characters are there once more, hardly moved, as what has to look bold is printed.

    Neighbours of the same kind never cover each other as far, unless they are one glyph: the two
    letters of a ligature follow each other in the very same place. Characters are compared with
    those in the same band of the page, of two ways to cut it into bands.
    """
    left, top, right, bottom = boxes
    width, height = right - left, bottom - top
    mask = np.zeros(len(codes), np.bool_)
    for offset in (0.0, 0.5):
        order = np.lexsort((left, np.floor(top / _BAND + offset), codes))
        one, other = order[:-1], order[1:]
        ligature = (np.abs(other - one) == 1) & (boxes[:, one] == boxes[:, other]).all(axis=0)
        same = (
            ~ligature
            & (codes[one] == codes[other])
            & (np.abs(left[other] - left[one]) < _SAME_PLACE * width[one])
            & (np.abs(top[other] - top[one]) < _SAME_PLACE * height[one])
        )
        mask[np.maximum(one, other)[same]] = True
    return mask
