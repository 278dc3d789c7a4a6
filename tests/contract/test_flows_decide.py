"""Decide over streams: deadlines, late answers, and what it never does."""

from msgspec.structs import replace

from connectors import dead_letters
from connectors.dead_letters import ERROR_REASON
from connectors.stream import Batch, CaughtUp, Event, Outgoing, Received
from operators.decide import NAMES
from operators.decision import InvoiceDecision, InvoiceSettled
from operators.review import PERSON, InvoiceReviewCompleted
from operators.time import DAY, Instant
from tests.contract.flow_run import start, whole_pipeline
from tests.contract.generated_records import AT, CONTRACTS, SAMPLES, decoded, sent

DEADLINE = 30_000
REQUEST = next(sample.upload.request_id for sample in SAMPLES if sample.decision == "APPROVED")
RESULTS = [
    next(each for each in whole_pipeline()[topic] if each.key == REQUEST.encode())
    for topic in (CONTRACTS.topic_of(kind).name for kind in NAMES)
]


def batch(at: Instant, *records: Received) -> Event[Received]:
    return Batch(0, at, list(records))


def run(*events: Event[Received]) -> list[Outgoing]:
    return [outgoing for records in start("decide", events).written for outgoing in records]


def decisions(outgoing: list[Outgoing]) -> list[InvoiceDecision]:
    records = [decoded(each) for each in outgoing if not each.topic.endswith(".dlq")]
    return [record for record in records if isinstance(record, InvoiceDecision)]


def test_nothing_is_decided_while_an_answer_may_still_be_on_its_way() -> None:
    after_the_deadline = AT + 10 * DEADLINE
    opened = RESULTS[0].timestamp
    assert run(batch(AT, *RESULTS[:3]), batch(after_the_deadline)) == []
    assert run(batch(AT, *RESULTS[:3]), CaughtUp(0, opened + DEADLINE, after_the_deadline)) == []


def test_a_missed_deadline_gives_a_partial_decision_and_the_late_answer_completes_it() -> None:
    until = RESULTS[0].timestamp + DEADLINE + 1
    written = run(
        batch(AT, *RESULTS[:3]), CaughtUp(0, until, until + 5), batch(until + 900, RESULTS[3])
    )
    first, second = decisions(written)
    assert (first.revision, first.complete, first.status) == (1, False, "REVIEW")
    assert [branch.lower() in RESULTS[3].topic for branch in first.missing] == [True]
    assert first.decided_at == until + 5
    assert (second.revision, second.complete, second.status) == (2, True, "APPROVED")
    assert any("missing" in change for change in second.changes)
    assert [type(decoded(each)) for each in written].count(InvoiceSettled) == 1
    identities = [value for each in written for name, value in each.headers if name == "ce_id"]
    assert f"{REQUEST}:1:1".encode() in identities
    assert f"{REQUEST}:1:2".encode() in identities


def test_the_same_answers_again_decide_nothing_again() -> None:
    assert len(decisions(run(batch(AT, *RESULTS), batch(AT + 1, *RESULTS)))) == 1


def test_an_answer_after_its_request_was_forgotten_is_a_dead_letter() -> None:
    forgotten = AT + 2 * DAY
    written = run(
        batch(AT, *RESULTS),
        CaughtUp(0, forgotten, forgotten),
        batch(forgotten + 1, replace(RESULTS[3], offset=99)),
    )
    (letter,) = [each for each in written if each.topic == f"{RESULTS[3].topic}.dlq"]
    assert (ERROR_REASON, b"late_result") in letter.headers
    assert (dead_letters.OFFSET, b"99") in letter.headers
    assert letter.value == RESULTS[3].value
    assert len(decisions(written)) == 1


def taken_back(request: str = REQUEST) -> Received:
    return sent(
        InvoiceReviewCompleted(
            request_id=request,
            revision=1,
            outcome="REJECTED",
            reviewer="shop",
            reason="Sent twice.",
            completed_at=AT,
            cancelled=True,
        ),
        7,
    )


def test_a_cancellation_decides_whenever_it_is_read_and_answers_after_it_nothing() -> None:
    for place in range(4):
        written = run(
            batch(AT, *RESULTS[:place]),
            batch(AT + 1, taken_back()),
            batch(AT + 2, taken_back()),
            batch(AT + 3, *RESULTS[place:]),
            CaughtUp(0, AT + DAY // 2, AT + DAY // 2),
        )
        (decision,) = decisions(written)
        assert (decision.revision, decision.status, decision.decided_by) == (1, "REJECTED", PERSON)
        assert len(decision.branches) == max(1, place)
        (settled,) = [each for each in map(decoded, written) if isinstance(each, InvoiceSettled)]
        assert settled.outcome == "REJECTED"
        assert len(written) == 2, "and no dead letter"


def test_a_cancellation_after_the_decision_is_a_dead_letter() -> None:
    written = run(batch(AT, *RESULTS), batch(AT + 1, taken_back()))
    assert [each.status for each in decisions(written)] == ["APPROVED"]
    (letter,) = [each for each in written if each.topic.endswith(".dlq")]
    assert (ERROR_REASON, b"review_settled") in letter.headers


def test_a_cancellation_of_what_nobody_ever_judges_is_a_dead_letter_in_the_end() -> None:
    record = taken_back("nobody")
    months_later = AT + 60 * DAY
    written = run(batch(AT, record), CaughtUp(0, months_later, months_later))
    (letter,) = written
    assert (letter.topic, letter.key, letter.value) == (
        f"{record.topic}.dlq",
        b"nobody",
        record.value,
    )
    assert (ERROR_REASON, b"review_unknown") in letter.headers
    assert (dead_letters.OFFSET, str(record.offset).encode()) in letter.headers
