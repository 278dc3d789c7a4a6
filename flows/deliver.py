"""deliver: approved invoices come to where they are posted, once.

invoice.enriched ─ decode ─ hand over ─ invoice.handed_over
                                │
                                ├─ a webhook, or files
                                └─ owed, told
"""

from datetime import timedelta

import bytewax.operators as op
from bytewax.dataflow import Dataflow

from connectors.deliveries import Deliveries
from connectors.delivery_tables import OWED, TOLD
from connectors.handing_over import handing_over, receivers
from connectors.runtime import Runtime
from connectors.steps import Inputs, Outputs, decode, keep_together, write
from connectors.tables import Tables, TableStore
from connectors.wire import Wire
from operators.enrichment import InvoiceEnriched
from operators.time import Instant

AT_ONCE = 1_000
"""Invoices of a poll, so of a file at most."""


def build(
    source: Inputs,
    sink: Outputs,
    wire: Wire,
    store: TableStore[Tables],
    deliveries: Deliveries,
    by: str | None,
    remember: Instant,
) -> Dataflow:
    """The flow over any source, sink, tables and receiver."""
    on_records, on_caught_up, on_tick = handing_over(deliveries, by, remember)
    flow = Dataflow("deliver")
    received = op.input("source", flow, source)
    invoices = decode("decode", received, wire, sink)
    handed = keep_together("hand_over", invoices, store, on_records, on_caught_up, on_tick)
    write("handed_over", handed, wire, sink)
    return flow


def flow(runtime: Runtime) -> Dataflow:
    """The flow of one process."""
    settings = runtime.settings.handover
    runtime.poll_at_most(AT_ONCE)
    runtime.watch_ends(timedelta(seconds=1))
    wire = runtime.wire(InvoiceEnriched)
    return build(
        runtime.source(),
        runtime.sink(),
        wire,
        runtime.store(OWED, TOLD),
        runtime.deliveries(receivers(settings, runtime.codec), settings, wire.decode),
        settings.by,
        settings.remember // timedelta(milliseconds=1),
    )
