"""The letters on a page as boxes, without reading them: enough to see how the page is turned."""

import cv2
import numpy as np
import numpy.typing as npt
from msgspec import Struct

from connectors.documents.raster import Grey

Numbers = npt.NDArray[np.float64]
Boxes = npt.NDArray[np.float64]
"""One row a box: left, top, width, height, in pixels of the image it was found in."""

_LOOKED_AT = 1200
"""Pixels of the long side at which letters are looked for."""
_SMALLEST, _LARGEST = 4, 60
_WIDEST = 4.0
"""Widths in heights of the largest letters, several of which may hang together."""
_MOST = 1000
"""Letters that are looked at for neighbours."""
_CENTRES = 0.01
"""What the distance of their centres counts beside the gap between two letters."""
_ENOUGH = 30
"""Letters from which a page says how it is turned."""
_SIDEWAYS = 0.4
"""Share of letters with their neighbour beside, not above, up to which the page lies on a side."""
_TILTS = (20.0, 0.5, 0.05)
"""Degrees in which a page's tilt is looked for: up to, coarse, fine."""
_FLAT, _MOSTLY = 3.0, 0.9
"""Sides in one another from which a mark is a dash, and the share of dashes that is too much."""
_LIT = 0.55
"""Share of the brightness of the page's bright parts from which a place is in the light."""
_RULE = 0.7
"""Usual heights of a letter below which a line is a rule or dashes."""
_CLEARLY = 1.03
"""How much better than as it is the lines have to look for a page to be tilted."""


class Letters(Struct, frozen=True):
    """What looks like letters."""

    boxes: Boxes
    """Their places."""
    scale: float
    """Pixels of the image they were found in for one of the page's."""

    @property
    def height(self) -> float:
        """Their usual height, in the page's pixels; 0 when there are none."""
        return float(np.median(self.boxes[:, 3])) / self.scale if len(self.boxes) else 0.0


def letters(pixels: Grey) -> Letters:
    """What looks like letters on a page."""
    scale = min(1.0, _LOOKED_AT / max(pixels.shape))
    small = cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    ink = cv2.adaptiveThreshold(
        small, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, 31, 15
    )
    _, _, found, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    boxes = np.asarray(found[1:, :4], np.float64)
    width, height = boxes[:, 2], boxes[:, 3]
    long, short = np.maximum(width, height), np.minimum(width, height)
    kept = (long >= _SMALLEST) & (short <= _LARGEST) & (short >= 2) & (long <= _WIDEST * _LARGEST)
    boxes = boxes[kept & ~_strokes(width, height)]
    if len(boxes):
        usual = float(np.median(np.maximum(boxes[:, 2], boxes[:, 3])))
        boxes = boxes[np.maximum(boxes[:, 2], boxes[:, 3]) <= _WIDEST * usual]
    return Letters(boxes, scale)


def _strokes(width: Numbers, height: Numbers) -> npt.NDArray[np.bool_]:
    """Which are flat and therefore dashes, of which tills print rows; none if nearly all are."""
    flat = (width > _FLAT * height) | (height > _FLAT * width)
    return flat if flat.sum() < _MOSTLY * len(flat) else np.zeros_like(flat)


def in_the_light(found: Letters, pixels: Grey) -> Letters:
    """Those on what is bright, if they are enough: a table's grain looks like letters, too."""
    size = (round(pixels.shape[1] * found.scale) + 1, round(pixels.shape[0] * found.scale) + 1)
    small = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
    around = np.asarray(cv2.blur(small, (31, 31)), np.float64)
    middles = (found.boxes[:, :2] + found.boxes[:, 2:] / 2).astype(np.int64)
    bright = around[middles[:, 1], middles[:, 0]] >= _LIT * np.percentile(around, 90)
    return Letters(found.boxes[bright], found.scale) if bright.sum() >= _ENOUGH else found


