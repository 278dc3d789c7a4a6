"""Fraud: answers and tables are those of one reader that was never disturbed.

A vendor's invoices come in the order of their partition, and each changes what is remembered of
the vendor: a single one read twice, left out or out of order shows in all that follow.
"""

from operators import fraud
from operators.fraud import SealedPage, VendorProfile
from operators.result import FraudResult
from operators.upload import InvoiceUploaded
from tests.faults.checks.answers import Answers
from tests.faults.checks.check import Check, Findings
from tests.faults.checks.reference import Reference
from tests.faults.checks.traced import TracedTable
from tests.faults.recorded import Recorded

NAME = "fraud equals its replay, state included"


def fraud_replayed(recorded: Recorded, reference: Reference) -> Check:
    """Every fraud result and every entry of the tables, against a replay of the uploads."""
    findings = Findings(NAME)
    answers = Answers(
        FraudResult, recorded.contents(FraudResult), reference.policy.version, findings
    )
    owners = fraud.by_account(reference.vendors.values())
    entries = 0
    for number in recorded.partitions(InvoiceUploaded):
        profiles, pages = TracedTable[VendorProfile](), TracedTable[SealedPage]()
        for upload in recorded.of(InvoiceUploaded, number):
            record = upload.record
            assert record.invoice is not None, "the run uploads invoices, no documents"
            judgement = fraud.judge(
                record.request_id,
                record.attempt,
                record.vendor_id or "",
                record.invoice,
                record.uploaded_at,
                vendors=reference.vendors,
                owners=owners,
                rates=reference.rates,
                policy=reference.policy,
                profiles=profiles,
                seen=pages,
            )
            answers.compare(upload, judgement)
        for name, table in (("vendors", profiles), ("seen", pages)):
            for difference in table.differences(name, recorded.changelog("fraud", name, number)):
                findings.add(difference)
            entries += len(table)
    for request_id in answers.left_over():
        findings.add(f"request {request_id}: weighed, but never uploaded")
    return findings.check(
        f"{answers.count:,} results and {entries:,} table entries, as an undisturbed reader"
    )
