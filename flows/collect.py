"""collect: what happened, kept and told.

invoice.uploaded ─────────┐
invoice.*.result ─────────┤                            ┌─ invoice.audit
                          ├─ decode ─ store ─ write ───┤
invoice.decision ─────────┤             │              └─ invoice.notification
invoice.review.requested ─┤             └─ database
invoice.review.completed ─┘
"""

import bytewax.operators as op
from bytewax.dataflow import Dataflow

from connectors.collected import Collected, Trail
from connectors.database import Store
from connectors.database.sealing import Sealing
from connectors.runtime import Runtime
from connectors.steps import Inputs, Outputs, decode, together, write
from connectors.wire import Wire
from operators.decision import InvoiceDecision
from operators.result import FraudResult, InventoryResult, PricingResult, ValidationResult
from operators.review import InvoiceReviewCompleted, InvoiceReviewRequested
from operators.upload import InvoiceUploaded

RECORDS = (
    InvoiceUploaded,
    ValidationResult,
    InventoryResult,
    FraudResult,
    PricingResult,
    InvoiceDecision,
    InvoiceReviewRequested,
    InvoiceReviewCompleted,
)


def build(source: Inputs, sink: Outputs, wire: Wire, trail: Trail) -> Dataflow:
    """The flow over any source, sink and store."""
    flow = Dataflow("collect")
    received = op.input("source", flow, source)
    records = decode("decode", received, wire, sink)
    entries = together("store", records, Collected(wire.group, trail))
    write("write", entries, wire, sink)
    return flow


def flow(runtime: Runtime) -> Dataflow:
    """The flow of one process. Raises SchemaOutdated when the database is not this program's."""
    store = Store.connect(runtime.settings.database.url, Sealing.of(runtime.settings))
    store.check_schema()
    runtime.on_close(store.close)
    return build(runtime.source(), runtime.sink(), runtime.wire(*RECORDS), store)
