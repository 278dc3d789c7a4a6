"""validation: is the invoice a correct invoice?

invoice.uploaded ──────┐
                       ├─ decode ─ judge ─ invoice.validation.result
invoice.ocr.completed ─┘
"""

import bytewax.operators as op
from bytewax.dataflow import Dataflow
from msgspec import Struct

from connectors.branch import Answers, Case, OnUpload, unjudged
from connectors.runtime import Runtime
from connectors.steps import Inputs, Outputs, decode, judge, write
from connectors.wire import Wire
from operators import validation
from operators.judgement import Judgement
from operators.reference import ReferencePolicy, ReferenceTaxRate
from operators.result import ValidationDetails, ValidationResult
from operators.table import Lookup
from operators.upload import InvoiceOcrCompleted, InvoiceUploaded


class Reference(Struct, frozen=True):
    """What the branch measures against."""

    policies: Lookup[ReferencePolicy]
    tax_rates: Lookup[ReferenceTaxRate]


def branch(reference: Reference) -> OnUpload:
    """What follows from an upload."""
    answers = Answers(ValidationResult, reference.policies, unjudged(ValidationDetails(0)))

    def check(case: Case) -> Judgement[ValidationDetails]:
        return validation.judge(case.invoice, case.policy, reference.tax_rates, case.today)

    return lambda upload, at: answers(upload, at, check)


def build(source: Inputs, sink: Outputs, wire: Wire, reference: Reference) -> Dataflow:
    """The flow over any source and sink."""
    flow = Dataflow("validation")
    received = op.input("source", flow, source)
    uploads = decode("decode", received, wire, sink)
    results = judge("judge", uploads, branch(reference))
    write("results", results, wire, sink)
    return flow


def reference(runtime: Runtime) -> Reference:
    """The reference data of one process."""
    return Reference(runtime.reference(ReferencePolicy), runtime.reference(ReferenceTaxRate))


def flow(runtime: Runtime) -> Dataflow:
    """The flow of one process."""
    wire = runtime.wire(InvoiceUploaded, InvoiceOcrCompleted)
    return build(runtime.source(), runtime.sink(), wire, reference(runtime))
