"""What people are asked about an invoice, and what they answer.

>>> same_person("Anna.Berger", "  anna.berger ")
True
"""

from hashlib import blake2b
from typing import Literal, TypeAlias
from unicodedata import normalize

from msgspec import Struct

from operators.decision import Branch, InvoiceDecision, ReviewNote, ReviewOutcome
from operators.extraction.record import DocumentReading
from operators.invoice import Invoice
from operators.judgement import worst_first
from operators.money import Amount
from operators.result import Violation
from operators.time import DAY, Instant
from operators.upload import Document, InvoiceUploaded, Metadata

ReviewKind: TypeAlias = Literal["DECISION", "EXTRACTION", "UNKNOWN"]
"""DECISION: whether an invoice may be paid; EXTRACTION: what stands in a document."""
Refusal: TypeAlias = Literal[
    "contract_broken", "review_unknown", "review_outdated", "review_settled", "same_reviewer"
]
"""Why an answer of a person could not be taken."""

PERSON = "a person"
EXPIRED = "an expired review"
REPLACED = "a later attempt"
DECIDED_BY: frozenset[str] = frozenset({PERSON, EXPIRED, REPLACED})
"""What `decided_by` of a decision says when no row of a table decided."""

CANCELLED = "cancelled"
"""Fingerprint of every cancellation of one attempt: the second one says nothing new."""

_MOST_REASONS = 20
_LONGEST_NAME = 200
_LONGEST_REASON = 2_000


class InvoiceReviewRequested(Struct, frozen=True, kw_only=True, gc=False):
    """A person has to look at an invoice; of a request's records the last one is in force."""

    request_id: str
    """Identifies the request on every topic."""
    attempt: int = 1
    """1 for the first upload; a correction or resubmission adds 1."""
    revision: int
    """The decision's revision that has to be reviewed; 0 when nothing has been decided yet."""
    kind: ReviewKind
    """What has to be reviewed."""
    invoice_id: str
    """The producer's identifier of the invoice."""
    vendor_id: str | None = None
    """Vendor the invoice is from, as far as known."""
    amount: Amount | None = None
    """Amount due in the policy's base currency, as far as pricing could say."""
    approvers: str | None = None
    """Group that has to look at it; null for anybody."""
    row: str | None = None
    """Row of the policy's decision table that asks for a person."""
    reason: str | None = None
    """Why, as that row says."""
    missing: tuple[Branch, ...] = ()
    """Branches that have not answered."""
    violations: tuple[Violation, ...] = ()
    """What speaks against it, worst first, at most 20."""
    more: int = 0
    """How many more violations the decision lists."""
    opened_at: Instant
    """When this revision was decided."""
    expires_at: Instant
    """From when it counts as rejected, unless somebody has reviewed it."""
    approvals: tuple[ReviewNote, ...] = ()
    """Who has approved it so far."""
    needed: int = 1
    """How many different people have to approve it."""
    document: Document | None = None
    """Of an extraction: the document that was read."""
    invoice: Invoice | None = None
    """Of an extraction: the invoice as far as it could be read."""
    reading: DocumentReading | None = None
    """Of an extraction: how it was read, and how sure each value is."""


class InvoiceReviewCompleted(Struct, frozen=True, kw_only=True, gc=False):
    """A person has looked at an invoice."""

    request_id: str
    """Identifies the request on every topic."""
    attempt: int = 1
    """The attempt that was reviewed."""
    revision: int
    """The decision's revision that was reviewed: an answer about an earlier one is refused."""
    vendor_id: str | None = None
    """As the review request has it."""
    outcome: ReviewOutcome
    """What the person decided."""
    reviewer: str
    """Identifies the person; case and white space make no difference."""
    reason: str
    """Why."""
    completed_at: Instant
    """When the person decided."""
    corrected: Invoice | None = None
    """The whole invoice as it should be, when the outcome is CORRECTED."""
    cancelled: bool = False
    """The producer takes the attempt back: REJECTED, whatever revision is in force, or none yet."""


def requested(decision: InvoiceDecision, needed: int, expire_days: int) -> InvoiceReviewRequested:
    """What a person is asked about a decision."""
    found = worst_first([each for answer in decision.branches for each in answer.violations])
    return InvoiceReviewRequested(
        request_id=decision.request_id,
        attempt=decision.attempt,
        revision=decision.revision,
        kind="DECISION",
        invoice_id=decision.invoice_id,
        vendor_id=decision.vendor_id,
        amount=decision.amount,
        approvers=decision.approvers,
        row=decision.decided_by,
        reason=decision.reason,
        missing=decision.missing,
        violations=found[:_MOST_REASONS],
        more=max(0, len(found) - _MOST_REASONS),
        opened_at=decision.decided_at,
        expires_at=decision.decided_at + expire_days * DAY,
        approvals=decision.reviews,
        needed=needed,
    )


def corrected(
    completed: InvoiceReviewCompleted, invoice_id: str, vendor_id: str, now: Instant
) -> InvoiceUploaded:
    """The next attempt, with the invoice as a person has corrected it.

    It counts as uploaded when the correction was taken over: what the person took to think is
    nobody's latency, and no clock but ours decides whether the answers to it are late.
    """
    invoice = completed.corrected
    assert invoice is not None
    return InvoiceUploaded(
        request_id=completed.request_id,
        attempt=completed.attempt + 1,
        invoice_id=invoice_id,
        vendor_id=vendor_id,
        origin="REVIEW",
        uploaded_at=now,
        invoice=invoice,
        metadata=Metadata(invoice.totals.payable, invoice.currency, invoice.issue_date),
    )


def fault(completed: InvoiceReviewCompleted) -> str | None:
    """What is wrong with an answer, whatever it is about; None when nothing is."""
    if completed.outcome == "UNKNOWN":
        return "the outcome has to be APPROVED, REJECTED or CORRECTED"
    if not _person(completed.reviewer):
        return "it does not say who has reviewed: give the person's identifier as reviewer"
    if len(completed.reviewer) > _LONGEST_NAME:
        return f"the reviewer's identifier is longer than {_LONGEST_NAME} characters"
    if not completed.reason.strip():
        return "it does not say why: give a sentence as reason"
    if len(completed.reason) > _LONGEST_REASON:
        return f"the reason is longer than {_LONGEST_REASON:,} characters"
    if (completed.outcome == "CORRECTED") != (completed.corrected is not None):
        return "a corrected invoice belongs to the outcome CORRECTED, and to no other"
    if completed.cancelled and completed.outcome != "REJECTED":
        return "a cancellation has the outcome REJECTED"
    if not 0 < completed.attempt < 2**31 - 1:
        return "the attempt is not one that can be reviewed"
    return None


def same_person(one: str, other: str) -> bool:
    """Whether two identifiers stand for one person."""
    return _person(one) == _person(other)


def fingerprint(completed: InvoiceReviewCompleted) -> str:
    """Tells one answer of a person from any other, in 22 characters; cancellations are all one."""
    if completed.cancelled:
        return CANCELLED
    # As it was before there were cancellations: those that are remembered are still known.
    said = repr(completed).removesuffix(", cancelled=False)") + ")"
    return blake2b(said.encode("utf-8", "surrogatepass"), digest_size=11).hexdigest()


def _person(identifier: str) -> str:
    return " ".join(normalize("NFKC", identifier).casefold().split())
