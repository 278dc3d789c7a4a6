"""Pages as grey images: rendered from a PDF, or decoded from an image file."""

from collections.abc import Iterator
from math import ceil, floor, sqrt
from typing import TypeAlias

import cv2
import numpy as np
import numpy.typing as npt
import pypdfium2
from msgspec import Struct
from PIL import ExifTags, Image

from connectors.documents.image import ImageKind, frames, open_image, pillow_faults
from connectors.documents.limits import Limits

Grey: TypeAlias = npt.NDArray[np.uint8]
"""An image of rows of pixels, 0 black to 255 white."""

POINTS = 72.0
"""Points in an inch."""
_DPI = (100.0, 1200.0)
"""Resolutions that are believed; 72 and 96 are what programs write that know of none."""
_FAX_DPI = 90.0
_SQUARE = 1.1
"""How much the two resolutions of an image may differ before it is stretched."""
_LONG_SIDE, _RECEIPT_WIDTH = 842.0, 227.0
"""Points of an A4 page's long side and of an 80 mm receipt's width: what is taken for granted when
an image does not say how large it is."""
_RECEIPT_RATIO = 1.6
_WHITE = (255, 255, 255, 255)
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""How an image has to be turned for each value of EXIF's orientation."""


class Raster(Struct, frozen=True):
    """A page as an image, upright as far as the file says how it was held."""

    pixels: Grey
    """The image."""
    dpi: float
    """Pixels per inch."""
    camera: bool = False
    """Whether the file says that a camera took it."""

    @property
    def width(self) -> float:
        """Of the page, in points."""
        return float(self.pixels.shape[1]) / self.dpi * POINTS

    @property
    def height(self) -> float:
        """Of the page, in points."""
        return float(self.pixels.shape[0]) / self.dpi * POINTS


def rendered(document: pypdfium2.PdfDocument, number: int, limits: Limits) -> Raster:
    """A page of a PDF, counted from 0, as it is looked at."""
    page = document[number]
    width, height = page.get_size()
    scale = min(limits.dpi / POINTS, sqrt(limits.worked_pixels / (width * height)))
    bitmap = page.render(scale=scale, grayscale=True)
    pixels = np.array(bitmap.to_numpy(), np.uint8).reshape(bitmap.height, bitmap.width, -1)
    bitmap.close()
    page.close()
    return Raster(np.ascontiguousarray(pixels[:, :, 0]), scale * POINTS)


def decoded(content: bytes, kind: ImageKind, limits: Limits) -> Iterator[Raster]:
    """The pages of an image; raises Unreadable when one is damaged or too large."""
    image = open_image(content, kind, limits)
    count = frames(image, kind, limits)
    limits.check_pages(count)
    for number in range(count):
        with pillow_faults(kind, limits):
            image.seek(number)
            camera = kind == "JPEG" and _by_camera(image)
            dpi, size = _dpi(image), image.size
            grey = _grey(image, limits)
            # Loading turns a TIFF by itself, and makes a JPEG smaller.
            size = size if kind == "JPEG" else image.size
            turn = _TURNS.get(image.getexif().get(ExifTags.Base.Orientation, 1))
            if turn is not None:
                grey = grey.transpose(turn)
            pixels = np.array(grey, np.uint8)
        yield _sized(pixels, size, dpi, turned=turn in _SIDEWAYS, camera=camera, limits=limits)


_SIDEWAYS = (_TURNS[5], _TURNS[6], _TURNS[7], _TURNS[8])


def _by_camera(image: Image.Image) -> bool:
    exposure = image.getexif().get_ifd(ExifTags.IFD.Exif)
    return ExifTags.Base.ExposureTime in exposure or ExifTags.Base.FNumber in exposure


def _dpi(image: Image.Image) -> tuple[float, float] | None:
    try:
        across, down = (float(value) for value in image.info["dpi"])
    except (KeyError, TypeError, ValueError, ZeroDivisionError):
        return None
    lowest, highest = _DPI
    if lowest <= max(across, down) <= highest and min(across, down) >= _FAX_DPI:
        return across, down
    return None


def _grey(image: Image.Image, limits: Limits) -> Image.Image:
    """The image in shades of grey over white, not much larger than what is worked on."""
    shrink = sqrt(image.width * image.height / limits.worked_pixels)
    if shrink > 1:
        image.draft("L", (ceil(image.width / shrink), ceil(image.height / shrink)))
    image.load()
    if image.mode[0] in "IF":
        return _from_deep(image)
    if image.mode in ("P", "PA") or "transparency" in image.info:
        transparent = image.mode == "PA" or "transparency" in image.info
        image = image.convert("RGBA" if transparent else "RGB")
    factor = floor(sqrt(image.width * image.height / limits.worked_pixels))
    if factor > 1 and image.mode != "1":
        image = image.reduce(factor)
    if image.mode in ("LA", "La", "RGBA", "RGBa"):
        image = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, _WHITE), image)
    if image.mode not in ("1", "L", "RGB", "RGBA"):
        image = image.convert("RGB")
    return image.convert("L")


def _from_deep(image: Image.Image) -> Image.Image:
    """From 16 or 32 bits a pixel, of which the highest in use is taken for white."""
    deep = np.asarray(image, np.float32)
    white = max(float(deep.max()), 1.0)
    white = next((full for full in (1.0, 255.0, 65535.0) if white <= full), white)
    return Image.fromarray((deep.clip(0, white) * (255 / white)).astype(np.uint8))


def _sized(
    pixels: Grey,
    size: tuple[int, int],
    dpi: tuple[float, float] | None,
    *,
    turned: bool,
    camera: bool,
    limits: Limits,
) -> Raster:
    """No larger than what is worked on, with square pixels of a known size.

    `size` and `dpi` are those of the file, before it was made smaller or turned.
    """
    height, width = pixels.shape
    if turned:
        size, dpi = size[::-1], dpi and dpi[::-1]
    across = dpi[0] * width / size[0] if dpi else 1.0
    down = dpi[1] * height / size[1] if dpi else 1.0
    if max(across, down) > _SQUARE * min(across, down):
        width, height = round(width * max(1, down / across)), round(height * max(1, across / down))
        across = max(across, down)
    shrink = min(1.0, sqrt(limits.worked_pixels / (width * height)))
    width, height = max(1, round(width * shrink)), max(1, round(height * shrink))
    if pixels.shape != (height, width):
        area = cv2.INTER_AREA if shrink < 1 else cv2.INTER_CUBIC
        pixels = np.asarray(cv2.resize(pixels, (width, height), interpolation=area), np.uint8)
    return Raster(pixels, across * shrink if dpi else _guessed_dpi(width, height), camera)


def _guessed_dpi(width: int, height: int) -> float:
    short, long = sorted((width, height))
    inches = _RECEIPT_WIDTH if long > _RECEIPT_RATIO * short else _LONG_SIDE * short / long
    return short / inches * POINTS
