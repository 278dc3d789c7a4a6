"""Telling scans of whole sheets from photos and receipts."""

import numpy as np

from connectors.documents.preprocess import Prepared
from connectors.documents.raster import Raster

_SHEETS = ((1.36, 1.47), (1.26, 1.32), (1.60, 1.70))
"""Proportions of A4 and its like, of US letter and of US legal, as they come out of scanners; those
of cameras, 4:3 and 3:2, lie between."""
_SHORTEST = 450.0
"""Points of the shorter side from which a page is a sheet and no receipt."""
_DARK = 150
"""Brightness of an image's edges below which they are no paper."""


def is_scan(raster: Raster, page: Prepared) -> bool:
    """Whether a page is a sheet that lay on a scanner: white to its edges, of a sheet's size."""
    if raster.camera or page.photo:
        return False
    short, long = sorted((raster.width, raster.height))
    if short < _SHORTEST or not any(low <= long / short <= high for low, high in _SHEETS):
        return False
    pixels = raster.pixels
    edges = (pixels[:3], pixels[-3:], pixels[:, :3], pixels[:, -3:])
    return sum(float(np.median(edge)) < _DARK for edge in edges) < 2
