"""Where a place on a straightened page was on the page as it came."""

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from operators.extraction.page import Box

Transform: TypeAlias = tuple[float, float, float, float, float, float, float, float, float]
"""The nine numbers of a projective map between points of two pages, row by row."""
Matrix: TypeAlias = npt.NDArray[np.float64]

SAME: Transform = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0)
"""Leaves everything where it is."""


def corners_of(box: Box, transform: Transform) -> tuple[tuple[float, float], ...]:
    """Where the corners of a box come to stand: upper left, upper right, lower right, lower left.

    >>> corners_of(Box(0, 0, 2, 1), SAME)
    ((0.0, 0.0), (2.0, 0.0), (2.0, 1.0), (0.0, 1.0))
    """
    matrix = np.array(transform).reshape(3, 3)
    across = np.array([box.left, box.right, box.right, box.left])
    down = np.array([box.top, box.top, box.bottom, box.bottom])
    x, y, scale = matrix @ np.stack([across, down, np.ones(4)])
    return tuple(zip((x / scale).tolist(), (y / scale).tolist(), strict=True))


def box_of(box: Box, transform: Transform) -> Box:
    """The upright rectangle around where a box comes to stand.

    >>> box_of(Box(0, 0, 2, 1), (0, -1, 10, 1, 0, 0, 0, 0, 1))
    Box(left=9.0, top=0.0, right=10.0, bottom=2.0)
    """
    across, down = zip(*corners_of(box, transform), strict=True)
    return Box(min(across), min(down), max(across), max(down))


def flat(matrix: Matrix) -> Transform:
    """A matrix of three rows and columns as numbers."""
    a, b, c, d, e, f, g, h, i = (matrix / matrix[2, 2]).ravel().tolist()
    return a, b, c, d, e, f, g, h, i
