"""Tesseract: fast and good on clean scans, where it is installed."""

import os
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import cv2
import pytesseract
from msgspec.structs import replace

from connectors.documents.engine import Failed, NotThere
from connectors.documents.line_strips import on_page, stacked
from connectors.documents.raster import Grey
from operators.extraction.doubtful import Line
from operators.extraction.page import Box, Reader, Word

_LANGUAGES = {"de": "deu", "en": "eng", "fr": "fra", "es": "spa", "it": "ita", "nl": "nld"}
_WORD = "5"
"""Level of the rows that are about a word."""
_COLUMNS = 12
_SPARSE = "--oem 1 --psm 11 -c textord_min_linesize=1.5"
"""Find as much text as possible in no particular order: searching for columns loses amounts, and
the usual smallest line size loses digits that stand alone, as quantities do."""
_INSTALL = "Install it with deploy/documents/requirements, or read with RapidOCR alone."


class Tesseract:
    """Tesseract with those of our languages that it has."""

    reader: Reader = "TESSERACT"

    def __init__(self, seconds: float = 30.0) -> None:
        """`seconds`: that a page may take. Raises NotThere when it or its languages are missing."""
        # More threads than one make a page take seven times as long.
        os.environ.setdefault("OMP_THREAD_LIMIT", "1")
        try:
            there = pytesseract.get_languages()
        except (pytesseract.TesseractNotFoundError, pytesseract.TesseractError, OSError):
            raise NotThere(f"Tesseract is not installed. {_INSTALL}") from None
        self._languages = {code: name for code, name in _LANGUAGES.items() if name in there}
        if not self._languages:
            raise NotThere(f"Tesseract has none of the languages we read. {_INSTALL}")
        self._seconds = seconds

    def read(self, pixels: Grey, dpi: float, language: str | None = None) -> tuple[Word, ...]:
        """The words in an image, their boxes in pixels; raises Failed when it takes too long.

        Knowing the language halves the time.
        """
        languages = self._languages.get(language or "") or "+".join(self._languages.values())
        with tempfile.TemporaryDirectory(prefix="manifold-") as folder:
            file = Path(folder) / "page.pgm"
            cv2.imwrite(str(file), pixels)
            try:
                table = pytesseract.image_to_data(
                    str(file),
                    lang=languages,
                    config=f"{_SPARSE} --dpi {round(dpi)}",
                    timeout=self._seconds,
                )
            except (RuntimeError, pytesseract.TesseractError) as error:
                raise Failed("Tesseract gave up on the page") from error
        return tuple(words_of(str(table)))

    def read_lines(
        self, pixels: Grey, dpi: float, lines: Sequence[Line], language: str | None = None
    ) -> tuple[Word, ...]:
        """The words on some lines of an image, all boxes in pixels; raises Failed as above."""
        sheet, strips = stacked(pixels, lines)
        words = self.read(sheet, dpi, language)
        return tuple(replace(word, box=on_page(word.box, strips)) for word in words)


def words_of(table: str) -> Iterator[Word]:
    """The words of what Tesseract writes as TSV, one row for each."""
    for row in table.splitlines():
        columns = row.split("\t", _COLUMNS - 1)
        if len(columns) < _COLUMNS or columns[0] != _WORD or not columns[-1].strip():
            continue
        left, top, width, height = (float(column) for column in columns[6:10])
        sure = max(0.0, float(columns[10])) / 100
        yield Word(columns[-1].strip(), Box(left, top, left + width, top + height), sure)
