"""A page made level and of one size of print, by the lines of text that were found on it.

Perspective makes lines of a page run apart; level ones are easily seen to be one row.
"""

from typing import TypeAlias

import cv2
import numpy as np
import numpy.typing as npt
from msgspec.structs import replace

from connectors.documents.geometry import Matrix, flat
from connectors.documents.preprocess import Prepared, Turn
from connectors.documents.raster import POINTS, Grey

Quadrilateral: TypeAlias = npt.NDArray[np.float32]
"""Four corners: of a line's beginning above, end above, end below, beginning below."""
Quadrilaterals: TypeAlias = npt.NDArray[np.float32]
"""Some of them, one after the other."""

LINE_HEIGHT = 44.0
"""Pixels that lines of a page are high, with the room around their letters, when it is read."""
_READABLE = (28.0, 60.0)
"""Pixels that lines may be high to be read as they are."""
_SCALES = (0.2, 2.5)
"""How much smaller and larger a page may become."""
_LONG = 4.0
"""Widths in heights from which a line tells how it slopes."""
_ENOUGH = 4
"""Lines from which the slope may be another at the top than at the bottom."""
_ASTRAY = 0.015
"""Slope by which a line differs from the others so much that it counts for half."""
_ROUNDS = 6
_LEVEL = 0.15
"""Heights of a line by which rows may rise or fall over the page."""
_MARGIN = 3.0
"""Heights of a line that are left beside the text."""
_SMALL_PRINT = 0.12
"""Share of the text's width that is left beside it as well, where small print may be."""
_ELSEWHERE = 0.7
"""Share of a picture's width that text may take at most for the rest to be cut off."""


def sides(box: Quadrilateral) -> tuple[float, float]:
    """Width and height of a line."""
    upper_left, upper_right, lower_right, lower_left = box
    width = max(np.linalg.norm(upper_right - upper_left), np.linalg.norm(lower_right - lower_left))
    height = max(np.linalg.norm(lower_left - upper_left), np.linalg.norm(lower_right - upper_right))
    return float(width), float(height)


def levelled(page: Prepared, lines: Quadrilaterals, most_pixels: int) -> Prepared:
    """The page with its lines level and of the height that is read best; as it is without lines."""
    if not len(lines):
        return page
    measures = np.array([sides(line) for line in lines])
    high = max(float(np.median(measures.min(axis=1))), 4.0)
    pixels, way = page.pixels, np.eye(3)
    pixels, way = _text_only(pixels, lines, high)
    lines = (lines + way[:2, 2]).astype(np.float32)
    room = (most_pixels / pixels.size) ** 0.5
    low, large = _SCALES
    scale = min(max(LINE_HEIGHT / high, low), large, room)
    pixels = np.asarray(
        cv2.resize(
            pixels,
            None,
            fx=scale,
            fy=scale,
            interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC,
        ),
        np.uint8,
    )
    pixels, step = _straightened(pixels, lines * np.float32(scale))
    way = step @ np.diag([scale, scale, 1.0]) @ way
    dpi = page.dpi * scale
    there = np.diag([page.dpi / POINTS, page.dpi / POINTS, 1.0])
    here = np.diag([POINTS / dpi, POINTS / dpi, 1.0])
    back = np.array(page.to_page).reshape(3, 3) @ np.linalg.inv(here @ way @ there)
    return replace(page, pixels=pixels, dpi=dpi, to_page=flat(back))


def are_level(page: Prepared, lines: Quadrilaterals) -> bool:
    """Whether a page can be read as it is: its lines are level, and high enough."""
    if not len(lines):
        return False
    high = float(np.median(np.array([sides(line) for line in lines]).min(axis=1)))
    low, large = _READABLE
    height, width = page.pixels.shape
    return low <= high <= large and _rise(slopes(lines, height), width) < _LEVEL * high


def _rise(found: tuple[float, float], width: int) -> float:
    """Pixels by which a line rises or falls over the page, where it does so most."""
    middle, apart = found
    return (abs(middle) + abs(apart) / 2) * width


def _text_only(pixels: Grey, lines: Quadrilaterals, high: float) -> tuple[Grey, Matrix]:
    """What is not beside the text; above and below it small print may not have been found."""
    across = lines[:, :, 0]
    room = _MARGIN * high + _SMALL_PRINT * np.ptp(across)
    left, right = max(0, int(across.min() - room)), int(across.max() + room)
    part = pixels[:, left:right]
    if part.size > _ELSEWHERE * pixels.size:
        return pixels, np.eye(3)
    return part, np.array([[1, 0, -left], [0, 1, 0], [0, 0, 1.0]])


def _straightened(pixels: Grey, lines: Quadrilaterals) -> tuple[Grey, Matrix]:
    height, width = pixels.shape
    middle, apart = slopes(lines, height)
    if _rise((middle, apart), width) < _LEVEL * LINE_HEIGHT:
        return pixels, np.eye(3)
    above, below = middle - apart / 2, middle + apart / 2
    top, bottom = min(0.0, -width * above), max(height, height - width * below)
    came = np.array(
        [[0, top], [width, top + width * above], [width, bottom + width * below], [0, bottom]],
        np.float32,
    )
    size = (width, round(bottom - top))
    level = np.array([[0, 0], [width, 0], [width, size[1]], [0, size[1]]], np.float32)
    matrix = np.asarray(cv2.getPerspectiveTransform(came, level), np.float64)
    made = cv2.warpPerspective(
        pixels, matrix, size, flags=cv2.INTER_LINEAR, borderValue=(255.0,) * 3
    )
    return np.asarray(made, np.uint8), matrix


def slopes(lines: Quadrilaterals, height: int) -> tuple[float, float]:
    """How lines slope at the middle of a page, and how much more at its foot than at its top.

    Those that differ from the others count for little.
    """
    measures = np.array([sides(line) for line in lines])
    long = lines[measures[:, 0] >= _LONG * measures[:, 1]]
    if not len(long):
        return 0.0, 0.0
    first, last = (long[:, 0] + long[:, 3]) / 2, (long[:, 1] + long[:, 2]) / 2
    run = (last - first)[:, 0].astype(np.float64)
    slope = (last - first)[:, 1] / np.maximum(run, 1.0)
    down = (first[:, 1] + last[:, 1]).astype(np.float64) / 2 / height - 0.5
    terms = np.stack([np.ones_like(down), down], axis=1)
    if len(long) < _ENOUGH or np.ptp(down) < 0.25:
        return float(np.median(slope)), 0.0
    found = np.array([float(np.median(slope)), 0.0])
    for _ in range(_ROUNDS):
        astray = (slope - terms @ found) / _ASTRAY
        weights = np.sqrt(run / (1 + astray**2))
        found = np.linalg.lstsq(terms * weights[:, None], slope * weights, rcond=None)[0]
    return float(found[0]), float(found[1])


def other_turns(lines: Quadrilaterals) -> list[Turn]:
    """How else a page may have to be turned whose lines are these."""
    measures = np.array([sides(line) for line in lines])
    upright = measures[:, 1] > measures[:, 0]
    return [90, 270] if upright.mean() > 0.5 else [180]
