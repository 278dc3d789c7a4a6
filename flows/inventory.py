"""inventory: was it ordered and received?

invoice.uploaded ──────┐
invoice.ocr.completed ─┼─ decode ─ match ─ invoice.inventory.result
invoice.settled ───────┘             │
                                     └─ reservations, requests
"""

from collections.abc import Iterable
from typing import Any

import bytewax.operators as op
from bytewax.dataflow import Dataflow
from msgspec import Struct

from connectors.branch import Answers, Case, unjudged
from connectors.changelog_table import TableType
from connectors.runtime import Runtime
from connectors.steps import Inputs, OnRecord, Outputs, Written, decode, keep, write
from connectors.stream import Decoded
from connectors.tables import Tables, TableStore
from connectors.wire import Wire
from operators import inventory
from operators.decision import InvoiceSettled
from operators.inventory import OrderReservations, RequestClaims
from operators.judgement import Judgement
from operators.reference import ReferenceGoodsReceipt, ReferencePolicy, ReferencePurchaseOrder
from operators.result import InventoryDetails, InventoryResult
from operators.table import Lookup
from operators.time import Instant
from operators.upload import InvoiceOcrCompleted, InvoiceUploaded

RESERVATIONS = TableType("reservations", OrderReservations)
REQUESTS = TableType("requests", RequestClaims, in_pages=True)


class Reference(Struct, frozen=True):
    """What the branch measures against."""

    policies: Lookup[ReferencePolicy]
    orders: Lookup[ReferencePurchaseOrder]
    receipts: Lookup[tuple[ReferenceGoodsReceipt, ...]]
    """By purchase order."""


def branch(reference: Reference) -> OnRecord[Tables]:
    """What follows from an upload, or from a request that is settled, and what is reserved."""
    answers = Answers(InventoryResult, reference.policies, unjudged(InventoryDetails()))

    def on_record(tables: Tables, record: Decoded[Any], at: Instant) -> Iterable[Written]:
        reservations, requests = tables["reservations"], tables["requests"]
        if isinstance(record.record, InvoiceSettled):
            inventory.settle(record.record, reservations=reservations, requests=requests)
            return ()

        def match(case: Case) -> Judgement[InventoryDetails]:
            return inventory.judge(
                case.request_id,
                case.attempt,
                case.vendor_id,
                case.invoice,
                orders=reference.orders,
                receipts=reference.receipts,
                policy=case.policy,
                reservations=reservations,
                requests=requests,
            )

        return answers(record, at, match)

    return on_record


def build(
    source: Inputs, sink: Outputs, wire: Wire, store: TableStore[Tables], reference: Reference
) -> Dataflow:
    """The flow over any source, sink and tables."""
    flow = Dataflow("inventory")
    received = op.input("source", flow, source)
    records = decode("decode", received, wire, sink)
    results = keep("match", records, store, branch(reference))
    write("results", results, wire, sink)
    return flow


def reference(runtime: Runtime) -> Reference:
    """The reference data of one process."""
    receipts = runtime.grouped_reference(
        ReferenceGoodsReceipt, lambda receipt: (receipt.purchase_order,)
    )
    return Reference(
        runtime.reference(ReferencePolicy),
        runtime.reference(ReferencePurchaseOrder),
        receipts.groups,
    )


def flow(runtime: Runtime) -> Dataflow:
    """The flow of one process."""
    return build(
        runtime.source(),
        runtime.sink(),
        runtime.wire(InvoiceUploaded, InvoiceOcrCompleted, InvoiceSettled),
        runtime.store(RESERVATIONS, REQUESTS),
        reference(runtime),
    )
