"""What is taken back is told under the key of its question, and never lost on the way."""

import asyncio
from typing import Any

import pytest
from confluent_kafka import KafkaError, KafkaException
from msgspec.structs import replace

import web.requests.withdrawing
from connectors.database.requests import Asked, Known, Upload
from operators.decision import InvoiceDecision
from operators.progress import Happened, Progress, State
from operators.review import PERSON, InvoiceReviewCompleted
from tests.contract.generated_records import AT, CODEC, CONTRACTS
from web.live.hub import Watched
from web.principal import Principal
from web.problem import Problem
from web.requests.looking import Look
from web.requests.withdrawing import Withdrawing

ANNA = Principal("anna", None, frozenset({"submit"}))


class Publishers:
    """Makes publishers that take what they are given, but for those that fail once and for all."""

    def __init__(self, *failures: Exception) -> None:
        self.sent: list[InvoiceReviewCompleted] = []
        self.made = 0
        self._failures = [*failures]

    def __call__(self, *_: Any) -> "Publisher":
        self.made += 1
        return Publisher(self, self._failures.pop(0) if self._failures else None)


class Publisher:
    def __init__(self, of: Publishers, failure: Exception | None) -> None:
        self._of = of
        self._failure = failure

    def send(self, record: InvoiceReviewCompleted) -> None:
        if self._failure is not None:
            raise self._failure
        self._of.sent.append(record)

    def flush(self) -> None:
        """All of it is there."""


def upload(attempt: int, vendor_id: str | None) -> Upload:
    return Upload(
        request_id="r",
        attempt=attempt,
        invoice_id="I",
        vendor_id=vendor_id,
        origin="API",
        uploaded_at=AT,
        number=None,
        currency=None,
        payable=None,
        issue_date=None,
        document={},
        tenant=None,
    )


def decision(attempt: int, vendor_id: str) -> InvoiceDecision:
    return InvoiceDecision(
        request_id="r",
        attempt=attempt,
        invoice_id="I",
        vendor_id=vendor_id,
        revision=1,
        status="REVIEW",
        complete=True,
        opened_at=AT,
        decided_at=AT,
        uploaded_at=AT,
        latency_ms=1,
    )


def asked(attempt: int, revision: int, vendor_id: str | None) -> Asked:
    return Asked(
        attempt=attempt, revision=revision, kind="DECISION", vendor_id=vendor_id, opened_at=AT
    )


def known(
    uploads: list[Upload],
    decisions: tuple[InvoiceDecision, ...] = (),
    question: Asked | None = None,
) -> Known:
    return Known("r", tuple(uploads), (), decisions, (), (), question)


def watched(attempt: int, vendor_id: str | None) -> Watched:
    found = Watched()
    found.upload = Happened("uploaded", "r", attempt, AT, vendor_id=vendor_id)
    return found


def waiting(
    stored: Known | None, seen: Watched | None = None, *, attempt: int = 1, revision: int = 0
) -> Look:
    return Look(stored, seen, Progress("r", attempt, "WAITING", revision=revision))


OTHER = decision(1, "OTHER")

FOUND = [
    # Stored is the upload only; that a person is asked was seen.
    (waiting(known([upload(1, "V")])), "V"),
    (waiting(known([upload(1, "V")]), revision=1), "V"),
    # Nothing is stored.
    (waiting(None, watched(1, "V")), "V"),
    (waiting(None, watched(1, None)), None),
    # An earlier attempt was another vendor's.
    (waiting(known([upload(1, "OTHER"), upload(2, "V")], (OTHER,)), attempt=2), "V"),
    (waiting(known([upload(1, "OTHER")], (OTHER,)), watched(2, "V"), attempt=2), "V"),
    (
        waiting(
            known([upload(1, "OTHER"), upload(2, None)], (OTHER,), asked(2, 0, None)), attempt=2
        ),
        None,
    ),
    (
        waiting(
            known([upload(1, "V"), upload(2, None)], (decision(2, "V"),), asked(1, 1, "OTHER")),
            attempt=2,
            revision=1,
        ),
        "V",
    ),
    # It was asked about before it was decided, under what its upload says.
    (waiting(known([upload(1, None)], (decision(1, "V"),), asked(1, 0, None)), revision=1), "V"),
]


