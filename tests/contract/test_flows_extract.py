"""Extract over a stream: documents read, people asked, what cannot be read."""

import pytest
from msgspec.structs import replace

from connectors.dead_letters import ERROR_REASON, TARGET_GROUP
from connectors.stream import Batch, CaughtUp, Event, Outgoing, Received
from connectors.wire import FORWARDED
from operators.decision import InvoiceDecision
from operators.extraction.differences import Difference
from operators.review import InvoiceReviewCompleted, InvoiceReviewRequested
from operators.time import DAY
from operators.upload import Document, InvoiceOcrCompleted, InvoiceUploaded
from operators.vendor_id import implied_by
from tests.contract.flow_run import start
from tests.contract.generated_records import (
    AT,
    DOCUMENTS,
    DOUBTFUL,
    NAMELESS,
    completed,
    decoded,
    sent,
)

READABLE = next(uri for uri in DOCUMENTS if uri not in DOUBTFUL)


def upload(uri: str, *, vendor: bool = True) -> InvoiceUploaded:
    given = DOCUMENTS[uri].upload if uri in DOCUMENTS else DOCUMENTS[READABLE].upload
    document = Document(uri, "application/pdf", "0" * 64)
    vendor_id = given.vendor_id if vendor else None
    return replace(given, invoice=None, document=document, vendor_id=vendor_id)


def run(*events: Event[Received], reference: bool = True) -> list[Outgoing]:
    runtime = start("extract", events, reference=reference)
    return [outgoing for records in runtime.written for outgoing in records]


def polled(*records: Received, reference: bool = True) -> list[Outgoing]:
    return run(Batch(0, AT, list(records)), reference=reference)


def asked(uri: str) -> InvoiceReviewRequested:
    (outgoing,) = polled(sent(upload(uri)))
    record = decoded(outgoing)
    assert isinstance(record, InvoiceReviewRequested)
    return record


def test_a_document_becomes_an_invoice_beside_how_it_was_read() -> None:
    (outgoing,) = polled(sent(upload(READABLE)))
    given = DOCUMENTS[READABLE].upload

    read = decoded(outgoing)

    assert isinstance(read, InvoiceOcrCompleted)
    assert (read.invoice, read.vendor_id) == (given.invoice, given.vendor_id)
    assert read.document is not None
    assert read.document.uri == READABLE
    assert read.reading is not None
    assert read.reading.route == "TEXT_LAYER"


def test_an_upload_with_its_invoice_in_it_is_none_of_its_business() -> None:
    assert polled(sent(DOCUMENTS[READABLE].upload)) == []


def test_the_master_data_says_whose_document_it_is() -> None:
    (outgoing,) = polled(sent(upload(READABLE, vendor=False)))

    assert decoded(outgoing).vendor_id == DOCUMENTS[READABLE].upload.vendor_id


def test_a_vendor_that_the_master_data_does_not_know_is_called_as_its_seller_implies() -> None:
    (outgoing,) = polled(sent(upload(READABLE, vendor=False)), reference=False)
    invoice = DOCUMENTS[READABLE].upload.invoice

    assert invoice is not None
    assert decoded(outgoing).vendor_id == implied_by(invoice.seller)


def test_a_person_is_asked_when_nothing_says_whose_it_is() -> None:
    (outgoing,) = polled(sent(upload(NAMELESS, vendor=False)))

    question = decoded(outgoing)

    assert isinstance(question, InvoiceReviewRequested)
    assert question.kind == "EXTRACTION"
    assert [each.rule_id for each in question.violations] == ["MF-READ-VENDOR"]


def test_a_doubtful_document_is_for_a_person_who_sees_what_was_read() -> None:
    question = asked(DOUBTFUL[0])

    assert question.revision == 0
    assert question.invoice == DOCUMENTS[DOUBTFUL[0]].upload.invoice
    assert [each.rule_id for each in question.violations] == ["MF-READ-DOUBTFUL"]


def test_what_cannot_be_had_is_a_dead_letter_that_says_why() -> None:
    gone, read = polled(sent(upload("inbox/gone.pdf")), sent(upload(READABLE), 1))

    assert gone.topic == "invoice.uploaded.dlq"
    assert dict(gone.headers)[ERROR_REASON] == b"document_missing"
    assert isinstance(decoded(read), InvoiceOcrCompleted)


def test_an_approved_reading_goes_on_as_it_was_read() -> None:
    question = asked(DOUBTFUL[0])

    _, outgoing = polled(
        sent(upload(DOUBTFUL[0])), sent(completed(question, "APPROVED", "anna"), 1)
    )

    read = decoded(outgoing)
    assert isinstance(read, InvoiceOcrCompleted)
    assert read.invoice == question.invoice


