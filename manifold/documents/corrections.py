"""How much better documents are read once one of each vendor was corrected.

The documents of a folder are read one after the other, each once without and once with what the
corrections of those before it have taught. Then a person, played by the truth, corrects it: the
first one of every vendor, and of the others those with a mistake in them.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any, TypeAlias

from msgspec import Struct, convert, to_builtins

from connectors.einvoice import Unreadable
from manifold.documents.known import Known, known
from manifold.documents.reader import looked_at
from manifold.documents.score import Scored, scored
from operators.extraction.gate import Gates
from operators.extraction.lesson_learned import Correction, of_correction
from operators.extraction.memory import Learned, VendorMemory, compared
from operators.extraction.memory_learned import learned
from operators.extraction.memory_lesson import lesson
from operators.extraction.memory_reading import Looked, read_with
from operators.extraction.memory_recall import memories_of, recall
from operators.extraction.memory_shown import shown_by
from operators.extraction.outcome import DocumentRead
from operators.extraction.understood import Understood
from operators.invoice import Invoice

_Vendors: TypeAlias = dict[str, VendorMemory]
"""What is remembered, as a flow would have it, by vendor."""
_ALIASES: Mapping[str, str] = {"total": "totals.payable"}


class Compared(Struct, frozen=True):
    """A document read without and with memory."""

    known: bool
    """Whether a document of its vendor was corrected before."""
    recalled: bool
    """Whether it was read with a memory."""
    mistaken: bool
    """Whether that was the memory of another vendor."""
    before: Scored
    """Read without."""
    after: Scored
    """Read with."""


class Field(Struct, frozen=True):
    """A key field over all documents whose vendor was corrected before."""

    field: str
    """Its name."""
    truths: int
    """Documents that have it."""
    before: int
    """Of those, how many were read right without memory."""
    after: int
    """How many with it."""


class Remembered(Struct, frozen=True):
    """What memory does to a folder of documents."""

    documents: int
    """Documents."""
    vendors: int
    """Vendors among them."""
    known: int
    """Documents whose vendor was corrected before; the fields are those of these."""
    recalled: int
    """How many of those were read with a memory."""
    mistaken: int
    """Documents, of all, that were read with the memory of another vendor."""
    fields: tuple[Field, ...]
    """Key fields."""


def corrections(paths: Iterable[Path], unusable: Callable[[str], None]) -> Iterator[Compared]:
    """Each document read twice, in order; one that has no words on it or no vendor is left out."""
    vendors: _Vendors = {}
    for path in paths:
        try:
            truth = known(path.with_suffix(".json"))
            read, looked = looked_at(path.read_bytes())
        except Unreadable as error:
            unusable(f"{path.name}: {error}")
            continue
        vendor_id = compared(str(truth.values.get("seller.name", "")))
        if looked is not None and vendor_id:
            yield _compared(path.name, truth, read, looked, vendor_id, vendors)


def _compared(
    name: str, truth: Known, read: DocumentRead, looked: Looked, vendor_id: str, vendors: _Vendors
) -> Compared:
    understood = Understood(read.invoice, read.reading.fields)
    shown = shown_by(looked.pages, looked.reader, understood)
    recalled = recall(shown, memories_of(vendors.values()))
    after = read if recalled is None else read_with(read, [looked], recalled, Gates())
    found = Compared(
        known=vendor_id in vendors,
        recalled=recalled is not None,
        mistaken=recalled is not None and recalled.memory.vendor_id != vendor_id,
        before=scored(name, truth, read),
        after=scored(name, truth, after),
    )
    if not found.known or any(each.key for each in found.after.mistakes):
        vendors[vendor_id] = _corrected(name, truth, after, looked, vendor_id, vendors)
    return found


def _corrected(
    name: str, truth: Known, read: DocumentRead, looked: Looked, vendor_id: str, vendors: _Vendors
) -> VendorMemory:
    memory = vendors.get(vendor_id)
    right = as_known(read.invoice, truth)
    sure = [each.field for each in read.reading.fields if each.confidence >= Gates().accept]
    taught = lesson(looked.pages, looked.reader, read.invoice, right, memory, sure)
    by = Learned(name, 1, "the truth", 0)
    said = of_correction(vendor_id, Correction(read.invoice, right, by), taught)
    return learned(memory, said) or VendorMemory(vendor_id, 0)


def as_known(read: Invoice, truth: Known) -> Invoice:
    """What was read, with what is known in its place."""
    told: dict[str, Any] = to_builtins(read)
    for name, value in truth.values.items():
        *outer, last = _ALIASES.get(name, name).split(".")
        if "[" in name or name in ("address", "vat_breakdown"):
            continue
        record = told
        for part in outer:
            record[part] = record.get(part) or {}
            record = record[part]
        record[last] = value.isoformat() if isinstance(value, date) else value
    return convert(told, Invoice)


def remembered(found: Iterable[Compared]) -> Remembered:
    """The sum of it."""
    every = list(found)
    later = [each for each in every if each.known]
    right: dict[bool, Counter[str]] = {False: Counter(), True: Counter()}
    truths: Counter[str] = Counter()
    for each in later:
        for with_memory, score in ((False, each.before), (True, each.after)):
            for field in score.fields:
                if field.key and field.outcome in ("right", "wrong", "missed"):
                    truths[field.field] += with_memory
                    right[with_memory][field.field] += field.outcome == "right"
    return Remembered(
        documents=len(every),
        vendors=len(every) - len(later),
        known=len(later),
        recalled=sum(each.recalled for each in later),
        mistaken=sum(each.mistaken for each in every),
        fields=tuple(
            Field(field, count, right[False][field], right[True][field])
            for field, count in truths.items()
        ),
    )
