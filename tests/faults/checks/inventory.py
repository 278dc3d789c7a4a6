"""Inventory: answers and tables follow from its inputs, in the order it read them.

The order within uploads and within settlements is given by their topics; how the two were mixed
is taken from the flow's changelog (see `interleaving`). Everything else is computed anew: each
answer, each entry of both tables, and what the tables hold at the end. What cannot be seen is a
mixture that the flow was not free to choose but that gives the same answers and entries.
"""

from operators import inventory
from operators.decision import InvoiceSettled
from operators.inventory import OrderReservations, RequestClaims
from operators.judgement import Judgement
from operators.result import InventoryDetails, InventoryResult
from operators.upload import InvoiceUploaded
from tests.faults.checks.answers import Answers
from tests.faults.checks.check import Check, Findings
from tests.faults.checks.interleaving import Interleaving, Upload
from tests.faults.checks.reference import Reference
from tests.faults.checks.traced import TracedTable
from tests.faults.recorded import Recorded

NAME = "inventory equals its replay, state included"


def inventory_replayed(recorded: Recorded, reference: Reference) -> Check:
    """Every inventory result and every entry of the tables, against a replay."""
    findings = Findings(NAME)
    answers = Answers(
        InventoryResult, recorded.contents(InventoryResult), reference.policy.version, findings
    )
    entries = 0
    for number in recorded.partitions(InvoiceUploaded):
        reservations, requests = TracedTable[OrderReservations](), TracedTable[RequestClaims]()

        def judge(
            upload: Upload,
            reservations: TracedTable[OrderReservations] = reservations,
            requests: TracedTable[RequestClaims] = requests,
        ) -> Judgement[InventoryDetails]:
            record = upload.record
            assert record.invoice is not None, "the run uploads invoices, no documents"
            return inventory.judge(
                record.request_id,
                record.attempt,
                record.vendor_id or "",
                record.invoice,
                orders=reference.orders,
                receipts=reference.receipts,
                policy=reference.policy,
                reservations=reservations,
                requests=requests,
            )

        mixed = Interleaving(
            recorded.of(InvoiceUploaded, number),
            recorded.contents(InvoiceSettled, number),
            judge,
            answers.fit,
            reservations,
            requests,
        )
        mixed.follow(recorded.changelog("inventory", "requests", number))
        for problem in mixed.problems:
            findings.add(problem)
        for name, table in (("reservations", reservations), ("requests", requests)):
            changelog = recorded.changelog("inventory", name, number)
            for difference in table.differences(name, changelog):
                findings.add(difference)
            entries += len(table)
    for request_id in answers.left_over():
        findings.add(f"request {request_id}: matched, but never uploaded")
    return findings.check(
        f"{answers.count:,} results and {entries:,} table entries follow from the inputs in the "
        "order in which they were read"
    )
