"""What is remembered of a vendor, once a person has answered about one of its documents.

A memory is read, changed and written as a whole. Of two processes that do so at the same time the
later one wins; what the other has learned is learned again with the next correction.
"""

from collections.abc import Callable
from typing import TypeAlias

from msgspec import Struct

from operators.extraction.gate import Gates
from operators.extraction.memory import Learned, VendorMemory
from operators.extraction.memory_learned import Correction, approved, learned
from operators.extraction.memory_lesson import Lesson
from operators.extraction.memory_recall import Memories
from operators.extraction.record import Route
from operators.extraction.reviewing import OpenReading, Reviewed
from operators.invoice import Invoice
from operators.review import InvoiceReviewCompleted
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


class Remembering:
    """The memories of a poll: what one answer has taught, the next one finds."""

    def __init__(self, look: Look, memories: Memories) -> None:
        self._look = look
        self._memories = memories
        self._new: dict[str, VendorMemory] = {}

    def after(
        self, opened: OpenReading, said: InvoiceReviewCompleted, outcome: Reviewed
    ) -> VendorMemory | None:
        """What is remembered after a person's answer; None when it teaches nothing."""
        reading = opened.asked.reading
        if reading is not None and reading.route not in _OF_WORDS:
            return None
        memory: VendorMemory | None
        if isinstance(outcome, InvoiceUploaded) and said.corrected is not None:
            memory = self._corrected(opened, said, said.corrected, outcome.vendor_id or "")
        elif isinstance(outcome, InvoiceOcrCompleted) and reading is not None and reading.memory:
            known = self._known(reading.memory.vendor_id)
            memory = None if known is None else approved(known, reading.memory)
        else:
            return None
        if memory is not None:
            self._new[memory.vendor_id] = memory
        return memory

    def _corrected(
        self,
        opened: OpenReading,
        said: InvoiceReviewCompleted,
        corrected: Invoice,
        vendor_id: str,
    ) -> VendorMemory:
        asked = opened.asked
        fields = () if asked.reading is None else asked.reading.fields
        sure = tuple(found.field for found in fields if found.confidence >= Gates().accept)
        known = self._known(vendor_id)
        lesson = Lesson()
        if opened.words is not None:
            lesson = self._look(Study(opened.words, asked.invoice, sure, corrected, known))
        by = Learned(said.request_id, said.attempt, said.reviewer, said.completed_at)
        return learned(known, vendor_id, Correction(asked.invoice, corrected, by), lesson)

    def _known(self, vendor_id: str) -> VendorMemory | None:
        return self._new.get(vendor_id) or self._memories.by_vendor.get(vendor_id)
