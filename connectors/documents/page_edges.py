"""Whether a picture is a photo: a sheet of paper lies on something darker."""

import cv2
import numpy as np
import numpy.typing as npt

from connectors.documents.raster import Grey

Corners = npt.NDArray[np.float32]
"""Points around something, in pixels."""

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


def lies_on_something(pixels: Grey) -> bool:
    """Whether a picture shows a bright sheet on something darker."""
    scale = _LOOKED_AT / max(pixels.shape)
    small = cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    small = cv2.medianBlur(small, 7)
    level, mask = cv2.threshold(small, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    if not _stands_out(np.asarray(small, np.uint8), level):
        return False
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (9, 9))
    mask = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, kernel)
    mask = cv2.morphologyEx(mask, cv2.MORPH_OPEN, kernel)
    outlines, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    if not outlines:
        return False
    outline = cv2.convexHull(max(outlines, key=cv2.contourArea))
    share = cv2.contourArea(outline) / small.size
    return bool(_SMALLEST <= share <= _LARGEST) and _is_sheet(np.asarray(outline, np.float32))


def _stands_out(small: Grey, level: float) -> bool:
    """Whether at least three sides of the image are darker than the sheet."""
    ring = max(2, round(_RING * max(small.shape)))
    sides = (small[:ring], small[-ring:], small[:, :ring], small[:, -ring:])
    bright = small[small > level]
    if not len(bright):
        return False
    paper = float(np.median(bright))
    return sum(float(np.median(side)) < _DARKER * paper for side in sides) >= 3


def _is_sheet(outline: Corners) -> bool:
    length = cv2.arcLength(outline, closed=True)
    for tolerance in (0.02, 0.03, 0.05):
        corners = cv2.approxPolyDP(outline, tolerance * length, closed=True).reshape(-1, 2)
        if len(corners) == 4 and _rectangular(np.asarray(corners, np.float32)):
            return True
    _, (width, height), _ = cv2.minAreaRect(outline)
    return bool(cv2.contourArea(outline) >= _FILLED * width * height)


def _rectangular(corners: Corners) -> bool:
    for number in range(4):
        before, here, after = (corners[(number + step) % 4] for step in (-1, 0, 1))
        one, two = before - here, after - here
        cosine = float(one @ two) / float(np.linalg.norm(one) * np.linalg.norm(two) + 1e-6)
        if not _SHARPEST <= np.degrees(np.arccos(np.clip(cosine, -1, 1))) <= _BLUNTEST:
            return False
    return True
