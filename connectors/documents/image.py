"""Opening images by their header: what they are and how large, before a pixel is decoded."""

import struct
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Literal, TypeAlias

from PIL import Image, UnidentifiedImageError

from connectors.documents.limits import Limits
from connectors.einvoice import Unreadable

ImageKind: TypeAlias = Literal["PNG", "JPEG", "TIFF", "WEBP", "GIF", "BMP"]
"""A kind of image that is read."""

_SIGNATURES: tuple[tuple[bytes, ImageKind], ...] = (
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"II*\0", "TIFF"),
    (b"MM\0*", "TIFF"),
    (b"GIF87a", "GIF"),
    (b"GIF89a", "GIF"),
    (b"BM", "BMP"),
)
_BROKEN = (
    OSError,
    ValueError,
    SyntaxError,
    struct.error,
    EOFError,
    KeyError,
    IndexError,
    TypeError,
)
"""What Pillow raises for files that are cut off or damaged."""


def image_kind(content: bytes) -> ImageKind | None:
    """What kind of image a document begins as; None when as none that is read."""
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "WEBP"
    return next((kind for sign, kind in _SIGNATURES if content.startswith(sign)), None)


def open_image(content: bytes, kind: ImageKind, limits: Limits) -> Image.Image:
    """The image, not decoded yet; raises Unreadable when it is damaged or too large."""
    if kind == "WEBP":
        limits.check_pixels(*_webp_size(content))
    with pillow_faults(kind, limits):
        image = Image.open(BytesIO(content), formats=_plugins(kind))
    limits.check_pixels(*image.size)
    return image


@contextmanager
def pillow_faults(kind: ImageKind, limits: Limits) -> Iterator[None]:
    """What Pillow raises within the block for a damaged or too large image, as Unreadable."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except Image.DecompressionBombError:
        raise _too_large(limits) from None
    except UnidentifiedImageError:
        raise _damaged(kind) from None
    except _BROKEN as error:
        if "too large" in str(error).lower():
            raise _too_large(limits) from None
        raise _damaged(kind) from None


def frames(image: Image.Image, kind: ImageKind, limits: Limits) -> int:
    """Pages of an image: those of a TIFF, and the first of what moves.

    No more are counted than one above the limit; raises Unreadable for a page that is too large.
    """
    if kind != "TIFF":
        return 1
    count = 1
    while count <= limits.pages and _seek(image, count, limits):
        limits.check_pixels(*image.size)
        count += 1
    _seek(image, 0, limits)
    return count


def _seek(image: Image.Image, number: int, limits: Limits) -> bool:
    with pillow_faults("TIFF", limits):
        try:
            image.seek(number)
        except EOFError:
            return False
    return True


def _plugins(kind: ImageKind) -> tuple[str, ...]:
    return ("JPEG", "MPO") if kind == "JPEG" else (kind,)


def _webp_size(content: bytes) -> tuple[int, int]:
    """Width and height by the header, since Pillow's plugin makes room for them at once."""
    chunk, start = content[12:16], content[20:30]
    if len(start) < 10:
        raise _damaged("WEBP")
    if chunk == b"VP8X":
        return 1 + int.from_bytes(start[4:7], "little"), 1 + int.from_bytes(start[7:10], "little")
    if chunk == b"VP8L":
        bits = int.from_bytes(start[1:5], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    width, height = struct.unpack("<HH", start[6:10])
    return width & 0x3FFF, height & 0x3FFF


def _damaged(kind: ImageKind) -> Unreadable:
    return Unreadable(
        "damaged", f"The {kind} image cannot be opened: it is damaged or cut off. Send it again."
    )


def _too_large(limits: Limits) -> Unreadable:
    return Unreadable(
        "too_large",
        f"The image unpacks to far more than {limits.pixels // 1_000_000} million pixels, or holds"
        " texts that do. Save it anew at 300 dots per inch.",
    )
