"""Evening out light, shadow, weak contrast and noise."""

import cv2
import numpy as np

from connectors.documents.raster import Grey

_LOOKED_AT = 400
"""Pixels of the long side at which light is measured."""
_LETTERS = 9
"""Pixels at that size that hide letters from the paper between them."""
_BRIGHT = 225.0
"""Paper at least as bright everywhere needs no evening out."""
_EVEN = 25.0
"""Difference between the paper's brightest and darkest places that does not matter."""
_PRINTED = 0.15
"""Share of the paper's brightness below which a place is printed dark and lies in no shadow."""
_WEAK = (15.0, 110.0)
"""Differences between paper and ink between which contrast is raised; less is a blank page."""
_NOISE = 9.0
"""Standard deviation of the paper from which it is noise."""


def evened(pixels: Grey) -> Grey:
    """The page with white paper, whatever shadow lay on it, and ink that stands out from it."""
    paper = _paper(pixels)
    darkest, brightest = (float(np.percentile(paper, share)) for share in (2, 98))
    if darkest < _BRIGHT or brightest - darkest > _EVEN:
        light = cv2.resize(paper, pixels.shape[::-1], interpolation=cv2.INTER_LINEAR)
        pixels = np.asarray(cv2.divide(pixels, light, scale=255), np.uint8)
    if _noise(pixels) > _NOISE:
        pixels = np.asarray(cv2.medianBlur(pixels, 3), np.uint8)
    ink, white = (float(np.percentile(pixels[::4, ::4], share)) for share in (0.2, 90))
    weakest, weak = _WEAK
    if weakest < white - ink < weak:
        clahe = cv2.createCLAHE(clipLimit=2.0, tileGridSize=(8, 8))
        pixels = _stretched(np.asarray(clahe.apply(pixels), np.uint8))
    return pixels


def _stretched(pixels: Grey) -> Grey:
    """The same with its darkest ink black and its paper white."""
    ink, white = (float(np.percentile(pixels[::4, ::4], share)) for share in (0.2, 90))
    scale = 255 / max(1.0, white - ink)
    return np.asarray(cv2.convertScaleAbs(pixels, alpha=scale, beta=-ink * scale), np.uint8)


def _paper(pixels: Grey) -> Grey:
    """How bright the paper is, everywhere, at a small size; letters become what is around them."""
    scale = min(1.0, _LOOKED_AT / max(pixels.shape))
    small = cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    kernel = cv2.getStructuringElement(cv2.MORPH_RECT, (_LETTERS, _LETTERS))
    paper = np.asarray(cv2.medianBlur(cv2.dilate(small, kernel), 2 * _LETTERS + 3), np.uint8)
    white = np.uint8(np.percentile(paper, 98))
    return np.where(paper < _PRINTED * white, white, paper)


def _noise(pixels: Grey) -> float:
    """Standard deviation of what differs from pixel to pixel, of the middle of the page's places.

    After J. Immerkær, Fast Noise Variance Estimation (1996); a median over squares leaves letters
    out.
    """
    height, width = pixels.shape
    part = pixels[height // 4 : height // 4 + 512, width // 4 : width // 4 + 512]
    kernel = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32)
    differences = np.abs(cv2.filter2D(part, cv2.CV_32F, kernel))
    squares = cv2.resize(differences, None, fx=1 / 16, fy=1 / 16, interpolation=cv2.INTER_AREA)
    return float(np.median(squares)) * float(np.sqrt(np.pi / 2)) / 6
