"""What people say of decisions that ask for them."""

from connectors.clock import now
from operators.decision import InvoiceDecision
from operators.review import InvoiceReviewCompleted, InvoiceReviewRequested
from tests.integration.pipeline import Pipeline


def approvals(pipeline: Pipeline) -> list[InvoiceReviewCompleted]:
    """An approval of every review whose decision is still the latest."""
    decided = {each.request_id: each for each in pipeline.seen.all(InvoiceDecision)}
    return [
        InvoiceReviewCompleted(
            request_id=each.request_id,
            attempt=each.attempt,
            revision=each.revision,
            vendor_id=each.vendor_id,
            outcome="APPROVED",
            reviewer="anna",
            reason="Looked at.",
            completed_at=now(),
        )
        for each in pipeline.seen.all(InvoiceReviewRequested)
        if each.request_id in decided and decided[each.request_id].revision == each.revision
    ]
