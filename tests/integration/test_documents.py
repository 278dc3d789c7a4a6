"""The OCR engines themselves read a page that is drawn for them."""

import shutil
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from connectors.documents import Engine, Engines, PageRead, read_pages
from connectors.documents.rapid import RapidOcr
from connectors.documents.tesseract import Tesseract
from operators.extraction.page import Reader
from tests.unit.documents import LINES, encoded, on_table, picture, scanned_pdf

TEXT = [word for line in LINES for word in line.split()]


@pytest.fixture(scope="module")
def rapidocr() -> RapidOcr:
    return RapidOcr()


@pytest.fixture(scope="module")
def tesseract() -> Tesseract:
    if not shutil.which("tesseract"):
        pytest.fail("Tesseract is not installed: run deploy/documents/requirements")
    return Tesseract()


@pytest.fixture(params=["tesseract", "rapidocr"])
def engine(request: pytest.FixtureRequest) -> Engine:
    found: Engine = request.getfixturevalue(request.param)
    return found


def texts(page: PageRead) -> list[str]:
    lines = sorted(page.page.words, key=lambda word: (round(word.box.top / 12), word.box.left))
    return [word.text for word in lines]


def test_words_are_read_where_they_stand(engine: Engine) -> None:
    words = {word.text: word for word in engine.read(np.asarray(picture(), np.uint8), 200.0)}

    assert len(words.keys() & set(TEXT)) >= 0.9 * len(set(TEXT))
    assert {"R-4711", "130.90"} <= words.keys()
    total = words["130.90"]
    assert total.confidence > 0.8
    assert total.box.top == pytest.approx(200 + 7 * 68, abs=20)
    assert total.box.left == pytest.approx(150 + 220, abs=60)


def test_lines_are_read_without_the_rest_of_the_page(engine: Engine) -> None:
    pixels = np.asarray(picture(), np.uint8)
    words = {word.text: word.box for word in engine.read(pixels, 200.0, "en")}
    number, total = words["R-4711"], words["130.90"]

    again = engine.read_lines(pixels, 200.0, [(number,), (total,)], "en")

    found = {word.text: word.box for word in again}
    assert found.keys() == {"R-4711", "130.90"}
    assert found["130.90"].top == pytest.approx(total.top, abs=12)
    assert found["130.90"].left == pytest.approx(total.left, abs=12)


@pytest.mark.usefixtures("tesseract")
@pytest.mark.parametrize("reader", ["TESSERACT", "RAPIDOCR"])
def test_a_scan_in_a_pdf_is_read_by_either(reader: Reader) -> None:
    readers: tuple[Reader, ...] = ("TESSERACT", "RAPIDOCR")
    others = [each for each in readers if each != reader]

    (page,) = read_pages(scanned_pdf(picture()), without=others).pages

    assert page.reader == reader
    assert set(TEXT) - set(texts(page)) <= {"50667"}


def test_the_blanks_of_a_name_are_read(rapidocr: RapidOcr) -> None:
    lines = ("SANYU STATIONERY SHOP", "TOTAL AMOUNT 12.00")

    words = rapidocr.read(np.asarray(picture(lines=lines), np.uint8), 200.0)

    assert [word.text for word in words][:3] == ["SANYU", "STATIONERY", "SHOP"]


@pytest.mark.parametrize("quarters", [0, 1, 2, 3])
def test_a_photo_is_read_however_it_was_taken(rapidocr: RapidOcr, quarters: int) -> None:
    engines = Engines()
    engines.__dict__["rapidocr"] = rapidocr
    photo = Image.fromarray(np.rot90(on_table(picture()), quarters))

    (page,) = read_pages(encoded(photo, "PNG"), engines=engines).pages

    assert page.reader == "RAPIDOCR"
    assert len(set(texts(page)) & set(TEXT)) >= 0.85 * len(set(TEXT))
    assert {"R-4711", "130.90"} <= set(texts(page))


def test_reading_needs_no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    import socket

    def refuse(*_: object) -> None:
        raise OSError("no network here")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    image = picture(size=(800, 300), lines=("Total 130.90",))

    file = BytesIO()
    image.save(file, "PNG")
    (page,) = read_pages(file.getvalue()).pages

    assert "130.90" in texts(page)
