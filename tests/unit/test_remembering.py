"""What is remembered of a vendor once a person has answered about one of its documents."""

from msgspec.structs import replace

from connectors.remembering import Remembering, Study
from operators.extraction.memory import Fact, Learned, VendorMemory
from operators.extraction.memory_lesson import Lesson, Standing
from operators.extraction.memory_recall import Memories
from operators.extraction.record import DocumentReading, FieldRemembered, MemoryUse, Route
from operators.extraction.reviewing import OpenReading
from operators.extraction.understood import FieldRead
from operators.invoice import Invoice, Party, Totals
from operators.review import InvoiceReviewCompleted, InvoiceReviewRequested, corrected
from operators.upload import Document, InvoiceOcrCompleted, InvoiceUploaded

READ = Invoice(number="R-7", seller=Party(name="EXAMPEL"), buyer=Party(), totals=Totals())
RIGHT = replace(READ, seller=Party(name="Example Supplies GmbH"))
FIELDS = (FieldRead("number", 0.99, "RAPIDOCR", 1), FieldRead("seller.name", 0.7, "RAPIDOCR", 1))
USE = MemoryUse("V-1", ("name",), (FieldRemembered("seller.name", "r-0"),))
KNOWN = VendorMemory("V-1", 1, (Fact("seller.name", "Example", Learned("r-0", 1, "ben", 1)),))


class Pages:
    """Stands in for looking at documents again."""

    def __init__(self) -> None:
        self.studies: list[Study] = []

    def look(self, study: Study) -> Lesson:
        self.studies.append(study)
        return Lesson(labels=(Standing("number", f"slip {len(self.studies)}"),))


def opened(*, route: Route = "RASTER", memory: MemoryUse | None = None) -> OpenReading:
    reading = DocumentReading(
        route=route, kind="INVOICE", fields=FIELDS, memory=memory, extractor="1"
    )
    asked = InvoiceReviewRequested(
        request_id="r-1",
        revision=0,
        kind="EXTRACTION",
        invoice_id="scan-1",
        opened_at=1,
        expires_at=2,
        document=Document("inbox/1.jpg", "image/jpeg", "0" * 64),
        invoice=READ,
        reading=reading,
    )
    return OpenReading(asked, "SCAN", 0, "V-1", b"words")


def said(invoice: Invoice | None) -> InvoiceReviewCompleted:
    return InvoiceReviewCompleted(
        request_id="r-1",
        revision=0,
        outcome="APPROVED" if invoice is None else "CORRECTED",
        reviewer="anna",
        reason="Read.",
        completed_at=9,
        corrected=invoice,
    )


def upload(vendor_id: str = "V-1") -> InvoiceUploaded:
    return corrected(said(RIGHT), "scan-1", vendor_id, 10)


def approved() -> InvoiceOcrCompleted:
    return InvoiceOcrCompleted(
        request_id="r-1", invoice_id="scan-1", vendor_id="V-1", uploaded_at=0, invoice=READ,
        confidence=1.0, origin="SCAN",
    )  # fmt: skip


def nothing_known() -> Memories:
    return Memories({}, {})


def test_a_correction_is_learned_with_where_it_is_from() -> None:
    pages = Pages()

    memory = Remembering(pages.look, nothing_known()).after(opened(), said(RIGHT), upload())

    assert memory is not None
    assert memory.facts[0].learned == Learned("r-1", 1, "anna", 9)
    assert [each.phrase for each in memory.labels] == ["slip 1"]
    assert pages.studies[0].sure == ("number",)


def test_of_a_document_whose_words_are_not_kept_only_what_was_said_is_learned() -> None:
    pages = Pages()
    without = replace(opened(), words=None)

    memory = Remembering(pages.look, nothing_known()).after(without, said(RIGHT), upload())

    assert memory is not None
    assert memory.fact("seller.name") == "Example Supplies GmbH"
    assert (memory.labels, pages.studies) == ((), [])


def test_two_corrections_of_one_poll_build_on_each_other() -> None:
    remembering = Remembering(Pages().look, nothing_known())
    remembering.after(opened(), said(RIGHT), upload())

    memory = remembering.after(opened(), said(RIGHT), upload())

    assert memory is not None
    assert [each.phrase for each in memory.labels] == ["slip 2", "slip 1"]
    assert memory.facts[0].learned.confirmed == 1


def test_an_invoice_that_came_as_xml_teaches_nothing() -> None:
    pages = Pages()

    memory = Remembering(pages.look, nothing_known()).after(
        opened(route="EMBEDDED_XML"), said(RIGHT), upload()
    )

    assert memory is None
    assert pages.studies == []


def test_an_approval_confirms_the_memory_that_had_a_part() -> None:
    remembering = Remembering(Pages().look, Memories({}, {"V-1": KNOWN}))

    memory = remembering.after(opened(memory=USE), said(None), approved())

    assert memory is not None
    assert memory.facts[0].learned.confirmed == 1


def test_an_approval_without_a_memory_teaches_nothing() -> None:
    remembering = Remembering(Pages().look, Memories({}, {"V-1": KNOWN}))

    assert remembering.after(opened(), said(None), approved()) is None
