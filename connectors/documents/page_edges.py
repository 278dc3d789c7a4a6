"""Finding the sheet of paper in a photo."""

import cv2
import numpy as np
import numpy.typing as npt

from connectors.documents.raster import Grey

Corners = npt.NDArray[np.float32]
"""Upper left, upper right, lower right, lower left, in pixels."""

_LOOKED_AT = 500
"""Pixels of the long side at which a sheet is looked for."""
_SMALLEST, _LARGEST = 0.12, 0.95
"""Shares of the image that a sheet may have: less is not what the photo is about, more needs no
cutting."""
_RING = 0.02
_DARKER = 0.8
"""Brightness around the sheet, as a share of its own, up to which it stands out."""
_FILLED = 0.85
"""Share of a turned rectangle that a sheet without clear corners has to fill."""
_SHARPEST, _BLUNTEST = 50.0, 130.0
"""Degrees of a sheet's corners."""
_MARGIN = 0.03
"""Share of the sheet's sides that is left around it."""


def sheet(pixels: Grey) -> Corners | None:
    """The corners of a bright sheet on something darker; None when there is none to be sure of."""
    scale = _LOOKED_AT / max(pixels.shape)
    small = cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    small = cv2.medianBlur(small, 7)
    level, mask = cv2.threshold(small, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    if not _stands_out(np.asarray(small, np.uint8), level):
        return None
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (9, 9))
    mask = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, kernel)
    mask = cv2.morphologyEx(mask, cv2.MORPH_OPEN, kernel)
    outlines, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    if not outlines:
        return None
    outline = cv2.convexHull(max(outlines, key=cv2.contourArea))
    share = cv2.contourArea(outline) / small.size
    if not _SMALLEST <= share <= _LARGEST:
        return None
    found = _quadrilateral(np.asarray(outline, np.float32))
    return None if found is None else _widened(found) / np.float32(scale)


def _stands_out(small: Grey, level: float) -> bool:
    """Whether at least three sides of the image are darker than the sheet."""
    ring = max(2, round(_RING * max(small.shape)))
    sides = (small[:ring], small[-ring:], small[:, :ring], small[:, -ring:])
    bright = small[small > level]
    if not len(bright):
        return False
    paper = float(np.median(bright))
    return sum(float(np.median(side)) < _DARKER * paper for side in sides) >= 3


def _quadrilateral(outline: Corners) -> Corners | None:
    length = cv2.arcLength(outline, closed=True)
    for tolerance in (0.02, 0.03, 0.05):
        corners = cv2.approxPolyDP(outline, tolerance * length, closed=True).reshape(-1, 2)
        if len(corners) == 4 and _rectangular(np.asarray(corners, np.float32)):
            return _ordered(np.asarray(corners, np.float32))
    rectangle = cv2.minAreaRect(outline)
    (_, (width, height), _) = rectangle
    if cv2.contourArea(outline) >= _FILLED * width * height:
        return _ordered(np.asarray(cv2.boxPoints(rectangle), np.float32))
    return None


def _rectangular(corners: Corners) -> bool:
    for number in range(4):
        before, here, after = (corners[(number + step) % 4] for step in (-1, 0, 1))
        one, two = before - here, after - here
        cosine = float(one @ two) / float(np.linalg.norm(one) * np.linalg.norm(two) + 1e-6)
        if not _SHARPEST <= np.degrees(np.arccos(np.clip(cosine, -1, 1))) <= _BLUNTEST:
            return False
    return True


def _ordered(corners: Corners) -> Corners:
    around = corners - corners.mean(axis=0)
    clockwise = corners[np.argsort(np.arctan2(around[:, 1], around[:, 0]))]
    first = int(np.argmin(clockwise.sum(axis=1)))
    return np.roll(clockwise, -first, axis=0)


def _widened(corners: Corners) -> Corners:
    middle = corners.mean(axis=0)
    wider: Corners = middle + (corners - middle) * np.float32(1 + 2 * _MARGIN)
    return wider


def upright_size(corners: Corners) -> tuple[int, int]:
    """Width and height in pixels that the sheet has when looked at from above."""
    upper_left, upper_right, lower_right, lower_left = corners
    width = max(np.linalg.norm(upper_right - upper_left), np.linalg.norm(lower_right - lower_left))
    height = max(np.linalg.norm(lower_left - upper_left), np.linalg.norm(lower_right - upper_right))
    return max(1, round(float(width))), max(1, round(float(height)))