def lies_on_side(found: Letters) -> bool:
    """Whether the lines go up or down the page: then most letters' nearest is above or below."""
    boxes = found.boxes
    if len(boxes) < _ENOUGH:
        return False
    start = max(0, len(boxes) - _MOST) // 2
    boxes = boxes[start : start + _MOST]
    left, top, width, height = boxes.astype(np.float32).T
    across, down = left + width / 2, top + height / 2
    aside = np.abs(across[:, None] - across)
    above = np.abs(down[:, None] - down)
    gap_aside = np.maximum(0, aside - (width[:, None] + width) / 2)
    gap_above = np.maximum(0, above - (height[:, None] + height) / 2)
    distance = np.hypot(gap_aside, gap_above) + _CENTRES * (aside + above)
    np.fill_diagonal(distance, np.inf)
    nearest = distance.argmin(axis=1)
    rows = np.arange(len(boxes))
    beside = gap_aside[rows, nearest] > gap_above[rows, nearest]
    return bool(beside.mean() <= _SIDEWAYS)


def tilt(found: Letters) -> float:
    """Degrees by which the lines fall to the right; 0 when that cannot be told."""
    boxes = found.boxes
    if len(boxes) < _ENOUGH:
        return 0.0
    across, feet = boxes[:, 0] + boxes[:, 2] / 2, boxes[:, 1] + boxes[:, 3]
    most, coarse, fine = _TILTS
    steps = np.arange(-most, most + coarse, coarse)
    scores = _levels(across, feet, steps, float(np.median(boxes[:, 3])) / 3)
    around = float(steps[scores.argmax()])
    steps = around + np.arange(-coarse, coarse + fine, fine)
    scores = _levels(across, feet, steps, 1.0)
    if scores.max() < _CLEARLY * _levels(across, feet, np.zeros(1), 1.0)[0]:
        return 0.0
    return float(steps[scores >= scores.max() * 0.99].mean())


def _levels(
    across: npt.NDArray[np.float64],
    feet: npt.NDArray[np.float64],
    degrees: npt.NDArray[np.float64],
    step: float,
) -> npt.NDArray[np.float64]:
    """For each tilt, how much the letters' feet stand in few lines."""
    scores = []
    for angle in np.radians(degrees):
        down = (feet * np.cos(angle) - across * np.sin(angle)) / max(step, 1.0)
        counts = np.bincount((down - down.min()).astype(np.int64)).astype(np.float64)
        smooth = np.convolve(counts, (1.0, 1.0, 1.0))
        scores.append(float((smooth**2).sum()))
    return np.array(scores)


def lines(pixels: Grey, found: Letters, most: int) -> list[Grey]:
    """The longest lines of letters, cut out of the page as they stand."""
    if len(found.boxes) < _ENOUGH:
        return []
    usual = float(np.median(found.boxes[:, 3]))
    height, width = (round(side * found.scale) + 1 for side in pixels.shape)
    mask = np.zeros((height, width), np.uint8)
    for left, top, wide, high in found.boxes.astype(np.int64).tolist():
        mask[top : top + high, left : left + wide] = 255
    bridge = cv2.getStructuringElement(cv2.MORPH_RECT, (max(3, round(1.2 * usual)), 1))
    mask = np.asarray(cv2.morphologyEx(mask, cv2.MORPH_CLOSE, bridge), np.uint8)
    _, _, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    rows = [
        row
        for row in stats[1:, :4].tolist()
        if row[2] >= 4 * row[3] and _RULE * usual <= row[3] < 3 * usual
    ]
    rows.sort(key=lambda row: -row[2])
    return [_cut(pixels, row, usual / 4, found.scale) for row in rows[:most]]


def _cut(pixels: Grey, row: list[int], margin: float, scale: float) -> Grey:
    left, top, width, height = row
    top_row, bottom_row = (top - margin) / scale, (top + height + margin) / scale
    first, last = (left - margin) / scale, (left + width + margin) / scale
    return pixels[max(0, round(top_row)) : round(bottom_row), max(0, round(first)) : round(last)]
