"""fused: four branches and the join in one process, for small installations.

invoice.uploaded ─────────┐            ┌ judge   ┐     ┌─ the four results
invoice.ocr.completed ────┤            │ match   │     │           ┌─ invoice.decision
                          ├─ decode ───┤ weigh   ├─────┤           ├─ invoice.settled
invoice.settled ──────────┤            │ compare │     └─ join ────┤
invoice.review.completed ─┘            └ hand on ┘                 ├─ invoice.review.requested
                                                                   └─ invoice.uploaded

The same operators, records, topics and state as five processes have, in one transaction; an
upload is decoded once, and no result is read back.
"""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any, TypeAlias

import bytewax.operators as op
from bytewax.dataflow import Dataflow

from connectors.joined import TABLES as JOINED
from connectors.joined import joined
from connectors.postponed import POSTPONED, Postponement
from connectors.runtime import Runtime
from connectors.steps import (
    Inputs,
    OnRecord,
    OnTick,
    Outputs,
    Written,
    answered,
    decode,
    keep,
    write,
)
from connectors.stream import Decoded, HandedOn
from connectors.tables import Stores, Tables, TableStore
from connectors.wire import Wire
from flows import BRANCHES, JOIN, fraud, inventory, pricing, validation
from flows.decide import RESULTS
from operators.decision import InvoiceSettled
from operators.join import Join
from operators.reference import ReferencePolicy
from operators.review import InvoiceReviewCompleted
from operators.time import Instant
from operators.upload import InvoiceOcrCompleted, InvoiceUploaded

Branches: TypeAlias = tuple[OnRecord[Mapping[str, Tables]], OnTick[Mapping[str, Tables]]]

TABLES = {
    "inventory": (inventory.RESERVATIONS, inventory.REQUESTS),
    "fraud": (fraud.VENDORS, fraud.SEEN),
    "pricing": (pricing.VOLUMES, pricing.REQUESTS),
}
"""Of the branches that keep more than what they have postponed."""


def branches(
    judge: validation.Reference,
    match: inventory.Reference,
    weigh: fraud.Reference,
    compare: pricing.Reference,
    postponements: Mapping[str, Postponement],
) -> Branches:
    """What follows in all four branches from a record, and when something is due."""
    each: Mapping[str, OnRecord[Tables]] = {
        "validation": validation.branch(judge, postponements["validation"]),
        "inventory": inventory.branch(match, postponements["inventory"]),
        "fraud": fraud.branch(weigh, postponements["fraud"]),
        "pricing": pricing.branch(compare, postponements["pricing"]),
    }
    on_validation, on_inventory, on_fraud, on_pricing = each.values()

    def on_record(
        tables: Mapping[str, Tables], record: Decoded[Any], at: Instant
    ) -> Iterable[Written]:
        if isinstance(record.record, InvoiceReviewCompleted):
            return (HandedOn(record),)
        if isinstance(record.record, InvoiceSettled):
            return (
                *on_inventory(tables["inventory"], record, at),
                *on_pricing(tables["pricing"], record, at),
            )
        return (
            *on_validation(tables["validation"], record, at),
            *on_inventory(tables["inventory"], record, at),
            *on_fraud(tables["fraud"], record, at),
            *on_pricing(tables["pricing"], record, at),
        )

    def on_tick(tables: Mapping[str, Tables], partition: int, at: Instant) -> Iterable[Written]:
        for name, again in each.items():
            yield from postponements[name].resume(tables[name], partition, at, again)

    return on_record, on_tick


def build(
    source: Inputs,
    sink: Outputs,
    wire: Wire,
    store: TableStore[Mapping[str, Tables]],
    branches: Branches,
    requests: TableStore[Tables],
    join: Join,
) -> Dataflow:
    """The flow over any source, sink and tables."""
    on_record, on_tick = branches
    on_answer, on_caught_up = joined(join, by_vendor=True)
    flow = Dataflow("fused")
    received = op.input("source", flow, source)
    records = decode("decode", received, wire, sink)
    results = keep("branches", records, store, on_record, on_tick=on_tick)
    write("results", results, wire, sink)
    answers = answered("answers", results)
    decisions = keep("join", answers, requests, on_answer, on_caught_up)
    write("decisions", decisions, wire, sink)
    return flow


def flow(runtime: Runtime) -> Dataflow:
    """The flow of one process."""
    runtime.stand_for((*BRANCHES, JOIN), inside=RESULTS)
    wire = runtime.wire(
        InvoiceUploaded, InvoiceOcrCompleted, InvoiceSettled, InvoiceReviewCompleted
    )
    settings = runtime.settings.join
    runtime.watch_ends(settings.check_every)
    return build(
        runtime.source(),
        runtime.sink(),
        wire,
        Stores(
            {
                branch: runtime.store(*TABLES.get(branch, ()), POSTPONED, of=branch)
                for branch in BRANCHES
            }
        ),
        branches(
            validation.reference(runtime),
            inventory.reference(runtime),
            fraud.reference(runtime),
            pricing.reference(runtime),
            {branch: runtime.postponement(wire.decode, branch) for branch in BRANCHES},
        ),
        runtime.store(*JOINED),
        Join(
            settings.deadline // timedelta(milliseconds=1),
            settings.remember // timedelta(milliseconds=1),
            runtime.reference(ReferencePolicy),
        ),
    )
