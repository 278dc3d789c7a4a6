"""What the join keeps of a request: while it waits for answers, for people, and afterwards."""

from typing import TypeAlias

from msgspec import Struct

from operators.decide import BRANCHES
from operators.decision import (
    Branch,
    BranchAnswer,
    DecisionStatus,
    ReviewNote,
    ShadowDecision,
)
from operators.money import Amount
from operators.result import Source
from operators.table import Table
from operators.time import Instant

FINAL: frozenset[DecisionStatus] = frozenset({"APPROVED", "REJECTED", "REPLACED"})
"""Statuses with which an attempt is settled for good."""


class Verdict(Struct, frozen=True, array_like=True, gc=False):
    """A decision's status and what it rests on."""

    status: DecisionStatus
    decided_by: str | None = None
    """Row of the policy's table, or what else decided."""
    approvers: str | None = None
    """Group that has to look at it."""
    reason: str | None = None
    policy_version: str | None = None
    canary: bool = False
    """Whether that policy was a candidate."""
    mixed_policies: bool = False
    """Whether a branch answered by another policy."""
    shadow: ShadowDecision | None = None
    """What a candidate in shadow would have decided."""
    reviews: tuple[ReviewNote, ...] = ()
    """What people have said that counts for it."""


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
    verdict: Verdict | None = None
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
        """Whether a further answer could still be of use."""
        if len(self.answers) < len(BRANCHES):
            return True
        for answer in self.answers:  # noqa: SIM110 - asked of every request: a third of any()
            if answer.status == "UNKNOWN":
                return True
        return False


class Review(Struct, frozen=True, array_like=True, gc=False):
    """A request that people look at."""

    request: Request
    opened_at: Instant
    """When its latest revision was decided."""
    needed: int
    """How many different people have to approve it."""
    days: int
    """How long they have from then, whatever policy comes into force meanwhile."""
    heard: tuple[str, ...] = ()
    """What people have said that made a revision, as `operators.review.fingerprint` has it."""

    @property
    def approvals(self) -> tuple[ReviewNote, ...]:
        """Those that count for the latest revision."""
        return () if self.request.verdict is None else self.request.verdict.reviews


class Decided(Struct, frozen=True, array_like=True, tag=1, gc=False):
    """What is remembered of a request that has been settled."""

    decided_at: Instant
    unsettled: Request | None = None
    """Its answers, while a further one could still be of use."""


class Reviewed(Struct, frozen=True, array_like=True, tag=3, gc=False):
    """What is remembered of a request that people have looked at before it was settled."""

    decided_at: Instant
    unsettled: Request | None
    """Its answers, while a further one could still be of use."""
    heard: tuple[str, ...]
    """What people have said that made a revision."""


class Forgotten(Struct, frozen=True, array_like=True, tag=2):
    """The latest instant of a decision that is no longer remembered."""

    until: Instant


class Cancellation(Struct, frozen=True, array_like=True, gc=False):
    """An attempt that was taken back before any branch had answered."""

    request_id: str
    attempt: int
    vendor_id: str | None
    """As the cancellation has it."""
    note: ReviewNote
    """Who took it back, and why."""
    kept_at: Instant
    source: Source
    """Where it stands in its topic."""
    value: bytes
    """As it stands there: what becomes a dead letter when no branch ever answers."""


Remembered: TypeAlias = Decided | Reviewed | Forgotten
Waiting: TypeAlias = Table[Request]
"""By request and attempt: answers are awaited."""
Memory: TypeAlias = Table[Remembered]
"""By request and attempt: settled, and remembered for a bounded time."""
Reviews: TypeAlias = Table[Review]
"""By request: its latest attempt that people have to look at."""
Cancelled: TypeAlias = Table[Cancellation]
"""By request and attempt: taken back, and the first answer is awaited."""
