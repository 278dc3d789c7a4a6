"""Documents of lines of text, corrected and read with what that has taught."""

from collections.abc import Callable, Sequence

from operators.extraction.lesson_learned import Correction, of_correction
from operators.extraction.memory import Learned, VendorMemory
from operators.extraction.memory_applied import Reminded, hinted, hints_of, reminded
from operators.extraction.memory_learned import learned
from operators.extraction.memory_lesson import Lesson, lesson
from operators.extraction.memory_recall import Recalled, memories_of, recall
from operators.extraction.memory_shown import shown_by
from operators.extraction.page import Page, Reader
from operators.extraction.understand import understand
from operators.invoice import Invoice
from tests.unit.extraction_pages import page_of

Correct = Callable[[Invoice], Invoice]
"""What a person makes of what was read."""


def pages_of(text: str) -> list[Page]:
    return [page_of(text, width=400.0)]


def after(
    before: VendorMemory | None, correction: Correction, lesson: Lesson, vendor_id: str = "V-1"
) -> VendorMemory:
    """What is remembered of a vendor after a correction."""
    memory = learned(before, of_correction(vendor_id, correction, lesson))
    assert memory is not None
    return memory


def taught(
    text: str,
    correct: Correct,
    *,
    before: VendorMemory | None = None,
    vendor_id: str = "V-1",
    reader: Reader = "RAPIDOCR",
    by: Learned | None = None,
) -> VendorMemory:
    """What is remembered of a vendor once a person has corrected a document."""
    pages = pages_of(text)
    read = read_with(text, [before], reader=reader).understood.invoice if before else None
    read = read or understand(pages, reader).invoice
    corrected = correct(read)
    correction = Correction(read, corrected, by or Learned("req-1", 1, "anna", 1_000))
    found = lesson(pages, reader, read, corrected, before)
    return after(before, correction, found, vendor_id)


def recalled(
    text: str,
    memories: Sequence[VendorMemory],
    *,
    reader: Reader = "RAPIDOCR",
    vendor_id: str | None = None,
) -> Recalled | None:
    """Whose memory a document is read with."""
    pages = pages_of(text)
    shown = shown_by(pages, reader, understand(pages, reader))
    return recall(shown, memories_of(memories), vendor_id)


def read_with(
    text: str, memories: Sequence[VendorMemory], *, reader: Reader = "RAPIDOCR"
) -> Reminded:
    """A document read with the memory that it is recognised by."""
    found = recalled(text, memories, reader=reader)
    assert found is not None
    pages = pages_of(text)
    understood, hints = hinted(pages, reader, hints_of(found.memory))
    return reminded(understood, pages, reader, found, hints)
