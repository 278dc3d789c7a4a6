"""validation: is the invoice a correct invoice?

invoice.uploaded ──────┐
                       ├─ decode ─ judge ─ invoice.validation.result
invoice.ocr.completed ─┘
"""

import bytewax.operators as op
from bytewax.dataflow import Dataflow

from connectors.branch import Answers, Case, unjudged
from connectors.runtime import Runtime
from connectors.steps import Inputs, Outputs, decode, judge, write
from connectors.wire import Wire
from operators import validation
from operators.judgement import Judgement
from operators.reference import ReferencePolicy, ReferenceTaxRate
from operators.result import ValidationDetails, ValidationResult
from operators.table import Lookup
from operators.upload import InvoiceOcrCompleted, InvoiceUploaded


def build(
    source: Inputs,
    sink: Outputs,
    wire: Wire,
    policies: Lookup[ReferencePolicy],
    tax_rates: Lookup[ReferenceTaxRate],
) -> Dataflow:
    """The flow over any source and sink."""
    answers = Answers(ValidationResult, policies, unjudged(ValidationDetails(0)))

    def check(case: Case) -> Judgement[ValidationDetails]:
        return validation.judge(case.invoice, case.policy, tax_rates, case.today)

    flow = Dataflow("validation")
    received = op.input("source", flow, source)
    uploads = decode("decode", received, wire, sink)
    results = judge("judge", uploads, lambda upload, at: answers(upload, at, check))
    write("results", results, wire, sink)
    return flow


def flow(runtime: Runtime) -> Dataflow:
    """The flow of one process."""
    return build(
        runtime.source(),
        runtime.sink(),
        runtime.wire(InvoiceUploaded, InvoiceOcrCompleted),
        runtime.reference(ReferencePolicy),
        runtime.reference(ReferenceTaxRate),
    )
