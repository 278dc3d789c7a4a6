"""Pages become grey images of a known size, whatever the file is like."""

import numpy as np
import pytest
from PIL import Image
from reportlab.pdfgen.canvas import Canvas

from connectors.documents import Limits, Raster, Unreadable, decoded, rendered
from connectors.documents.image import image_kind
from connectors.documents.pdf import opened
from tests.unit.documents import encoded, pdf

BLACK_CORNER = Image.new("L", (60, 40), 255)
BLACK_CORNER.paste(0, (0, 0, 20, 10))


def pages(content: bytes, limits: Limits | None = None) -> list[Raster]:
    kind = image_kind(content)
    assert kind is not None
    return list(decoded(content, kind, limits or Limits()))


def page(content: bytes, limits: Limits | None = None) -> Raster:
    (only,) = pages(content, limits)
    return only


def corner(draw: Canvas) -> None:
    draw.rect(0, 742, 200, 100, fill=1)


def test_a_pdf_page_is_rendered_at_the_resolution_asked_for() -> None:
    with opened(pdf(corner, size=(600, 842)), Limits()) as document:
        found = rendered(document, 0, Limits(dpi=72))

    assert found.pixels.shape == (842, 600)
    assert (found.width, found.height) == pytest.approx((600, 842))
    assert found.pixels[50, 50] == 0
    assert found.pixels[500, 300] == 255


def test_a_huge_pdf_page_is_rendered_small() -> None:
    with opened(pdf(corner, size=(14_000, 14_000)), Limits()) as document:
        found = rendered(document, 0, Limits(worked_pixels=1_000_000))

    assert found.pixels.size <= 1_010_000
    assert found.width == pytest.approx(14_000, rel=0.01)


def test_a_pdf_page_that_is_turned_is_rendered_as_it_is_looked_at() -> None:
    with opened(pdf(corner, size=(600, 842), rotate=180), Limits()) as document:
        found = rendered(document, 0, Limits(dpi=72))

    assert found.pixels[-50, -50] == 0
    assert found.pixels[50, 50] == 255


@pytest.mark.parametrize(
    ("orientation", "black"),
    [(1, (5, 5)), (3, (-5, -5)), (6, (5, -5)), (8, (-5, 5))],
)
def test_a_photo_is_turned_as_the_camera_was_held(orientation: int, black: tuple[int, int]) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation

    found = page(encoded(BLACK_CORNER, "JPEG", exif=exif, quality=95))

    assert found.pixels.shape == ((40, 60) if orientation in (1, 3) else (60, 40))
    assert found.pixels[black] < 40
    assert sum(found.pixels[y, x] < 40 for y in (5, -5) for x in (5, -5)) == 1


def test_a_photo_says_that_a_camera_took_it() -> None:
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0x829A] = 0.01

    assert page(encoded(BLACK_CORNER, "JPEG", exif=exif)).camera
    assert not page(encoded(BLACK_CORNER, "JPEG")).camera


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_the_resolution_that_a_file_gives_is_believed(kind: str) -> None:
    found = page(encoded(Image.new("L", (600, 900), 255), kind, dpi=(300, 300)))

    assert (found.width, found.height) == pytest.approx((144, 216), rel=0.01)


def test_without_a_resolution_a_page_is_taken_for_a_sheet() -> None:
    found = page(encoded(Image.new("L", (1000, 1414), 255), "PNG", dpi=(72, 72)))

    assert found.height == pytest.approx(842, rel=0.01)


def test_without_a_resolution_what_is_long_is_taken_for_a_receipt() -> None:
    assert page(encoded(Image.new("L", (300, 900), 255), "PNG")).width == pytest.approx(
        227, rel=0.01
    )


def test_a_fax_with_flat_pixels_is_stretched() -> None:
    found = page(encoded(Image.new("L", (1728, 1145), 255), "TIFF", dpi=(204, 98)))

    height, width = found.pixels.shape
    assert height / width == pytest.approx(1145 / 98 / (1728 / 204), rel=0.01)


def test_every_page_of_a_tiff_is_given() -> None:
    other = Image.new("L", (30, 20), 100)
    content = encoded(BLACK_CORNER, "TIFF", save_all=True, append_images=[other])

    assert [found.pixels.shape for found in pages(content)] == [(40, 60), (20, 30)]


def test_a_tiff_of_too_many_pages_is_refused() -> None:
    content = encoded(BLACK_CORNER, "TIFF", save_all=True, append_images=[BLACK_CORNER] * 3)

    with pytest.raises(Unreadable) as caught:
        pages(content, Limits(pages=3))

    assert caught.value.reason == "too_many_pages"


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "I;16"])
def test_every_way_to_store_colours_becomes_black_on_white(mode: str) -> None:
    if mode == "I;16":
        deep = np.asarray(BLACK_CORNER, np.uint16) * 257
        image = Image.fromarray(deep)
    else:
        image = (
            BLACK_CORNER.convert("RGB").convert(mode)
            if mode != "LA"
            else BLACK_CORNER.convert(mode)
        )

    found = page(encoded(image, "TIFF" if mode == "CMYK" else "PNG"))

    assert found.pixels[5, 5] < 10
    assert found.pixels[30, 50] > 245


def test_what_is_transparent_is_white() -> None:
    image = Image.new("RGBA", (60, 40), (0, 0, 0, 0))
    image.paste((0, 0, 0, 255), (0, 0, 20, 10))

    found = page(encoded(image, "PNG"))

    assert found.pixels[5, 5] == 0
    assert found.pixels[30, 50] == 255


def test_what_a_palette_calls_transparent_is_white() -> None:
    image = Image.new("P", (60, 40), 1)
    image.putpalette([0, 0, 0, 10, 10, 10])

    assert page(encoded(image, "PNG", transparency=1)).pixels[5, 5] == 255


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_an_image_larger_than_what_is_worked_on_is_made_smaller(kind: str) -> None:
    content = encoded(Image.new("RGB", (3000, 2000), "white"), kind, dpi=(300, 300))

    found = page(content, Limits(worked_pixels=1_000_000))

    assert 900_000 < found.pixels.size <= 1_003_000
    assert (found.width, found.height) == pytest.approx((720, 480), rel=0.01)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF", "WEBP"])
def test_an_image_that_is_cut_off_is_damaged(kind: str) -> None:
    noise = Image.effect_noise((200, 200), 90)

    with pytest.raises(Unreadable) as caught:
        pages(encoded(noise, kind)[:-8000])

    assert caught.value.reason == "damaged"
