"""notify: who has to know of a decision is told, once.

invoice.notification ───────────┐                     ┌─ invoice.notification.addressed
                                ├─ decode ─ tell ─────┤
invoice.notification.addressed ─┘             │       └─ mail, webhooks
                                              └─ owed, told
"""

from datetime import timedelta

import bytewax.operators as op
from bytewax.dataflow import Dataflow

from connectors.deliveries import Deliveries
from connectors.delivery_tables import OWED, TOLD
from connectors.notifying import Reference, notifying, receivers
from connectors.runtime import Runtime
from connectors.steps import Inputs, Outputs, decode, keep, write
from connectors.tables import Tables, TableStore
from connectors.wire import Wire
from operators.decision import InvoiceNotification
from operators.notifications import InvoiceNotificationAddressed
from operators.reference import ReferencePolicy, ReferenceVendor
from operators.time import Instant


def build(
    source: Inputs,
    sink: Outputs,
    wire: Wire,
    store: TableStore[Tables],
    deliveries: Deliveries,
    reference: Reference,
    remember: Instant,
) -> Dataflow:
    """The flow over any source, sink, tables and receivers."""
    on_record, on_caught_up, on_tick = notifying(deliveries, reference, remember)
    flow = Dataflow("notify")
    received = op.input("source", flow, source)
    notifications = decode("decode", received, wire, sink)
    told = keep("tell", notifications, store, on_record, on_caught_up, on_tick)
    write("addressed", told, wire, sink)
    return flow


def flow(runtime: Runtime) -> Dataflow:
    """The flow of one process."""
    settings = runtime.settings.notify
    runtime.watch_ends(timedelta(seconds=1))
    wire = runtime.wire(InvoiceNotification, InvoiceNotificationAddressed)
    return build(
        runtime.source(),
        runtime.sink(),
        wire,
        runtime.store(OWED, TOLD),
        runtime.deliveries(receivers(runtime.settings, runtime.codec), settings, wire.decode),
        Reference(runtime.reference(ReferencePolicy), runtime.reference(ReferenceVendor)),
        settings.remember // timedelta(milliseconds=1),
    )
