"""From a document to the words on its pages, by the cheapest way that can be trusted.

A PDF page's own text, if it is text. Else the page as an image, by RapidOCR; scans of whole sheets
that it is not sure of by Tesseract as well.
"""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from time import perf_counter
from typing import Literal, TypeAlias, get_args

import numpy as np
import pypdfium2
from msgspec import Struct

from connectors.documents.classify import Classified, classify
from connectors.documents.engine import Engine, Failed, confidence
from connectors.documents.engines import Engines, LineEngine
from connectors.documents.geometry import SAME, Transform
from connectors.documents.image import ImageKind
from connectors.documents.levelled import Quadrilaterals, are_level, levelled, other_turns
from connectors.documents.limits import Limits
from connectors.documents.pdf import opened
from connectors.documents.preprocess import Prepared, Turn, prepared, turned
from connectors.documents.raster import POINTS, Raster, decoded, rendered
from connectors.documents.scan import is_scan
from connectors.documents.text_layer import read_text
from connectors.einvoice import Unreadable
from operators.extraction.doubtful import Line
from operators.extraction.page import Box, Page, Reader, Word

Stage: TypeAlias = Literal[
    "classify", "text_layer", "raster", "preprocess", "tesseract", "rapidocr"
]
"""A step of reading a document that takes time."""

_SURE = 0.85
"""Mean confidence below which RapidOCR's reading of a scan is held against Tesseract's."""
_POOR = 0.8
"""Mean confidence below which a page may have been read the wrong way up."""
_BLANK = 4.0
"""Standard deviation of the brightness of a page with nothing on it."""


class PageRead(Struct, frozen=True):
    """A page as read."""

    page: Page
    """Its words, upright and straight."""
    reader: Reader
    """What read them."""
    confidence: float
    """Mean confidence of a sign, 0 to 1."""
    to_page: Transform = SAME
    """From these points to those of the page as it came, before it was straightened."""
    turned: Turn = 0
    """Degrees clockwise by which it had to be turned."""
    looked_at: Prepared | None = None
    """What an engine saw; None where none looked at it."""
    again: tuple[Line, ...] | None = None
    """The lines whose words are of a second reading; None: all are of one."""


class Pages(Struct, frozen=True):
    """A document as read."""

    classified: Classified
    """What the document is."""
    pages: tuple[PageRead, ...]
    """Its pages in order."""
    seconds: dict[Stage, float]
    """What each step took, all pages together; steps that were not needed are missing."""

    @property
    def again(self) -> tuple[tuple[Line, ...], ...] | None:
        """The lines of each page that were read a second time; None: all of them."""
        found = tuple(each.again for each in self.pages if each.again is not None)
        return found if len(found) == len(self.pages) else None


def read_pages(
    content: bytes,
    limits: Limits | None = None,
    engines: Engines | None = None,
    *,
    classified: Classified | None = None,
    without: Collection[Reader] = (),
    language: str | None = None,
) -> Pages:
    """The words on the pages of a PDF or image.

    `engines` are kept from one document to the next; `classified` where that is known already;
    `without` are readers not to use, since they have read it already; `language` is what that told.
    Raises Unreadable, NotThere when a page needs an engine and none is installed, and Failed when
    none that is left can read a page.
    """
    limits = limits or Limits()
    clock = _Clock()
    if classified is None:
        with clock("classify"):
            classified = classify(content, limits)
    limits.check_pages(classified.pages)
    engines = engines or Engines(seconds=limits.page_seconds)
    reading = _Reading(limits, engines, clock, without, language)
    if classified.kind == "PDF":
        with opened(content, limits, checked=True) as document:
            pages = tuple(reading.pdf_page(document, number) for number in range(len(document)))
    elif classified.kind in get_args(ImageKind):
        kind: ImageKind = classified.kind  # type: ignore[assignment]  # no other kind comes here
        pages = tuple(reading.images(content, kind))
    else:
        raise Unreadable(
            "unknown_format", f"This is {classified.kind}, which has no pages to look at."
        )
    return Pages(classified, pages, clock.seconds)


class _Clock:
    """What each stage takes."""

    def __init__(self) -> None:
        self.seconds: dict[Stage, float] = {}

    @contextmanager
    def __call__(self, stage: Stage) -> Iterator[None]:
        start = perf_counter()
        try:
            yield
        finally:
            self.seconds[stage] = self.seconds.get(stage, 0.0) + perf_counter() - start


