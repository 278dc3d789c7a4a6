"""The invoice inside a PDF is found wherever it is attached and whatever it is called."""

from pathlib import Path

import pytest

from connectors.documents import Embedded, Unreadable, classify, embedded_invoice
from tests.unit.documents import attached, encoded, encrypted, invoice_pdf, picture

INVOICES = Path(__file__).parent / "einvoice"
CII = (INVOICES / "cii.xml").read_bytes()
UBL = (INVOICES / "ubl.xml").read_bytes()
ZUGFERD1 = (INVOICES / "zugferd1.xml").read_bytes()
ORDER = b'<o:Order xmlns:o="urn:oasis:names:specification:ubl:schema:xsd:Order-2"/>'
PDFS = Path(__file__).parents[3] / "shared" / "data" / "pdf"


def found(content: bytes) -> Embedded | None:
    return embedded_invoice(content, classify(content))


def number(content: bytes) -> str | None:
    embedded = found(content)
    assert embedded is not None
    return embedded.reading.invoice.number


def renumbered(content: bytes, new: bytes) -> bytes:
    return content.replace(b">R-1<", b">" + new + b"<", 1)


@pytest.mark.parametrize("listed", [True, False], ids=["embedded files", "associated files only"])
@pytest.mark.parametrize("xml", [CII, UBL, ZUGFERD1], ids=["CII", "UBL", "ZUGFeRD 1.0"])
def test_every_syntax_is_found_under_any_name(xml: bytes, listed: bool) -> None:
    content = attached(invoice_pdf(), [("data.bin", xml)], listed=listed)

    embedded = found(content)

    assert embedded is not None
    assert (embedded.name, embedded.reading.invoice.number) == ("data.bin", "R-1")


def test_a_pdf_without_attachments_holds_none() -> None:
    assert found(invoice_pdf()) is None


def test_attachments_that_are_no_invoices_are_passed_over() -> None:
    files = [("order-x.xml", ORDER), ("terms.txt", b"<no xml"), ("photo.png", b"\x89PNG")]

    assert found(attached(invoice_pdf(), files)) is None


def test_the_name_that_the_standard_prescribes_decides_between_several() -> None:
    files = [
        ("earlier.xml", renumbered(CII, b"R-0")),
        ("ZUGFeRD-invoice.xml", ZUGFERD1),
        ("Factur-X.XML", CII),
    ]

    embedded = found(attached(invoice_pdf(), files))

    assert embedded is not None
    assert embedded.name == "Factur-X.XML"


def test_several_without_such_a_name_are_refused() -> None:
    content = attached(invoice_pdf(), [("a.xml", CII), ("b.xml", renumbered(CII, b"R-2"))])

    with pytest.raises(Unreadable) as caught:
        found(content)

    assert caught.value.reason == "several_invoices"


def test_the_same_invoice_twice_is_one() -> None:
    assert number(attached(invoice_pdf(), [("a.xml", CII), ("b.xml", CII)])) == "R-1"


def test_what_is_called_an_invoice_and_is_none_is_not_passed_over() -> None:
    with pytest.raises(Unreadable) as caught:
        found(attached(invoice_pdf(), [("factur-x.xml", CII[:-30])]))

    assert caught.value.reason == "not_xml"


def test_an_invoice_with_a_wrong_value_comes_with_what_could_be_read() -> None:
    wrong = CII.replace(b">20240301<", b">20241301<", 1)

    with pytest.raises(Unreadable) as caught:
        found(attached(invoice_pdf(), [("factur-x.xml", wrong)]))

    assert caught.value.invoice is not None
    assert caught.value.invoice.number == "R-1"


def test_a_pdf_that_forbids_printing_gives_its_invoice() -> None:
    content = encrypted(attached(invoice_pdf(), [("factur-x.xml", CII)]), "")

    assert number(content) == "R-1"


@pytest.mark.parametrize("xml", [CII, UBL, ZUGFERD1], ids=["CII", "UBL", "ZUGFeRD 1.0"])
def test_an_xml_file_is_the_invoice_itself(xml: bytes) -> None:
    assert number(xml) == "R-1"


def test_images_hold_none() -> None:
    assert found(encoded(picture(size=(50, 50), lines=()), "PNG")) is None


@pytest.mark.skipif(not PDFS.is_dir(), reason="the sample PDFs are not beside this checkout")
@pytest.mark.parametrize(
    ("file", "expected"),
    [
        ("EN16931_Einfach.pdf", "471102"),
        ("MustangGnuaccountingBeispielRE-20170509_505.pdf", "RE-20170509/505"),
        ("ZTESTZUGFERD_1_INVDSS_012015738820PDF-1.pdf", "2015738820"),
        ("validXRechnung.pdf", "RE-20190610/507"),
        ("zugferd_invoice.pdf", "2014-03"),
    ],
)
def test_real_pdfs_give_theirs(file: str, expected: str) -> None:
    assert number((PDFS / file).read_bytes()) == expected


@pytest.mark.skipif(not PDFS.is_dir(), reason="the sample PDFs are not beside this checkout")
def test_a_real_corrupted_pdf_is_refused() -> None:
    with pytest.raises(Unreadable) as caught:
        classify((PDFS / "corruptedV2PDF.pdf").read_bytes())

    assert caught.value.reason == "damaged"
