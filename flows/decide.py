"""decide: four answers to a request become one decision, which people may be asked for.

invoice.validation.result ─┐                          ┌─ invoice.decision
invoice.inventory.result ──┤                          ├─ invoice.settled
invoice.fraud.result ──────┼─ decode ─ join ─ write ──┤
invoice.pricing.result ────┤           │              ├─ invoice.review.requested
invoice.review.completed ──┘           │              └─ invoice.uploaded (as corrected)
                                       └─ requests, closed, reviews, cancelled
"""

from datetime import timedelta

import bytewax.operators as op
from bytewax.dataflow import Dataflow

from connectors.joined import TABLES, joined
from connectors.runtime import Runtime
from connectors.steps import Inputs, Outputs, decode, keep, write
from connectors.tables import Tables, TableStore
from connectors.wire import Wire
from operators.join import Join
from operators.reference import ReferencePolicy
from operators.result import FraudResult, InventoryResult, PricingResult, ValidationResult
from operators.review import InvoiceReviewCompleted

RESULTS = (ValidationResult, InventoryResult, FraudResult, PricingResult)


def build(
    source: Inputs, sink: Outputs, wire: Wire, store: TableStore[Tables], join: Join
) -> Dataflow:
    """The flow over any source and sink."""
    on_record, on_caught_up = joined(join)
    flow = Dataflow("decide")
    received = op.input("source", flow, source)
    records = decode("decode", received, wire, sink)
    decisions = keep("join", records, store, on_record, on_caught_up)
    write("decisions", decisions, wire, sink)
    return flow


def flow(runtime: Runtime) -> Dataflow:
    """The flow of one process."""
    settings = runtime.settings.join
    runtime.watch_ends(settings.check_every)
    return build(
        runtime.source(),
        runtime.sink(),
        runtime.wire(*RESULTS, InvoiceReviewCompleted),
        runtime.store(*TABLES),
        Join(
            settings.deadline // timedelta(milliseconds=1),
            settings.remember // timedelta(milliseconds=1),
            runtime.reference(ReferencePolicy),
        ),
    )
