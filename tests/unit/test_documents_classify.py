"""What a document is, is told by its content."""

import pytest

from connectors.documents import Limits, Unreadable, classify
from tests.unit.documents import encoded, encrypted, invoice_pdf, pages, pdf, picture, scanned_pdf

SMALL = picture(size=(200, 300), lines=())


def reason(content: bytes, limits: Limits | None = None) -> str:
    with pytest.raises(Unreadable) as caught:
        classify(content, limits)
    assert 20 < len(str(caught.value)) < 300
    return caught.value.reason


def test_a_pdf_with_text_is_born_digital() -> None:
    found = classify(invoice_pdf())

    assert (found.kind, found.pages, found.born_digital) == ("PDF", 1, True)


def test_a_pdf_of_an_image_is_not() -> None:
    assert not classify(scanned_pdf(SMALL)).born_digital


def test_what_stands_before_a_pdf_does_not_hide_it() -> None:
    assert classify(b"\r\nX-Header: 1\r\n\r\n" + invoice_pdf()).kind == "PDF"


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF", "WEBP", "GIF", "BMP"])
def test_images_are_told_by_their_signature(kind: str) -> None:
    found = classify(encoded(SMALL, kind))

    assert (found.kind, found.pages) == (kind, 1)


def test_a_tiff_has_as_many_pages_as_images() -> None:
    content = encoded(SMALL, "TIFF", save_all=True, append_images=[SMALL, SMALL])

    assert classify(content).pages == 3


def test_of_a_gif_that_moves_the_first_image_is_the_page() -> None:
    content = encoded(SMALL, "GIF", save_all=True, append_images=[SMALL.rotate(90)])

    assert classify(content).pages == 1


@pytest.mark.parametrize(
    "content", [b"<Invoice/>", b"\xef\xbb\xbf <?xml?>", "<a/>".encode("utf-16")]
)
def test_xml_is_told_by_its_first_sign(content: bytes) -> None:
    assert classify(content).kind == "XML"


def test_json_is_told_by_its_first_sign() -> None:
    assert classify(b' [{"number": "1"}]').kind == "JSON"


@pytest.mark.parametrize("content", [b"", b" \r\n", bytes(100)])
def test_a_file_with_nothing_in_it_is_empty(content: bytes) -> None:
    assert reason(content) == "empty"


def test_text_is_no_document_whatever_it_is_called() -> None:
    assert reason(b"Dear Sir or Madam,\nplease find our invoice attached.") == "unknown_format"


def test_bytes_without_a_meaning_are_no_document() -> None:
    assert reason(bytes(range(1, 256))) == "unknown_format"


@pytest.mark.parametrize("brand", [b"heic", b"mif1", b"avif"])
def test_a_phone_s_photo_format_is_refused_with_what_to_do(brand: bytes) -> None:
    with pytest.raises(Unreadable, match="JPEG") as caught:
        classify(b"\0\0\0\x18ftyp" + brand + bytes(40))

    assert caught.value.reason == "unsupported_format"


def test_an_office_document_is_refused_with_what_to_do() -> None:
    with pytest.raises(Unreadable, match="Export it as PDF") as caught:
        classify(b"PK\x03\x04" + bytes(40))

    assert caught.value.reason == "unsupported_format"


def test_a_pdf_that_asks_for_a_password_is_encrypted() -> None:
    assert reason(encrypted(invoice_pdf(), "secret")) == "encrypted"


def test_a_pdf_that_only_forbids_printing_is_read() -> None:
    found = classify(encrypted(invoice_pdf(), ""))

    assert (found.pages, found.born_digital) == (1, True)


@pytest.mark.parametrize("end", [30, 200])
def test_a_pdf_that_is_cut_off_is_damaged(end: int) -> None:
    assert reason(invoice_pdf()[:end]) == "damaged"


def test_a_pdf_whose_page_is_a_hair_s_breadth_wide_is_damaged() -> None:
    assert reason(pdf(lambda canvas: canvas.drawString(0, 0, "x"), size=(0.2, 842))) == "damaged"


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF", "WEBP", "BMP"])
def test_an_image_that_is_cut_off_before_its_size_is_damaged(kind: str) -> None:
    assert reason(encoded(SMALL, kind)[:22]) == "damaged"


def test_too_many_bytes_are_refused_before_anything_is_looked_at() -> None:
    assert reason(b"%PDF-" + b"x" * 100, Limits(content_bytes=100)) == "too_large"


def test_too_much_xml_is_refused() -> None:
    assert reason(b"<a>" + b"x" * 100, Limits(xml_bytes=100)) == "too_large"


def test_pages_are_counted_and_not_judged() -> None:
    assert classify(pages(60)).pages == 60


def test_pages_of_a_tiff_are_counted_to_one_above_the_limit() -> None:
    content = encoded(SMALL, "TIFF", save_all=True, append_images=[SMALL] * 5)

    assert classify(content, Limits(pages=3)).pages == 4
