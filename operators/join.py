"""The join: four answers to a request become one decision, with a deadline and revisions.

A request opens with its first answer. When all four branches have answered it gets its
decision; when the deadline passes first, a partial one, and every answer after that makes a
further revision. A deadline fires only on the knowledge that everything written before it has
been read (`caught_up`), so a reader that lags never blames a branch.

Decided requests are remembered for a bounded time, to recognise duplicates and late answers.
"""

from collections.abc import Iterator, Sequence
from types import MappingProxyType
from typing import TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from operators.decide import BRANCHES, NAMES, changes
from operators.decision import (
    Branch,
    BranchAnswer,
    DecisionStatus,
    InvoiceDecision,
    InvoiceSettled,
)
from operators.money import Amount
from operators.reference import ReferencePolicy
from operators.result import FraudResult, PricingResult, Result, Source
from operators.ruling import ruled
from operators.table import Lookup, Table
from operators.time import Instant, elapsed


class Request(Struct, frozen=True, array_like=True, gc=False):
    """A request whose answers are still of use."""

    request_id: str
    attempt: int
    invoice_id: str
    vendor_id: str
    opened_at: Instant
    uploaded_at: Instant
    answers: tuple[BranchAnswer, ...]
    """In the order in which they came; once it has been decided, in that of the branches."""
    revision: int = 0
    amount: Amount | None = None
    """Amount due in the policy's base currency, once pricing has answered."""
    vendor_class: str | None = None
    """Class of the vendor, once fraud has answered."""
    status: DecisionStatus = "UNKNOWN"
    """The latest revision's."""
    source: Source | None = None
    """The upload that is judged."""
    currency: str | None = None
    """The invoice's currency, once pricing has answered."""
    due: Amount | None = None
    """Amount due in that currency."""

    @property
    def missing(self) -> tuple[Branch, ...]:
        """Branches that have not answered."""
        if len(self.answers) == len(BRANCHES):
            return ()
        answered = {answer.branch for answer in self.answers}
        return tuple(branch for branch in BRANCHES if branch not in answered)

    @property
    def unsettled(self) -> bool:
        """Whether a further answer could still change the decision."""
        return len(self.answers) < len(BRANCHES) or any(
            answer.status == "UNKNOWN" for answer in self.answers
        )


class Decided(Struct, frozen=True, array_like=True, tag=1, gc=False):
    """What is remembered of a request that has been decided."""

    decided_at: Instant
    unsettled: Request | None = None
    """Its answers, while a further one could still change the decision."""


class Forgotten(Struct, frozen=True, array_like=True, tag=2):
    """The latest instant of a decision that is no longer remembered."""

    until: Instant


class Late(Struct, frozen=True, gc=False):
    """An answer to a request that may have been decided and forgotten."""

    result: Result
    message: str


class Duplicate(Struct, frozen=True, gc=False):
    """An answer that was already there."""

    result: Result


Waiting: TypeAlias = Table[Request]
Memory: TypeAlias = Table[Decided | Forgotten]
Outcome: TypeAlias = InvoiceDecision | InvoiceSettled | Late | Duplicate

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

    def answer(
        self, waiting: Waiting, memory: Memory, result: Result, written_at: Instant, now: Instant
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
            return self._decide(memory, key, more, (), now)
        decided = memory.get(key)
        if isinstance(decided, Decided):
            before = decided.unsettled
            more = _with(before, answer, result) if before is not None else None
            if before is None or more is None:
                return (Duplicate(result),)
            return self._decide(memory, key, more, before, now)
        horizon = memory.get(_HORIZON)
        if isinstance(horizon, Forgotten) and result.uploaded_at <= horizon.until:
            return (
                Late(
                    result,
                    "the request may have been decided and forgotten: it was uploaded before "
                    "the last decision that is no longer remembered",
                ),
            )
        waiting.put(
            key,
            Request(
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
            ),
        )
        return ()

    def caught_up(
        self, waiting: Waiting, memory: Memory, at: Instant, now: Instant
    ) -> Iterator[Outcome]:
        """Everything written before `at` has been answered for: fire deadlines, forget."""
        due = [
            (key, request)
            for key, request in waiting.items()
            if request.opened_at + self._deadline < at
        ]
        for key, request in due:
            waiting.delete(key)
            yield from self._decide(memory, key, request, (), now)
        self._forget(memory, at - self._remember)

    def _decide(
        self,
        memory: Memory,
        key: str,
        request: Request,
        before: Request | tuple[()],
        now: Instant,
    ) -> Sequence[Outcome]:
        answers = tuple(sorted(request.answers, key=_place))
        ruling = ruled(
            self._policies, request.request_id, answers, request.amount, request.vendor_class
        )
        status, row, policy = ruling.status, ruling.row, ruling.policy
        request = replace(request, answers=answers, revision=request.revision + 1, status=status)
        missing = request.missing
        memory.delete(key)
        memory.put(key, Decided(now, request if request.unsettled else None))
        decision = InvoiceDecision(
            request_id=request.request_id,
            attempt=request.attempt,
            invoice_id=request.invoice_id,
            vendor_id=request.vendor_id,
            revision=request.revision,
            status=status,
            complete=not missing,
            missing=missing,
            branches=answers,
            changes=changes(before.answers, answers, before.status, status) if before else (),
            opened_at=request.opened_at,
            decided_at=now,
            uploaded_at=request.uploaded_at,
            latency_ms=elapsed(request.uploaded_at, now),
            amount=request.amount,
            vendor_class=request.vendor_class,
            decided_by=None if row is None else row.name,
            approvers=None if row is None else row.approvers,
            reason=None if row is None else row.reason,
            policy_version=None if policy is None else policy.version,
            canary=ruling.canary,
            mixed_policies=ruling.mixed,
            shadow=ruling.shadow,
            currency=request.currency,
            due=request.due,
        )
        if decision.status not in ("APPROVED", "REJECTED"):
            return (decision,)
        settled = InvoiceSettled(
            request_id=request.request_id,
            attempt=request.attempt,
            invoice_id=request.invoice_id,
            vendor_id=request.vendor_id,
            outcome=decision.status,
            settled_at=now,
            source=request.source,
        )
        return decision, settled

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
        request.status,
        request.source,
        _currency(result) or request.currency,
        request.due if (due := _due(result)) is None else due,
    )


def _place(answer: BranchAnswer) -> int:
    return _PLACES[answer.branch]
