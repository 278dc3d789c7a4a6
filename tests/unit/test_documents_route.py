"""Pages are read by the cheapest way that can be trusted."""

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pypdf import PdfReader, PdfWriter
from reportlab.lib.pagesizes import A4

from connectors.documents import Engine, Engines, Failed, Grey, Limits, Unreadable, read_pages
from connectors.documents.engines import LineEngine
from connectors.documents.levelled import Quadrilaterals
from operators.extraction.doubtful import Line
from operators.extraction.page import Box, Reader, Word
from tests.unit.documents import encoded, invoice_pdf, on_table, pages, picture, saved, scanned_pdf


class Fake:
    """An engine that finds one word, with a confidence, and remembers what it was given."""

    def __init__(self, reader: Reader, confidence: float, *, fails: bool = False) -> None:
        self.reader: Reader = reader
        self.seen: list[Grey] = []
        self.languages: list[str | None] = []
        self._word = Word(reader, Box(200, 100, 400, 140), confidence)
        self._fails = fails

    def read(self, pixels: Grey, dpi: float, language: str | None = None) -> tuple[Word, ...]:
        self.languages.append(language)
        self.seen.append(pixels)
        if self._fails:
            raise Failed("on purpose")
        return (self._word,)

    def read_lines(
        self, pixels: Grey, dpi: float, lines: Sequence[Line], language: str | None = None
    ) -> tuple[Word, ...]:
        return self.read(pixels, dpi, language)

    def lines(self, pixels: Grey, *, quickly: bool = True) -> Quadrilaterals:
        return np.zeros((0, 4, 2), np.float32)

    def recognised(self, pixels: Grey, lines: Quadrilaterals) -> tuple[Word, ...]:
        return self.read(pixels, 200.0)

    def stand_on_heads(self, lines: Sequence[Grey]) -> bool:
        return False


class Some(Engines):
    """Engines that are given."""

    def __init__(self, tesseract: Engine | None, rapidocr: LineEngine) -> None:
        super().__init__()
        self.__dict__.update(tesseract=tesseract, rapidocr=rapidocr)


def engines(
    tesseract: float | None = 0.95, rapidocr: float = 0.9, *, fails: str = ""
) -> tuple[Some, list[Fake]]:
    second = Fake("RAPIDOCR", rapidocr, fails="RAPIDOCR" in fails)
    if tesseract is None:
        return Some(None, second), [second]
    first = Fake("TESSERACT", tesseract, fails="TESSERACT" in fails)
    return Some(first, second), [first, second]


SCAN = encoded(picture(), "PNG", dpi=(200, 200))
RECEIPT = encoded(picture(size=(640, 1800), letters=22), "PNG", dpi=(200, 200))


def test_a_pdf_s_own_text_needs_no_engine() -> None:
    some, fakes = engines()

    found = read_pages(invoice_pdf(), engines=some)

    (page,) = found.pages
    assert (page.reader, page.confidence) == ("TEXT_LAYER", 1.0)
    assert (page.page.width, page.page.height) == pytest.approx(A4, abs=0.1)
    assert "R-4711" in {word.text for word in page.page.words}
    assert found.seconds.keys() == {"classify", "text_layer"}
    assert not any(fake.seen for fake in fakes)


def test_a_clean_scan_is_read_by_rapidocr_alone() -> None:
    some, (tesseract, _) = engines(rapidocr=0.9)

    found = read_pages(SCAN, engines=some)

    assert found.pages[0].reader == "RAPIDOCR"
    assert not tesseract.seen
    assert found.seconds.keys() == {"classify", "raster", "preprocess", "rapidocr"}


def test_where_rapidocr_is_not_sure_of_a_scan_tesseract_reads_too_and_the_better_is_kept() -> None:
    some, _ = engines(tesseract=0.9, rapidocr=0.7)

    found = read_pages(SCAN, engines=some)

    assert found.pages[0].reader == "TESSERACT"
    assert {"tesseract", "rapidocr"} <= found.seconds.keys()


def test_the_first_reading_is_kept_when_the_second_is_worse() -> None:
    some, _ = engines(tesseract=0.3, rapidocr=0.8)

    assert read_pages(SCAN, engines=some).pages[0].reader == "RAPIDOCR"


def test_what_rapidocr_has_read_is_read_again_by_tesseract() -> None:
    some, (tesseract, rapidocr) = engines()
    without: list[Reader] = ["RAPIDOCR"]

    found = read_pages(RECEIPT, engines=some, without=without, language="de")

    assert found.pages[0].reader == "TESSERACT"
    assert tesseract.languages == ["de"]
    assert tesseract.seen
    assert not rapidocr.seen


def test_a_page_that_cannot_be_read_is_tried_the_other_way_up() -> None:
    class Upright(Fake):
        def read(self, pixels: Grey, dpi: float, language: str | None = None) -> tuple[Word, ...]:
            (word,) = super().read(pixels, dpi)
            return (Word(word.text, word.box, 0.95 if len(self.seen) > 1 else 0.5),)

        def lines(self, pixels: Grey, *, quickly: bool = True) -> Quadrilaterals:
            line = [[100, 100], [900, 100], [900, 144], [100, 144]]
            return np.array([line], np.float32)

    engine = Upright("RAPIDOCR", 1.0)

    (page,) = read_pages(SCAN, engines=Some(None, engine)).pages

    assert (page.turned, page.confidence) == (180, 0.95)


