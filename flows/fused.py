"""fused: four branches and the join in one process, for small installations.

invoice.uploaded ──────┐            ┌ judge   ┐     ┌─ the four results
invoice.ocr.completed ─┼─ decode ───┤ match   ├─────┤           ┌─ invoice.decision
invoice.settled ───────┘            │ weigh   │     └─ join ────┤
                                    └ compare ┘                 └─ invoice.settled

The same operators, records, topics and state as five processes have, in one transaction; an
upload is decoded once, and no result is read back.
"""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any, TypeAlias

import bytewax.operators as op
from bytewax.dataflow import Dataflow

from connectors.joined import CLOSED, REQUESTS, joined
from connectors.runtime import Runtime
from connectors.steps import Inputs, OnRecord, Outputs, Written, answered, decode, keep, write
from connectors.stream import Decoded
from connectors.tables import Stores, Tables, TableStore
from connectors.wire import Wire
from flows import BRANCHES, JOIN, fraud, inventory, pricing, validation
from flows.decide import RESULTS, in_force
from operators.decision import InvoiceSettled
from operators.join import Join
from operators.time import Instant
from operators.upload import InvoiceOcrCompleted, InvoiceUploaded

Branches: TypeAlias = OnRecord[Mapping[str, Tables]]


def branches(
    judge: validation.Reference,
    match: inventory.Reference,
    weigh: fraud.Reference,
    compare: pricing.Reference,
) -> Branches:
    """What follows from a record in all four branches."""
    on_validation, on_pricing = validation.branch(judge), pricing.branch(compare)
    on_inventory, on_fraud = inventory.branch(match), fraud.branch(weigh)

    def on_record(
        tables: Mapping[str, Tables], record: Decoded[Any], at: Instant
    ) -> Iterable[Written]:
        if isinstance(record.record, InvoiceSettled):
            return on_inventory(tables["inventory"], record, at)
        return (
            *on_validation(record, at),
            *on_inventory(tables["inventory"], record, at),
            *on_fraud(tables["fraud"], record, at),
            *on_pricing(record, at),
        )

    return on_record


def build(
    source: Inputs,
    sink: Outputs,
    wire: Wire,
    store: TableStore[Mapping[str, Tables]],
    on_record: Branches,
    requests: TableStore[Tables],
    join: Join,
) -> Dataflow:
    """The flow over any source, sink and tables."""
    on_result, on_caught_up = joined(join)
    flow = Dataflow("fused")
    received = op.input("source", flow, source)
    records = decode("decode", received, wire, sink)
    results = keep("branches", records, store, on_record)
    write("results", results, wire, sink)
    answers = answered("answers", results)
    decisions = keep("join", answers, requests, on_result, on_caught_up)
    write("decisions", decisions, wire, sink)
    return flow


def flow(runtime: Runtime) -> Dataflow:
    """The flow of one process."""
    runtime.stand_for((*BRANCHES, JOIN), inside=RESULTS)
    settings = runtime.settings.join
    runtime.watch_ends(settings.check_every)
    return build(
        runtime.source(),
        runtime.sink(),
        runtime.wire(InvoiceUploaded, InvoiceOcrCompleted, InvoiceSettled),
        Stores(
            {
                "inventory": runtime.store(
                    inventory.RESERVATIONS, inventory.REQUESTS, of="inventory"
                ),
                "fraud": runtime.store(fraud.VENDORS, fraud.SEEN, of="fraud"),
            }
        ),
        branches(
            validation.reference(runtime),
            inventory.reference(runtime),
            fraud.reference(runtime),
            pricing.reference(runtime),
        ),
        runtime.store(REQUESTS, CLOSED),
        Join(
            settings.deadline // timedelta(milliseconds=1),
            settings.remember // timedelta(milliseconds=1),
            in_force(runtime),
        ),
    )