def later(uri: str | None = None) -> InvoiceUploaded:
    """The next attempt of a doubtful document: the invoice itself, or another document."""
    given = DOCUMENTS[DOUBTFUL[0]].upload
    if uri is None:
        return replace(given, attempt=2)
    return replace(upload(uri), request_id=given.request_id, attempt=2)


@pytest.mark.parametrize("uri", [None, READABLE])
def test_a_later_attempt_ends_what_was_asked_about_an_earlier_one(uri: str | None) -> None:
    _, ended, *_ = polled(sent(upload(DOUBTFUL[0])), sent(later(uri), 1))

    decision = decoded(ended)
    assert isinstance(decision, InvoiceDecision)
    assert (decision.attempt, decision.revision, decision.status) == (1, 1, "REPLACED")
    assert decision.decided_by == "a later attempt"


@pytest.mark.parametrize("uri", [None, READABLE])
def test_a_later_attempt_is_told_where_its_request_stands_and_worked_on_once(
    uri: str | None,
) -> None:
    record = later(uri)
    on = next(each for each in polled(sent(record)) if each.topic == "invoice.uploaded")
    there = Received(on.topic, 0, 7, on.key, on.value, on.headers, AT)

    _, ended = polled(sent(upload(DOUBTFUL[0], vendor=False)), there)

    assert (on.key, decoded(on)) == (record.request_id.encode(), record)
    assert dict(on.headers)[FORWARDED] == b"0:0"
    assert dict(on.headers)[TARGET_GROUP] == b"extract"
    assert decoded(ended).status == "REPLACED"


def test_a_later_attempt_that_cannot_be_read_ends_nothing() -> None:
    asked_, letter = polled(sent(upload(DOUBTFUL[0])), sent(later("inbox/gone.pdf"), 1))

    assert isinstance(decoded(asked_), InvoiceReviewRequested)
    assert letter.topic == "invoice.uploaded.dlq"


def test_what_a_person_has_corrected_is_not_told_anew() -> None:
    assert polled(sent(replace(later(), origin="REVIEW"))) == []


def test_an_answer_that_came_to_another_partition_is_sent_on_to_that_of_the_upload() -> None:
    answer = completed(asked(DOUBTFUL[0]), "REJECTED", "anna")
    vendor_id = DOCUMENTS[DOUBTFUL[0]].upload.vendor_id or ""

    (outgoing,) = polled(sent(answer))

    assert (outgoing.topic, outgoing.key) == ("invoice.review.completed", vendor_id.encode())
    assert isinstance(decoded(outgoing), InvoiceReviewCompleted)


def test_an_answer_where_it_belongs_and_nobody_has_asked_is_a_dead_letter() -> None:
    answer = completed(asked(DOUBTFUL[0]), "REJECTED", "anna")
    key = (answer.vendor_id or "").encode()

    (letter,) = polled(replace(sent(answer), key=key))

    assert dict(letter.headers)[ERROR_REASON] == b"review_unknown"


def test_answers_about_documents_and_about_decisions_do_not_meet() -> None:
    about_document = completed(asked(DOUBTFUL[0]), "APPROVED", "anna")
    about_decision = replace(about_document, revision=1)

    assert polled(sent(about_decision)) == []
    assert start("decide", [Batch(0, AT, [sent(about_document)])]).written in ([], [[]])


def test_what_nobody_reads_is_rejected_when_its_time_is_over() -> None:
    opened = Batch(0, AT, [sent(upload(DOUBTFUL[0]))])
    late = AT + 30 * DAY + 1

    *_, outgoing = run(opened, CaughtUp(0, late, late))

    decision = decoded(outgoing)
    assert isinstance(decision, InvoiceDecision)
    assert (decision.status, decision.decided_by) == ("REJECTED", "an expired review")


def test_a_page_that_contradicts_its_xml_is_seen_by_validation_and_fraud() -> None:
    (outgoing,) = polled(sent(upload(READABLE)))
    read = decoded(outgoing)
    other = Difference("totals.gross", "1190.00", "1910.00")
    contradicted = replace(read, reading=replace(read.reading, differences=(other,)))

    answers = {
        flow: decoded(start(flow, [Batch(0, AT, [sent(contradicted)])]).written[0][0])
        for flow in ("validation", "fraud")
    }

    assert "MF-DOC-GROSS" in [each.rule_id for each in answers["validation"].violations]
    assert "document_contradicts" in [each.signal for each in answers["fraud"].details.evidence]
    assert answers["fraud"].status == "WARNING"
