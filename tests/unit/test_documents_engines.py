"""What OCR engines say becomes words, and what they lack is said."""

import logging

import pytesseract
import pytest

from connectors.documents import Engines, NotThere
from connectors.documents.tesseract import Tesseract, words_of
from operators.extraction.page import Box, Word

TABLE = "\n".join(
    [
        "level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext",
        "1\t1\t0\t0\t0\t0\t0\t0\t1654\t2339\t-1\t",
        "4\t1\t1\t1\t1\t0\t150\t200\t300\t34\t-1\t",
        "5\t1\t1\t1\t1\t1\t150\t200\t90\t34\t96.5\tTotal",
        '5\t1\t1\t1\t1\t2\t250\t200\t60\t34\t81\t"12"',
        "5\t1\t1\t1\t1\t3\t320\t200\t9\t34\t95\t ",
    ]
)


def test_tesseract_s_table_becomes_words_with_confidences() -> None:
    assert tuple(words_of(TABLE)) == (
        Word("Total", Box(150, 200, 240, 234), 0.965),
        Word('"12"', Box(250, 200, 310, 234), 0.81),
    )


@pytest.fixture
def without_tesseract(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pytesseract.pytesseract, "tesseract_cmd", "no-such-command")


@pytest.mark.usefixtures("without_tesseract")
def test_without_tesseract_it_is_said_how_to_get_it() -> None:
    with pytest.raises(NotThere, match="deploy/documents/requirements"):
        Tesseract()


@pytest.mark.usefixtures("without_tesseract")
def test_that_tesseract_is_missing_is_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    some = Engines()

    with caplog.at_level(logging.WARNING):
        assert (some.tesseract, some.tesseract) == (None, None)

    assert [record.message for record in caplog.records] == ["tesseract_absent"]
