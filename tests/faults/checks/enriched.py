"""Enriched: each approved attempt once, with its own invoice, and what is posted balances."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any

from connectors.changelog_table import ChangelogTable
from connectors.enriched import DONE
from operators.codes import CREDIT_NOTES
from operators.decision import InvoiceSettled
from operators.enrichment import Done, InvoiceEnriched
from operators.invoice import Invoice
from operators.upload import InvoiceUploaded
from tests.faults.checks.check import Check, Findings
from tests.faults.checks.once import differences
from tests.faults.checks.reference import Reference
from tests.faults.recorded import Recorded

NAME = "every approved attempt is enriched once, with its invoice, balanced"

_AS_UPLOADED = (
    "number",
    "type_code",
    "issue_date",
    "delivery_date",
    "currency",
    "contract",
    "buyer_reference",
    "totals",
    "vat_breakdown",
)
"""Fields that stand in the invoice under the same name."""


def enriched_once(recorded: Recorded, reference: Reference) -> Check:
    """Every enriched invoice against the approval and the upload it stands for, and the reverse."""
    findings = Findings(NAME)
    approved: dict[tuple[str, int], InvoiceSettled] = {}
    for number in recorded.partitions(InvoiceSettled):
        there = _approved(recorded, number)
        for problem in _state(recorded, number, there):
            findings.add(problem)
        approved |= there
    uploads = _uploads(recorded, approved)
    found: Counter[tuple[str, int]] = Counter()
    postings = 0
    for record in recorded.contents(InvoiceEnriched):
        case = (record.request_id, record.attempt)
        found[case] += 1
        postings += len(record.postings)
        if case in approved:
            for problem in _problems(record, approved[case], uploads.get(case), reference):
                findings.add(f"request {case[0]} attempt {case[1]}: {problem}")
    for case, (times, wanted) in differences(found, Counter(approved.keys())):
        findings.add(f"request {case[0]} attempt {case[1]}: enriched {times} times, not {wanted}")
    return findings.check(
        f"{found.total():,} approved attempts, each with the invoice that was uploaded and "
        f"{postings:,} postings that balance"
    )


def _approved(recorded: Recorded, number: int) -> dict[tuple[str, int], InvoiceSettled]:
    """Approved attempts, but for those approved after a later one of the same request."""
    latest: dict[str, int] = {}
    found: dict[tuple[str, int], InvoiceSettled] = {}
    for settled in recorded.contents(InvoiceSettled, number):
        if settled.outcome == "APPROVED" and latest.get(settled.request_id, 0) <= settled.attempt:
            latest[settled.request_id] = settled.attempt
            found.setdefault((settled.request_id, settled.attempt), settled)
    return found


def _uploads(
    recorded: Recorded, approved: dict[tuple[str, int], InvoiceSettled]
) -> dict[tuple[str, int], Invoice]:
    """The first upload of each approved attempt that has an invoice."""
    found: dict[tuple[str, int], Invoice] = {}
    for upload in recorded.contents(InvoiceUploaded):
        case = (upload.request_id, upload.attempt)
        if case in approved and upload.invoice is not None:
            found.setdefault(case, upload.invoice)
    return found


def _problems(
    record: InvoiceEnriched,
    settled: InvoiceSettled,
    invoice: Invoice | None,
    reference: Reference,
) -> Iterator[str]:
    if invoice is None:
        yield "enriched without an upload"
        return
    for name in ("invoice_id", "vendor_id", "settled_at"):
        if getattr(record, name) != getattr(settled, name):
            yield f"its {name} is not that of the approval"
    for name in _AS_UPLOADED:
        if getattr(record, name) != getattr(invoice, name):
            yield f"its {name} is not that of the upload"
    lines = [(each.line, each.item_id, each.quantity, each.net) for each in record.lines]
    if lines != [(each.id, each.item_id, each.quantity, each.net) for each in invoice.lines]:
        yield "its lines are not those of the upload"
    vendor = reference.vendors.get(settled.vendor_id)
    known = None if vendor is None else (vendor.vendor_id, vendor.name, vendor.ibans)
    said = record.vendor
    if (None if said is None else (said.vendor_id, said.name, said.ibans)) != known:
        yield "its vendor is not the one in the master data"
    order = reference.orders.get((invoice.purchase_order or "").strip())
    right = None if order is None or order.vendor_id != settled.vendor_id else order.purchase_order
    if record.purchase_order != right:
        yield f"its order is {record.purchase_order}, {right} is right"
    yield from _unbalanced(record, invoice)


def _unbalanced(record: InvoiceEnriched, invoice: Invoice) -> Iterator[str]:
    sides: Counter[str] = Counter()
    kinds: dict[str, int] = defaultdict(int)
    for each in record.postings:
        sides[each.side] += each.amount
        kinds[each.kind] += each.amount if each.side == "DEBIT" else -each.amount
    if sides["DEBIT"] != sides["CREDIT"] or sides["UNKNOWN"]:
        yield f"debits come to {sides['DEBIT']}, credits to {sides['CREDIT']}"
    sign = -1 if invoice.type_code in CREDIT_NOTES else 1
    if kinds["LINE"] != sign * sum(line.net or 0 for line in invoice.lines):
        yield "what is posted of its lines is not what they come to"
    if invoice.totals.payable is not None and kinds["VENDOR"] != -sign * invoice.totals.payable:
        yield "what is posted to the vendor is not what is due"


def _state(
    recorded: Recorded, number: int, approved: dict[tuple[str, int], InvoiceSettled]
) -> Iterator[str]:
    """Requests that the flow remembers otherwise than they were approved."""
    table: ChangelogTable[Any] = ChangelogTable(DONE.name, DONE)
    for record in recorded.changelog("enrich", DONE.name, number):
        table.restore(record.key or b"", record.value)
    table.restored()
    wanted: dict[str, Done] = {}
    for (request_id, attempt), settled in approved.items():
        if request_id not in wanted or wanted[request_id].attempt < attempt:
            wanted[request_id] = Done(attempt, settled.settled_at)
    remembered = dict(table.items())
    for request_id in sorted({*wanted, *remembered}):
        if remembered.get(request_id) != wanted.get(request_id):
            yield f"request {request_id}: not remembered as it was approved"
