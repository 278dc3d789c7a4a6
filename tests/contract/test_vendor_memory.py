"""Vendor memory over a stream: one document corrected, the vendor's next one read right."""

from collections.abc import Callable, Sequence

from msgspec.structs import replace

from connectors.stream import Batch, Outgoing, Received
from operators.extraction.lesson_learned import InvoiceLessonLearned
from operators.extraction.memory import VendorMemory
from operators.invoice import Invoice
from operators.money import parse
from operators.review import InvoiceReviewRequested
from operators.upload import Document, InvoiceOcrCompleted, InvoiceUploaded
from tests.contract.flow_run import start
from tests.contract.generated_records import AT, DOCUMENTS, completed, decoded, sent
from tests.contract.text_documents import TextDocuments

LAYOUT = """
NORDLICHT                                        www.nordlicht-handel.de
Handel und Kontor                                Tel. 0431 7788 9900

Musterfirma GmbH
Hauptstr. 5
24103 Kiel

Interner Vorgang             {number}
Rechnungsdatum               {day}
Kundennummer                 K-4711

Menge  Artikel                        Preis      Betrag
2      Lampe                          {half}      {net}

Summe netto                                      {net}
19 % USt                                         {tax}
Bitte anweisen                                   {gross}

USt-IdNr. {vat}
"""
FIRST = LAYOUT.format(
    number="NL/2231", day="03.02.2026", half="50,00", net="100,00", tax="19,00", gross="119,00",
    vat="DE136695976",
)  # fmt: skip
NEXT = LAYOUT.format(
    number="NL/2298", day="17.02.2026", half="30,00", net="60,00", tax="11,40", gross="71,40",
    vat="DE136695976",
)  # fmt: skip
OTHER = NEXT.replace("NORDLICHT", "SUEDWIND ").replace("nordlicht-handel", "suedwind").replace(
    "7788 9900", "1234 5678"
).replace("DE136695976", "DE129273398")  # fmt: skip
DOCUMENTS_HERE = TextDocuments({"first.pdf": FIRST, "next.pdf": NEXT, "other.pdf": OTHER})


Correct = Callable[[Invoice | None], Invoice]
"""What a person makes of what was read."""
VENDOR = "DE136695976"
"""As its VAT identifier implies."""


def upload(uri: str, vendor_id: str | None = None) -> InvoiceUploaded:
    given = next(iter(DOCUMENTS.values())).upload
    document = Document(uri, "application/pdf", "0" * 64)
    return replace(
        given, request_id=f"req-{uri}", invoice=None, document=document, vendor_id=vendor_id
    )


def polled(*records: Received, memories: Sequence[VendorMemory] = ()) -> list[Outgoing]:
    events = [Batch(0, AT, list(records))]
    runtime = start("extract", events, memories=memories, documents=DOCUMENTS_HERE)
    return [outgoing for written in runtime.written for outgoing in written]


def read(
    uri: str, memories: Sequence[VendorMemory] = ()
) -> InvoiceReviewRequested | InvoiceOcrCompleted:
    (outgoing,) = polled(sent(upload(uri)), memories=memories)
    record = decoded(outgoing)
    assert isinstance(record, InvoiceReviewRequested | InvoiceOcrCompleted)
    return record


def right(invoice: Invoice | None) -> Invoice:
    assert invoice is not None
    seller = replace(invoice.seller, name="Nordlicht Handel und Kontor e. K.")
    totals = replace(invoice.totals, gross=parse("119.00"), payable=parse("119.00"))
    return replace(invoice, number="NL/2231", seller=seller, totals=totals)


def with_reference(invoice: Invoice | None) -> Invoice:
    """The next one as it should be, which says more."""
    return replace(right(invoice), number="NL/2298", buyer_reference="K-4711")


