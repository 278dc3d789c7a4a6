"""The join: four answers to a request become one decision, with a deadline and revisions.

A request opens with its first answer. When all four branches have answered it gets its
decision; when the deadline passes first, a partial one, and every answer after that makes a
further revision. A deadline fires only on the knowledge that everything written before it has
been read (`caught_up`), so a reader that lags never blames a branch.

A request may be taken back at any time before it is settled: it is rejected then, and answers that
come later are of no more use. When no branch has answered yet, that is kept for the first answer.

A decision that asks for a person opens a review, which a person's answer, a branch's late one, a
later attempt or the passing of time ends. What is settled stands: whatever comes after it is
recorded, and changes nothing.

Settled requests are remembered for a bounded time, to recognise duplicates and late answers.
"""

from collections.abc import Iterator, Sequence
from itertools import takewhile
from types import MappingProxyType
from typing import TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from operators.decide import BRANCHES, NAMES, STAYS, changes
from operators.decision import BranchAnswer
from operators.decision import Outcome as Ending
from operators.money import Amount
from operators.people import Refused, Repeated, noted
from operators.reference import ReferencePolicy
from operators.request import (
    FINAL,
    Cancellation,
    Cancelled,
    Decided,
    Forgotten,
    Memory,
    Request,
    Reviewed,
    Reviews,
    Verdict,
    Waiting,
)
from operators.result import FraudResult, PricingResult, Result, Source
from operators.review import CANCELLED, InvoiceReviewCompleted, fault
from operators.reviewing import Reviewal, Reviewing, longest_expiry
from operators.revision import revision, settlement
from operators.ruling import ruled
from operators.table import Lookup
from operators.time import DAY, Instant, elapsed


class Late(Struct, frozen=True, gc=False):
    """An answer to a request that may have been decided and forgotten."""

    result: Result
    message: str


class Duplicate(Struct, frozen=True, gc=False):
    """An answer that was already there."""

    result: Result


class Unheeded(Struct, frozen=True, gc=False):
    """An answer to a request that has been taken back before it came."""

    result: Result


class Unanswered(Struct, frozen=True, gc=False):
    """What was taken back, and has never been answered by any branch."""

    cancellation: Cancellation
    message: str


Outcome: TypeAlias = Reviewal | Late | Duplicate | Unheeded | Unanswered

NO_POLICIES: Lookup[ReferencePolicy] = MappingProxyType({})

_PLACES = {branch: place for place, branch in enumerate(BRANCHES)}
_LARGEST = 2**63 - 1
"""Of the whole numbers that a table keeps."""
_HORIZON = "\x00forgotten"
"""Key of the `Forgotten` entry: no request identifier starts with a control character."""


