"""pricing: is it the price agreed?

invoice.uploaded ──────┐
                       ├─ decode ─ compare ─ invoice.pricing.result
invoice.ocr.completed ─┘
"""

import bytewax.operators as op
from bytewax.dataflow import Dataflow
from msgspec import Struct

from connectors.branch import Answers, Case, OnUpload, unjudged
from connectors.runtime import Runtime
from connectors.steps import Inputs, Outputs, decode, judge, write
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
from operators.upload import InvoiceOcrCompleted, InvoiceUploaded


class Reference(Struct, frozen=True):
    """What the branch measures against."""

    policies: Lookup[ReferencePolicy]
    contracts: Lookup[ReferenceContract]
    rates: Lookup[ReferenceExchangeRate]
    tax_rates: Lookup[ReferenceTaxRate]


def branch(reference: Reference) -> OnUpload:
    """What follows from an upload."""
    nothing = PricingDetails(currency="", exchange_rate=None, expected_net=None, invoiced_net=0)
    answers = Answers(PricingResult, reference.policies, unjudged(nothing))

    def compare(case: Case) -> Judgement[PricingDetails]:
        return pricing.judge(
            case.invoice,
            case.vendor_id,
            reference.contracts,
            reference.rates,
            reference.tax_rates,
            case.policy,
        )

    return lambda upload, at: answers(upload, at, compare)


def build(source: Inputs, sink: Outputs, wire: Wire, reference: Reference) -> Dataflow:
    """The flow over any source and sink."""
    flow = Dataflow("pricing")
    received = op.input("source", flow, source)
    uploads = decode("decode", received, wire, sink)
    results = judge("compare", uploads, branch(reference))
    write("results", results, wire, sink)
    return flow


def reference(runtime: Runtime) -> Reference:
    """The reference data of one process."""
    return Reference(
        runtime.reference(ReferencePolicy),
        runtime.reference(ReferenceContract),
        runtime.reference(ReferenceExchangeRate),
        runtime.reference(ReferenceTaxRate),
    )


def flow(runtime: Runtime) -> Dataflow:
    """The flow of one process."""
    wire = runtime.wire(InvoiceUploaded, InvoiceOcrCompleted)
    return build(runtime.source(), runtime.sink(), wire, reference(runtime))