def answered(uri: str, correct: Correct = right) -> list[Outgoing]:
    """What follows from a correction, the question left out."""
    asked = read(uri)
    assert isinstance(asked, InvoiceReviewRequested)
    said = completed(asked, "CORRECTED", "anna", corrected=correct(asked.invoice))
    _, *rest = polled(sent(upload(uri)), sent(said, 1))
    return rest


def lesson_of(uri: str, correct: Correct = right) -> InvoiceLessonLearned:
    return next(
        record
        for outgoing in answered(uri, correct)
        if isinstance(record := decoded(outgoing), InvoiceLessonLearned)
    )


def learned(*lessons: InvoiceLessonLearned) -> list[VendorMemory]:
    """What is remembered after each lesson of a poll."""
    written = polled(*(sent(each, number) for number, each in enumerate(lessons)))
    return [record for each in written if isinstance(record := decoded(each), VendorMemory)]


def taught() -> VendorMemory:
    (memory,) = learned(lesson_of("first.pdf"))
    return memory


def test_the_first_document_is_for_a_person() -> None:
    asked = read("first.pdf")

    assert isinstance(asked, InvoiceReviewRequested)
    assert asked.invoice != right(asked.invoice)


def test_a_correction_goes_to_its_vendor_and_is_remembered_with_where_it_is_from() -> None:
    (there,) = (each for each in answered("first.pdf") if each.topic == "invoice.lesson.learned")
    memory = taught()

    assert there.key == VENDOR.encode()
    assert memory.fact("seller.name") == "Nordlicht Handel und Kontor e. K."
    assert {each.learned.request_id for each in memory.facts} == {"req-first.pdf"}
    assert {each.learned.reviewer for each in memory.labels} == {"anna"}


def test_of_two_corrections_at_the_same_time_each_is_remembered() -> None:
    # Neither has seen anything of the other.
    first, second = lesson_of("first.pdf"), lesson_of("next.pdf", with_reference)

    *_, memory = learned(first, second)

    known = {each.field: each.learned.request_id for each in memory.labels}
    assert known["number"] == "req-first.pdf"
    assert known["buyer_reference"] == "req-next.pdf"


def test_what_is_forgotten_is_gone_from_the_topic() -> None:
    forgotten = InvoiceLessonLearned(vendor_id=VENDOR, kind="FORGOTTEN")

    *_, gone = polled(sent(lesson_of("first.pdf")), sent(forgotten, 1))

    assert (gone.topic, gone.key, gone.value) == (
        "reference.vendor_memory",
        VENDOR.encode(),
        None,
    )


def test_the_next_document_of_the_vendor_is_read_right() -> None:
    record = read("next.pdf", [taught()])

    invoice, reading = record.invoice, record.reading
    assert invoice is not None
    assert invoice.seller.name == "Nordlicht Handel und Kontor e. K."
    assert (invoice.number, invoice.totals.gross) == ("NL/2298", parse("71.40"))
    assert reading is not None
    assert reading.memory is not None
    assert reading.memory.vendor_id == VENDOR
    assert {each.request_id for each in reading.memory.fields} == {"req-first.pdf"}
    name = next(each for each in reading.fields if each.field == "seller.name")
    assert name.obtained == "MEMORY"


def test_the_vendor_of_the_next_document_is_known() -> None:
    (outgoing,) = polled(sent(upload("next.pdf")), memories=[taught()])

    record = decoded(outgoing)

    assert isinstance(record, InvoiceOcrCompleted)
    assert record.vendor_id == VENDOR


def test_a_document_of_another_vendor_is_read_as_before() -> None:
    before, after = read("other.pdf"), read("other.pdf", [taught()])

    assert (after.invoice, after.reading) == (before.invoice, before.reading)


def test_a_document_uploaded_as_another_vendors_is_read_as_before() -> None:
    (before,) = polled(sent(upload("next.pdf", "V-9")))
    (after,) = polled(sent(upload("next.pdf", "V-9")), memories=[taught()])

    assert decoded(after).reading == decoded(before).reading
