"""Pages as pictures, and pictures as files."""

from hashlib import sha256
from io import BytesIO
from typing import TypeAlias

import cv2
import numpy as np
import pypdfium2
from numpy.typing import NDArray
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

Picture: TypeAlias = NDArray[np.uint8]
"""Rows of pixels of blue, green and red."""
Grain: TypeAlias = np.random.Generator
"""Where chance comes from."""


def grain(seed: str) -> Grain:
    """Chance that is the same for the same seed, whatever the machine."""
    return np.random.default_rng(int.from_bytes(sha256(seed.encode()).digest()[:8], "big"))


def pictures(pdf: bytes, dpi: float) -> list[Picture]:
    """The pages of a PDF, as they look."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        made = []
        for page in document:
            bitmap = page.render(scale=dpi / 72)
            made.append(np.array(bitmap.to_numpy()[:, :, :3], dtype=np.uint8))
            page.close()
        return made
    finally:
        document.close()


def jpeg(picture: Picture, quality: int) -> bytes:
    """A JPEG file."""
    return _encoded(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])


def png(picture: Picture) -> bytes:
    """A PNG file."""
    return _encoded(".png", picture, [cv2.IMWRITE_PNG_COMPRESSION, 6])


def _encoded(suffix: str, picture: Picture, settings: list[int]) -> bytes:
    done, content = cv2.imencode(suffix, picture, settings)
    if not done:
        raise ValueError(f"a picture cannot be written as {suffix}")
    return bytes(content.tobytes())


def picture_pdf(jpegs: list[bytes], dpi: float, sizes: list[tuple[int, int]]) -> bytes:
    """A PDF whose pages are pictures and nothing else; `sizes` are widths and heights in pixels."""
    buffer = BytesIO()
    canvas = Canvas(buffer, invariant=1, pageCompression=1)
    for content, (across, down) in zip(jpegs, sizes, strict=True):
        width, height = across * 72 / dpi, down * 72 / dpi
        canvas.setPageSize((width, height))
        canvas.drawImage(ImageReader(BytesIO(content)), 0, 0, width, height)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()
