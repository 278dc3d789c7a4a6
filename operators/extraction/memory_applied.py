"""A document read again with what is remembered of its vendor.

The vendor's own words for a field go before those of the vocabulary, its names are known to be the
seller's, and what does not change is taken as a person has corrected it, as far as the document
shows it. What a document lacks stays missing: that a VAT identifier is remembered does not put it
onto the page. An account is never replaced by another one that is well-formed: where the money
goes is what frauds change.
"""

from collections.abc import Mapping, Sequence
from math import exp, log

from msgspec import Struct
from msgspec.structs import replace

from operators.extraction.candidate import Evidence
from operators.extraction.confidence import COEFFICIENTS, FEATURES, confidence, family_of
from operators.extraction.hints import Hints, index_of
from operators.extraction.labels import labels_in
from operators.extraction.memory import LABELLED, MarkKind, VendorMemory
from operators.extraction.memory_facts import Sheet, with_fact
from operators.extraction.memory_recall import Recalled
from operators.extraction.page import Page, Reader
from operators.extraction.paths import value_at
from operators.extraction.record import FieldRemembered, MemoryUse
from operators.extraction.rows import rows_of
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


def reminded(
    understood: Understood, pages: Sequence[Page], reader: Reader, recalled: Recalled
) -> Reminded:
    """What was understood with a memory's hints, with what the memory knows put in its place."""
    memory = recalled.memory
    sheet = Sheet(pages)
    own = _own_labels(pages, reader, memory)
    fields = {each.field: each for each in understood.fields}
    used: list[FieldRemembered] = []
    for field, phrases in own.items():
        if field in fields and fields[field].page is not None:
            fields[field] = _raised(fields[field])
            used += [
                FieldRemembered(field, each.learned.request_id)
                for each in memory.labels
                if each.field == field and each.phrase in phrases
            ][:1]
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


def _own_labels(
    pages: Sequence[Page], reader: Reader, memory: VendorMemory
) -> Mapping[str, frozenset[str]]:
    """The vendor's own words that stand on the pages, by the field that they name."""
    index = index_of(hints_of(memory))
    if index is None:
        return {}
    said = {
        field
        for row in rows_of(pages)
        for label in labels_in(row, reader != "TEXT_LAYER", index)
        if label.own
        for field in label.fields
    }
    return {
        field: frozenset(each.phrase for each in memory.labels if each.field == field)
        for field, name in LABELLED.items()
        if name in said
    }


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
