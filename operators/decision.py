"""What the join decides, and what follows from it."""

from typing import Literal, TypeAlias

from msgspec import Struct

from operators.money import Amount
from operators.result import ShadowAnswer, Source, Violation
from operators.time import Instant

DecisionStatus: TypeAlias = Literal["APPROVED", "REVIEW", "REJECTED", "REPLACED", "UNKNOWN"]
"""The decision; REPLACED when a later attempt has taken its place."""


Branch: TypeAlias = Literal["VALIDATION", "INVENTORY", "FRAUD", "PRICING", "UNKNOWN"]
"""A branch."""


class BranchAnswer(Struct, frozen=True, kw_only=True, gc=False):
    """One branch's answer."""

    branch: Branch
    """The branch."""
    status: str
    """Its status."""
    unknown_reason: str | None = None
    """Why it could not do its work."""
    violations: tuple[Violation, ...] = ()
    """What it found."""
    decided_at: Instant
    """When it answered."""
    latency_ms: int
    """Milliseconds from upload to its answer."""
    policy_version: str
    """Policy it applied."""
    shadow: ShadowAnswer | None = None
    """Answer by a candidate in shadow; None when there is none."""


class ShadowDecision(Struct, frozen=True, gc=False):
    """What a candidate in shadow would have decided."""

    policy_version: str
    """Version of the candidate."""
    status: DecisionStatus
    """The decision."""
    decided_by: str | None = None
    """Row of its decision table; None when it has no table."""


ReviewOutcome: TypeAlias = Literal["APPROVED", "REJECTED", "CORRECTED", "UNKNOWN"]
"""What a person decided."""


class ReviewNote(Struct, frozen=True, gc=False):
    """What a person has said about a request."""

    reviewer: str
    """Who."""
    outcome: ReviewOutcome
    """What the person decided."""
    reason: str
    """Why."""
    at: Instant
    """When."""


class InvoiceDecision(Struct, frozen=True, kw_only=True, gc=False):
    """The decision on a request; of an attempt's revisions the highest is in force."""

    request_id: str
    """Identifies the request on every topic."""
    attempt: int = 1
    """1 for the first upload; a correction or resubmission adds 1."""
    invoice_id: str
    """The producer's identifier of the invoice."""
    vendor_id: str
    """Vendor the invoice is from."""
    revision: int
    """1 for the first decision of this attempt."""
    status: DecisionStatus
    """The decision."""
    complete: bool
    """True when every branch has answered."""
    missing: tuple[Branch, ...] = ()
    """Branches that had not answered by the deadline."""
    branches: tuple[BranchAnswer, ...] = ()
    """Answers in the order validation, inventory, fraud, pricing."""
    changes: tuple[str, ...] = ()
    """What is different from the revision before; empty for revision 1."""
    opened_at: Instant
    """When the first branch's answer was written."""
    decided_at: Instant
    """When this decision was made."""
    uploaded_at: Instant
    """When the producer uploaded the invoice."""
    latency_ms: int
    """Milliseconds from upload to this decision."""
    amount: Amount | None = None
    """Amount due in the policy's base currency, as far as pricing could say."""
    vendor_class: str | None = None
    """Class of the vendor, as far as fraud could say."""
    decided_by: str | None = None
    """Row of the policy's table that decided, “a person”, “a later attempt” or “an expired review”.

    Null when the policy has no table.
    """
    approvers: str | None = None
    """Group that has to look at it, as the row says."""
    reason: str | None = None
    """Why, as the row or the person says."""
    policy_version: str | None = None
    """Policy that decided."""
    canary: bool = False
    """Whether that policy was a candidate, in force for a share of the requests only."""
    mixed_policies: bool = False
    """Whether a branch answered by another policy than the one that decided."""
    shadow: ShadowDecision | None = None
    """Decision by a candidate in shadow, once every branch that answered has judged by it."""
    currency: str | None = None
    """Currency of the invoice, as far as pricing could say."""
    due: Amount | None = None
    """Amount due in that currency."""
    reviews: tuple[ReviewNote, ...] = ()
    """What people have said that counts for this revision."""


Outcome: TypeAlias = Literal["APPROVED", "REJECTED", "EXPIRED", "REPLACED", "UNKNOWN"]
"""How it ended."""


class InvoiceSettled(Struct, frozen=True, kw_only=True, gc=False):
    """An attempt is settled for good: what it reserved or counted is confirmed or taken back."""

    request_id: str
    """Identifies the request on every topic."""
    attempt: int = 1
    """1 for the first upload; a correction or resubmission adds 1."""
    invoice_id: str
    """The producer's identifier of the invoice."""
    vendor_id: str
    """Vendor the invoice is from."""
    outcome: Outcome
    """APPROVED confirms what was reserved and counted, the others take it back.

    EXPIRED: nobody reviewed it in time; REPLACED: by a later attempt.
    """
    settled_at: Instant
    """When it was settled."""
    source: Source | None = None
    """The upload that was judged."""


Audience: TypeAlias = Literal["CLERK", "PRODUCER", "UNKNOWN"]
"""Who should know."""


NotificationCause: TypeAlias = Literal[
    "REVIEW",
    "NO_ANSWER",
    "NOT_JUDGED",
    "ONE_MORE",
    "OVERTAKEN",
    "REJECTED",
    "EXPIRED",
    "UNKNOWN",
]
"""Why somebody should know: it needs a look, because branches have not answered or could not judge,
or the approval of one more person; it was approved before an answer that speaks against it; it was
rejected, or because nobody has reviewed it."""


class InvoiceNotification(Struct, frozen=True, kw_only=True, gc=False):
    """Somebody should know about a decision."""

    notification_id: str
    """Identifies the notification; send once."""
    request_id: str
    """The request."""
    attempt: int
    """The attempt."""
    revision: int
    """The decision's revision."""
    invoice_id: str
    """The producer's identifier of the invoice."""
    vendor_id: str
    """Vendor the invoice is from."""
    audience: Audience
    """Who should know."""
    group: str | None = None
    """The group among the clerks that has to act, as far as the policy names one."""
    subject: str
    """One line."""
    reasons: tuple[str, ...] = ()
    """Rule identifiers, worst first."""
    created_at: Instant
    """When the decision was made."""
    cause: NotificationCause = "UNKNOWN"
    """Why, for those who write it in another language; UNKNOWN: only the subject says."""
    branches: tuple[Branch, ...] = ()
    """Branches that have not answered, or could not judge."""
    status: DecisionStatus = "UNKNOWN"
    """The decision."""
    amount: Amount | None = None
    """Amount due in the policy's base currency, as far as pricing could say."""
    currency: str | None = None
    """Currency of the invoice, as far as pricing could say."""
    due: Amount | None = None
    """Amount due in that currency."""
    vendor_class: str | None = None
    """Class of the vendor, as far as fraud could say."""
