"""Pages made of lines of text, as if they had been read: one sign is five points wide."""

import re
from collections.abc import Sequence

from operators.extraction.document import Document, document_of
from operators.extraction.page import Box, Page, Reader, Word
from operators.extraction.understand import understand
from operators.extraction.understood import FieldRead, Understood
from operators.invoice import Invoice
from operators.money import Amount, parse, render

SIGN = 5.0
LINE = 14.0
HEIGHT = 10.0
MARGIN = 20.0


def page_of(text: str, *, slope: float = 0.0, width: float = 600.0) -> Page:
    """A page that says a text; two or more blanks in it are a wide gap.

    Args:
        text: Lines; the first one may be empty.
        slope: How far rows sink from left to right.
        width: Of the page.
    """
    words = []
    for number, line in enumerate(text.strip("\n").split("\n")):
        for match in re.finditer(r"\S+", line):
            left, right = (MARGIN + SIGN * each for each in match.span())
            top = MARGIN + LINE * number + slope * (left + right) / 2
            words.append(Word(match[0], Box(left, top, right, top + HEIGHT)))
    return Page(width, 850.0, tuple(words))


def laid_out(*texts: str, reader: Reader = "TEXT_LAYER") -> Document:
    """A document with a page for each text."""
    return document_of([page_of(text) for text in texts], reader)


def understood(*texts: str, reader: Reader = "TEXT_LAYER", width: float = 600.0) -> Understood:
    """What is understood of pages with these texts."""
    return understand([page_of(text, width=width) for text in texts], reader)


def invoice_of(*texts: str, reader: Reader = "TEXT_LAYER") -> Invoice:
    """The invoice understood."""
    return understood(*texts, reader=reader).invoice


def receipt_of(text: str) -> Invoice:
    """The invoice understood of a till's receipt that an OCR engine read."""
    return understood(text, reader="RAPIDOCR", width=300.0).invoice


def field_of(found: Understood, path: str) -> FieldRead:
    """What is said about one field."""
    return next(field for field in found.fields if field.field == path)


def amounts(values: Sequence[Amount | None]) -> list[str | None]:
    """Amounts as plain text, to read in a failing test."""
    return [None if value is None else render(value) for value in values]


def amount(text: str) -> Amount:
    """The amount of a plain decimal number."""
    return parse(text)
