"""What was read is drawn where it stands, on the page as it came."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image, ImageFont
from reportlab.pdfbase.pdfmetrics import stringWidth
from typer.testing import CliRunner

from connectors.document_reader import DocumentReader, Examined
from connectors.documents import Raster
from connectors.explaining import AGAIN, DOUBTFUL, MODEL, SURE, colour_of, drawn_pages
from connectors.page_drawing import Colour, Legend, Mark, drawn
from manifold.cli.app import app
from manifold.documents.document import document
from manifold.documents.plan import plans
from operators.extraction.gate import Gates
from tests.unit.documents import LINES, ON_TABLE, encoded, invoice_pdf, on_table, picture

COLOURS = (SURE, AGAIN, MODEL, DOUBTFUL)
TOTAL = LINES.index("Total amount 130.90 EUR")


def read(content: bytes) -> tuple[Examined, list[Image.Image]]:
    examined = DocumentReader().examine(content, Gates())
    return examined, list(drawn_pages(content, examined, Gates()))


def has_colour(
    image: Image.Image, across: float, down: float, around: int, colours: tuple[Colour, ...]
) -> bool:
    """Whether there is such a colour near a pixel."""
    pixels = np.asarray(image)
    left, top = max(0, round(across) - around), max(0, round(down) - around)
    near = pixels[top : round(down) + around + 1, left : round(across) + around + 1]
    return any(bool((near == np.array(colour)).all(axis=2).any()) for colour in colours)


def test_a_value_of_a_text_layer_is_framed_where_it_was_printed() -> None:
    _, (image,) = read(invoice_pdf())

    scale = image.width / 595.28
    left = 72 + stringWidth("Total amount ", "Helvetica", 12)
    right = left + stringWidth("130.90", "Helvetica", 12)
    middle = 841.89 - (770 - 20 * TOTAL) - 4
    assert has_colour(image, (left - 1) * scale, middle * scale, 3, (SURE,))
    assert has_colour(image, (right + 1) * scale, middle * scale, 3, (SURE,))
    assert not has_colour(image, (left + right) / 2 * scale, middle * scale, 3, COLOURS)
    assert not has_colour(image, 80 * scale, middle * scale, 3, COLOURS), "the label is not framed"


def test_a_value_of_a_photo_is_framed_in_the_photo_and_not_where_it_was_straightened_to() -> None:
    content = encoded(Image.fromarray(on_table(picture())), "JPEG", quality=90)
    _, (image,) = read(content)

    font = ImageFont.load_default(34)
    assert isinstance(font, ImageFont.FreeTypeFont)
    left = 150 + font.getlength("Total amount ")
    right = left + font.getlength("130.90")
    middle = 200 + TOTAL * 68 + 22
    width, height = picture().size
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    onto = cv2.getPerspectiveTransform(corners, np.array(ON_TABLE, np.float32))
    ends = np.array([[[left, middle], [right, middle]]], np.float32)
    (start, end) = cv2.perspectiveTransform(ends, onto)[0] * image.width / 1800
    between = (start + end) / 2
    assert has_colour(image, start[0], start[1], 14, COLOURS)
    assert has_colour(image, end[0], end[1], 14, COLOURS)
    assert not has_colour(image, between[0], between[1], 4, COLOURS)


def test_the_xml_of_a_document_is_shown_on_its_visible_page() -> None:
    (plan,) = plans("tuning", 3, 1, ("hybrid",), ("en",))
    examined, (image, *_) = read(document(plan).content)

    assert examined.read.reading.route == "EMBEDDED_XML"
    number = next(each for each in examined.read.reading.fields if each.field == "number")
    assert number.box is not None
    assert examined.pages is not None
    scale = image.width / examined.pages.pages[0].page.width
    middle = (number.box.top + number.box.bottom) / 2
    assert has_colour(image, (number.box.left - 1) * scale, middle * scale, 3, (SURE,))


def test_there_is_nothing_to_draw_on_without_a_page() -> None:
    examined, _ = read(invoice_pdf())

    assert list(drawn_pages(invoice_pdf(), Examined(examined.read, None), Gates())) == []


@pytest.mark.parametrize(
    ("confidence", "colour"),
    [(1.0, SURE), (0.98, SURE), (0.97, AGAIN), (0.9, AGAIN), (0.85, MODEL), (0.5, DOUBTFUL)],
)
def test_the_gates_say_the_colour(confidence: float, colour: Colour) -> None:
    assert colour_of(confidence, Gates()) == colour


def test_names_hide_neither_values_nor_each_other() -> None:
    raster = Raster(np.full((400, 400), 255, np.uint8), 72.0)
    marks = [
        Mark(
            f"name {row}", COLOURS[row], ((100, top), (150, top), (150, top + 14), (100, top + 14))
        )
        for row, top in enumerate((100, 114, 128, 142))
    ]

    image = drawn(raster, marks, (), ())

    for mark in marks:
        inside = np.asarray(image)[round(mark.corners[0][1]) + 4 : round(mark.corners[2][1]) - 3]
        assert (inside[:, 104:147] == 255).all(), "nothing is over the value"
        assert (np.asarray(image) == np.array(mark.colour)).all(axis=2).sum() > 300, "it has a name"


def test_what_is_missing_stands_below_the_page() -> None:
    raster = Raster(np.full((100, 300), 255, np.uint8), 72.0)

    image = drawn(raster, (), (Legend("not found", DOUBTFUL),))

    assert image.height > 100
    assert has_colour(image, 15, 107, 8, (DOUBTFUL,))


def test_an_enormous_page_gives_an_image_of_bounded_size() -> None:
    raster = Raster(np.full((300, 9_000), 255, np.uint8), 72.0)

    image = drawn(raster, (Mark("x", SURE, ((0, 0), (9000, 0), (9000, 300), (0, 300))),), ())

    assert image.size == (2400, 80)


def test_the_command_writes_an_image_of_each_page_and_says_where(tmp_path: Path) -> None:
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "invoice.pdf").write_bytes(invoice_pdf())
    files = [str(tmp_path / folder / "invoice.pdf") for folder in ("one", "two")]
    into = tmp_path / "drawn"

    outcome = CliRunner().invoke(app, ["read", *files, "--json", "--explain", "--into", str(into)])

    images = [json.loads(line)["images"] for line in outcome.stdout.splitlines()]
    assert images == [[str(into / "invoice-1.png")], [str(into / "invoice~2-1.png")]]
    with Image.open(images[0][0]) as image:
        assert image.width > 1_000


def test_people_are_told_where_the_images_are(tmp_path: Path) -> None:
    (tmp_path / "invoice.pdf").write_bytes(invoice_pdf())
    file, into = str(tmp_path / "invoice.pdf"), str(tmp_path)

    outcome = CliRunner().invoke(app, ["read", file, "--explain", "--into", into])

    assert f"{tmp_path}/invoice-1.png" in outcome.stdout.replace("\n", "")


def test_a_folder_that_takes_no_images_is_said(tmp_path: Path) -> None:
    (tmp_path / "invoice.pdf").write_bytes(invoice_pdf())

    outcome = CliRunner().invoke(
        app, ["read", str(tmp_path / "invoice.pdf"), "--explain", "--into", "/proc/none"]
    )

    assert outcome.exit_code == 1
    assert "no image can be written" in outcome.stderr