@pytest.mark.parametrize(("found", "vendor_id"), FOUND)
def test_a_cancellation_comes_to_where_its_question_stands(
    found: Look, vendor_id: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    publishers = Publishers()
    monkeypatch.setattr(web.requests.withdrawing, "Publisher", publishers)
    asyncio.run(Withdrawing({}, CONTRACTS, CODEC).withdraw(found, ANNA, None))
    assert [each.vendor_id for each in publishers.sent] == [vendor_id]


@pytest.mark.parametrize(
    ("state", "revision", "about"),
    [("RECEIVED", 0, 1), ("JUDGING", 0, 1), ("WAITING", 0, 0), ("WAITING", 3, 3)],
)
def test_it_goes_to_those_who_have_the_request_just_now(
    state: State, revision: int, about: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Revision 0 is for those who read documents; whoever judges it takes any other."""
    publishers = Publishers()
    monkeypatch.setattr(web.requests.withdrawing, "Publisher", publishers)
    found = Look(known([upload(1, "V")]), None, Progress("r", 1, state, revision=revision))
    withdrawing = Withdrawing({}, CONTRACTS, CODEC)
    for _ in range(2):
        asyncio.run(withdrawing.withdraw(found, ANNA, "Sent twice."))
    first, again = publishers.sent
    assert (first.revision, first.outcome, first.cancelled) == (about, "REJECTED", True)
    assert again == first, "the same cancellation again is the same record"


def test_a_document_that_has_been_read_meanwhile_is_cancelled_where_it_is_judged(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    publishers = Publishers()
    monkeypatch.setattr(web.requests.withdrawing, "Publisher", publishers)
    withdrawing = Withdrawing({}, CONTRACTS, CODEC)
    asyncio.run(withdrawing.withdraw(waiting(known([upload(1, "V")])), ANNA, None))
    judged = Look(known([upload(1, "V")]), None, Progress("r", 1, "JUDGING"))
    asyncio.run(withdrawing.withdraw(judged, ANNA, None))
    assert [each.revision for each in publishers.sent] == [0, 1]


def test_what_is_settled_is_told_as_what(monkeypatch: pytest.MonkeyPatch) -> None:
    publishers = Publishers()
    monkeypatch.setattr(web.requests.withdrawing, "Publisher", publishers)
    settled = replace(decision(1, "V"), status="APPROVED", decided_by="clean")
    progress = Progress("r", 1, "DECIDED", revision=1, status="APPROVED", decided_by="clean")
    found = Look(known([upload(1, "V")], (settled,)), None, progress)
    with pytest.raises(Problem) as problem:
        asyncio.run(Withdrawing({}, CONTRACTS, CODEC).withdraw(found, ANNA, None))
    assert (problem.value.status, problem.value.kind) == (409, "settled")
    assert problem.value.body()["decision"] == {
        "attempt": 1,
        "revision": 1,
        "status": "APPROVED",
        "decided_by": "clean",
    }
    assert publishers.sent == []


@pytest.mark.parametrize("here", [True, False])
def test_again_before_its_decision_is_stored_it_is_not_called_settled(
    here: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who rejected it stands in the decision, which another process may see a moment later."""
    publishers = Publishers()
    monkeypatch.setattr(web.requests.withdrawing, "Publisher", publishers)
    withdrawing = Withdrawing({}, CONTRACTS, CODEC)
    stored = known([upload(1, "V")])
    if here:
        judged = Look(stored, None, Progress("r", 1, "JUDGING"))
        asyncio.run(withdrawing.withdraw(judged, ANNA, None))
    progress = Progress("r", 1, "DECIDED", revision=1, status="REJECTED", decided_by=PERSON)
    found = Look(stored, None, progress)
    if here:
        asyncio.run(withdrawing.withdraw(found, ANNA, None))
        assert len(publishers.sent) == 1
        return
    with pytest.raises(Problem) as problem:
        asyncio.run(withdrawing.withdraw(found, ANNA, None))
    assert problem.value.kind == "being-judged"


@pytest.mark.parametrize(
    "found",
    [
        # Its document is being read.
        Look(known([upload(1, "V")]), None, Progress("r", 1, "READING")),
        # It was read, and whose it is has not come here yet.
        Look(known([upload(1, None)]), None, Progress("r", 1, "JUDGING")),
        # Whose it is was read from the document, and the decision has not come here yet.
        waiting(known([upload(1, None)]), revision=1),
        waiting(known([upload(1, "OTHER")], (OTHER,)), attempt=2),
    ],
)
def test_what_would_be_a_dead_letter_is_not_accepted(
    found: Look, monkeypatch: pytest.MonkeyPatch
) -> None:
    publishers = Publishers()
    monkeypatch.setattr(web.requests.withdrawing, "Publisher", publishers)
    with pytest.raises(Problem) as problem:
        asyncio.run(Withdrawing({}, CONTRACTS, CODEC).withdraw(found, ANNA, None))
    assert (problem.value.status, problem.value.kind) == (409, "being-judged")
    assert "Retry-After" in problem.value.headers()
    assert publishers.sent == []


def test_a_producer_that_has_failed_for_good_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    fatal = KafkaException(KafkaError(KafkaError._FATAL))
    publishers = Publishers(fatal)
    monkeypatch.setattr(web.requests.withdrawing, "Publisher", publishers)
    withdrawing = Withdrawing({}, CONTRACTS, CODEC)
    found = waiting(known([upload(1, "V")]))
    with pytest.raises(Problem) as problem:
        asyncio.run(withdrawing.withdraw(found, ANNA, None))
    assert (problem.value.status, problem.value.kind) == (503, "kafka-away")
    asyncio.run(withdrawing.withdraw(found, ANNA, None))
    assert (publishers.made, len(publishers.sent)) == (2, 1)
