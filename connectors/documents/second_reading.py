"""Some lines of pages that were read, as the other engine reads them.

What was decoded, made level and read once is not done again.
"""

from collections.abc import Sequence
from time import perf_counter

from msgspec.structs import replace

from connectors.documents.engine import Engine, Failed, NotThere
from connectors.documents.engines import Engines
from connectors.documents.raster import POINTS
from connectors.documents.route import PageRead, Pages, Stage, in_points
from operators.extraction.doubtful import Line, read_anew
from operators.extraction.page import Box


def read_lines_again(
    pages: Pages, lines: Sequence[Sequence[Line]], engines: Engines, language: str | None
) -> Pages | None:
    """The pages with some lines as the other engine reads them; None when there is no other.

    `lines`: those of each page, in points.
    """
    seconds: dict[Stage, float] = {}
    found = []
    for page, wanted in zip(pages.pages, lines, strict=True):
        began = perf_counter()
        again = _page(page, wanted, engines, language)
        if again is not None:
            stage: Stage = "tesseract" if again.reader == "TESSERACT" else "rapidocr"
            seconds[stage] = seconds.get(stage, 0.0) + perf_counter() - began
        found.append(again or replace(page, again=()))
    if not seconds:
        return None
    return Pages(pages.classified, tuple(found), seconds)


def _page(
    page: PageRead, lines: Sequence[Line], engines: Engines, language: str | None
) -> PageRead | None:
    image = page.looked_at
    if image is None or not lines:
        return None
    engine = _other(page, engines)
    if engine is None:
        return None
    scale = image.dpi / POINTS
    try:
        words = engine.read_lines(
            image.pixels, image.dpi, [_in_pixels(line, scale) for line in lines], language
        )
    except Failed:
        return None
    anew = read_anew(page.page, lines, (in_points(word, image.dpi) for word in words))
    return replace(page, page=anew, reader=engine.reader, again=tuple(lines))


def _other(page: PageRead, engines: Engines) -> Engine | None:
    if page.reader == "RAPIDOCR":
        return engines.tesseract
    try:
        return engines.rapidocr
    except NotThere:
        return None


def _in_pixels(line: Line, scale: float) -> Line:
    return tuple(
        Box(part.left * scale, part.top * scale, part.right * scale, part.bottom * scale)
        for part in line
    )
