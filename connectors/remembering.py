"""What is remembered of a vendor, once a person has answered about one of its documents.

The answer is taken over where its document stands, with what it teaches; a lesson is sent to the
partition of the vendor, and only there is the memory changed, one lesson after the other.
"""

from collections.abc import Callable, Iterator
from typing import TypeAlias

from msgspec import Struct

from connectors.stream import Decoded, Produced, Rejected, Removed
from operators.extraction.gate import Gates
from operators.extraction.lesson_learned import (
    Correction,
    InvoiceLessonLearned,
    of_approval,
    of_correction,
)
from operators.extraction.memory import Learned, VendorMemory
from operators.extraction.memory_learned import learned
from operators.extraction.memory_lesson import Lesson
from operators.extraction.memory_recall import Memories
from operators.extraction.record import Route
from operators.extraction.reviewing import OpenReading, Reviewed
from operators.invoice import Invoice
from operators.review import InvoiceReviewCompleted
from operators.table import Table
from operators.time import Instant
from operators.upload import InvoiceOcrCompleted, InvoiceUploaded

_OF_WORDS: frozenset[Route] = frozenset({"TEXT_LAYER", "RASTER"})
"""Ways of reading in which something may be misunderstood."""


class Study(Struct, frozen=True):
    """A document that a person has corrected, to be looked at again."""

    words: bytes
    """Its words, encoded."""
    read: Invoice | None
    """The invoice as it was read."""
    sure: tuple[str, ...]
    """Fields that were read surely."""
    corrected: Invoice
    """The invoice as it should be."""
    memory: VendorMemory | None
    """What was remembered of its vendor."""


Look: TypeAlias = Callable[[Study], Lesson]
"""Looks at a document once more."""


def taught(
    look: Look,
    memories: Memories,
    opened: OpenReading,
    said: InvoiceReviewCompleted,
    outcome: Reviewed,
) -> InvoiceLessonLearned | None:
    """What a person's answer teaches about a vendor; None when that is nothing."""
    asked = opened.asked
    reading = asked.reading
    if reading is not None and reading.route not in _OF_WORDS:
        return None
    by = Learned(said.request_id, said.attempt, said.reviewer, said.completed_at)
    if isinstance(outcome, InvoiceOcrCompleted) and reading is not None and reading.memory:
        return of_approval(reading.memory, by)
    if not isinstance(outcome, InvoiceUploaded) or said.corrected is None:
        return None
    vendor_id = outcome.vendor_id or ""
    fields = () if reading is None else reading.fields
    sure = tuple(found.field for found in fields if found.confidence >= Gates().accept)
    lesson = Lesson()
    if opened.words is not None:
        known = memories.by_vendor.get(vendor_id)
        lesson = look(Study(opened.words, asked.invoice, sure, said.corrected, known))
    return of_correction(vendor_id, Correction(asked.invoice, said.corrected, by), lesson)


def remembered(
    table: Table[VendorMemory],
    memories: Memories,
    lesson: Decoded[InvoiceLessonLearned],
    at: Instant,
) -> Iterator[Produced | Removed | Rejected]:
    """The memory of a vendor after a lesson, in the partition of the vendor.

    `table` has what was written last of each vendor; `memories` may be some moments behind, and
    count where nothing has been written yet.
    """
    record, received = lesson.record, lesson.received
    vendor_id = record.vendor_id
    if record.kind == "FORGOTTEN":
        # What is kept is empty: what `memories` may still have is not remembered either.
        table.put(vendor_id, VendorMemory(vendor_id, at))
        yield Removed(VendorMemory, vendor_id)
        return
    if record.kind == "UNKNOWN" or record.learned is None:
        said = "a lesson has to say from whom it is, and to be CORRECTED, APPROVED or FORGOTTEN"
        yield Rejected(received, "contract_broken", said)
        return
    before = table.get(vendor_id) or memories.by_vendor.get(vendor_id)
    after = learned(before, record)
    if after is not None and after != before:
        table.put(vendor_id, after)
        yield Produced(after, received)
