"""What people's answers make of a decision, rule by rule."""

import pytest
from msgspec.structs import replace

from operators.candidate import CANDIDATE, IN_FORCE
from operators.decision import DecisionStatus, InvoiceDecision, InvoiceSettled, ReviewOutcome
from operators.decision_table import DecisionRow
from operators.join import Outcome
from operators.money import ONE
from operators.people import Refused, Repeated
from operators.review import (
    EXPIRED,
    PERSON,
    REPLACED,
    InvoiceReviewCompleted,
    InvoiceReviewRequested,
)
from operators.time import DAY
from operators.upload import InvoiceUploaded
from tests.unit.people import (
    EXPIRE_DAYS,
    LARGE,
    POLICY,
    REMEMBER,
    SMALL,
    Desk,
    decisions,
    endings,
    priced,
    said,
)
from tests.unit.test_join import DEADLINE, result


def asked(outcomes: list[Outcome]) -> InvoiceReviewRequested:
    (only,) = [each for each in outcomes if isinstance(each, InvoiceReviewRequested)]
    return only


def refusal(outcomes: list[Outcome]) -> Refused:
    (only,) = outcomes
    assert isinstance(only, Refused)
    return only


def test_a_decision_under_review_asks_a_person_and_says_what_about() -> None:
    request = asked(Desk().answers(("INVENTORY", "LIMITED"), amount=SMALL))
    assert (request.row, request.amount, request.needed) == ("doubtful", SMALL, 1)
    assert request.expires_at == request.opened_at + EXPIRE_DAYS * DAY
    assert request.reason


def test_what_needs_no_person_asks_nobody_and_touches_no_table_of_reviews() -> None:
    desk = Desk()
    outcomes = desk.answers(("FRAUD", "PASS"))
    assert [each.status for each in decisions(outcomes)] == ["APPROVED"]
    assert len(outcomes) == 2
    assert list(desk.tables["reviews"].changes()) == []


def test_one_person_approves_what_is_small() -> None:
    desk = Desk()
    desk.answers()
    outcomes = desk.review(said("APPROVED", reason="Delivered by hand."))
    (decision,) = decisions(outcomes)
    assert (decision.revision, decision.status, decision.decided_by) == (2, "APPROVED", PERSON)
    assert decision.reason == "Delivered by hand."
    assert [note.reviewer for note in decision.reviews] == ["anna"]
    assert decision.changes == ("approved by a person", "status: REVIEW → APPROVED")
    assert endings(outcomes) == [(1, "APPROVED")]


@pytest.mark.parametrize("amount", [LARGE, None, -LARGE])
def test_two_people_approve_what_is_large_or_of_unknown_amount(amount: int | None) -> None:
    desk = Desk()
    assert asked(desk.answers(amount=amount)).needed == 2

    first = desk.review(said("APPROVED", "anna"))
    (noted,) = decisions(first)
    assert (noted.revision, noted.status, endings(first)) == (2, "REVIEW", [])
    assert [note.reviewer for note in asked(first).approvals] == ["anna"]

    for same in ("anna", " ANNA ", "Ａnna"):
        again = refusal(desk.review(said("APPROVED", same, revision=2)))
        assert again.reason == "same_reviewer"

    second = desk.review(said("APPROVED", "ben", revision=2))
    (decision,) = decisions(second)
    assert (decision.revision, decision.status) == (3, "APPROVED")
    assert [note.reviewer for note in decision.reviews] == ["anna", "ben"]
    assert endings(second) == [(1, "APPROVED")]


def test_one_person_rejects_whatever_others_have_approved() -> None:
    desk = Desk()
    desk.answers(amount=LARGE)
    desk.review(said("APPROVED", "anna"))
    outcomes = desk.review(said("REJECTED", "ben", revision=2))
    (decision,) = decisions(outcomes)
    assert (decision.status, decision.decided_by) == ("REJECTED", PERSON)
    assert endings(outcomes) == [(1, "REJECTED")]


def test_a_correction_is_the_next_attempt_and_ends_this_one() -> None:
    desk = Desk()
    desk.answers()
    outcomes = desk.review(said("CORRECTED", reason="Quantity misread."), at=99)
    (decision,) = decisions(outcomes)
    assert (decision.status, decision.decided_by) == ("REPLACED", REPLACED)
    assert decision.reason == "Corrected as attempt 2: Quantity misread."
    assert endings(outcomes) == [(1, "REPLACED")]
    (upload,) = [each for each in outcomes if isinstance(each, InvoiceUploaded)]
    assert (upload.attempt, upload.origin, upload.uploaded_at) == (2, "REVIEW", 99)
    assert (upload.invoice_id, upload.vendor_id) == ("i-r-1", "v-1")
    assert upload.invoice == said("CORRECTED").corrected
    assert desk.review(said("CORRECTED", reason="Quantity misread.")) == [
        Repeated(said("CORRECTED", reason="Quantity misread."))
    ]


