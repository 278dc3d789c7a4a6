"""fraud: does anything look wrong?

invoice.uploaded ──────┐
                       ├─ decode ─ weigh ─ invoice.fraud.result
invoice.ocr.completed ─┘             │
                                     └─ vendors, seen, postponed
"""

from collections.abc import Sequence

import bytewax.operators as op
from bytewax.dataflow import Dataflow
from msgspec import Struct

from connectors.branch import Answers, Case, unjudged
from connectors.changelog_table import TableType
from connectors.postponed import POSTPONED, Postponement, resumed
from connectors.runtime import Runtime
from connectors.steps import Inputs, OnRecord, Outputs, decode, keep, write
from connectors.tables import Tables, TableStore
from connectors.wire import Wire
from operators import fraud
from operators.fraud import SealedPage, VendorProfile, accounts_of
from operators.judgement import Judgement
from operators.reference import ReferenceExchangeRate, ReferencePolicy, ReferenceVendor
from operators.result import FraudDetails, FraudResult
from operators.table import Lookup
from operators.upload import InvoiceOcrCompleted, InvoiceUploaded

VENDORS = TableType("vendors", VendorProfile, encoded=True)
SEEN = TableType("seen", SealedPage)


class Reference(Struct, frozen=True):
    """What the branch measures against."""

    policies: Lookup[ReferencePolicy]
    vendors: Lookup[ReferenceVendor]
    owners: Lookup[Sequence[ReferenceVendor]]
    """Vendors by account."""
    rates: Lookup[ReferenceExchangeRate]


def branch(reference: Reference, postponement: Postponement) -> OnRecord[Tables]:
    """What follows from an upload and what is remembered."""
    answers = Answers(FraudResult, reference.policies, unjudged(FraudDetails(0)), postponement)

    def weigh(case: Case) -> Judgement[FraudDetails]:
        return fraud.judge(
            case.request_id,
            case.attempt,
            case.vendor_id,
            case.invoice,
            case.uploaded_at,
            case.contradicted,
            vendors=reference.vendors,
            owners=reference.owners,
            rates=reference.rates,
            policy=case.policy,
            profiles=case.tables["vendors"],
            seen=case.tables["seen"],
        )

    return lambda tables, upload, at: answers(upload, at, weigh, tables)


def build(
    source: Inputs,
    sink: Outputs,
    wire: Wire,
    store: TableStore[Tables],
    reference: Reference,
    postponement: Postponement,
) -> Dataflow:
    """The flow over any source, sink and tables."""
    on_upload = branch(reference, postponement)
    flow = Dataflow("fraud")
    received = op.input("source", flow, source)
    uploads = decode("decode", received, wire, sink)
    on_tick = resumed(postponement, on_upload)
    results = keep("weigh", uploads, store, on_upload, on_tick=on_tick)
    write("results", results, wire, sink)
    return flow


def reference(runtime: Runtime) -> Reference:
    """The reference data of one process."""
    vendors = runtime.grouped_reference(ReferenceVendor, accounts_of)
    return Reference(
        runtime.reference(ReferencePolicy),
        vendors,
        vendors.groups,
        runtime.reference(ReferenceExchangeRate),
    )


def flow(runtime: Runtime) -> Dataflow:
    """The flow of one process."""
    wire = runtime.wire(InvoiceUploaded, InvoiceOcrCompleted)
    return build(
        runtime.source(),
        runtime.sink(),
        wire,
        runtime.store(VENDORS, SEEN, POSTPONED),
        reference(runtime),
        runtime.postponement(wire.decode),
    )
