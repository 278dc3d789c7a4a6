"""What becomes of a document that has been read."""

from datetime import date

import pytest

from operators.extraction.gate import Gates, Step
from operators.extraction.outcome import DocumentRead, completed, question
from operators.extraction.record import DocumentReading
from operators.extraction.understood import FieldRead, Kind
from operators.invoice import Account, Invoice, Line, Party, Payment, Totals
from operators.money import parse
from operators.time import DAY, Instant
from operators.upload import Document, InvoiceUploaded, Metadata

NOW: Instant = 1_772_442_900_000
UPLOAD = InvoiceUploaded(
    request_id="r-1",
    attempt=2,
    invoice_id="scan-1",
    origin="SCAN",
    uploaded_at=NOW - 1_000,
    document=Document("inbox/1.pdf", "application/pdf", "00"),
    metadata=Metadata(),
)
INVOICE = Invoice(
    number="R-7",
    issue_date=date(2026, 3, 1),
    seller=Party(name="Example Supplies GmbH"),
    buyer=Party(),
    payments=(Payment(account=Account("DE89370400440532013000")),),
    lines=(Line(id="1", name="Bo1t", net=parse("119")),),
    totals=Totals(gross=parse("119")),
)


def read(step: Step, kind: Kind = "INVOICE", **confidences: float) -> DocumentRead:
    fields = tuple(
        FieldRead(field.replace("__", "."), p, "TESSERACT") for field, p in confidences.items()
    )
    return DocumentRead(
        INVOICE, DocumentReading(route="RASTER", kind=kind, fields=fields, extractor="1"), step
    )


def test_what_is_too_doubtful_is_left_out_and_the_rest_goes_to_the_branches() -> None:
    fields = (
        FieldRead("number", 0.99, "TESSERACT"),
        FieldRead("totals.gross", 0.98, "TESSERACT"),
        FieldRead("lines[0].name", 0.6, "TESSERACT"),
        FieldRead("lines[0].net", 0.9, "TESSERACT"),
    )
    reading = DocumentReading(route="RASTER", kind="INVOICE", fields=fields, extractor="1")

    gone = completed(UPLOAD, DocumentRead(INVOICE, reading, Step("ACCEPT")), "V-1", Gates())

    assert gone.invoice.lines == (Line(id="1", net=parse("119")),)
    assert gone.confidence == pytest.approx(0.99 * 0.98)
    assert (gone.request_id, gone.attempt, gone.vendor_id) == ("r-1", 2, "V-1")
    assert gone.document == UPLOAD.document
    assert gone.reading == reading


def test_a_person_is_told_what_is_doubtful_and_how_sure_it_is() -> None:
    step = Step("PERSON", ("currency", "totals.gross", "payments[0].account.id"))
    found = read(step, totals__gross=0.84, number=0.99)
    fields = (*found.reading.fields, FieldRead("payments[0].account.id", 0.9, "TESSERACT"))
    found = DocumentRead(
        INVOICE, DocumentReading(route="RASTER", kind="INVOICE", fields=fields, extractor="1"), step
    )

    asked = question(UPLOAD, found, vendor_known=True, days=30, now=NOW)

    assert [(each.rule_id, each.message) for each in asked.violations] == [
        ("MF-READ-MISSING", "No currency could be read."),
        (
            "MF-READ-DOUBTFUL",
            "The total with VAT was read as 119.00, which is 84 % sure.",
        ),
        ("MF-READ-DOUBTFUL", "The account to pay to was read, which is 90 % sure."),
    ]
    assert (asked.kind, asked.revision, asked.attempt) == ("EXTRACTION", 0, 2)
    assert asked.reason == "No currency could be read."
    assert asked.expires_at - asked.opened_at == 30 * DAY
    assert asked.invoice == INVOICE


def test_a_person_is_asked_whose_it_is_when_nobody_knows() -> None:
    asked = question(UPLOAD, read(Step("ACCEPT")), vendor_known=False, days=30, now=NOW)

    assert [each.rule_id for each in asked.violations] == ["MF-READ-VENDOR"]


def test_a_person_is_asked_whether_it_is_an_invoice_at_all() -> None:
    found = read(Step("PERSON"), kind="OTHER")

    asked = question(UPLOAD, found, vendor_known=True, days=30, now=NOW)

    assert [each.rule_id for each in asked.violations] == ["MF-READ-KIND"]
