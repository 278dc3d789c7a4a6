"""The join: four answers to a request become one decision, with a deadline and revisions.

A request opens with its first answer. When all four branches have answered it gets its
decision; when the deadline passes first, a partial one, and every answer after that makes a
further revision. A deadline fires only on the knowledge that everything written before it has
been read (`caught_up`), so a reader that lags never blames a branch.

Decided requests are remembered for a bounded time, to recognise duplicates and late answers.
"""

from collections.abc import Iterator, Sequence
from typing import TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from operators.decide import BRANCHES, NAMES, changes, status_of
from operators.decision import Branch, BranchAnswer, InvoiceDecision, InvoiceSettled
from operators.result import Result
from operators.table import Table
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

_PLACES = {branch: place for place, branch in enumerate(BRANCHES)}
_HORIZON = "\x00forgotten"
"""Key of the `Forgotten` entry: no request identifier starts with a control character."""


class Join:
    """The rules of the join; its state is in the tables it is given."""

    def __init__(self, deadline: Instant, remember: Instant) -> None:
        """`deadline`: milliseconds a request waits; `remember`: how long it is remembered."""
        self._deadline = deadline
        self._remember = remember

    def answer(
        self, waiting: Waiting, memory: Memory, result: Result, written_at: Instant, now: Instant
    ) -> Sequence[Outcome]:
        """Take over a branch's answer that was written to its topic at `written_at`."""
        key = f"{result.request_id}/{result.attempt}"
        answer = _answer(result)
        request = waiting.get(key)
        if request is not None:
            more = _with(request, answer)
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
            more = _with(before, answer) if before is not None else None
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
        request = replace(request, answers=answers, revision=request.revision + 1)
        missing = request.missing
        memory.delete(key)
        memory.put(key, Decided(now, request if request.unsettled else None))
        decision = InvoiceDecision(
            request_id=request.request_id,
            attempt=request.attempt,
            invoice_id=request.invoice_id,
            vendor_id=request.vendor_id,
            revision=request.revision,
            status=status_of(answers),
            complete=not missing,
            missing=missing,
            branches=answers,
            changes=changes(before.answers, answers) if before else (),
            opened_at=request.opened_at,
            decided_at=now,
            uploaded_at=request.uploaded_at,
            latency_ms=elapsed(request.uploaded_at, now),
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


def _answer(result: Result) -> BranchAnswer:
    return BranchAnswer(
        branch=NAMES[type(result)],
        status=result.status,
        unknown_reason=result.unknown_reason,
        violations=result.violations,
        decided_at=result.decided_at,
        latency_ms=elapsed(result.uploaded_at, result.decided_at),
        policy_version=result.policy_version,
    )


def _with(request: Request, answer: BranchAnswer) -> Request | None:
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
    )


def _place(answer: BranchAnswer) -> int:
    return _PLACES[answer.branch]
