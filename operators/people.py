"""What a person's answer makes of the decision that is under review."""

from typing import TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from operators.decision import ReviewNote
from operators.request import Remembered, Review, Reviewed, Verdict
from operators.review import (
    PERSON,
    REPLACED,
    InvoiceReviewCompleted,
    Refusal,
    fingerprint,
    same_person,
)


class Refused(Struct, frozen=True, gc=False):
    """A person's answer that cannot be taken."""

    completed: InvoiceReviewCompleted
    reason: Refusal
    message: str


class Repeated(Struct, frozen=True, gc=False):
    """A person's answer that has been taken already."""

    completed: InvoiceReviewCompleted


Heard: TypeAlias = tuple[Verdict, tuple[str, ...]]
"""What is decided now, and what has changed."""


def heard(review: Review, completed: InvoiceReviewCompleted) -> Heard | Refused | Repeated:
    """The decision after a person's answer to an open review of the same attempt.

    An approval counts when it is the last that is needed, and is noted before. One person counts
    once. A rejection or a correction by one is enough.
    """
    request, verdict = review.request, review.request.verdict
    assert verdict is not None
    if fingerprint(completed) in review.heard:
        return Repeated(completed)
    if completed.revision != request.revision and not completed.cancelled:
        return Refused(
            completed,
            "review_outdated",
            f"it is about revision {completed.revision}, and {request.revision} is in force: look "
            f"at it with `manifold review show {request.request_id}`, and answer again",
        )
    note = noted(completed)
    if completed.outcome == "CORRECTED":
        reason = f"Corrected as attempt {request.attempt + 1}: {completed.reason}"
        ended = replace(
            verdict, status="REPLACED", decided_by=REPLACED, reason=reason, reviews=(note,)
        )
        return ended, ("corrected by a person", f"status: {verdict.status} → REPLACED")
    if completed.outcome == "REJECTED":
        reviews = (*verdict.reviews, note)
        ended = _ended(verdict, note, reviews)
        by = "cancelled by the producer" if completed.cancelled else "rejected by a person"
        return ended, (by, f"status: {verdict.status} → REJECTED")
    if any(same_person(each.reviewer, note.reviewer) for each in verdict.reviews):
        return Refused(
            completed,
            "same_reviewer",
            f"{review.needed} different people have to approve this, and this one already has: "
            "let another look at it",
        )
    reviews = (*verdict.reviews, note)
    approved = "approved by a person"
    if review.needed > 1:
        approved = f"approved by {len(reviews)} of {review.needed} people"
    if len(reviews) < review.needed:
        return replace(verdict, reviews=reviews), (approved,)
    return _ended(verdict, note, reviews), (approved, f"status: {verdict.status} → APPROVED")


def noted(completed: InvoiceReviewCompleted) -> ReviewNote:
    """What is kept of an answer in the decision that follows from it."""
    return ReviewNote(
        completed.reviewer, completed.outcome, completed.reason, completed.completed_at
    )


def not_open(
    remembered: Remembered | None, other: Review | None, completed: InvoiceReviewCompleted
) -> Refused | Repeated:
    """What becomes of an answer about an attempt that nobody was asked about, or no longer."""
    request_id, attempt = completed.request_id, completed.attempt
    if isinstance(remembered, Reviewed) and fingerprint(completed) in remembered.heard:
        return Repeated(completed)
    if remembered is not None:
        return Refused(
            completed,
            "review_settled",
            f"attempt {attempt} has been settled: `manifold explain {request_id}` says how; what "
            "has to be corrected now is a new attempt (`manifold submit --request --attempt`)",
        )
    if other is not None:
        return Refused(
            completed,
            "review_outdated",
            f"it is about attempt {attempt}, and {other.request.attempt} is under review: look at "
            f"it with `manifold review show {request_id}`, and answer again",
        )
    return Refused(
        completed,
        "review_unknown",
        "no review of it is open, and none was in the time that is remembered: "
        "`manifold review list` shows those that are, `manifold trace` what became of it",
    )


def _ended(verdict: Verdict, note: ReviewNote, reviews: tuple[ReviewNote, ...]) -> Verdict:
    status = "APPROVED" if note.outcome == "APPROVED" else "REJECTED"
    return replace(verdict, status=status, decided_by=PERSON, reason=note.reason, reviews=reviews)