class _Reading:
    """One document being read."""

    def __init__(
        self,
        limits: Limits,
        engines: Engines,
        clock: _Clock,
        without: Collection[Reader],
        language: str | None,
    ) -> None:
        self._without = without
        self._language = language
        self._limits = limits
        self._engines = engines
        self._clock = clock

    def pdf_page(self, document: pypdfium2.PdfDocument, number: int) -> PageRead:
        try:
            if "TEXT_LAYER" not in self._without:
                with self._clock("text_layer"):
                    text = read_text(document, number)
                if text.page.words:
                    return PageRead(text.page, "TEXT_LAYER", confidence(text.page.words))
            with self._clock("raster"):
                raster = rendered(document, number, self._limits)
        except pypdfium2.PdfiumError:
            raise Unreadable(
                "damaged", f"Page {number + 1} of the PDF is damaged. Export the PDF again."
            ) from None
        return self._recognised(raster)

    def images(self, content: bytes, kind: ImageKind) -> Iterator[PageRead]:
        rasters = decoded(content, kind, self._limits)
        while True:
            with self._clock("raster"):
                raster = next(rasters, None)
            if raster is None:
                return
            yield self._recognised(raster)

    def _recognised(self, raster: Raster) -> PageRead:
        if float(np.std(raster.pixels)) < _BLANK:
            return PageRead(Page(raster.width, raster.height, ()), "RAPIDOCR", 0.0)
        with self._clock("preprocess"):
            page = prepared(
                raster, self._limits.worked_pixels, self._engines.rapidocr.stand_on_heads
            )
        return self._read(page, scan=is_scan(raster, page))

    def _read(self, page: Prepared, *, scan: bool) -> PageRead:
        again = bool(self._without)
        first = self._by(self._engines.rapidocr, page, scan=scan)
        if first and first.confidence >= _SURE:
            return first
        second = None
        if scan or again or not first:
            second = self._by(self._engines.tesseract, page, scan=scan)
        found = [read for read in (first, second) if read]
        if not found:
            raise Failed("No engine could read the page")
        return max(found, key=_weight)

    def _by(self, engine: Engine | None, page: Prepared, *, scan: bool) -> PageRead | None:
        if engine is None or engine.reader in self._without:
            return None
        stage: Stage = "tesseract" if engine.reader == "TESSERACT" else "rapidocr"
        try:
            with self._clock(stage):
                if isinstance(engine, LineEngine):
                    return self._by_lines(engine, page, scan=scan)
                words = engine.read(page.pixels, page.dpi, self._language)
                return _page_read(page, engine.reader, words)
        except Failed:
            return None

    def _by_lines(self, engine: LineEngine, page: Prepared, *, scan: bool) -> PageRead:
        """The page made level, and turned if that is why it cannot be read."""
        best, lines = self._as_it_lies(engine, page) if scan else self._levelled(engine, page)
        if best.confidence >= _POOR or not len(lines):
            return best
        for degrees in other_turns(lines):
            read, _ = self._levelled(engine, turned(page, degrees))
            best = max(best, read, key=_weight)
            if read.confidence >= _POOR:
                break
        return best

    def _as_it_lies(self, engine: LineEngine, page: Prepared) -> tuple[PageRead, Quadrilaterals]:
        """A scan, whose lines are usually level already: then they are looked for only once."""
        lines = engine.lines(page.pixels, quickly=False)
        if not are_level(page, lines):
            return self._levelled(engine, page, lines)
        return _page_read(page, engine.reader, engine.recognised(page.pixels, lines)), lines

    def _levelled(
        self, engine: LineEngine, page: Prepared, lines: Quadrilaterals | None = None
    ) -> tuple[PageRead, Quadrilaterals]:
        if lines is None:
            lines = engine.lines(page.pixels)
        level = levelled(page, lines, self._limits.worked_pixels)
        words = engine.read(level.pixels, level.dpi, self._language)
        return _page_read(level, engine.reader, words), lines


def _weight(read: PageRead) -> float:
    """How much was read, and how surely: noise that was taken for text counts for little."""
    return sum(len(word.text) * word.confidence**2 for word in read.page.words)


def _page_read(page: Prepared, reader: Reader, words: tuple[Word, ...]) -> PageRead:
    scaled = tuple(in_points(word, page.dpi) for word in words)
    whole = Page(*page.size, scaled)
    return PageRead(whole, reader, confidence(words), page.to_page, page.turned, page)


def in_points(word: Word, dpi: float) -> Word:
    """A word whose box was in pixels."""
    scale = POINTS / dpi
    box = word.box
    return Word(
        word.text,
        Box(box.left * scale, box.top * scale, box.right * scale, box.bottom * scale),
        word.confidence,
    )
