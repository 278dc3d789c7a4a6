"""pricing: is it the price agreed?

invoice.uploaded ──────┐
invoice.ocr.completed ─┼─ decode ─ compare ─ invoice.pricing.result
invoice.settled ───────┘             │
                                     └─ volumes, requests, postponed
"""

from collections.abc import Iterable, Sequence
from typing import Any

import bytewax.operators as op
from bytewax.dataflow import Dataflow
from msgspec import Struct

from connectors.branch import Answers, Case, unjudged
from connectors.changelog_table import TableType
from connectors.postponed import POSTPONED, Postponement, resumed
from connectors.runtime import Runtime
from connectors.services import EXCHANGE_RATES, Both, asking
from connectors.steps import Inputs, OnRecord, Outputs, Written, decode, keep, write
from connectors.stream import Decoded
from connectors.tables import Tables, TableStore
from connectors.wire import Wire
from operators import pricing
from operators.decision import InvoiceSettled
from operators.judgement import Judgement
from operators.pricing import PeriodVolume, RequestVolumes
from operators.reference import (
    ReferenceAgreement,
    ReferenceContract,
    ReferenceExchangeRate,
    ReferencePolicy,
    ReferenceTaxRate,
)
from operators.result import PricingDetails, PricingResult
from operators.table import Lookup
from operators.time import Instant
from operators.upload import InvoiceOcrCompleted, InvoiceUploaded

VOLUMES = TableType("volumes", PeriodVolume)
REQUESTS = TableType("requests", RequestVolumes, in_pages=True)


class Reference(Struct, frozen=True):
    """What the branch measures against."""

    policies: Lookup[ReferencePolicy]
    contracts: Lookup[Sequence[ReferenceContract]]
    """By vendor and item."""
    agreements: Lookup[Sequence[ReferenceAgreement]]
    """By vendor."""
    rates: Both[ReferenceExchangeRate]
    tax_rates: Lookup[ReferenceTaxRate]


def branch(reference: Reference, postponement: Postponement) -> OnRecord[Tables]:
    """What follows from an upload, or from a request that is settled, and what was bought."""
    nothing = PricingDetails(currency="", exchange_rate=None, expected_net=None, invoiced_net=0)
    answers = Answers(PricingResult, reference.policies, unjudged(nothing), postponement)

    def on_record(tables: Tables, record: Decoded[Any], at: Instant) -> Iterable[Written]:
        if isinstance(record.record, InvoiceSettled):
            pricing.settle(
                record.record,
                contracts=reference.contracts,
                volumes=tables["volumes"],
                requests=tables["requests"],
                remembered=postponement.keep,
            )
            return ()

        def compare(case: Case) -> Judgement[PricingDetails]:
            return asking(
                reference.rates,
                at,
                lambda: pricing.judge(
                    case.request_id,
                    case.attempt,
                    case.vendor_id,
                    case.invoice,
                    case.today,
                    contracts=reference.contracts,
                    agreements=reference.agreements,
                    rates=reference.rates,
                    tax_rates=reference.tax_rates,
                    policy=case.policy,
                    volumes=case.tables["volumes"],
                    requests=case.tables["requests"],
                ),
            )

        return answers(record, at, compare, tables)

    return on_record


def build(
    source: Inputs,
    sink: Outputs,
    wire: Wire,
    store: TableStore[Tables],
    reference: Reference,
    postponement: Postponement,
) -> Dataflow:
    """The flow over any source, sink and tables."""
    on_record = branch(reference, postponement)
    flow = Dataflow("pricing")
    received = op.input("source", flow, source)
    records = decode("decode", received, wire, sink)
    on_tick = resumed(postponement, on_record)
    results = keep("compare", records, store, on_record, on_tick=on_tick)
    write("results", results, wire, sink)
    return flow


def reference(runtime: Runtime) -> Reference:
    """The reference data of one process."""
    contracts = runtime.grouped_reference(ReferenceContract, pricing.keys_of_contract)
    agreements = runtime.grouped_reference(ReferenceAgreement, lambda each: (each.vendor_id,))
    services = runtime.settings.services
    return Reference(
        runtime.reference(ReferencePolicy),
        contracts.groups,
        agreements.groups,
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
    wire = runtime.wire(InvoiceUploaded, InvoiceOcrCompleted, InvoiceSettled)
    return build(
        runtime.source(),
        runtime.sink(),
        wire,
        runtime.store(VOLUMES, REQUESTS, POSTPONED),
        reference(runtime),
        runtime.postponement(wire.decode),
    )