class Levels(Fake):
    """An engine that finds three lines, and remembers how it looked for them."""

    def __init__(self, rise: int) -> None:
        super().__init__("RAPIDOCR", 0.95)
        self.quickly: list[bool] = []
        self._rise = rise

    def lines(self, pixels: Grey, *, quickly: bool = True) -> Quadrilaterals:
        self.quickly.append(quickly)
        level = [[100, 0], [900, self._rise], [900, self._rise + 40], [100, 40]]
        return np.array([[[x, y + top] for x, y in level] for top in (300, 900, 1500)], np.float32)


def test_the_lines_of_a_level_scan_are_looked_for_once() -> None:
    engine = Levels(rise=0)

    (page,) = read_pages(SCAN, engines=Some(None, engine)).pages

    assert engine.quickly == [False]
    assert page.looked_at is not None
    assert engine.seen[0] is page.looked_at.pixels


def test_a_scan_whose_lines_slope_is_made_level_first() -> None:
    engine = Levels(rise=40)

    read_pages(SCAN, engines=Some(None, engine))

    assert engine.quickly == [False]
    assert engine.seen[0].shape != Image.open(BytesIO(SCAN)).size[::-1]


def test_the_lines_of_a_photo_are_looked_for_quickly_first() -> None:
    engine = Levels(rise=0)

    read_pages(RECEIPT, engines=Some(None, engine))

    assert engine.quickly == [True]


def test_a_receipt_is_read_by_rapidocr() -> None:
    some, (tesseract, _) = engines()

    assert read_pages(RECEIPT, engines=some).pages[0].reader == "RAPIDOCR"
    assert not tesseract.seen


def test_a_photo_is_read_by_rapidocr() -> None:
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0x829A] = 0.01
    some, (tesseract, _) = engines()

    found = read_pages(encoded(picture(), "JPEG", exif=exif), engines=some)

    assert found.pages[0].reader == "RAPIDOCR"
    assert not tesseract.seen


def test_a_sheet_on_a_table_is_read_by_rapidocr() -> None:
    some, (tesseract, _) = engines()

    found = read_pages(encoded(Image.fromarray(on_table(picture())), "PNG"), engines=some)

    assert found.pages[0].reader == "RAPIDOCR"
    assert not tesseract.seen


def test_without_tesseract_rapidocr_reads_everything() -> None:
    some, _ = engines(tesseract=None)

    assert read_pages(SCAN, engines=some).pages[0].reader == "RAPIDOCR"


def test_an_engine_that_gives_up_is_replaced_by_the_other() -> None:
    some, _ = engines(fails="RAPIDOCR")

    assert read_pages(SCAN, engines=some).pages[0].reader == "TESSERACT"


def test_when_every_engine_gives_up_that_is_said() -> None:
    some, _ = engines(fails="TESSERACT RAPIDOCR")

    with pytest.raises(Failed):
        read_pages(SCAN, engines=some)


def test_words_are_in_points() -> None:
    some, _ = engines(tesseract=None)

    found = read_pages(SCAN, engines=some).pages[0].page

    assert (found.width, found.height) == pytest.approx((595.4, 842.0), abs=0.5)
    box = found.words[0].box
    assert (box.left, box.top, box.right, box.bottom) == pytest.approx(
        (72, 36, 144, 50.4), rel=0.01
    )


def test_each_page_goes_its_own_way() -> None:
    writer = PdfWriter()
    for content in (invoice_pdf(), scanned_pdf(picture())):
        writer.append(PdfReader(BytesIO(content)))
    some, _ = engines()

    found = read_pages(saved(writer), engines=some)

    assert [page.reader for page in found.pages] == ["TEXT_LAYER", "RAPIDOCR"]


def test_every_page_of_a_tiff_is_read() -> None:
    content = encoded(picture(), "TIFF", save_all=True, append_images=[picture()], dpi=(200, 200))
    some, _ = engines()

    assert len(read_pages(content, engines=some).pages) == 2


def test_an_empty_page_has_no_words_and_costs_no_reading() -> None:
    some, fakes = engines()

    found = read_pages(encoded(picture(lines=()), "PNG"), engines=some)

    assert found.pages[0].page.words == ()
    assert not any(fake.seen for fake in fakes)


def test_too_many_pages_are_refused_before_one_is_read() -> None:
    with pytest.raises(Unreadable) as caught:
        read_pages(pages(4), Limits(pages=3))

    assert caught.value.reason == "too_many_pages"


def test_xml_has_no_pages() -> None:
    with pytest.raises(Unreadable) as caught:
        read_pages(b"<Invoice/>")

    assert caught.value.reason == "unknown_format"


PDFS = Path(__file__).parents[3] / "shared" / "data" / "pdf"


@pytest.mark.skipif(not PDFS.is_dir(), reason="the sample PDFs are not beside this checkout")
@pytest.mark.parametrize(
    "file",
    [file for file in sorted(PDFS.glob("*.pdf")) if file.stem != "corruptedV2PDF"],
    ids=lambda file: file.stem[-20:],
)
def test_real_pdfs_have_words_of_their_own(file: Path) -> None:
    found = read_pages(file.read_bytes(), engines=engines()[0])

    assert {page.reader for page in found.pages} == {"TEXT_LAYER"}
    assert all(len(page.page.words) > 50 for page in found.pages)


@pytest.mark.skipif(not PDFS.is_dir(), reason="the sample PDFs are not beside this checkout")
def test_both_letters_of_a_ligature_are_read() -> None:
    read = read_pages((PDFS / "EN16931_Einfach.pdf").read_bytes())

    words = {word.text for page in read.pages for word in page.page.words}
    assert {"Nettobetrag", "Trennblätter", "Mitte"} <= words
