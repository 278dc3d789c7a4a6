"""enrich: an approved invoice as an ERP system would post it.

invoice.settled ─ decode ─ enrich ─ invoice.enriched
                             │
                             ├─ the upload, read again from where it stands
                             └─ done
"""

from datetime import timedelta

import bytewax.operators as op
from bytewax.dataflow import Dataflow

from connectors.enriched import DONE, Invoices, Reference, enriching, uploaded
from connectors.runtime import Runtime
from connectors.steps import Inputs, Outputs, decode, keep_together, write
from connectors.tables import Tables, TableStore
from connectors.wire import Wire
from operators.decision import InvoiceSettled
from operators.reference import (
    ReferenceCoding,
    ReferencePolicy,
    ReferencePurchaseOrder,
    ReferenceVendor,
)
from operators.time import Instant

AT_ONCE = 1_000
"""Settlements of a poll: their uploads are read while its epoch is open, far apart at worst."""


def build(
    source: Inputs,
    sink: Outputs,
    wire: Wire,
    store: TableStore[Tables],
    invoices: Invoices,
    reference: Reference,
    remember: Instant,
) -> Dataflow:
    """The flow over any source, sink, tables and uploads."""
    on_settled, on_caught_up = enriching(invoices, reference, remember)
    flow = Dataflow("enrich")
    received = op.input("source", flow, source)
    settled = decode("decode", received, wire, sink)
    enriched = keep_together("enrich", settled, store, on_settled, on_caught_up)
    write("enriched", enriched, wire, sink)
    return flow


def flow(runtime: Runtime) -> Dataflow:
    """The flow of one process."""
    settings = runtime.settings.join
    runtime.poll_at_most(AT_ONCE)
    runtime.watch_ends(settings.check_every)
    return build(
        runtime.source(),
        runtime.sink(),
        runtime.wire(InvoiceSettled),
        runtime.store(DONE),
        uploaded(runtime.refetch(), runtime.contracts, runtime.codec),
        Reference(
            runtime.reference(ReferencePolicy),
            runtime.reference(ReferenceVendor),
            runtime.reference(ReferencePurchaseOrder),
            runtime.reference(ReferenceCoding),
        ),
        settings.remember // timedelta(milliseconds=1),
    )
