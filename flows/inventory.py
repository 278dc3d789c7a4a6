"""inventory: was it ordered and received?

invoice.uploaded ──────┐
invoice.ocr.completed ─┼─ decode ─ match ─ invoice.inventory.result
invoice.settled ───────┘             │
                                     └─ reservations, requests, postponed
"""

from collections.abc import Iterable
from typing import Any

import bytewax.operators as op
from bytewax.dataflow import Dataflow
from msgspec import Struct

from connectors.branch import Answers, Case, unjudged
from connectors.changelog_table import TableType
from connectors.postponed import POSTPONED, Postponement, resumed
from connectors.runtime import Runtime
from connectors.services import PURCHASE_ORDERS, Both
from connectors.steps import Inputs, OnRecord, Outputs, Written, decode, keep, write
from connectors.stream import Decoded
from connectors.tables import Tables, TableStore
from connectors.wire import Wire
from operators import inventory
from operators.decision import InvoiceSettled
from operators.inventory import OrderReservations, RequestClaims
from operators.judgement import Away, Judgement
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
    orders: Both[ReferencePurchaseOrder]
    receipts: Lookup[tuple[ReferenceGoodsReceipt, ...]]
    """By purchase order."""


def branch(reference: Reference, postponement: Postponement) -> OnRecord[Tables]:
    """What follows from an upload, or from a request that is settled, and what is reserved."""
    answers = Answers(
        InventoryResult, reference.policies, unjudged(InventoryDetails()), postponement
    )

    def on_record(tables: Tables, record: Decoded[Any], at: Instant) -> Iterable[Written]:
        if isinstance(record.record, InvoiceSettled):
            inventory.settle(
                record.record,
                reservations=tables["reservations"],
                requests=tables["requests"],
                remembered=postponement.keep,
            )
            return ()

        def match(case: Case) -> Judgement[InventoryDetails]:
            number = inventory.order_of(case.invoice)
            lack = reference.orders.lack(number, at) if number else None
            if lack is not None:
                away = Away(lack.part)
                return Judgement("UNKNOWN", InventoryDetails(number), (), lack.reason, away)
            return inventory.judge(
                case.request_id,
                case.attempt,
                case.vendor_id,
                case.invoice,
                orders=reference.orders,
                receipts=reference.receipts,
                policy=case.policy,
                reservations=case.tables["reservations"],
                requests=case.tables["requests"],
            )

        return answers(record, at, match, tables)

    return on_record


def build(
    source: Inputs,
    sink: Outputs,
    wire: Wire,
    store: TableStore[Tables],
    reference: Reference,
    postponement: Postponement,
) -> Dataflow:
    """The flow over any source, sink and tables."""
    on_record = branch(reference, postponement)
    flow = Dataflow("inventory")
    received = op.input("source", flow, source)
    records = decode("decode", received, wire, sink)
    on_tick = resumed(postponement, on_record)
    results = keep("match", records, store, on_record, on_tick=on_tick)
    write("results", results, wire, sink)
    return flow


def reference(runtime: Runtime) -> Reference:
    """The reference data of one process."""
    receipts = runtime.grouped_reference(
        ReferenceGoodsReceipt, lambda receipt: (receipt.purchase_order,)
    )
    services = runtime.settings.services
    return Reference(
        runtime.reference(ReferencePolicy),
        Both(
            runtime.reference(ReferencePurchaseOrder),
            runtime.service(PURCHASE_ORDERS, services.purchase_orders, ReferencePurchaseOrder),
        ),
        receipts.groups,
    )


def flow(runtime: Runtime) -> Dataflow:
    """The flow of one process."""
    wire = runtime.wire(InvoiceUploaded, InvoiceOcrCompleted, InvoiceSettled)
    return build(
        runtime.source(),
        runtime.sink(),
        wire,
        runtime.store(RESERVATIONS, REQUESTS, POSTPONED),
        reference(runtime),
        runtime.postponement(wire.decode),
    )