class Join:
    """The rules of the join; its state is in the tables it is given."""

    def __init__(
        self,
        deadline: Instant,
        remember: Instant,
        policies: Lookup[ReferencePolicy] = NO_POLICIES,
    ) -> None:
        """`deadline`: milliseconds a request waits; `remember`: how long it is remembered.

        `policies` has the policy in force and a candidate, if there is one; without a policy, or
        a table in it, the worst answer decides.
        """
        self._deadline = deadline
        self._remember = remember
        self._policies = policies
        self._reviewing = Reviewing(policies)

    def answer(
        self,
        waiting: Waiting,
        memory: Memory,
        reviews: Reviews,
        cancelled: Cancelled,
        result: Result,
        written_at: Instant,
        now: Instant,
    ) -> Sequence[Outcome]:
        """Take over a branch's answer that was written to its topic at `written_at`."""
        key = f"{result.request_id}/{result.attempt}"
        answer = answer_of(result)
        request = waiting.get(key)
        if request is not None:
            more = _with(request, answer, result)
            if more is None:
                return (Duplicate(result),)
            if len(more.answers) < len(BRANCHES):
                waiting.put(key, more)
                return ()
            waiting.delete(key)
            return self._decide(waiting, memory, reviews, key, more, None, now)
        remembered = memory.get(key)
        if remembered is not None and not isinstance(remembered, Forgotten):
            before = remembered.unsettled
            more = _with(before, answer, result) if before is not None else None
            if before is None or more is None:
                return (Duplicate(result),)
            said = remembered.heard if isinstance(remembered, Reviewed) else ()
            if CANCELLED in said:
                return (Unheeded(result),)
            return self._decide(waiting, memory, reviews, key, more, before, now, said)
        review = reviews.get(result.request_id)
        if review is not None and review.request.attempt == result.attempt:
            more = _with(review.request, answer, result)
            if more is None:
                return (Duplicate(result),)
            return self._decide(
                waiting, memory, reviews, key, more, review.request, now, review.heard
            )
        horizon = memory.get(_HORIZON)
        if isinstance(horizon, Forgotten) and result.uploaded_at <= horizon.until:
            return (
                Late(
                    result,
                    "the request may have been decided and forgotten: it was uploaded before "
                    "the last decision that is no longer remembered",
                ),
            )
        request = Request(
            result.request_id,
            result.attempt,
            result.invoice_id,
            result.vendor_id,
            written_at,
            result.uploaded_at,
            (answer,),
            amount=amount_of(result),
            vendor_class=class_of(result),
            source=result.source,
            currency=_currency(result),
            due=_due(result),
        )
        earlier: Sequence[Outcome] = ()
        if result.attempt > 1:
            earlier = self._reviewing.overtaken(
                memory, reviews, result.request_id, result.attempt, now
            )
        cancellation = cancelled.get(key)
        if cancellation is None:
            waiting.put(key, request)
            return earlier
        cancelled.delete(key)
        note = cancellation.note
        return *earlier, *self._reviewing.cancelled(memory, reviews, request, note, now)

    def review(
        self, memory: Memory, reviews: Reviews, completed: InvoiceReviewCompleted, now: Instant
    ) -> Sequence[Outcome]:
        """Take over what a person says about an invoice."""
        return self._reviewing.answer(memory, reviews, completed, now)

    def cancel(
        self,
        waiting: Waiting,
        memory: Memory,
        reviews: Reviews,
        completed: InvoiceReviewCompleted,
        now: Instant,
    ) -> Sequence[Outcome] | None:
        """Take over that an attempt is taken back; None when nothing is known of it (`keep`)."""
        wrong = fault(completed)
        if wrong is not None:
            return (Refused(completed, "contract_broken", wrong),)
        key = f"{completed.request_id}/{completed.attempt}"
        request = waiting.get(key)
        if request is not None:
            waiting.delete(key)
            request = replace(request, answers=tuple(sorted(request.answers, key=_place)))
            return self._reviewing.cancelled(memory, reviews, request, noted(completed), now)
        review = reviews.get(completed.request_id)
        there = review is not None and review.request.attempt >= completed.attempt
        if there or memory.get(key) is not None:
            return self._reviewing.answer(memory, reviews, completed, now)
        return None

    def keep(
        self,
        cancelled: Cancelled,
        completed: InvoiceReviewCompleted,
        source: Source,
        value: bytes,
        now: Instant,
    ) -> Sequence[Outcome]:
        """Keep a cancellation for the first answer; `source` and `value`: as it was written."""
        key = f"{completed.request_id}/{completed.attempt}"
        if cancelled.get(key) is not None:
            return (Repeated(completed),)
        cancelled.put(
            key,
            Cancellation(
                completed.request_id,
                completed.attempt,
                completed.vendor_id,
                noted(completed),
                now,
                source,
                value,
            ),
        )
        return ()

    def caught_up(
        self,
        waiting: Waiting,
        memory: Memory,
        reviews: Reviews,
        cancelled: Cancelled,
        at: Instant,
        now: Instant,
    ) -> Iterator[Outcome]:
        """Everything written before `at` has been read: fire deadlines, end reviews, forget."""
        due = [
            (key, request)
            for key, request in waiting.items()
            if request.opened_at + self._deadline < at
        ]
        for key, request in due:
            waiting.delete(key)
            yield from self._decide(waiting, memory, reviews, key, request, None, now)
        yield from self._reviewing.expire(memory, reviews, at, now)
        yield from self._give_up(cancelled, at)
        self._forget(memory, at - self._remember)

    def _decide(
        self,
        waiting: Waiting,
        memory: Memory,
        reviews: Reviews,
        key: str,
        request: Request,
        before: Request | None,
        now: Instant,
        heard: tuple[str, ...] = (),
    ) -> Sequence[Outcome]:
        """The decision after an answer, or at the deadline; `before`: as it was decided last."""
        answers = tuple(sorted(request.answers, key=_place))
        ruling = ruled(
            self._policies, request.request_id, answers, request.amount, request.vendor_class
        )
        row, policy = ruling.row, ruling.policy
        verdict = Verdict(
            ruling.status,
            None if row is None else row.name,
            None if row is None else row.approvers,
            None if row is None else row.reason,
            None if policy is None else policy.version,
            ruling.canary,
            ruling.mixed,
            ruling.shadow,
        )
        said: tuple[str, ...] = ()
        stands = False
        if before is not None and before.verdict is not None:
            last, status = before.verdict, verdict.status
            stands = last.status in FINAL
            if stands:
                verdict = last
            said = changes(before.answers, answers, last.status, verdict.status)
            if status != verdict.status:
                said += (f"{status} {STAYS} {last.status}, which is settled",)
            elif last.reviews and not stands:
                said += ("approvals given before no longer count",)
        request = Request(
            request.request_id,
            request.attempt,
            request.invoice_id,
            request.vendor_id,
            request.opened_at,
            request.uploaded_at,
            answers,
            request.revision + 1,
            request.amount,
            request.vendor_class,
            verdict,
            request.source,
            request.currency,
            request.due,
        )
        earlier: Sequence[Outcome] = ()
        if request.attempt > 1:
            earlier = self._reviewing.overtaken(
                memory, reviews, request.request_id, request.attempt, now
            )
        if verdict.status not in FINAL:
            later = waiting.get(f"{request.request_id}/{request.attempt + 1}") is not None
            return *earlier, *self._reviewing.ask(
                memory, reviews, request, said, now, heard, later=later
            )
        if before is not None:
            return *earlier, *self._reviewing.settled(
                memory, reviews, request, said, now, heard, before=stands
            )
        memory.put(key, Decided(now, request if request.unsettled else None))
        decision = revision(request, (), now)
        outcome: Ending = "APPROVED" if verdict.status == "APPROVED" else "REJECTED"
        ended = settlement(decision, outcome, request.source)
        return *earlier, decision, ended

    def _give_up(self, cancelled: Cancelled, at: Instant) -> Iterator[Outcome]:
        """Tell of those that no branch has answered for as long as a person might have taken."""
        if next(cancelled.items(), None) is None:
            return
        days = longest_expiry(self._policies)
        old = takewhile(lambda each: each[1].kept_at + days * DAY < at, cancelled.items())
        for key, cancellation in list(old):
            cancelled.delete(key)
            yield Unanswered(
                cancellation,
                f"no branch has answered this attempt within {days} days, so there was nothing to "
                f"cancel: `manifold trace {cancellation.request_id}` says what became of it",
            )

    def _forget(self, memory: Memory, until: Instant) -> None:
        expired: list[str] = []
        latest = 0
        for key, decided in memory.items():
            if isinstance(decided, Forgotten):
                continue
            if decided.decided_at > until:
                break
            expired.append(key)
            latest = max(latest, decided.decided_at)
        for key in expired:
            memory.delete(key)
        if expired:
            horizon = memory.get(_HORIZON)
            if isinstance(horizon, Forgotten):
                latest = max(latest, horizon.until)
            memory.put(_HORIZON, Forgotten(latest))


