"""A second reading looks at doubtful lines only, on the page as it was seen the first time."""

import numpy as np

from connectors.documents import Grey, Pages, read_lines_again, read_pages
from connectors.documents.line_strips import on_page, stacked
from operators.extraction.page import Box
from tests.unit.documents import invoice_pdf
from tests.unit.test_documents_route import RECEIPT, engines

PLACE = Box(72, 36, 144, 50.4)


def read(again: bool = True, *, fails: str = "") -> tuple[Pages | None, list[int]]:
    """A receipt with one line read again, and how many images each engine was given."""
    some, fakes = engines(fails=fails)
    pages = read_pages(RECEIPT, engines=some)
    found = read_lines_again(pages, [[(PLACE,)] if again else []], some, "de")
    return found, [len(fake.seen) for fake in fakes]


def test_the_other_engine_reads_the_lines_and_nothing_is_prepared_anew() -> None:
    found, seen = read()

    assert found is not None
    assert found.seconds.keys() == {"tesseract"}
    assert seen == [1, 1]
    (page,) = found.pages
    assert page.reader == "TESSERACT"
    assert found.again == (((PLACE,),),)
    assert "TESSERACT" in {word.text for word in page.page.words}


def test_what_has_no_doubtful_line_is_not_read_again() -> None:
    assert read(again=False) == (None, [0, 1])


def test_an_engine_that_gives_up_on_lines_changes_nothing() -> None:
    found, _ = read(fails="TESSERACT")

    assert found is None


def test_without_tesseract_nothing_is_read_again() -> None:
    some, _ = engines(tesseract=None)
    pages = read_pages(RECEIPT, engines=some)

    assert read_lines_again(pages, [[(PLACE,)]], some, None) is None


def test_what_was_typed_is_no_image_to_look_at_again() -> None:
    some, fakes = engines()
    pages = read_pages(invoice_pdf(), engines=some)

    assert read_lines_again(pages, [[(PLACE,)]], some, None) is None
    assert not any(fake.seen for fake in fakes)


def test_lines_are_set_under_each_other_with_nothing_else_between() -> None:
    page: Grey = np.full((400, 300), 255, np.uint8)
    page[100:120, 50:250] = 0
    page[300:320, 20:60] = 60
    page[200:220, 20:200] = 120
    lines = [(Box(50, 100, 250, 120),), (Box(20, 300, 60, 320),)]

    sheet, strips = stacked(page, lines)

    assert set(np.unique(sheet)) == {0, 60, 255}
    assert sheet.size < page.size / 3
    for shade, (place,) in zip((0, 60), lines, strict=True):
        down, across = np.nonzero(sheet == shade)
        seen = Box(across.min(), down.min(), across.max() + 1, down.max() + 1)
        assert on_page(seen, strips) == place
