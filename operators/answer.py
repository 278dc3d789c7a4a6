"""From a branch's judgement to the result it writes."""

from typing import Any, TypeVar

from operators.judgement import Judgement
from operators.result import Result, Source
from operators.time import Instant
from operators.upload import InvoiceOcrCompleted, InvoiceUploaded

R = TypeVar("R", bound=Result)

NO_POLICY = "no policy has been published"
"""Reason of a branch that knows no limits to measure against."""


def answer(
    kind: type[R],
    upload: InvoiceUploaded | InvoiceOcrCompleted,
    source: Source,
    judgement: Judgement[Any],
    *,
    decided_at: Instant,
    policy_version: str,
) -> R:
    """The result of a branch about an upload; `vendor_id` must be known."""
    return kind(
        request_id=upload.request_id,
        attempt=upload.attempt,
        invoice_id=upload.invoice_id,
        vendor_id=upload.vendor_id or "",
        status=judgement.status,
        unknown_reason=judgement.unknown_reason,
        violations=judgement.violations,
        decided_at=decided_at,
        uploaded_at=upload.uploaded_at,
        policy_version=policy_version,
        source=source,
        details=judgement.details,
    )
