"""The words that a PDF page holds as text, with their places.

What is printed twice to look bold counts once, what nobody sees does not count, and what is no
text at all (fonts that do not say which letters their shapes are) is told as none.
"""

import ctypes
from itertools import repeat

import numpy as np
import pypdfium2
from msgspec import Struct
from pypdfium2 import raw

from connectors.documents.characters import Characters, Mask, characters, function_of, words
from connectors.documents.pdf_objects import COVERED, composition
from connectors.documents.plausible import are_words
from operators.extraction.page import Page

OCR_CONFIDENCE = 0.9
"""Confidence in words that somebody else's OCR put behind a scan."""
_FEW = 15
"""With fewer words on a page that shows more than them, they are a stamp or a page number."""
_MUCH = (0.2, 200)
"""Share of images on a page, and number of shapes, from which it shows more than a few words."""
_owner = function_of(raw.FPDFText_GetTextObject, ctypes.c_size_t)
_UNSEEN = (raw.FPDF_TEXTRENDERMODE_INVISIBLE, raw.FPDF_TEXTRENDERMODE_CLIP)


class TextLayer(Struct, frozen=True):
    """The text of a page."""

    page: Page
    """Its words; none when the text is not what the page shows, and it has to be looked at."""
    recognised: bool = False
    """Whether somebody else's OCR put them there."""


def read_text(document: pypdfium2.PdfDocument, number: int) -> TextLayer:
    """The words of a page, counted from 0, with what was filled into forms and stamped on it.

    Raises pypdfium2.PdfiumError when there is no such page.
    """
    page = _flat(document, number)
    try:
        width, height = page.get_size()
        text = page.get_textpage()
        found = characters(page, text)
        unseen = _unseen(text, len(found.codes))
        text.close()
        return _layer(page, found, unseen, width, height)
    finally:
        page.close()


def _layer(
    page: pypdfium2.PdfPage, found: Characters, unseen: Mask, width: float, height: float
) -> TextLayer:
    made = composition(page)
    scan = made.image_share >= COVERED
    recognised = scan and bool(made.image_on_text or unseen.sum() * 2 > len(unseen))
    if recognised:
        chosen = words(found, width, height, OCR_CONFIDENCE)
    else:
        chosen = words(found.kept(~unseen), width, height, 1.0)
    much = made.image_share >= _MUCH[0] or made.shapes >= _MUCH[1]
    if not are_words(chosen) or (much and len(chosen) < _FEW):
        return TextLayer(Page(width, height, ()))
    return TextLayer(Page(width, height, chosen), recognised)


def _flat(document: pypdfium2.PdfDocument, number: int) -> pypdfium2.PdfPage:
    """The page with its annotations made part of it, as they are part of what people see."""
    page = document[number]
    if not raw.FPDFPage_GetAnnotCount(page.raw):
        return page
    raw.FPDFPage_Flatten(page.raw, raw.FLAT_NORMALDISPLAY)
    page.close()
    return document[number]


def _unseen(text: pypdfium2.PdfTextPage, count: int) -> Mask:
    """Which characters are drawn so that nothing is seen of them."""
    handle = ctypes.cast(text.raw, ctypes.c_void_p).value
    owners = np.fromiter(map(_owner, repeat(handle), range(count)), np.uint64, count)
    unseen = [owner for owner in np.unique(owners).tolist() if owner and _is_unseen(owner)]
    return np.isin(owners, np.array(unseen, np.uint64))


def _is_unseen(owner: int) -> bool:
    return raw.FPDFTextObj_GetTextRenderMode(ctypes.cast(owner, raw.FPDF_PAGEOBJECT)) in _UNSEEN
