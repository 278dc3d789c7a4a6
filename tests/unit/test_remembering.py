"""What is remembered of a vendor once a person has answered about one of its documents."""

from collections.abc import Iterable
from typing import Any

import pytest
from msgspec.structs import asdict, replace

from connectors.remembering import Study, remembered, taught
from connectors.stream import Decoded, Produced, Received, Rejected, Removed
from operators.extraction.lesson_learned import FactSaid, InvoiceLessonLearned
from operators.extraction.memory import Fact, LabelKnown, Learned, VendorMemory
from operators.extraction.memory_lesson import Lesson, Standing
from operators.extraction.memory_recall import Memories
from operators.extraction.record import DocumentReading, FieldRemembered, MemoryUse, Route
from operators.extraction.reviewing import OpenReading
from operators.extraction.understood import FieldRead
from operators.invoice import Invoice, Party, Totals
from operators.review import InvoiceReviewCompleted, InvoiceReviewRequested, corrected
from operators.table import MemoryTable
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


NOBODY = Memories({}, {})


def lesson(memory: str = "V-1", *, phrase: str = "slip", request_id: str = "r-1") -> Decoded[Any]:
    record = InvoiceLessonLearned(
        vendor_id=memory,
        kind="CORRECTED",
        learned=Learned(request_id, 1, "anna", 9),
        labels=(Standing("number", phrase),),
    )
    return Decoded(record, Received("invoice.lesson.learned", 0, 0, b"V-1", b"", [], 1))


def changed(lesson: Decoded[Any], **changes: Any) -> Decoded[Any]:
    return replace(lesson, record=replace(lesson.record, **changes))


def memory_of(written: Iterable[object]) -> VendorMemory:
    (produced,) = written
    assert isinstance(produced, Produced)
    assert isinstance(produced.record, VendorMemory)
    return produced.record


def test_a_correction_teaches_and_says_where_it_is_from() -> None:
    pages = Pages()

    found = taught(pages.look, NOBODY, opened(), said(RIGHT), upload())

    assert found is not None
    assert (found.vendor_id, found.learned) == ("V-1", Learned("r-1", 1, "anna", 9))
    assert FactSaid("seller.name", "Example Supplies GmbH", "EXAMPEL") in found.facts
    assert [each.phrase for each in found.labels] == ["slip 1"]
    assert pages.studies[0].sure == ("number",)


def test_of_a_document_whose_words_are_not_kept_only_what_was_said_is_taught() -> None:
    pages = Pages()

    found = taught(pages.look, NOBODY, replace(opened(), words=None), said(RIGHT), upload())

    assert found is not None
    assert FactSaid("seller.name", "Example Supplies GmbH", "EXAMPEL") in found.facts
    assert (found.labels, pages.studies) == ((), [])


def test_an_invoice_that_came_as_xml_teaches_nothing() -> None:
    pages = Pages()

    assert taught(pages.look, NOBODY, opened(route="EMBEDDED_XML"), said(RIGHT), upload()) is None
    assert pages.studies == []


def test_an_approval_confirms_the_memory_that_had_a_part() -> None:
    found = taught(Pages().look, NOBODY, opened(memory=USE), said(None), approved())

    assert found is not None
    (memory,) = remembered(
        MemoryTable(), Memories({}, {"V-1": KNOWN}), changed(lesson(), **asdict(found)), 10
    )
    assert isinstance(memory, Produced)
    assert isinstance(memory.record, VendorMemory)
    assert memory.record.facts[0].learned.confirmed == 1


def test_an_approval_without_a_memory_teaches_nothing() -> None:
    assert taught(Pages().look, NOBODY, opened(), said(None), approved()) is None


def test_a_lesson_builds_on_the_one_before_though_no_reader_has_seen_that_yet() -> None:
    table = MemoryTable[VendorMemory]()
    first = lesson(phrase="slip", request_id="r-1")
    second = lesson(phrase="ticket", request_id="r-2")

    list(remembered(table, NOBODY, first, 10))
    memory = memory_of(remembered(table, NOBODY, second, 10))

    assert [(each.phrase, each.learned.request_id) for each in memory.labels] == [
        ("ticket", "r-2"),
        ("slip", "r-1"),
    ]


def test_what_was_remembered_before_anything_was_kept_here_is_built_on() -> None:
    memory = memory_of(remembered(MemoryTable(), Memories({}, {"V-1": KNOWN}), lesson(), 10))

    assert memory.fact("seller.name") == "Example"
    assert [each.phrase for each in memory.labels] == ["slip"]


def test_what_is_forgotten_does_not_come_back_with_the_next_lesson() -> None:
    table = MemoryTable[VendorMemory]()
    readers_still_have_it = Memories({}, {"V-1": KNOWN})
    forgotten = changed(lesson(), kind="FORGOTTEN", learned=None)

    gone = list(remembered(table, readers_still_have_it, forgotten, 10))
    memory = memory_of(remembered(table, readers_still_have_it, lesson(), 10))

    assert gone == [Removed(VendorMemory, "V-1")]
    assert memory.facts == ()


def test_what_was_confirmed_as_often_as_can_be_told_is_confirmed_no_more() -> None:
    often = Learned("r-0", 1, "ben", 1, confirmed=2**31 - 1)
    known = replace(KNOWN, labels=(LabelKnown("number", "slip", 1, 0.0, 0.0, often),))

    memory = memory_of(remembered(MemoryTable(), Memories({}, {"V-1": known}), lesson(), 10))

    assert memory.labels[0].learned == often


@pytest.mark.parametrize("changes", [{"kind": "UNKNOWN"}, {"learned": None}])
def test_a_lesson_from_nobody_or_of_an_unknown_kind_is_refused(changes: dict[str, Any]) -> None:
    (refused,) = remembered(MemoryTable(), NOBODY, changed(lesson(), **changes), 10)

    assert isinstance(refused, Rejected)
    assert refused.reason == "contract_broken"
