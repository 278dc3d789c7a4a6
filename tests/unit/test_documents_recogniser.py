"""The smaller recogniser of lines reads as the one that it was made of."""

from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
import reportlab
from onnxruntime import InferenceSession  # type: ignore[import-untyped]  # onnxruntime has no types
from PIL import Image, ImageDraw, ImageFont

from connectors.documents import rapid
from connectors.documents.rapid import MADE_FROM, RECOGNISER, RapidOcr, packaged
from connectors.documents.raster import Grey

FONT = Path(reportlab.__file__).parent / "fonts" / "Vera.ttf"
LINES = (
    "Rechnung Nr. 2026-0417 vom 03.04.2026",
    "Größe: 12,50 € zzgl. 19 % Straße",
    "Facture n° FA-00891 TVA 5,5 % payée",
    "Señalización, año 2026: 1.234,56 EUR",
    "Quantità 3 x 17.80 = 53.40 £",
    "IBAN NL91 ABNA 0417 1643 00 BTW",
)


def described(path: Path) -> dict[str, str]:
    session = InferenceSession(str(path), providers=["CPUExecutionProvider"])
    found: dict[str, str] = session.get_modelmeta().custom_metadata_map
    return found


def printed(lines: Sequence[str]) -> Grey:
    image = Image.new("L", (1000, 70 * len(lines) + 40), 255)
    pen, font = ImageDraw.Draw(image), ImageFont.truetype(str(FONT), 30)
    for number, line in enumerate(lines):
        pen.text((30, 30 + 70 * number), line, font=font, fill=0)
    return np.array(image, np.uint8)


def test_it_was_made_of_the_recogniser_that_is_installed() -> None:
    made_of = sha256(packaged("rec").read_bytes()).hexdigest()

    assert described(RECOGNISER)[MADE_FROM] == made_of, (
        "RapidOCR comes with another recogniser: run bench/recogniser.py, then measure anew"
    )


def test_it_has_the_signs_of_our_languages_and_no_chinese() -> None:
    signs = described(RECOGNISER)["character"]

    assert set("aäöüßéèêçñìòùœæåøÄÉÑ0123456789.,:;-–/%&@#()'’°€£$¥") <= set(signs)
    assert not [sign for sign in signs if "\u3400" <= sign <= "\u9fff"]


def test_it_reads_clean_lines_as_the_whole_recogniser_does(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pixels = printed(LINES)
    smaller = [word.text for word in RapidOcr().read(pixels, 200)]
    monkeypatch.setattr(rapid, "RECOGNISER", packaged("rec"))
    whole = [word.text for word in RapidOcr().read(pixels, 200)]

    assert smaller == whole
    assert {"2026-0417", "1.234,56", "53.40"} <= set(smaller)
