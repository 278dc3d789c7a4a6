"""What people say of documents that could not be read surely enough."""

from dataclasses import dataclass, field
from datetime import date

from msgspec.structs import replace

from operators.decision import InvoiceDecision, ReviewOutcome
from operators.extraction.record import DocumentReading
from operators.extraction.reviewing import (
    Answered,
    OpenReading,
    Overtaken,
    Readings,
    Reviewed,
    answer,
    ask,
    expire,
    forget,
    overtake,
)
from operators.invoice import Invoice, Party, Totals
from operators.people import Refused
from operators.review import InvoiceReviewCompleted, InvoiceReviewRequested
from operators.table import MemoryTable
from operators.time import DAY, Instant
from operators.upload import InvoiceOcrCompleted, InvoiceUploaded

NOW: Instant = 1_772_442_900_000
INVOICE = Invoice(
    number="R-7",
    currency="EUR",
    seller=Party(name="Example Supplies GmbH", vat_id="DE123456788"),
    buyer=Party(),
    totals=Totals(gross=119),
)


def asked(attempt: int = 1, invoice: Invoice | None = INVOICE) -> InvoiceReviewRequested:
    return InvoiceReviewRequested(
        request_id="r-1",
        attempt=attempt,
        revision=0,
        kind="EXTRACTION",
        invoice_id="scan-1",
        opened_at=NOW,
        expires_at=NOW + 30 * DAY,
        invoice=invoice,
        reading=DocumentReading(route="RASTER", kind="RECEIPT", extractor="1"),
    )


def opened(
    attempt: int = 1, vendor_id: str | None = "V-1", invoice: Invoice | None = INVOICE
) -> OpenReading:
    return OpenReading(asked(attempt, invoice), "SCAN", NOW - 1_000, vendor_id)


@dataclass
class Desk:
    """A table of what is open, and what came of it."""

    table: MemoryTable[OpenReading] = field(default_factory=MemoryTable)
    heard: MemoryTable[Answered] = field(default_factory=MemoryTable)
    overtaken: MemoryTable[Overtaken] = field(default_factory=MemoryTable)

    @property
    def readings(self) -> Readings:
        return Readings(self.table, self.heard, self.overtaken)

    def answered(
        self,
        outcome: ReviewOutcome,
        *,
        attempt: int = 1,
        reviewer: str = "anna",
        corrected: Invoice | None = None,
    ) -> tuple[Reviewed, ...]:
        completed = InvoiceReviewCompleted(
            request_id="r-1",
            attempt=attempt,
            revision=0,
            outcome=outcome,
            reviewer=reviewer,
            reason="Looked at.",
            completed_at=NOW + 5,
            corrected=corrected,
        )
        return tuple(
            answer(self.readings, completed, lambda invoice: invoice.seller.vat_id, NOW + 10)
        )


def desk(found: OpenReading) -> Desk:
    made = Desk()
    assert ask(made.readings, found) == (found.asked,)
    return made


DATED = replace(INVOICE, issue_date=date(2026, 3, 1))


def test_an_approved_reading_goes_to_the_branches_as_it_was_read() -> None:
    at = desk(opened(invoice=DATED))

    (gone,) = at.answered("APPROVED")

    assert isinstance(gone, InvoiceOcrCompleted)
    assert (gone.invoice, gone.vendor_id, gone.uploaded_at) == (DATED, "V-1", NOW - 1_000)
    assert not list(at.table.items())


def test_a_reading_that_lacks_what_is_needed_cannot_be_approved() -> None:
    at = desk(opened())

    (refused,) = at.answered("APPROVED")

    assert isinstance(refused, Refused)
    assert "issue_date could not be read" in refused.message
    assert at.table.get("r-1")


def test_a_reading_of_an_unknown_vendor_cannot_be_approved() -> None:
    (refused,) = desk(opened(vendor_id=None, invoice=DATED)).answered("APPROVED")

    assert isinstance(refused, Refused)
    assert "vendor is not known" in refused.message


def test_a_correction_is_the_next_attempt_and_ends_this_one() -> None:
    at = desk(opened(vendor_id=None))

    ended, upload = at.answered("CORRECTED", corrected=DATED)

    assert isinstance(ended, InvoiceDecision)
    assert (ended.status, ended.attempt, ended.vendor_id) == ("REPLACED", 1, "")
    assert isinstance(upload, InvoiceUploaded)
    assert (upload.attempt, upload.invoice, upload.vendor_id) == (2, DATED, "DE123456788")
    assert upload.document is None
    assert not list(at.table.items())


def test_a_correction_of_what_the_upload_says_is_a_vendors_stays_with_that_vendor() -> None:
    found = opened(vendor_id="V-1")
    at = desk(replace(found, asked=replace(found.asked, vendor_id="V-1")))

    _, upload = at.answered("CORRECTED", corrected=DATED)

    assert isinstance(upload, InvoiceUploaded)
    assert upload.vendor_id == "V-1"


