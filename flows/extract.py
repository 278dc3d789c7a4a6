"""extract: what stands in the document that an upload points at?

invoice.uploaded ──────────┐                        ┌─ invoice.ocr.completed
invoice.review.completed ──┼─ decode ─ read ─ write ┼─ invoice.review.requested
invoice.lesson.learned ────┘            │           ├─ invoice.uploaded (as corrected)
                                        │           ├─ invoice.decision (rejected unread)
                                        │           ├─ invoice.lesson.learned (as corrected)
                                        │           └─ reference.vendor_memory
                                        └─ readings, answered, overtaken, memories
"""

from datetime import timedelta

import bytewax.operators as op
from bytewax.dataflow import Dataflow

from connectors.extracting import (
    ANSWERED,
    MEMORIES,
    OVERTAKEN,
    READINGS,
    Documents,
    Reference,
    extracting,
)
from connectors.runtime import Runtime
from connectors.steps import Inputs, Outputs, decode, keep_together, write
from connectors.tables import Tables, TableStore
from connectors.wire import Wire
from operators.extraction.lesson_learned import InvoiceLessonLearned
from operators.extraction.memory import VendorMemory
from operators.extraction.memory import marks_of as memories_marks
from operators.extraction.memory_recall import Memories
from operators.extraction.vendor import marks_of
from operators.reference import ReferencePolicy, ReferenceVendor
from operators.review import InvoiceReviewCompleted
from operators.upload import InvoiceUploaded

AT_ONCE = 1_000
"""Records of a poll at most: those behind the last document that there is room for come again."""


def build(
    source: Inputs,
    sink: Outputs,
    wire: Wire,
    store: TableStore[Tables],
    documents: Documents,
    reference: Reference,
) -> Dataflow:
    """The flow over any source, sink, tables and reader of documents."""
    on_records, on_caught_up = extracting(documents, reference)
    flow = Dataflow("extract")
    received = op.input("source", flow, source)
    uploads = decode("decode", received, wire, sink)
    read = keep_together("read", uploads, store, on_records, on_caught_up)
    write("results", read, wire, sink)
    return flow


def flow(runtime: Runtime) -> Dataflow:
    """The flow of one process."""
    runtime.poll_at_most(AT_ONCE)
    runtime.watch_ends(timedelta(seconds=1))
    policies = runtime.reference(ReferencePolicy)
    memories = Memories(
        runtime.grouped_reference(VendorMemory, memories_marks).groups,
        runtime.reference(VendorMemory),
    )
    return build(
        runtime.source(),
        runtime.sink(),
        runtime.wire(InvoiceUploaded, InvoiceReviewCompleted, InvoiceLessonLearned),
        runtime.store(READINGS, ANSWERED, OVERTAKEN, MEMORIES),
        runtime.documents(policies, memories),
        Reference(policies, runtime.grouped_reference(ReferenceVendor, marks_of).groups, memories),
    )
