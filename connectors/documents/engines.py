"""The OCR engines of a process: made when a page first needs one, then kept."""

from collections.abc import Sequence
from functools import cached_property
from typing import Protocol, runtime_checkable

from connectors.documents.engine import Engine, NotThere
from connectors.documents.levelled import Quadrilaterals
from connectors.documents.raster import Grey
from connectors.logs import Log
from operators.extraction.page import Word

_log = Log("connectors.documents")


@runtime_checkable
class LineEngine(Engine, Protocol):
    """An engine that also tells where lines are, and which way up."""

    def lines(self, pixels: Grey, *, quickly: bool = True) -> Quadrilaterals:
        """Where lines of text are in an image; quickly, some may be missing. Raises Failed."""

    def recognised(self, pixels: Grey, lines: Quadrilaterals) -> tuple[Word, ...]:
        """The words on lines whose places are known, their boxes in pixels; raises Failed."""

    def stand_on_heads(self, lines: Sequence[Grey]) -> bool:
        """Whether most of some lines, cut out of a page, stand on their heads."""


class Engines:
    """Tesseract where it is installed, and RapidOCR; one of these is enough for a process."""

    def __init__(self, *, seconds: float = 30.0, threads: int = 2) -> None:
        """`seconds`: that Tesseract may take for a page; `threads`: that RapidOCR may use."""
        self._seconds = seconds
        self._threads = threads

    @cached_property
    def tesseract(self) -> Engine | None:
        """Tesseract; None, which is logged once, where it is not installed."""
        from connectors.documents.tesseract import Tesseract

        try:
            return Tesseract(self._seconds)
        except NotThere as missing:
            _log.warning("tesseract_absent", reason=str(missing))
            return None

    @cached_property
    def rapidocr(self) -> LineEngine:
        """RapidOCR, whose models take a second to load; raises NotThere."""
        from connectors.documents.rapid import RapidOcr

        return RapidOcr(self._threads)
