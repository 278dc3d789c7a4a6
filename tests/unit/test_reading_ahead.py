"""Documents of a poll, read before its epoch is open."""

import time
from collections.abc import Sequence

import pytest

from connectors.codec import Codec, LockIds
from connectors.contracts import Contracts
from connectors.extracting import Unusable, Wanted
from connectors.reading_ahead import ReadingAhead
from connectors.remembering import Study
from connectors.stream import Received
from connectors.wire import FORWARDED
from operators.decision import ReviewOutcome
from operators.extraction.gate import Gates, Step
from operators.extraction.memory_lesson import Lesson
from operators.extraction.memory_recall import Memories
from operators.extraction.outcome import DocumentRead
from operators.extraction.record import DocumentReading
from operators.invoice import Invoice, Party, Totals
from operators.review import InvoiceReviewCompleted
from operators.table import MemoryTable
from operators.upload import Document, InvoiceUploaded, Metadata

CONTRACTS = Contracts.load()
CODEC = Codec(CONTRACTS, LockIds(CONTRACTS))
UPLOADS = CONTRACTS.topic_of(InvoiceUploaded).name
ANSWERS = CONTRACTS.topic_of(InvoiceReviewCompleted).name
MEMORIES = Memories(MemoryTable(), MemoryTable())
INVOICE = Invoice(seller=Party(), buyer=Party(), totals=Totals())
READ = DocumentRead(
    INVOICE, DocumentReading(route="XML", kind="INVOICE", extractor="1"), Step("ACCEPT")
)


class Documents:
    """Reads every document, and notes which together; it takes as long as the test says."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.read_together: list[list[str]] = []
        self.seconds = 0.0
        self._now = 0.0
        monkeypatch.setattr(time, "monotonic", lambda: self._now)

    def read(
        self, wanted: Sequence[Wanted], memories: Memories, /
    ) -> Sequence[DocumentRead | Unusable]:
        self.read_together.append([each.document.uri for each in wanted])
        self._now += self.seconds
        return [READ for _ in wanted]

    def study(self, study: Study, /) -> Lesson:
        raise NotImplementedError


def upload(**other: object) -> bytes:
    given: dict[str, object] = {
        "request_id": "r",
        "invoice_id": "i",
        "vendor_id": None,
        "origin": "SCAN",
        "uploaded_at": 1,
        "metadata": Metadata(),
    }
    return CODEC.encoder(InvoiceUploaded)(InvoiceUploaded(**{**given, **other}))  # type: ignore[arg-type]  # fields by name


def pointer(uri: str) -> bytes:
    return upload(document=Document(uri, "application/pdf", "0" * 64))


def record(topic: str, value: bytes | None, *headers: tuple[str, bytes]) -> Received:
    return Received(topic, 0, 0, b"r", value, list(headers), 1)


def answer(outcome: ReviewOutcome, revision: int = 0) -> bytes:
    return CODEC.encoder(InvoiceReviewCompleted)(
        InvoiceReviewCompleted(
            request_id="r",
            revision=revision,
            outcome=outcome,
            reviewer="anna",
            reason="Looked at.",
            completed_at=1,
            corrected=INVOICE if outcome == "CORRECTED" else None,
        )
    )


def wanted(uri: str) -> Wanted:
    return Wanted(Document(uri, "application/pdf", "0" * 64), Gates())


@pytest.fixture
def documents(monkeypatch: pytest.MonkeyPatch) -> Documents:
    return Documents(monkeypatch)


@pytest.fixture
def ahead(documents: Documents) -> ReadingAhead:
    return ReadingAhead(documents, 4, CONTRACTS, CODEC, MemoryTable(), MEMORIES)


def poll(ahead: ReadingAhead, count: int) -> int:
    """How many of so many documents there is room for."""
    taken = 0
    while taken < count and ahead.takes(record(UPLOADS, pointer(f"{taken}.pdf"))):
        taken += 1
    ahead.work()
    return taken


def test_documents_of_a_poll_are_read_together_before_they_are_asked_for(
    ahead: ReadingAhead, documents: Documents
) -> None:
    for uri in ("a.pdf", "b.pdf", "a.pdf"):
        assert ahead.takes(record(UPLOADS, pointer(uri)))
    ahead.work()
    found = ahead.read([wanted("a.pdf"), wanted("b.pdf"), wanted("a.pdf")], MEMORIES)
    assert list(found) == [READ] * 3
    assert documents.read_together == [["a.pdf", "b.pdf"]]


def test_what_is_no_document_needs_no_room(ahead: ReadingAhead, documents: Documents) -> None:
    for value in (upload(invoice=INVOICE), b"broken", None):
        assert ahead.takes(record(UPLOADS, value))
    assert ahead.takes(record("another", pointer("a.pdf")))
    ahead.work()
    assert documents.read_together == []


def test_a_document_that_was_sent_on_is_read_where_it_came_first(
    ahead: ReadingAhead, documents: Documents
) -> None:
    assert ahead.takes(record(UPLOADS, pointer("a.pdf"), (FORWARDED, b"0:1")))
    ahead.work()
    assert documents.read_together == []


def test_what_was_not_foreseen_is_read_when_it_is_asked_for(
    ahead: ReadingAhead, documents: Documents
) -> None:
    assert list(ahead.read([wanted("late.pdf")], MEMORIES)) == [READ]
    assert documents.read_together == [["late.pdf"]]


def test_quick_documents_are_read_more_at_once_and_slow_ones_fewer(
    ahead: ReadingAhead, documents: Documents
) -> None:
    assert [poll(ahead, 100) for _ in range(3)] == [4, 8, 16]
    documents.seconds = 5.0
    assert [poll(ahead, 100) for _ in range(2)] == [32, 32]
    documents.seconds = 60.0
    assert [poll(ahead, 100) for _ in range(7)] == [32, 16, 8, 4, 2, 1, 1]
    documents.seconds = 0.1
    assert [poll(ahead, 100) for _ in range(8)] == [1, 2, 4, 8, 16, 32, 64, 64]


def test_a_quick_poll_that_was_not_full_says_nothing_about_more(ahead: ReadingAhead) -> None:
    assert [poll(ahead, count) for count in (3, 3, 100)] == [3, 3, 4]


def test_a_poll_has_one_correction_of_a_document_and_any_other_answers(
    ahead: ReadingAhead,
) -> None:
    assert ahead.takes(record(ANSWERS, answer("CORRECTED")))
    assert ahead.takes(record(ANSWERS, answer("APPROVED")))
    assert ahead.takes(record(ANSWERS, answer("CORRECTED", revision=1)))
    assert not ahead.takes(record(ANSWERS, answer("CORRECTED")))
    ahead.work()
    assert ahead.takes(record(ANSWERS, answer("CORRECTED")))
