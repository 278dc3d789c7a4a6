"""What a language model has found, and what it took, as the topics carry it."""

from msgspec.structs import replace

from operators.extraction.gate import Gates, Step
from operators.extraction.outcome import DocumentRead, completed, question
from operators.extraction.page import Box
from operators.extraction.record import DocumentReading, ModelUse, Stage
from operators.extraction.understood import FieldRead
from operators.money import parse
from operators.review import InvoiceReviewRequested
from operators.upload import InvoiceOcrCompleted
from tests.contract.generated_records import AT, CODEC, DOCUMENTS

UPLOAD = next(iter(DOCUMENTS.values())).upload
USE = ModelUse("claude-haiku-5-5", 2_340, 50, parse("0.00008"), "USD")
FOUND = FieldRead("number", 0.9, "MODEL", 1, Box(1.0, 2.0, 3.0, 4.0), "R-1")


def read(step: Step) -> DocumentRead:
    assert UPLOAD.invoice is not None
    reading = DocumentReading(
        route="RASTER",
        kind="INVOICE",
        fields=(FOUND,),
        stages=(Stage("rapidocr", 1_200), Stage("model", 2_100)),
        model=USE,
        extractor="1",
    )
    return DocumentRead(UPLOAD.invoice, reading, step)


def test_the_branches_are_told() -> None:
    gone = completed(replace(UPLOAD, invoice=None), read(Step("ACCEPT")), "V-1", Gates())

    came = CODEC.decoder(InvoiceOcrCompleted)(CODEC.encoder(InvoiceOcrCompleted)(gone))

    assert came.reading == read(Step("ACCEPT")).reading


def test_people_are_told() -> None:
    asked = question(UPLOAD, read(Step("PERSON", ("number",))), vendor_known=True, days=7, now=AT)

    came = CODEC.decoder(InvoiceReviewRequested)(CODEC.encoder(InvoiceReviewRequested)(asked))

    assert came.reading is not None
    assert came.reading.model == USE
    assert "90 % sure" in (came.reason or "")