def test_a_correction_that_names_no_seller_is_refused() -> None:
    at = desk(opened(vendor_id=None))

    (refused,) = at.answered("CORRECTED", corrected=replace(DATED, seller=Party()))

    assert isinstance(refused, Refused)
    assert "vendor is not known" in refused.message
    assert at.table.get("r-1")


def test_a_rejection_is_the_decision() -> None:
    (decided,) = desk(opened()).answered("REJECTED")

    assert isinstance(decided, InvoiceDecision)
    assert (decided.status, decided.decided_by, decided.complete) == (
        "REJECTED",
        "a person",
        False,
    )
    assert [note.reviewer for note in decided.reviews] == ["anna"]
    assert decided.latency_ms == 1_010


def test_an_answer_is_taken_once_and_the_same_again_changes_nothing() -> None:
    at = desk(opened())
    at.answered("REJECTED")

    assert at.answered("REJECTED") == ()
    (refused,) = at.answered("REJECTED", reviewer="ben")

    assert isinstance(refused, Refused)
    assert refused.reason == "review_settled"


def test_an_upload_that_comes_again_after_its_answer_asks_nothing_for_a_day() -> None:
    at = desk(opened())
    at.answered("REJECTED")

    assert ask(at.readings, opened()) == ()
    forget(at.readings, 30, NOW + 10 + DAY)
    assert ask(at.readings, opened()) == ()
    forget(at.readings, 30, NOW + 11 + DAY)
    assert ask(at.readings, opened()) == (opened().asked,)


def test_an_attempt_after_an_answered_one_is_asked_about_and_replaces_nothing() -> None:
    at = desk(opened())
    at.answered("REJECTED")

    assert ask(at.readings, opened(attempt=2)) == (opened(attempt=2).asked,)


def test_an_answer_about_another_attempt_or_from_nobody_is_refused() -> None:
    at = desk(opened(attempt=2))

    (outdated,) = at.answered("REJECTED", attempt=1)
    (nobody,) = at.answered("REJECTED", attempt=2, reviewer=" ")

    assert isinstance(outdated, Refused)
    assert outdated.reason == "review_outdated"
    assert isinstance(nobody, Refused)
    assert nobody.reason == "contract_broken"
    assert at.table.get("r-1")


def test_a_later_attempt_takes_the_place_of_an_earlier_one() -> None:
    at = desk(opened())

    (ended,) = overtake(at.readings, "r-1", 2, NOW + 50)

    assert (ended.attempt, ended.status) == (1, "REPLACED")
    assert not list(at.table.items())
    assert ask(at.readings, opened(attempt=2)) == (opened(attempt=2).asked,)
    assert overtake(at.readings, "r-1", 2, NOW + 60) == ()


def test_an_answer_about_an_attempt_that_a_later_one_has_overtaken_is_refused() -> None:
    at = desk(opened())
    overtake(at.readings, "r-1", 2, NOW + 5)

    (refused,) = at.answered("APPROVED")

    assert isinstance(refused, Refused)
    assert refused.reason == "review_outdated"
    assert "attempt 1, and 2 has taken its place" in refused.message


def test_an_attempt_that_is_read_after_a_later_one_is_asked_about_no_more() -> None:
    at = Desk()
    overtake(at.readings, "r-1", 3, NOW)

    assert overtake(at.readings, "r-1", 2, NOW + 1) == ()
    assert ask(at.readings, opened(attempt=2)) == ()
    assert ask(at.readings, opened(attempt=3)) == (opened(attempt=3).asked,)


def test_a_later_attempt_is_remembered_as_long_as_an_earlier_one_may_be_asked_about() -> None:
    at = Desk()
    overtake(at.readings, "r-1", 2, NOW)

    forget(at.readings, 30, NOW + 30 * DAY)
    assert ask(at.readings, opened()) == ()
    forget(at.readings, 30, NOW + 30 * DAY + 1)
    assert ask(at.readings, opened()) == (opened().asked,)


def test_a_document_that_comes_twice_is_asked_about_once() -> None:
    at = desk(opened(attempt=2))

    assert ask(at.readings, opened(attempt=2)) == ()
    assert ask(at.readings, opened(attempt=1)) == ()


def test_what_nobody_looks_at_is_rejected_when_its_time_is_over() -> None:
    at = desk(opened())

    assert list(expire(at.readings, 30, NOW + 30 * DAY, NOW + 31 * DAY)) == []
    (decided,) = expire(at.readings, 30, NOW + 30 * DAY + 1, NOW + 31 * DAY)

    assert (decided.status, decided.decided_by) == ("REJECTED", "an expired review")
    assert decided.reason == "Nobody has read it within 30 days."
    assert not list(at.table.items())
