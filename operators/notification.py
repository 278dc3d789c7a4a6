"""Who should know about a decision.

>>> decision = InvoiceDecision(request_id="r-1", invoice_id="i-1", vendor_id="v-1", revision=1,
...     status="REVIEW", complete=False, missing=("FRAUD",), opened_at=1, decided_at=9,
...     uploaded_at=0, latency_ms=9)
>>> note = notification(decision)
>>> note.audience, note.subject
('CLERK', 'Invoice i-1 needs a look: no answer from fraud in time')
"""

from operators.decide import STAYS
from operators.decision import (
    Audience,
    Branch,
    InvoiceDecision,
    InvoiceNotification,
    NotificationCause,
)
from operators.judgement import worst_first
from operators.probe import VENDOR
from operators.review import DECIDED_BY, EXPIRED


def notification(decision: InvoiceDecision) -> InvoiceNotification | None:
    """What to tell, and whom; None when nobody need act.

    A clerk looks at what is under review or incomplete, and at what was settled before an answer
    that speaks against it; the producer hears of a rejection, once. While branches that could not
    judge an invoice do so one after the other, nobody hears of each; nor of a synthetic invoice.
    """
    if decision.vendor_id == VENDOR or _still_waiting(decision):
        return None
    audience = _audience(decision)
    if audience is None:
        return None
    reasons = _reasons(decision)
    cause = _cause(decision, audience)
    return InvoiceNotification(
        notification_id=f"{decision.request_id}/{decision.attempt}/{decision.revision}",
        request_id=decision.request_id,
        attempt=decision.attempt,
        revision=decision.revision,
        invoice_id=decision.invoice_id,
        vendor_id=decision.vendor_id,
        audience=audience,
        group=decision.approvers if audience == "CLERK" else None,
        subject=_subject(decision, cause, len(reasons)),
        reasons=reasons,
        created_at=decision.decided_at,
        cause=cause,
        branches=_branches(decision, cause),
        status=decision.status,
        amount=decision.amount,
        currency=decision.currency,
        due=decision.due,
        vendor_class=decision.vendor_class,
    )


def _still_waiting(decision: InvoiceDecision) -> bool:
    """Whether a further revision says no more than that some branch still cannot judge."""
    unknown = any(answer.status == "UNKNOWN" for answer in decision.branches)
    changed = any(change.startswith("status:") for change in decision.changes)
    said = changed or decision.reviews or _overtaken(decision)
    return decision.revision > 1 and decision.complete and unknown and not said


def _audience(decision: InvoiceDecision) -> Audience | None:
    if _overtaken(decision):
        return "CLERK"
    settled_before = decision.revision > 1 and not any(
        change.startswith("status: ") for change in decision.changes
    )
    if decision.status in ("APPROVED", "REJECTED") and settled_before:
        return None
    if not decision.complete and decision.decided_by not in DECIDED_BY:
        return "CLERK"
    match decision.status:
        case "APPROVED" | "REPLACED":
            return None
        case "REJECTED":
            return "PRODUCER"
        case _:
            return "CLERK"


def _overtaken(decision: InvoiceDecision) -> bool:
    """Whether it was settled before an answer by which it would be decided otherwise."""
    return decision.status == "APPROVED" and any(STAYS in change for change in decision.changes)


def _reasons(decision: InvoiceDecision) -> tuple[str, ...]:
    found = [violation for answer in decision.branches for violation in answer.violations]
    return tuple(dict.fromkeys(violation.rule_id for violation in worst_first(found)))


def _cause(decision: InvoiceDecision, audience: Audience) -> NotificationCause:
    if audience == "PRODUCER":
        return "EXPIRED" if decision.decided_by == EXPIRED else "REJECTED"
    if _overtaken(decision):
        return "OVERTAKEN"
    if decision.reviews:
        return "ONE_MORE"
    if decision.missing:
        return "NO_ANSWER"
    return "NOT_JUDGED" if _silent(decision) else "REVIEW"


def _silent(decision: InvoiceDecision) -> tuple[Branch, ...]:
    return tuple(answer.branch for answer in decision.branches if answer.status == "UNKNOWN")


def _branches(decision: InvoiceDecision, cause: NotificationCause) -> tuple[Branch, ...]:
    if cause == "NO_ANSWER":
        return decision.missing
    return _silent(decision) if cause == "NOT_JUDGED" else ()


def _subject(decision: InvoiceDecision, cause: NotificationCause, reasons: int) -> str:
    invoice = " ".join(decision.invoice_id.split())
    branches = " and ".join(branch.lower() for branch in _branches(decision, cause))
    match cause:
        case "EXPIRED":
            return f"Invoice {invoice} was rejected: nobody has reviewed it in time"
        case "REJECTED":
            return f"Invoice {invoice} was rejected{_because(reasons)}"
        case "OVERTAKEN":
            return f"Invoice {invoice} was approved before an answer that speaks against it"
        case "ONE_MORE":
            return f"Invoice {invoice} needs the approval of one more person"
        case "NO_ANSWER":
            return f"Invoice {invoice} needs a look: no answer from {branches} in time"
        case "NOT_JUDGED":
            return f"Invoice {invoice} needs a look: {branches} could not judge it"
        case _:
            return f"Invoice {invoice} needs a look{_because(reasons)}"


def _because(reasons: int) -> str:
    if reasons == 0:
        return ""
    return ": 1 reason" if reasons == 1 else f": {reasons} reasons"
