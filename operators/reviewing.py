"""Open reviews: asked for by a decision, ended by people, a later attempt, or time."""

from collections.abc import Iterator, Sequence
from typing import TypeAlias

from msgspec.structs import replace

from operators.candidate import CANDIDATE, IN_FORCE, PREVIOUS, chosen
from operators.decision import InvoiceDecision, InvoiceSettled, Outcome, ReviewNote
from operators.money import Amount
from operators.people import Refused, Repeated, heard, not_open
from operators.reference import ReferencePolicy
from operators.request import Decided, Memory, Request, Review, Reviewed, Reviews, Verdict
from operators.review import (
    CANCELLED,
    EXPIRED,
    PERSON,
    REPLACED,
    InvoiceReviewCompleted,
    InvoiceReviewRequested,
    corrected,
    fault,
    fingerprint,
    requested,
)
from operators.revision import revision, settlement
from operators.table import Lookup
from operators.time import DAY, Instant
from operators.upload import InvoiceUploaded

Reviewal: TypeAlias = (
    InvoiceDecision | InvoiceSettled | InvoiceReviewRequested | InvoiceUploaded | Refused | Repeated
)
"""What follows from a review."""

EXPIRE_DAYS = 30
"""Days that people have where no policy says so."""


class Reviewing:
    """The rules of reviews; their state is in the tables they are given."""

    def __init__(self, policies: Lookup[ReferencePolicy]) -> None:
        """`policies` has the policy in force and a candidate, if there is one."""
        self._policies = policies

    def ask(
        self,
        memory: Memory,
        reviews: Reviews,
        request: Request,
        said: tuple[str, ...],
        now: Instant,
        heard: tuple[str, ...] = (),
        *,
        later: bool = False,
    ) -> Sequence[Reviewal]:
        """Publish a revision on which a person has to decide, and ask for one.

        `said`: what has changed; `heard`: what people have said before; `later`: whether the next
        attempt waits for answers. An attempt that a later one has overtaken ends at once.
        """
        other = reviews.get(request.request_id)
        later = later or memory.get(f"{request.request_id}/{request.attempt + 1}") is not None
        if later or (other is not None and other.request.attempt > request.attempt):
            ended = _replaced(request)
            if request.revision > 1:
                said = (*said, "status: REVIEW → REPLACED")
            return self._end(memory, reviews, ended, said, now, heard, outcome="REPLACED")
        policy = chosen(self._policies, request.request_id).policy
        review = Review(request, now, _needed(policy, request.amount), _days(policy), heard)
        reviews.put(request.request_id, review)
        decision = revision(request, said, now)
        return decision, requested(decision, review.needed, review.days)

    def answer(
        self, memory: Memory, reviews: Reviews, completed: InvoiceReviewCompleted, now: Instant
    ) -> Sequence[Reviewal]:
        """Take over what a person says about an invoice."""
        wrong = fault(completed)
        if wrong is not None:
            return (Refused(completed, "contract_broken", wrong),)
        review = reviews.get(completed.request_id)
        if review is None or review.request.attempt != completed.attempt:
            key = f"{completed.request_id}/{completed.attempt}"
            return (not_open(memory.get(key), review, completed),)
        found = heard(review, completed)
        if isinstance(found, Refused | Repeated):
            return (found,)
        verdict, said = found
        request = _next(review.request, verdict)
        known = (*review.heard, fingerprint(completed))
        match verdict.status:
            case "APPROVED" | "REJECTED" | "REPLACED":
                ended = self._end(
                    memory, reviews, request, said, now, known, outcome=verdict.status
                )
            case _:
                return self.ask(memory, reviews, request, said, now, known)
        if completed.outcome != "CORRECTED":
            return ended
        return *ended, corrected(completed, request.invoice_id, request.vendor_id, now)

    def cancelled(
        self, memory: Memory, reviews: Reviews, request: Request, note: ReviewNote, now: Instant
    ) -> Sequence[Reviewal]:
        """Reject a request that is taken back before it has been decided."""
        verdict = Verdict("REJECTED", PERSON, reason=note.reason, reviews=(note,))
        request = _next(request, verdict)
        return self._end(memory, reviews, request, (), now, (CANCELLED,), outcome="REJECTED")

    def settled(
        self,
        memory: Memory,
        reviews: Reviews,
        request: Request,
        said: tuple[str, ...],
        now: Instant,
        heard: tuple[str, ...],
        *,
        before: bool,
    ) -> Sequence[Reviewal]:
        """Publish a later revision that is final, or was `before` and stays so."""
        assert request.verdict is not None
        status = request.verdict.status
        final = status if status in ("APPROVED", "REJECTED", "REPLACED") else None
        outcome = None if before else final
        return self._end(memory, reviews, request, said, now, heard, outcome=outcome)

    def overtaken(
        self, memory: Memory, reviews: Reviews, request_id: str, attempt: int, now: Instant
    ) -> Sequence[Reviewal]:
        """End the review of an earlier attempt, now that a later one is there."""
        review = reviews.get(request_id)
        if review is None or review.request.attempt >= attempt:
            return ()
        assert review.request.verdict is not None
        said = (f"status: {review.request.verdict.status} → REPLACED",)
        request = _replaced(_next(review.request, review.request.verdict))
        return self._end(memory, reviews, request, said, now, review.heard, outcome="REPLACED")

    def expire(
        self, memory: Memory, reviews: Reviews, at: Instant, now: Instant
    ) -> Iterator[Reviewal]:
        """End the reviews that nobody has answered in time, everything before `at` being read."""
        due: list[Review] = []
        shortest = shortest_expiry(self._policies)
        # In the order in which they were put, so in that of their opening: the first that would
        # have time left by any policy ends the search.
        for review in (review for _, review in reviews.items()):
            if review.opened_at + shortest * DAY >= at:
                break
            if review.opened_at + review.days * DAY < at:
                due.append(review)
        for review in due:
            last = review.request.verdict
            assert last is not None
            reason = f"Nobody has reviewed it within {review.days} days."
            verdict = replace(last, status="REJECTED", decided_by=EXPIRED, reason=reason)
            said = ("the review has expired", f"status: {last.status} → REJECTED")
            request = _next(review.request, verdict)
            yield from self._end(
                memory, reviews, request, said, now, review.heard, outcome="EXPIRED"
            )

    def _end(
        self,
        memory: Memory,
        reviews: Reviews,
        request: Request,
        said: tuple[str, ...],
        now: Instant,
        heard: tuple[str, ...],
        *,
        outcome: Outcome | None,
    ) -> Sequence[Reviewal]:
        """Publish a final revision, and how it ended unless that is known already."""
        review = reviews.get(request.request_id)
        if review is not None and review.request.attempt == request.attempt:
            reviews.delete(request.request_id)
        left = request if request.unsettled else None
        memory.put(
            f"{request.request_id}/{request.attempt}",
            Reviewed(now, left, heard) if heard else Decided(now, left),
        )
        decision = revision(request, said, now)
        if outcome is None:
            return (decision,)
        return decision, settlement(decision, outcome, request.source)


