"""The words of a PDF's own text, as people see them on the page."""

from collections.abc import Callable
from io import BytesIO

import pypdfium2
import pytest
from pypdf import PdfWriter
from pypdf.generic import RectangleObject
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from connectors.documents import Limits
from connectors.documents.pdf import opened
from connectors.documents.plausible import are_words
from connectors.documents.text_layer import OCR_CONFIDENCE, TextLayer, read_text
from operators.extraction.page import Box, Word
from tests.unit.documents import pdf, picture, saved, scanned_pdf, written

GREY = picture(size=(165, 234), lines=())


def read(content: bytes) -> TextLayer:
    with opened(content, Limits()) as document:
        return read_text(document, 0)


def texts(content: bytes) -> list[str]:
    return [word.text for word in read(content).page.words]


def drawn(draw: Callable[[Canvas], object], rotate: int = 0) -> list[str]:
    return texts(pdf(draw, rotate=rotate))


def place(content: bytes, text: str) -> Box:
    return next(word.box for word in read(content).page.words if word.text == text)


def test_words_are_parted_by_spaces_and_lines() -> None:
    words = drawn(lambda canvas: written(canvas, ["Total amount 130.90", "EUR net"]))

    assert words == ["Total", "amount", "130.90", "EUR", "net"]


def test_words_are_parted_by_gaps_without_a_space() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawString(72, 700, "Quantity")
        canvas.drawString(140, 700, "Price")
        canvas.drawString(300, 700, "Amount")

    assert drawn(draw) == ["Quantity", "Price", "Amount"]


def test_letters_drawn_one_by_one_are_one_word() -> None:
    def draw(canvas: Canvas) -> None:
        left = 72.0
        for letter in "Invoice-4711":
            canvas.drawString(left, 700, letter)
            left += canvas.stringWidth(letter)

    assert drawn(draw) == ["Invoice-4711"]


def test_a_word_stands_where_it_is_drawn() -> None:
    box = place(pdf(lambda canvas: canvas.drawString(100, 700, "Total")), "Total")

    assert box.left == pytest.approx(100, abs=2)
    assert box.bottom == pytest.approx(A4[1] - 700, abs=1)
    assert 6 < box.bottom - box.top < 12


@pytest.mark.parametrize(
    ("rotate", "seen"),
    [(90, (304, 110)), (180, (A4[0] - 110, 304)), (270, (A4[0] - 304, A4[1] - 110))],
)
def test_on_a_turned_page_words_stand_where_they_are_seen(
    rotate: int, seen: tuple[float, float]
) -> None:
    content = pdf(lambda canvas: canvas.drawString(98, 300, "Total"), rotate=rotate)
    page = read(content).page
    box = place(content, "Total")

    assert (page.width, page.height) == pytest.approx(A4, abs=0.1)
    assert (box.left + box.right) / 2 == pytest.approx(seen[0], abs=3)
    assert (box.top + box.bottom) / 2 == pytest.approx(seen[1], abs=3)


def test_places_count_from_the_corner_of_what_is_shown_of_a_page() -> None:
    writer = PdfWriter(clone_from=BytesIO(pdf(lambda canvas: canvas.drawString(150, 700, "Total"))))
    writer.pages[0].cropbox = RectangleObject((100, 200, 500, 800))
    content = saved(writer)

    box = place(content, "Total")

    assert box.left == pytest.approx(50, abs=2)
    assert box.bottom == pytest.approx(100, abs=1)
    assert read(content).page.width == pytest.approx(400)


def test_text_outside_of_the_page_is_not_there() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawString(72, 700, "Total due")
        canvas.drawString(72, 900, "above")
        canvas.drawString(-200, 700, "beside")

    assert drawn(draw) == ["Total", "due"]


def test_what_is_printed_twice_to_look_bold_counts_once() -> None:
    def draw(canvas: Canvas) -> None:
        for moved in (0, 0.3):
            canvas.drawString(72 + moved, 700, "Total 11.00")
        canvas.drawString(72, 600, "Total 11.00")

    assert drawn(draw) == ["Total", "11.00", "Total", "11.00"]


def test_letters_printed_twice_one_by_one_count_once() -> None:
    def draw(canvas: Canvas) -> None:
        left = 72.0
        for letter in "1100":
            for moved in (0, 0.3):
                canvas.drawString(left + moved, 700, letter)
            left += canvas.stringWidth(letter)

    assert drawn(draw) == ["1100"]


def test_invisible_text_is_not_there() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawString(72, 700, "Total 11.00")
        hidden = canvas.beginText(72, 650)
        hidden.setTextRenderMode(3)
        hidden.textOut("Total 99.00")
        canvas.drawText(hidden)

    assert drawn(draw) == ["Total", "11.00"]


def test_soft_hyphens_that_are_drawn_are_hyphens() -> None:
    assert drawn(lambda canvas: canvas.drawString(72, 700, "RE\xad2024\xad1 of")) == [
        "RE-2024-1",
        "of",
    ]


def recognised(canvas: Canvas) -> None:
    """What a scanner's OCR writes behind the image."""
    text = canvas.beginText(72, 700)
    text.setTextRenderMode(3)
    for _ in range(4):
        text.textLine("Invoice number R-4711 of 12 March 2024")
    canvas.drawText(text)


def test_recognised_text_behind_a_scan_counts_with_less_confidence() -> None:
    found = read(scanned_pdf(GREY, recognised))

    assert found.recognised
    assert {word.confidence for word in found.page.words} == {OCR_CONFIDENCE}
    assert len(found.page.words) == 28


def test_text_that_a_scan_was_drawn_over_counts_with_less_confidence() -> None:
    def draw(canvas: Canvas) -> None:
        written(canvas)
        canvas.drawInlineImage(GREY, 0, 0, *A4)

    assert read(pdf(draw)).recognised


def test_text_on_a_background_image_is_the_page_s_own() -> None:
    found = read(scanned_pdf(GREY, written))

    assert not found.recognised
    assert len(found.page.words) > 20


def test_a_stamp_on_a_scan_is_not_the_page_s_text() -> None:
    assert texts(scanned_pdf(GREY, lambda canvas: canvas.drawString(9, 9, "Scanned today"))) == []


def test_a_page_number_below_letters_turned_into_shapes_is_not_the_page_s_text() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawString(9, 9, "Page 1 of 1")
        for number in range(300):
            canvas.circle(72 + number, 700, 3, fill=1)

    assert drawn(draw) == []


def test_what_was_filled_into_a_form_counts() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawString(72, 700, "Total amount")
        canvas.acroForm.textfield(name="t", value="130.90", x=200, y=690, width=90, height=20)

    assert drawn(draw) == ["Total", "amount", "130.90"]


def test_letters_moved_by_some_places_are_no_words() -> None:
    moved = [Word("".join(chr(ord(sign) - 29) for sign in "Rechnung"), Box(0, 0, 9, 9))] * 20

    assert not are_words(moved)


def test_numbers_are_words() -> None:
    assert are_words([Word("1.234,50", Box(0, 0, 9, 9)), Word("€", Box(0, 0, 9, 9))])


def test_text_without_a_meaning_is_none() -> None:
    moved = ["".join(chr((ord(sign) - 65 + 3) % 26 + 65) for sign in "INVOICETOTAL")] * 9

    assert drawn(lambda canvas: written(canvas, moved)) == []


def test_a_page_that_is_not_there_is_said_so() -> None:
    with opened(pdf(written), Limits()) as document, pytest.raises(pypdfium2.PdfiumError):
        read_text(document, 7)
