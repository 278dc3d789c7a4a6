"""A request's state as the decision that is published, and as its end."""

from operators.decision import InvoiceDecision, InvoiceSettled, Outcome
from operators.request import Request
from operators.result import Source
from operators.time import Instant, elapsed


def revision(request: Request, changes: tuple[str, ...], now: Instant) -> InvoiceDecision:
    """The decision that stands in a request, made now."""
    verdict, missing = request.verdict, request.missing
    assert verdict is not None
    return InvoiceDecision(
        request_id=request.request_id,
        attempt=request.attempt,
        invoice_id=request.invoice_id,
        vendor_id=request.vendor_id,
        revision=request.revision,
        status=verdict.status,
        complete=not missing,
        missing=missing,
        branches=request.answers,
        changes=changes,
        opened_at=request.opened_at,
        decided_at=now,
        uploaded_at=request.uploaded_at,
        latency_ms=elapsed(request.uploaded_at, now),
        amount=request.amount,
        vendor_class=request.vendor_class,
        decided_by=verdict.decided_by,
        approvers=verdict.approvers,
        reason=verdict.reason,
        policy_version=verdict.policy_version,
        canary=verdict.canary,
        mixed_policies=verdict.mixed_policies,
        shadow=verdict.shadow,
        currency=request.currency,
        due=request.due,
        reviews=verdict.reviews,
    )


def settlement(
    decision: InvoiceDecision, outcome: Outcome, source: Source | None
) -> InvoiceSettled:
    """How the attempt has ended, for those who have reserved something for it."""
    return InvoiceSettled(
        request_id=decision.request_id,
        attempt=decision.attempt,
        invoice_id=decision.invoice_id,
        vendor_id=decision.vendor_id,
        outcome=outcome,
        settled_at=decision.decided_at,
        source=source,
    )
