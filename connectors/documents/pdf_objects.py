"""What the pages of a PDF are made of: how much of one an image covers, and what is on top."""

import ctypes
from collections.abc import Iterator

import pypdfium2
from msgspec import Struct
from pypdfium2 import raw

_MOST = 20_000
"""Objects of a page that are looked at."""
_DEPTH = 4
"""Forms within forms that are looked into."""
COVERED = 0.8
"""Share of the page from which an image covers it."""


class Composition(Struct, frozen=True):
    """What a page is made of."""

    image_share: float
    """Share of the page that its images cover, 0 to 1; scanners may cut a page into strips."""
    shapes: int
    """Lines, curves and areas, which letters may have been turned into."""
    image_on_text: bool
    """Whether images cover the page, and the largest was drawn after most of the text: a scan over
    the words that were recognised in it."""


def composition(page: pypdfium2.PdfPage) -> Composition:
    """What a page is made of."""
    width, height = page.get_size()
    together, largest, before, texts, shapes = 0.0, 0.0, 0, 0, 0
    for kind, area in _objects(page):
        if kind == raw.FPDF_PAGEOBJ_TEXT:
            texts += 1
        elif kind == raw.FPDF_PAGEOBJ_PATH:
            shapes += 1
        elif kind == raw.FPDF_PAGEOBJ_IMAGE:
            together += area
            if area > largest:
                largest, before = area, texts
    share = min(1.0, together / (width * height))
    return Composition(share, shapes, share >= COVERED and before * 2 > texts)


def _objects(page: pypdfium2.PdfPage) -> Iterator[tuple[int, float]]:
    """Kind and area (of images only) of each object, in the order in which they are drawn."""
    sides = [ctypes.c_float() for _ in range(4)]
    pointers = [ctypes.byref(side) for side in sides]
    left = _MOST
    pending = [(raw.FPDFPage_GetObject, page.raw, 0, raw.FPDFPage_CountObjects(page.raw), 1.0)]
    while pending and left:
        get, owner, number, count, scale = pending.pop()
        if number >= count:
            continue
        pending.append((get, owner, number + 1, count, scale))
        left -= 1
        found = get(owner, number)
        kind = raw.FPDFPageObj_GetType(found)
        if kind == raw.FPDF_PAGEOBJ_FORM and len(pending) <= _DEPTH:
            inner = raw.FPDFFormObj_CountObjects(found)
            pending.append((raw.FPDFFormObj_GetObject, found, 0, inner, scale * _area_scale(found)))
            continue
        area = 0.0
        if kind == raw.FPDF_PAGEOBJ_IMAGE and raw.FPDFPageObj_GetBounds(found, *pointers):
            x0, y0, x1, y1 = (side.value for side in sides)
            area = abs(x1 - x0) * abs(y1 - y0) * scale
        yield kind, area


def _area_scale(form: object) -> float:
    """How much larger a form is drawn than what is in it says."""
    matrix = raw.FS_MATRIX()
    if not raw.FPDFPageObj_GetMatrix(form, matrix):
        return 1.0
    return abs(float(matrix.a * matrix.d - matrix.b * matrix.c))
