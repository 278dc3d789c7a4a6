"""A document read again with what is remembered of its vendor.

The vendor's own words for a field go before those of the vocabulary, its names are known to be the
seller's, and what does not change is taken as a person has corrected it, as far as the document
shows it. What a document lacks stays missing: that a VAT identifier is remembered does not put it
onto the page. An account is never replaced by another one that is well-formed: where the money
goes is what frauds change.
"""

from collections.abc import Iterator, Sequence
from math import exp, log

from msgspec import Struct
from msgspec.structs import replace

from operators.extraction.candidate import Evidence
from operators.extraction.coefficients import COEFFICIENTS
from operators.extraction.confidence import FEATURES, confidence, family_of
from operators.extraction.folded import key
from operators.extraction.hints import Hints
from operators.extraction.memory import LABELLED, LabelKnown, MarkKind, VendorMemory
from operators.extraction.memory_facts import Sheet, with_fact
from operators.extraction.memory_own import own_labels, read_at
from operators.extraction.memory_recall import Recalled
from operators.extraction.page import Page, Reader
from operators.extraction.paths import value_at
from operators.extraction.record import FieldRemembered, MemoryUse
from operators.extraction.understand import understand
from operators.extraction.understood import FieldRead, Understood

_KNOWN = FEATURES.index("known") + 1
_IDENTIFIED: frozenset[MarkKind] = frozenset({"vat_id", "iban", "legal_id", "tax_id", "name"})
"""Marks that leave no doubt."""


class Reminded(Struct, frozen=True):
    """A document as understood with a memory."""

    understood: Understood
    """What was understood."""
    use: MemoryUse
    """What the memory had a part in."""


def hints_of(memory: VendorMemory) -> Hints:
    """What to understand a document of the vendor with."""
    labels: dict[str, tuple[str, ...]] = {}
    for each in memory.labels:
        if each.field in LABELLED:
            name = LABELLED[each.field]
            labels[name] = (*labels.get(name, ()), each.phrase)
    name_fact = memory.fact("seller.name")
    return Hints(labels, () if name_fact is None else (name_fact,))


def hinted(pages: Sequence[Page], reader: Reader, hints: Hints) -> tuple[Understood, Hints]:
    """Pages understood with the hints that fit them, and which these are.

    A label that stands there, and at which its field was not read, does not fit.
    """
    found = understand(pages, reader, hints=hints)
    own = own_labels(pages, reader, hints)
    there = {name for _, label in own for name in label.fields}
    fit = {LABELLED[field] for field, _, _ in read_at(found.fields, own)}
    if there <= fit:
        return found, hints
    rest = {
        name: phrases for name, phrases in hints.labels.items() if name in fit or name not in there
    }
    fitting = Hints(rest, hints.sellers)
    return understand(pages, reader, hints=fitting), fitting


def reminded(
    understood: Understood,
    pages: Sequence[Page],
    reader: Reader,
    recalled: Recalled,
    hints: Hints,
) -> Reminded:
    """What was understood with some hints, with what the memory knows put in its place."""
    memory = recalled.memory
    sheet = Sheet(pages)
    fields = {each.field: each for each in understood.fields}
    used: list[FieldRemembered] = []
    for field, label in _at_own_labels(understood, pages, reader, memory, hints):
        fields[field] = _raised(fields[field])
        used.append(FieldRemembered(field, label.learned.request_id))
    invoice = understood.invoice
    for fact in memory.facts:
        there = value_at(invoice, fact.field)
        if not sheet.takes(fact, there, memory):
            continue
        used.append(FieldRemembered(fact.field, fact.learned.request_id))
        before = fields.get(fact.field)
        if there == fact.value and before is not None:
            fields[fact.field] = _raised(before)
            continue
        invoice = with_fact(invoice, fact)
        fields[fact.field] = _remembered(fact.field, before, recalled)
    use = MemoryUse(memory.vendor_id, recalled.by, tuple(used))
    found = replace(understood, invoice=invoice, fields=tuple(fields.values()))
    return Reminded(found, use)


def _at_own_labels(
    found: Understood, pages: Sequence[Page], reader: Reader, memory: VendorMemory, hints: Hints
) -> Iterator[tuple[str, LabelKnown]]:
    """The fields that were read at the vendor's own words for them, and these."""
    known = {(each.field, key(each.phrase)): each for each in memory.labels}
    for field, row, label in read_at(found.fields, own_labels(pages, reader, hints)):
        phrase = key(row.text[label.start : label.end])
        other = next(each for each in memory.labels if LABELLED[each.field] == LABELLED[field])
        yield field, known.get((field, phrase), other)


def _raised(found: FieldRead) -> FieldRead:
    """A value as read, surer since something known says the same."""
    p = min(max(found.confidence, 1e-6), 1 - 1e-6)
    odds = log(p / (1 - p)) + COEFFICIENTS[family_of(found.field)][_KNOWN]
    return replace(found, confidence=1 / (1 + exp(-odds)))


def _remembered(field: str, before: FieldRead | None, recalled: Recalled) -> FieldRead:
    """A value that is known, with the place of what was read for it."""
    clear = bool(_IDENTIFIED & set(recalled.by))
    evidence = Evidence(
        label=1.0,
        near=1.0,
        alone=1.0,
        form=1.0,
        known=1.0,
        computed=0.0 if before is not None or field == "seller.name" else 1.0,
        engine=1.0 if clear else 0.9,
    )
    sure = confidence(field, evidence)
    if before is None:
        return FieldRead(field, sure, "MEMORY")
    return FieldRead(field, sure, "MEMORY", before.page, before.box, before.text)