@pytest.mark.parametrize("outcome", ["APPROVED", "REJECTED"])
def test_a_persons_word_stands_and_a_late_answer_is_recorded(outcome: ReviewOutcome) -> None:
    desk = Desk()
    desk.answer(result("INVENTORY", "LIMITED"))
    desk.answer(priced(result("PRICING", "MATCH"), SMALL))
    (partial,) = decisions(desk.caught_up(10 + DEADLINE + 1, 100))
    assert partial.missing == ("VALIDATION", "FRAUD")
    assert endings(desk.review(said(outcome))) == [(1, outcome)]
    desk.restart()

    late = desk.answer(result("FRAUD", "FAIL"), 300)

    (recorded,) = decisions(late)
    assert (recorded.status, recorded.decided_by) == (outcome, PERSON)
    assert recorded.changes[0] == "fraud: missing → FAIL"
    assert recorded.reviews[0].reviewer == "anna"
    assert endings(late) == []


def test_an_approval_does_not_count_for_an_answer_that_came_after_it() -> None:
    desk = Desk()
    desk.answer(result("VALIDATION", "APPROVED"))
    desk.answer(result("INVENTORY", "LIMITED"))
    assert asked(desk.caught_up(10 + DEADLINE + 1, 100)).needed == 2
    desk.review(said("APPROVED", "anna"))

    late = desk.answer(result("FRAUD", "WARNING"), 300)

    (recorded,) = decisions(late)
    assert (recorded.status, recorded.revision, recorded.reviews) == ("REVIEW", 3, ())
    assert "approvals given before no longer count" in recorded.changes
    assert asked(late).approvals == ()
    assert refusal(desk.review(said("APPROVED", "ben", revision=2))).reason == "review_outdated"
    desk.review(said("APPROVED", "ben", revision=3))
    assert endings(desk.review(said("APPROVED", "anna", revision=4))) == [(1, "APPROVED")]


def test_what_the_table_has_settled_stands_too_and_says_what_it_would_be_now() -> None:
    desk = Desk()
    desk.answer(priced(result("PRICING", "MATCH"), 1))
    assert endings(desk.caught_up(10 + DEADLINE + 1, 100)) == [(1, "APPROVED")]
    desk.answer(result("VALIDATION", "APPROVED"), 200)
    desk.answer(result("INVENTORY", "AVAILABLE"), 200)
    late = desk.answer(result("FRAUD", "FAIL"), 300)
    (recorded,) = decisions(late)
    assert (recorded.status, recorded.decided_by) == ("APPROVED", "trusting")
    assert recorded.changes[-1].startswith("REJECTED by its answers now: stays APPROVED")
    assert endings(late) == []


def test_a_review_that_nobody_answers_ends_once_all_before_has_been_read() -> None:
    desk = Desk()
    request = asked(desk.answers(at=1_000))
    desk.restart()
    assert desk.caught_up(request.expires_at, request.expires_at + 9 * DAY) == []

    outcomes = desk.caught_up(request.expires_at + 1, request.expires_at + 2)

    (decision,) = decisions(outcomes)
    assert (decision.status, decision.decided_by) == ("REJECTED", EXPIRED)
    assert decision.reason == "Nobody has reviewed it within 30 days."
    assert endings(outcomes) == [(1, "EXPIRED")]
    assert refusal(desk.review(said("APPROVED"))).reason == "review_settled"


def test_a_policy_published_later_does_not_take_back_the_time_that_was_promised() -> None:
    desk = Desk()
    request = asked(desk.answers(at=1_000))
    desk.policies[IN_FORCE] = replace(POLICY, version="2", review_expire_days=5)
    assert desk.caught_up(6 * DAY, 6 * DAY) == []
    assert desk.caught_up(request.expires_at, request.expires_at) == []
    assert endings(desk.caught_up(request.expires_at + 1, request.expires_at + 1)) == [
        (1, "EXPIRED")
    ]


def test_a_review_that_has_longer_keeps_none_from_expiring_behind_it() -> None:
    desk = Desk()
    candidate = replace(
        POLICY, policy_id="candidate", version="2", canary_percent=50 * ONE, review_expire_days=5
    )
    desk.policies[CANDIDATE] = candidate
    requests = [f"r-{number}" for number in range(20)]
    until = {each: asked(desk.answers(request=each)).expires_at for each in requests}
    assert len(set(until.values())) == 2

    at = min(until.values()) + 1
    over = [each for each in desk.caught_up(at, at) if isinstance(each, InvoiceSettled)]

    assert [each.request_id for each in over] == [each for each in requests if until[each] < at]


def test_nobody_is_asked_about_an_attempt_while_the_next_one_is_being_judged() -> None:
    desk = Desk()
    desk.answer(result("FRAUD", "PASS", attempt=2))
    outcomes = desk.answers(attempt=1)
    (decision,) = decisions(outcomes)
    assert (decision.status, decision.decided_by) == ("REPLACED", REPLACED)
    assert endings(outcomes) == [(1, "REPLACED")]
    assert refusal(desk.review(said("CORRECTED"))).reason == "review_settled"