def _next(request: Request, verdict: Verdict) -> Request:
    return replace(request, revision=request.revision + 1, verdict=verdict)


def _replaced(request: Request) -> Request:
    assert request.verdict is not None
    reason = "A later attempt has taken its place."
    verdict = replace(request.verdict, status="REPLACED", decided_by=REPLACED, reason=reason)
    return replace(request, verdict=verdict)


def shortest_expiry(policies: Lookup[ReferencePolicy]) -> int:
    """Days after which a review may expire at the earliest, by the policies that may apply."""
    return min(_expiries(policies), default=EXPIRE_DAYS)


def longest_expiry(policies: Lookup[ReferencePolicy]) -> int:
    """Days after which a review expires at the latest, by the same."""
    return max(_expiries(policies), default=EXPIRE_DAYS)


def _expiries(policies: Lookup[ReferencePolicy]) -> Iterator[int]:
    known = (policies.get(key) for key in (IN_FORCE, CANDIDATE, PREVIOUS))
    return (_days(policy) for policy in known if policy)


def _days(policy: ReferencePolicy | None) -> int:
    return EXPIRE_DAYS if policy is None else policy.review_expire_days


def _needed(policy: ReferencePolicy | None, amount: Amount | None) -> int:
    """How many people have to approve; an amount that is not known counts as large."""
    if policy is None or amount is None:
        return 2
    limit = policy.approval_limit if policy.four_eyes_from is None else policy.four_eyes_from
    return 2 if abs(amount) >= limit else 1
