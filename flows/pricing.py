"""pricing: is it the price agreed?

invoice.uploaded ──────┐
                       ├─ decode ─ compare ─ invoice.pricing.result
invoice.ocr.completed ─┘              │
                                      └─ postponed
"""

from collections.abc import Iterable
from typing import Any

import bytewax.operators as op
from bytewax.dataflow import Dataflow
from msgspec import Struct

from connectors.branch import Answers, Case, unjudged
from connectors.postponed import POSTPONED, Postponement, resumed
from connectors.runtime import Runtime
from connectors.services import EXCHANGE_RATES, Both, asking
from connectors.steps import Inputs, OnRecord, Outputs, Written, decode, keep, write
from connectors.stream import Decoded
from connectors.tables import Tables, TableStore
from connectors.wire import Wire
from operators import pricing
from operators.judgement import Judgement
from operators.reference import (
    ReferenceContract,
    ReferenceExchangeRate,
    ReferencePolicy,
    ReferenceTaxRate,
)
from operators.result import PricingDetails, PricingResult
from operators.table import Lookup
from operators.time import Instant
from operators.upload import InvoiceOcrCompleted, InvoiceUploaded


class Reference(Struct, frozen=True):
    """What the branch measures against."""

    policies: Lookup[ReferencePolicy]
    contracts: Lookup[ReferenceContract]
    rates: Both[ReferenceExchangeRate]
    tax_rates: Lookup[ReferenceTaxRate]


def branch(reference: Reference, postponement: Postponement) -> OnRecord[Tables]:
    """What follows from an upload."""
    nothing = PricingDetails(currency="", exchange_rate=None, expected_net=None, invoiced_net=0)
    answers = Answers(PricingResult, reference.policies, unjudged(nothing), postponement)

    def on_upload(tables: Tables, upload: Decoded[Any], at: Instant) -> Iterable[Written]:
        def compare(case: Case) -> Judgement[PricingDetails]:
            return asking(
                reference.rates,
                at,
                lambda: pricing.judge(
                    case.invoice,
                    case.vendor_id,
                    reference.contracts,
                    reference.rates,
                    reference.tax_rates,
                    case.policy,
                ),
            )

        return answers(upload, at, compare, tables)

    return on_upload


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
    flow = Dataflow("pricing")
    received = op.input("source", flow, source)
    uploads = decode("decode", received, wire, sink)
    on_tick = resumed(postponement, on_upload)
    results = keep("compare", uploads, store, on_upload, on_tick=on_tick)
    write("results", results, wire, sink)
    return flow


def reference(runtime: Runtime) -> Reference:
    """The reference data of one process."""
    services = runtime.settings.services
    return Reference(
        runtime.reference(ReferencePolicy),
        runtime.reference(ReferenceContract),
        Both(
            runtime.reference(ReferenceExchangeRate),
            runtime.service(
                EXCHANGE_RATES, services.exchange_rates, ReferenceExchangeRate, safe="/"
            ),
        ),
        runtime.reference(ReferenceTaxRate),
    )


def flow(runtime: Runtime) -> Dataflow:
    """The flow of one process."""
    wire = runtime.wire(InvoiceUploaded, InvoiceOcrCompleted)
    return build(
        runtime.source(),
        runtime.sink(),
        wire,
        runtime.store(POSTPONED),
        reference(runtime),
        runtime.postponement(wire.decode),
    )
