"""A document that has been read, read again with what is remembered of its vendor.

The words on its pages are there already: nothing is looked at again.
"""

from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from operators.extraction.confidence import typed_confidences
from operators.extraction.doubtful import Line
from operators.extraction.gate import Action, Gates, next_step
from operators.extraction.memory_applied import hinted, hints_of, reminded
from operators.extraction.memory_recall import Recalled
from operators.extraction.outcome import DocumentRead
from operators.extraction.page import Page, Reader
from operators.extraction.second_reading import confirmed
from operators.extraction.understand import examined, understand


class Looked(Struct, frozen=True):
    """The words of a document."""

    reader: Reader
    """What has read most of them."""
    pages: tuple[Page, ...]
    """Its pages."""
    again: tuple[tuple[Line, ...], ...] | None = None
    """The lines of each that were read a second time; None: all of them."""


def read_with(
    read: DocumentRead, looked: Sequence[Looked], recalled: Recalled, gates: Gates
) -> DocumentRead:
    """The document as read with a memory.

    Args:
        read: The document as read without one.
        looked: Its words, and those of a second reading if there was one.
        recalled: The memory.
        gates: How sure its values have to be.
    """
    first, *second = looked
    hints = hints_of(recalled.memory)
    found, hints = hinted(first.pages, first.reader, hints)
    for each in second:
        again = understand(each.pages, each.reader, hints=hints)
        evidence = examined(first.pages, first.reader, hints=hints).evidence
        sure = typed_confidences(evidence)
        found = replace(found, fields=confirmed(found, again, sure, each.again))
    result = reminded(found, first.pages, first.reader, recalled, hints)
    found = result.understood
    tried: tuple[Action, ...] = ("SECOND_READING",)  # the pages are not looked at again
    return DocumentRead(
        found.invoice,
        replace(
            read.reading,
            kind=found.kind,
            language=found.language,
            fields=found.fields,
            memory=result.use,
            model=None,
        ),
        next_step(found.fields, found.kind, gates, tried),
    )
