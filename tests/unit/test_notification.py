"""Who is told about a decision, and what."""

import pytest
from msgspec.structs import replace

from operators.decision import BranchAnswer, DecisionStatus, InvoiceDecision, ReviewNote
from operators.notification import notification
from operators.result import Severity, Violation
from operators.review import EXPIRED, PERSON, REPLACED


def decision(
    status: DecisionStatus,
    *answers: BranchAnswer,
    complete: bool = True,
    invoice_id: str = "i-1",
    revision: int = 1,
    decided_by: str | None = None,
    changes: tuple[str, ...] = (),
    reviews: tuple[ReviewNote, ...] = (),
) -> InvoiceDecision:
    return InvoiceDecision(
        request_id="r-1",
        attempt=2,
        invoice_id=invoice_id,
        vendor_id="v-1",
        revision=revision,
        status=status,
        complete=complete,
        missing=() if complete else ("INVENTORY", "FRAUD"),
        branches=answers,
        opened_at=5,
        decided_at=9,
        uploaded_at=0,
        latency_ms=9,
        decided_by=decided_by,
        approvers="purchasing",
        changes=changes,
        reviews=reviews,
    )


def answer(*found: tuple[str, Severity], status: str = "REJECTED") -> BranchAnswer:
    return BranchAnswer(
        branch="VALIDATION",
        status=status,
        violations=tuple(Violation(rule, "…", severity) for rule, severity in found),
        decided_at=8,
        latency_ms=8,
        policy_version="1",
    )


def test_an_approval_is_told_to_nobody() -> None:
    assert notification(decision("APPROVED")) is None


@pytest.mark.parametrize(
    ("status", "audience"), [("REVIEW", "CLERK"), ("REJECTED", "PRODUCER"), ("UNKNOWN", "CLERK")]
)
def test_who_has_to_act_is_told(status: DecisionStatus, audience: str) -> None:
    told = notification(decision(status))
    assert told is not None
    assert told.audience == audience


@pytest.mark.parametrize("status", ["APPROVED", "REVIEW", "REJECTED"])
def test_an_incomplete_decision_is_for_a_clerk_and_names_who_is_missing(
    status: DecisionStatus,
) -> None:
    told = notification(decision(status, complete=False))
    assert told is not None
    assert told.audience == "CLERK"
    assert "inventory and fraud" in told.subject


def test_a_branch_that_could_not_work_is_named() -> None:
    told = notification(decision("REVIEW", answer(status="UNKNOWN")))
    assert told is not None
    assert "validation could not judge it" in told.subject


def test_reasons_are_distinct_and_worst_first_over_all_branches() -> None:
    told = notification(
        decision(
            "REJECTED",
            answer(("hint", "INFO"), ("sum", "WARNING")),
            answer(("iban", "ERROR"), ("sum", "ERROR"), ("iban", "ERROR")),
        )
    )
    assert told is not None
    assert told.reasons == ("iban", "sum", "hint")
    assert told.subject.endswith("3 reasons")


def test_every_revision_has_an_identifier_of_its_own() -> None:
    first, second = (notification(decision("REVIEW", revision=n)) for n in (1, 2))
    assert first is not None
    assert second is not None
    assert (first.notification_id, second.notification_id) == ("r-1/2/1", "r-1/2/2")


def test_nobody_hears_of_each_branch_that_can_judge_again_but_of_the_last() -> None:
    first = decision("REVIEW", answer(status="UNKNOWN"), answer(status="UNKNOWN"))
    second = replace(first, revision=2, branches=(answer(status="PASS"), first.branches[1]))
    third = replace(second, revision=3, branches=(answer(status="PASS"), answer(status="MATCH")))
    assert notification(first) is not None
    assert notification(second) is None
    assert notification(third) is not None
    changed = replace(second, changes=("status: UNKNOWN → REVIEW",))
    assert notification(changed) is not None


def test_the_subject_stays_one_line() -> None:
    told = notification(decision("REVIEW", invoice_id="i-1\r\nBcc: everybody"))
    assert told is not None
    assert told.subject.splitlines() == [told.subject]


def test_the_group_that_has_to_look_is_told() -> None:
    told = notification(decision("REVIEW"))
    assert told is not None
    assert told.group == "purchasing"


def test_a_second_approval_is_asked_for() -> None:
    noted = (ReviewNote("anna", "APPROVED", "Good.", 8),)
    told = notification(decision("REVIEW", revision=2, changes=("approved",), reviews=noted))
    assert told is not None
    assert told.subject == "Invoice i-1 needs the approval of one more person"


@pytest.mark.parametrize(
    ("status", "decided_by", "audience"),
    [
        ("APPROVED", PERSON, None),
        ("REJECTED", PERSON, "PRODUCER"),
        ("REJECTED", EXPIRED, "PRODUCER"),
        ("REPLACED", REPLACED, None),
    ],
)
def test_what_people_have_ended_asks_no_clerk_even_when_a_branch_is_missing(
    status: DecisionStatus, decided_by: str, audience: str | None
) -> None:
    changed = (f"status: REVIEW → {status}",)
    told = notification(
        decision(status, complete=False, revision=2, decided_by=decided_by, changes=changed)
    )
    assert (told and told.audience) == audience
    assert told is None or told.group is None


def test_a_rejection_is_told_once_whatever_comes_after_it() -> None:
    late = decision("REJECTED", revision=3, decided_by=PERSON, changes=("fraud: missing → FAIL",))
    assert notification(late) is None


def test_what_was_approved_before_an_answer_against_it_is_for_a_clerk() -> None:
    said = ("fraud: missing → FAIL", "REJECTED by its answers now: stays APPROVED")
    told = notification(decision("APPROVED", revision=2, decided_by=PERSON, changes=said))
    assert told is not None
    assert (told.audience, told.group) == ("CLERK", "purchasing")
    assert "speaks against it" in told.subject