def answer_of(result: Result) -> BranchAnswer:
    """What is kept of a branch's result."""
    return BranchAnswer(
        branch=NAMES[type(result)],
        status=result.status,
        unknown_reason=result.unknown_reason,
        violations=result.violations,
        decided_at=result.decided_at,
        latency_ms=elapsed(result.uploaded_at, result.decided_at),
        policy_version=result.policy_version,
        shadow=result.shadow,
    )


def amount_of(result: Result) -> Amount | None:
    """The amount due, when it can be remembered: from 92 billion on it counts as not known."""
    return _kept(result.details.amount_in_base) if isinstance(result, PricingResult) else None


def _due(result: Result) -> Amount | None:
    """The same in the invoice's currency."""
    return _kept(result.details.amount) if isinstance(result, PricingResult) else None


def _kept(amount: Amount | None) -> Amount | None:
    return None if amount is None or abs(amount) > _LARGEST else amount


def _currency(result: Result) -> str | None:
    if not isinstance(result, PricingResult) or result.details.amount is None:
        return None
    return result.details.currency or None


def class_of(result: Result) -> str | None:
    """The vendor's class, in fraud's answer."""
    return result.details.vendor_class if isinstance(result, FraudResult) else None


def _with(request: Request, answer: BranchAnswer, result: Result) -> Request | None:
    """The request with one more answer, None when it is there already.

    An answer that could do its work replaces UNKNOWN.
    """
    answers = request.answers
    for place, other in enumerate(answers):
        if other.branch == answer.branch:
            if other.status != "UNKNOWN" or answer.status == "UNKNOWN":
                return None
            answers = (*answers[:place], *answers[place + 1 :])
            break
    return Request(
        request.request_id,
        request.attempt,
        request.invoice_id,
        request.vendor_id,
        request.opened_at,
        request.uploaded_at,
        (*answers, answer),
        request.revision,
        request.amount if (amount := amount_of(result)) is None else amount,
        class_of(result) or request.vendor_class,
        request.verdict,
        request.source,
        _currency(result) or request.currency,
        request.due if (due := _due(result)) is None else due,
    )


def _place(answer: BranchAnswer) -> int:
    return _PLACES[answer.branch]
