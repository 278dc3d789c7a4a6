"""Who should know about a decision.

>>> decision = InvoiceDecision(request_id="r-1", invoice_id="i-1", vendor_id="v-1", revision=1,
...     status="REVIEW", complete=False, missing=("FRAUD",), opened_at=1, decided_at=9,
...     uploaded_at=0, latency_ms=9)
>>> note = notification(decision)
>>> note.audience, note.subject
('CLERK', 'Invoice i-1 needs a look: no answer from fraud in time')
"""

from operators.decide import STAYS
from operators.decision import Audience, InvoiceDecision, InvoiceNotification
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
    return InvoiceNotification(
        notification_id=f"{decision.request_id}/{decision.attempt}/{decision.revision}",
        request_id=decision.request_id,
        attempt=decision.attempt,
        revision=decision.revision,
        invoice_id=decision.invoice_id,
        vendor_id=decision.vendor_id,
        audience=audience,
        group=decision.approvers if audience == "CLERK" else None,
        subject=_subject(decision, audience, len(reasons)),
        reasons=reasons,
        created_at=decision.decided_at,
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


def _subject(decision: InvoiceDecision, audience: Audience, reasons: int) -> str:
    invoice = " ".join(decision.invoice_id.split())
    if audience == "PRODUCER" and decision.decided_by == EXPIRED:
        return f"Invoice {invoice} was rejected: nobody has reviewed it in time"
    if audience == "PRODUCER":
        return f"Invoice {invoice} was rejected{_because(reasons)}"
    if _overtaken(decision):
        return f"Invoice {invoice} was approved before an answer that speaks against it"
    if decision.reviews:
        return f"Invoice {invoice} needs the approval of one more person"
    if decision.missing:
        branches = " and ".join(branch.lower() for branch in decision.missing)
        return f"Invoice {invoice} needs a look: no answer from {branches} in time"
    silent = [answer.branch.lower() for answer in decision.branches if answer.status == "UNKNOWN"]
    if silent:
        return f"Invoice {invoice} needs a look: {' and '.join(silent)} could not judge it"
    return f"Invoice {invoice} needs a look{_because(reasons)}"


def _because(reasons: int) -> str:
    if reasons == 0:
        return ""
    return ": 1 reason" if reasons == 1 else f": {reasons} reasons"
