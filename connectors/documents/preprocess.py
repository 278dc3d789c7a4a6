"""A page made easy to read for an OCR engine, and the way back to where its words were."""

from collections.abc import Callable, Sequence
from typing import Literal, TypeAlias

import cv2
import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from connectors.documents.geometry import SAME, Matrix, Transform, flat
from connectors.documents.letters import Letters, in_the_light, letters, lies_on_side, lines, tilt
from connectors.documents.light import evened
from connectors.documents.page_edges import lies_on_something
from connectors.documents.raster import POINTS, Grey, Raster

Overhead: TypeAlias = Callable[[Sequence[Grey]], bool]
"""Tells of some lines of a page whether they stand on their heads."""
Turn: TypeAlias = Literal[0, 90, 180, 270]

_SMALLEST, _THINNEST = 48, 40
"""Pixels of a side, and proportion of the two, beyond which an image is no page."""
_LEAST_TILT = 0.2
"""Degrees of tilt that engines do not mind."""
_LOW, _WANTED = 9.0, 14.0
"""Pixels of small letters below which a page is enlarged, and what they are enlarged to."""
_MOST_ENLARGED, _ENLARGED_LONG = 2.5, 2400
"""How many times at most, and to how many pixels of the long side."""
_PHOTO_LONG, _PHOTO_SHORT = 2400, 1200
"""Pixels of the sides of a photo, whichever asks for more."""
_LINES = 12
"""Lines that say whether a page stands on its head."""
_ROTATIONS = {
    90: cv2.ROTATE_90_CLOCKWISE,
    180: cv2.ROTATE_180,
    270: cv2.ROTATE_90_COUNTERCLOCKWISE,
}


class Prepared(Struct, frozen=True):
    """A page upright, straight, with white paper."""

    pixels: Grey
    """The image."""
    dpi: float
    """Its pixels per inch."""
    to_page: Transform
    """From its points to those of the page as it came."""
    turned: Turn = 0
    """Degrees clockwise by which it had to be turned."""
    photo: bool = False
    """Whether it was taken by a camera: it says so, or a sheet lies on something darker."""

    @property
    def size(self) -> tuple[float, float]:
        """Width and height of the page in points."""
        height, width = self.pixels.shape
        return width / self.dpi * POINTS, height / self.dpi * POINTS


def prepared(raster: Raster, most_pixels: int, overhead: Overhead | None = None) -> Prepared:
    """The page made easy to read, of no more than so many pixels.

    Without `overhead`, pages that stand on their heads stay so.
    """
    pixels, way = raster.pixels, np.eye(3)
    if min(pixels.shape) < _SMALLEST or max(pixels.shape) > _THINNEST * min(pixels.shape):
        return Prepared(pixels, raster.dpi, SAME)
    photo = raster.camera or lies_on_something(pixels)
    found = in_the_light(letters(pixels), pixels)
    side: Turn = 90 if lies_on_side(found) else 0
    if side:
        way, pixels = _turning(pixels, side) @ way, _turn(pixels, side)
        found = in_the_light(letters(pixels), pixels)
    pixels, step = _straight(pixels, tilt(found))
    way = step @ way
    # Letters are looked for before light is evened out, which brings out a table's grain.
    level = in_the_light(letters(pixels), pixels) if overhead else found
    pixels = evened(pixels)
    on_head = overhead is not None and _on_head(pixels, level, overhead)
    if on_head:
        way, pixels = _turning(pixels, 180) @ way, _turn(pixels, 180)
    pixels, scale = _readable(pixels, found.height, most_pixels, photo=photo)
    dpi = raster.dpi * scale
    way = np.diag([scale * POINTS / dpi, scale * POINTS / dpi, 1.0]) @ way
    back = np.diag([POINTS / raster.dpi, POINTS / raster.dpi, 1.0]) @ np.linalg.inv(way)
    turned: Turn = (270 if side else 180) if on_head else side
    return Prepared(pixels, dpi, flat(back), turned, photo)


def turned(page: Prepared, degrees: Turn) -> Prepared:
    """The page turned clockwise."""
    step = np.diag([POINTS / page.dpi, POINTS / page.dpi, 1.0])
    way = step @ _turning(page.pixels, degrees) @ np.linalg.inv(step)
    back = np.array(page.to_page).reshape(3, 3) @ np.linalg.inv(way)
    quarters: dict[int, Turn] = {0: 0, 90: 90, 180: 180, 270: 270}
    return replace(
        page,
        pixels=_turn(page.pixels, degrees),
        to_page=flat(back),
        turned=quarters[(page.turned + degrees) % 360],
    )


def _on_head(pixels: Grey, found: Letters, overhead: Overhead) -> bool:
    some = lines(pixels, found, _LINES)
    return bool(some) and overhead(some)


def _turning(pixels: Grey, degrees: Turn) -> Matrix:
    height, width = pixels.shape
    ways: dict[Turn, Matrix] = {
        0: np.eye(3),
        90: np.array([[0, -1, height], [1, 0, 0], [0, 0, 1.0]]),
        180: np.array([[-1, 0, width], [0, -1, height], [0, 0, 1.0]]),
        270: np.array([[0, 1, 0], [-1, 0, width], [0, 0, 1.0]]),
    }
    return ways[degrees]


def _turn(pixels: Grey, degrees: Turn) -> Grey:
    return np.asarray(cv2.rotate(pixels, _ROTATIONS[degrees]), np.uint8) if degrees else pixels


def _straight(pixels: Grey, degrees: float) -> tuple[Grey, Matrix]:
    """The page with its lines level, on a sheet that is large enough to lose nothing."""
    if abs(degrees) < _LEAST_TILT:
        return pixels, np.eye(3)
    height, width = pixels.shape
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    sine, cosine = abs(matrix[0, 1]), abs(matrix[0, 0])
    wider, higher = round(height * sine + width * cosine), round(height * cosine + width * sine)
    matrix[:, 2] += ((wider - width) / 2, (higher - height) / 2)
    level = cv2.warpAffine(
        pixels, matrix, (wider, higher), flags=cv2.INTER_LINEAR, borderValue=(255.0,)
    )
    return np.asarray(level, np.uint8), np.vstack([matrix, [0, 0, 1.0]])


def _readable(pixels: Grey, height: float, most_pixels: int, *, photo: bool) -> tuple[Grey, float]:
    """The page with letters of a size that engines were trained on, and how much was changed.

    Small letters are enlarged. What a camera saw is made smaller: it holds more pixels than it
    holds detail, and lines are found better without its grain.
    """
    if photo:
        short, long = sorted(pixels.shape)
        scale = max(_PHOTO_LONG / long, _PHOTO_SHORT / short)
        if scale < 1:
            return _resized(pixels, scale, cv2.INTER_AREA), scale
    if not 0 < height < _LOW:
        return pixels, 1.0
    room = min((most_pixels / pixels.size) ** 0.5, _ENLARGED_LONG / max(pixels.shape))
    scale = min(_WANTED / height, _MOST_ENLARGED, room)
    if scale <= 1.1:
        return pixels, 1.0
    return _resized(pixels, scale, cv2.INTER_CUBIC), scale


def _resized(pixels: Grey, scale: float, way: int) -> Grey:
    return np.asarray(cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=way), np.uint8)
