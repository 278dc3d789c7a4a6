"""decide: four answers to a request become one decision.

invoice.validation.result ─┐
invoice.inventory.result ──┤                          ┌─ invoice.decision
                           ├─ decode ─ join ─ write ──┤
invoice.fraud.result ──────┤           │              └─ invoice.settled
invoice.pricing.result ────┘           └─ requests, closed
"""

from datetime import timedelta

import bytewax.operators as op
from bytewax.dataflow import Dataflow

from connectors.joined import CLOSED, REQUESTS, joined
from connectors.runtime import Runtime
from connectors.steps import Inputs, Outputs, decode, keep, write
from connectors.tables import Tables, TableStore
from connectors.wire import Wire
from operators.join import Join
from operators.reference import ReferencePolicy
from operators.result import FraudResult, InventoryResult, PricingResult, ValidationResult

RESULTS = (ValidationResult, InventoryResult, FraudResult, PricingResult)


def build(
    source: Inputs, sink: Outputs, wire: Wire, store: TableStore[Tables], join: Join
) -> Dataflow:
    """The flow over any source and sink."""
    on_result, on_caught_up = joined(join)
    flow = Dataflow("decide")
    received = op.input("source", flow, source)
    results = decode("decode", received, wire, sink)
    decisions = keep("join", results, store, on_result, on_caught_up)
    write("decisions", decisions, wire, sink)
    return flow


def flow(runtime: Runtime) -> Dataflow:
    """The flow of one process."""
    settings = runtime.settings.join
    runtime.watch_ends(settings.check_every)
    return build(
        runtime.source(),
        runtime.sink(),
        runtime.wire(*RESULTS),
        runtime.store(REQUESTS, CLOSED),
        Join(
            settings.deadline // timedelta(milliseconds=1),
            settings.remember // timedelta(milliseconds=1),
            runtime.reference(ReferencePolicy),
        ),
    )
