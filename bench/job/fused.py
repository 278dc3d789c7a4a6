"""The job on Manifold in one process: an upload decoded once, no result read back."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import bytewax.operators as op
from bytewax.dataflow import Dataflow

from bench.job.flows import (
    BILLED,
    HISTORIES,
    RESULTS,
    Upload,
    Written,
    deciding,
    on_fraud,
    on_inventory,
    on_pricing,
    on_validation,
)
from bench.job.views import WholeInvoice
from connectors.joined import TABLES
from connectors.runtime import Runtime
from connectors.steps import answered, decode, keep, write
from connectors.stream import Decoded
from connectors.tables import Stores, Tables
from operators.time import Instant

PARTS = ("validation", "inventory", "fraud", "pricing", "decide")


class WholeUpload(Upload, frozen=True, kw_only=True, gc=False, tag="InvoiceUploaded"):
    """An upload as the four branches read it together."""

    invoice: WholeInvoice | None = None


def on_upload(tables: Mapping[str, Tables], upload: Decoded[Any], at: Instant) -> Written:
    """Judge an upload in all four branches."""
    return (
        *on_validation(upload, at),
        *on_inventory(tables["inventory"], upload, at),
        *on_fraud(tables["fraud"], upload, at),
        *on_pricing(upload, at),
    )


def fused(runtime: Runtime) -> Dataflow:
    """The four branches and the join."""
    runtime.stand_for(PARTS, inside=RESULTS)
    runtime.watch_ends(timedelta(seconds=1))
    wire, sink = runtime.wire(WholeUpload), runtime.sink()
    stores = Stores(
        {
            "inventory": runtime.store(BILLED, of="inventory"),
            "fraud": runtime.store(HISTORIES, of="fraud"),
        }
    )
    flow = Dataflow("fused")
    uploads = decode("decode", op.input("source", flow, runtime.source()), wire, sink)
    results = keep("judge", uploads, stores, on_upload)
    write("results", results, wire, sink)
    answers = answered("answers", results)
    decisions = keep("join", answers, runtime.store(*TABLES), *deciding())
    write("decisions", decisions, wire, sink)
    return flow
