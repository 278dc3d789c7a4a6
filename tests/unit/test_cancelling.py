"""A request that its producer takes back, wherever it is on its way to a decision."""

import pytest
from msgspec.structs import replace

from operators.decision import Branch
from operators.join import Duplicate, Late, Outcome, Unanswered, Unheeded
from operators.people import Refused, Repeated
from operators.request import Cancellation
from operators.review import CANCELLED, PERSON, InvoiceReviewCompleted, fingerprint
from operators.time import DAY
from tests.unit.people import (
    EXPIRE_DAYS,
    REMEMBER,
    SMALL,
    Desk,
    decisions,
    endings,
    said,
    taken_back,
)
from tests.unit.test_join import DEADLINE, result

FIRST: tuple[tuple[Branch, str], ...] = (("FRAUD", "PASS"), ("VALIDATION", "APPROVED"))


def opened(*answers: tuple[Branch, str]) -> Desk:
    desk = Desk()
    for branch, status in answers or FIRST:
        assert desk.answer(result(branch, status)) == []
    return desk


def kinds(outcomes: list[Outcome]) -> list[type[Outcome]]:
    return [type(each) for each in outcomes]


def test_what_is_being_judged_is_rejected_at_once_and_released() -> None:
    outcomes = opened().cancel(taken_back())

    (decision,) = decisions(outcomes)
    assert (decision.revision, decision.status, decision.decided_by) == (1, "REJECTED", PERSON)
    assert (decision.complete, decision.missing) == (False, ("INVENTORY", "PRICING"))
    assert [each.branch for each in decision.branches] == ["VALIDATION", "FRAUD"]
    assert (decision.reason, decision.changes) == ("Sent twice.", ())
    assert [note.reviewer for note in decision.reviews] == ["shop"]
    assert endings(outcomes) == [(1, "REJECTED")]


def test_answers_that_come_later_are_of_no_more_use() -> None:
    desk = opened()
    desk.cancel(taken_back())
    desk.restart()
    assert desk.caught_up(10 * DEADLINE, 10 * DEADLINE) == []
    assert kinds(desk.answer(result("PRICING", "MATCH"))) == [Unheeded]
    assert kinds(desk.answer(result("INVENTORY", "UNAVAILABLE"))) == [Unheeded]
    assert kinds(desk.answer(result("FRAUD", "PASS"))) == [Duplicate]


def test_once_it_is_forgotten_an_answer_is_late_as_any_other() -> None:
    desk = opened()
    desk.cancel(taken_back())
    desk.caught_up(REMEMBER + 100, REMEMBER + 100)
    assert kinds(desk.answer(result("PRICING", "MATCH"))) == [Late]


def test_a_partial_decision_is_taken_back_whatever_revision_was_seen() -> None:
    desk = opened()
    (partial,) = decisions(desk.caught_up(10 + DEADLINE + 1, 100))
    assert (partial.revision, partial.status) == (1, "REVIEW")
    desk.answer(result("INVENTORY", "LIMITED"), 200)

    outcomes = desk.cancel(taken_back())

    (decision,) = decisions(outcomes)
    assert (decision.revision, decision.status, decision.missing) == (3, "REJECTED", ("PRICING",))
    assert decision.changes == ("cancelled by the producer", "status: REVIEW → REJECTED")
    assert endings(outcomes) == [(1, "REJECTED")]
    assert kinds(desk.answer(result("PRICING", "MATCH"), 300)) == [Unheeded]


@pytest.mark.parametrize("restarted", [False, True])
def test_it_may_come_before_the_first_answer(restarted: bool) -> None:
    desk = Desk()
    assert desk.cancel(taken_back()) == []
    if restarted:
        desk.restart()
    assert kinds(desk.cancel(taken_back(reason="Again.", at=51))) == [Repeated]

    outcomes = desk.answer(result("INVENTORY", "AVAILABLE"), 90)

    (decision,) = decisions(outcomes)
    assert (decision.revision, decision.status, decision.decided_by) == (1, "REJECTED", PERSON)
    assert (decision.reason, decision.decided_at) == ("Sent twice.", 90)
    assert endings(outcomes) == [(1, "REJECTED")]
    assert list(desk.tables["cancelled"].items()) == []
    assert kinds(desk.answer(result("FRAUD", "PASS"), 95)) == [Unheeded]
    assert kinds(desk.cancel(taken_back())) == [Repeated]