@pytest.mark.parametrize("status", ["REPLACED", "UNKNOWN"])
def test_a_row_that_says_what_no_row_can_decide_asks_a_person(status: DecisionStatus) -> None:
    desk = Desk()
    row = DecisionRow(name="odd", status=status, reason="Odd.")
    desk.policies[IN_FORCE] = replace(POLICY, decision=(row,))
    outcomes = desk.answers(("FRAUD", "PASS"))
    assert [each.status for each in decisions(outcomes)] == ["REVIEW"]
    assert asked(outcomes).row == "odd"
    assert endings(outcomes) == []


def test_looking_for_expired_reviews_stops_at_the_first_that_has_time() -> None:
    desk = Desk()
    looked = 0

    class Counting(dict[str, object]):
        def items(self):  # type: ignore[no-untyped-def]  # the table's own, counted
            nonlocal looked
            for pair in super().items():
                looked += 1
                yield pair

    desk.answers()
    (review,) = [review for _, review in desk.tables["reviews"].items()]
    many = Counting({f"r-{number}": replace(review, opened_at=9 * DAY) for number in range(1_000)})
    desk.tables["reviews"] = many  # type: ignore[assignment]  # a table that counts
    assert desk.caught_up(10 * DAY, 10 * DAY) == []
    assert looked == 1


@pytest.mark.parametrize(
    ("completed", "reason", "told"),
    [
        (said("APPROVED", request="r-9"), "review_unknown", "manifold review list"),
        (said("APPROVED", attempt=2), "review_outdated", "attempt 2, and 1 is under review"),
        (said("APPROVED", revision=7), "review_outdated", "revision 7, and 1 is in force"),
        (said("UNKNOWN"), "contract_broken", "APPROVED, REJECTED or CORRECTED"),
        (said("APPROVED", " "), "contract_broken", "who"),
        (said("APPROVED", "x" * 201), "contract_broken", "longer"),
        (said("APPROVED", reason=" "), "contract_broken", "why"),
        (said("REJECTED", reason="x" * 2_001), "contract_broken", "longer"),
        (replace(said("CORRECTED"), corrected=None), "contract_broken", "CORRECTED"),
        (replace(said("CORRECTED"), outcome="APPROVED"), "contract_broken", "CORRECTED"),
        (said("APPROVED", attempt=0), "contract_broken", "attempt"),
        (said("CORRECTED", attempt=2**31 - 1), "contract_broken", "attempt"),
    ],
)
def test_what_cannot_be_taken_is_refused_and_says_what_to_do(
    completed: InvoiceReviewCompleted, reason: str, told: str
) -> None:
    desk = Desk()
    desk.answers()
    refused = refusal(desk.review(completed))
    assert refused.reason == reason
    assert told in refused.message
    assert "anna" not in refused.message


def test_what_is_settled_takes_no_further_answer_but_knows_a_repeated_one() -> None:
    desk = Desk()
    desk.answers()
    desk.review(said("APPROVED"))
    desk.restart()
    assert desk.review(said("APPROVED")) == [Repeated(said("APPROVED"))]
    assert refusal(desk.review(said("REJECTED", "ben", revision=2))).reason == "review_settled"
    desk.caught_up(REMEMBER + 100, REMEMBER + 100)
    assert refusal(desk.review(said("APPROVED"))).reason == "review_unknown"


def test_the_first_of_two_approvals_sent_again_counts_once() -> None:
    desk = Desk()
    desk.answers(amount=LARGE)
    desk.review(said("APPROVED"))
    desk.restart()
    assert desk.review(said("APPROVED")) == [Repeated(said("APPROVED"))]


def test_a_later_attempt_of_the_producer_ends_the_review_of_the_earlier_one() -> None:
    desk = Desk()
    desk.answers()
    outcomes = desk.answers(("FRAUD", "PASS"), attempt=2)
    assert endings(outcomes) == [(1, "REPLACED"), (2, "APPROVED")]
    assert refusal(desk.review(said("APPROVED"))).reason == "review_settled"


def test_an_earlier_attempt_that_comes_late_asks_nobody() -> None:
    desk = Desk()
    desk.answers(attempt=2)
    outcomes = desk.answers(attempt=1)
    assert endings(outcomes) == [(1, "REPLACED")]
    assert [type(each) for each in outcomes].count(InvoiceReviewRequested) == 0
    assert isinstance(desk.review(said("APPROVED", attempt=2))[0], InvoiceDecision)


def test_many_violations_are_asked_about_by_the_worst_and_counted() -> None:
    desk = Desk()
    violations = tuple(
        replace(result("FRAUD", "FAIL").violations[0], rule_id=f"X-{number}", severity="WARNING")
        for number in range(30)
    )
    for branch, status in (("VALIDATION", "APPROVED"), ("INVENTORY", "LIMITED"), ("FRAUD", "PASS")):
        desk.answer(replace(result(branch, status), violations=violations))  # type: ignore[arg-type]  # a tuple, whatever is in it
    request = asked(desk.answer(result("PRICING", "MATCH")))
    assert (len(request.violations), request.more) == (20, 70)
