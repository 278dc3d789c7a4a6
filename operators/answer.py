"""From a branch's judgement to the result it writes."""

from typing import Any, TypeVar

from operators.judgement import Judgement
from operators.result import Result, ShadowAnswer, Source
from operators.time import Instant
from operators.upload import InvoiceOcrCompleted, InvoiceUploaded

R = TypeVar("R", bound=Result)

NO_POLICY = "no policy has been published"
"""Reason of a branch that knows no limits to measure against."""
MOST_IN_SHADOW = 20
"""Violations that an answer in shadow names."""


def answer(
    kind: type[R],
    upload: InvoiceUploaded | InvoiceOcrCompleted,
    source: Source,
    judgement: Judgement[Any],
    *,
    decided_at: Instant,
    policy_version: str,
    canary: bool = False,
    shadow: ShadowAnswer | None = None,
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
        canary=canary,
        shadow=shadow,
    )


def in_shadow(version: str, judgement: Judgement[Any], decisive: Judgement[Any]) -> ShadowAnswer:
    """What a judgement by a candidate adds to the one that counts."""
    worst = judgement.violations[:MOST_IN_SHADOW]
    same = worst == decisive.violations[:MOST_IN_SHADOW]
    return ShadowAnswer(
        version, judgement.status, judgement.unknown_reason, None if same else worst
    )
