"""Validation: each answer is what the operator says of the upload alone."""

from datetime import UTC, datetime

from operators import validation
from operators.result import ValidationResult
from operators.upload import InvoiceUploaded
from tests.faults.checks.answers import Answers
from tests.faults.checks.check import Check, Findings
from tests.faults.checks.reference import Reference
from tests.faults.recorded import Recorded

VALIDATION = "validation equals its replay"


def validation_replayed(recorded: Recorded, reference: Reference) -> Check:
    """Every validation result, against the rules applied to its upload."""
    findings = Findings(VALIDATION)
    answers = Answers(
        ValidationResult, recorded.contents(ValidationResult), reference.policy.version, findings
    )
    for upload in recorded.of(InvoiceUploaded):
        invoice = upload.record.invoice
        assert invoice is not None, "the run uploads invoices, no documents"
        today = datetime.fromtimestamp(upload.received.timestamp // 1_000, UTC).date()
        judgement = validation.judge(invoice, reference.policy, reference.tax_rates, today)
        answers.compare(upload, judgement)
    for request_id in answers.left_over():
        findings.add(f"request {request_id}: validated, but never uploaded")
    return findings.check(f"{answers.count:,} results are what the rules say of their uploads")