def test_one_about_a_later_attempt_waits_for_that_and_ends_the_review_before() -> None:
    desk = Desk()
    desk.answers()
    assert desk.cancel(taken_back(attempt=2)) == []
    outcomes = desk.answer(result("FRAUD", "PASS", attempt=2), 90)
    made = [(each.attempt, each.revision, each.status) for each in decisions(outcomes)]
    assert made == [(1, 2, "REPLACED"), (2, 1, "REJECTED")]
    assert endings(outcomes) == [(1, "REPLACED"), (2, "REJECTED")]


def test_what_no_branch_ever_answers_is_told_of_and_not_lost() -> None:
    desk = Desk()
    desk.cancel(taken_back(), at=60)
    last = 60 + EXPIRE_DAYS * DAY
    assert desk.caught_up(last, last) == []
    desk.restart()

    (told,) = desk.caught_up(last + 1, last + 1)

    assert isinstance(told, Unanswered)
    assert isinstance(told.cancellation, Cancellation)
    assert (told.cancellation.value, told.cancellation.source.offset) == (b"as written", 60)
    assert "30 days" in told.message
    assert desk.caught_up(last + DAY, last + DAY) == []


@pytest.mark.parametrize("again", [taken_back(), taken_back(reason="Other words.", at=99)])
def test_cancelled_twice_is_cancelled_once(again: InvoiceReviewCompleted) -> None:
    desk = opened()
    desk.cancel(taken_back())
    desk.restart()
    assert desk.cancel(replace(taken_back(), reason="x", reviewer="bob")) == [
        Repeated(replace(taken_back(), reason="x", reviewer="bob"))
    ]
    assert kinds(desk.cancel(again)) == [Repeated]


def test_what_is_settled_stands() -> None:
    desk = Desk()
    desk.answers(("FRAUD", "PASS"))
    (refused,) = desk.cancel(taken_back())
    assert isinstance(refused, Refused)
    assert refused.reason == "review_settled"

    desk = Desk()
    desk.answers(amount=SMALL)
    desk.review(said("REJECTED", "ben"))
    (refused,) = desk.cancel(taken_back())
    assert isinstance(refused, Refused)
    assert refused.reason == "review_settled"


def test_an_earlier_attempt_than_the_one_under_review_is_not_kept() -> None:
    desk = Desk()
    desk.answers(attempt=2)
    (refused,) = desk.cancel(taken_back(attempt=1))
    assert isinstance(refused, Refused)
    assert refused.reason == "review_outdated"
    assert list(desk.tables["cancelled"].items()) == []


def test_a_persons_answer_after_it_is_too_late() -> None:
    desk = Desk()
    desk.answers()
    desk.cancel(taken_back())
    (refused,) = desk.review(said("APPROVED"))
    assert isinstance(refused, Refused)
    assert refused.reason == "review_settled"


def test_only_a_rejection_can_be_a_cancellation() -> None:
    (refused,) = opened().cancel(replace(said("APPROVED"), cancelled=True))
    assert isinstance(refused, Refused)
    assert refused.reason == "contract_broken"


def test_answers_remembered_from_before_there_were_cancellations_are_still_known() -> None:
    # As they stand in changelogs of versions before.
    assert fingerprint(said("APPROVED", reason="Delivered by hand.")) == "b01176b938077e52ce5e17"
    assert fingerprint(said("REJECTED")) == "4c637417a0a031f3905a70"
    assert fingerprint(taken_back()) == CANCELLED
