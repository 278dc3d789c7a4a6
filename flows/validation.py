"""validation: is the invoice a correct invoice?

invoice.uploaded ──────┐
                       ├─ decode ─ judge ─ invoice.validation.result
invoice.ocr.completed ─┘             │
                                     └─ postponed
"""

import bytewax.operators as op
from bytewax.dataflow import Dataflow
from msgspec import Struct

from connectors.branch import Answers, Case, unjudged
from connectors.postponed import POSTPONED, Postponement, resumed
from connectors.runtime import Runtime
from connectors.steps import Inputs, OnRecord, Outputs, decode, keep, write
from connectors.tables import Tables, TableStore
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


def branch(reference: Reference, postponement: Postponement) -> OnRecord[Tables]:
    """What follows from an upload."""
    answers = Answers(
        ValidationResult, reference.policies, unjudged(ValidationDetails(0)), postponement
    )

    def check(case: Case) -> Judgement[ValidationDetails]:
        return validation.judge(
            case.invoice, case.policy, reference.tax_rates, case.today, case.contradicted
        )

    return lambda tables, upload, at: answers(upload, at, check, tables)


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
    flow = Dataflow("validation")
    received = op.input("source", flow, source)
    uploads = decode("decode", received, wire, sink)
    on_tick = resumed(postponement, on_upload)
    results = keep("judge", uploads, store, on_upload, on_tick=on_tick)
    write("results", results, wire, sink)
    return flow


def reference(runtime: Runtime) -> Reference:
    """The reference data of one process."""
    return Reference(runtime.reference(ReferencePolicy), runtime.reference(ReferenceTaxRate))


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
