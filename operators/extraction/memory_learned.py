"""A vendor's memory after a correction: what it says is newer than what was there.

What is said again is confirmed and stays with where it was learned first; what is contradicted is
forgotten; of what there is too much of, the newest stays.
"""

from collections.abc import Iterable, Sequence
from typing import TypeVar, get_args

from msgspec import Struct
from msgspec.structs import replace

from operators.extraction.folded import key
from operators.extraction.memory import (
    FACTS,
    LABELLED,
    LONGEST,
    MOST_LABELS,
    MOST_MARKS,
    Fact,
    LabelKnown,
    Learned,
    Mark,
    MarkKind,
    VendorMemory,
    compared,
)
from operators.extraction.memory_lesson import Lesson, Standing
from operators.extraction.paths import value_at
from operators.extraction.record import MemoryUse
from operators.invoice import Invoice

Entry = TypeVar("Entry", Fact, LabelKnown, Mark)
_KINDS = frozenset(get_args(MarkKind)) - {"UNKNOWN"}


class Correction(Struct, frozen=True):
    """What a person has made of what was read."""

    read: Invoice | None
    """As it was read; None when nothing could be."""
    corrected: Invoice
    """As it should be."""
    learned: Learned
    """Who said so, when, of which request."""


def learned(
    memory: VendorMemory | None, vendor_id: str, correction: Correction, lesson: Lesson
) -> VendorMemory:
    """What is remembered of a vendor after a correction of one of its documents.

    Args:
        memory: What was remembered before; None when nothing was.
        vendor_id: The vendor.
        correction: What a person has said.
        lesson: What the pages teach; an empty one when they could not be looked at again.
    """
    before = memory or VendorMemory(vendor_id, correction.learned.at)
    return VendorMemory(
        vendor_id=vendor_id,
        updated_at=max(before.updated_at, correction.learned.at),
        facts=tuple(_facts(before.facts, correction)),
        labels=tuple(_labels(before.labels, lesson, correction.learned)),
        marks=tuple(_marks(before.marks, lesson, correction)),
    )


def approved(memory: VendorMemory, use: MemoryUse) -> VendorMemory:
    """A memory after a person has approved a document that was read with it."""
    used = {each.field for each in use.fields}
    return replace(
        memory,
        facts=tuple(_confirmed(each) if each.field in used else each for each in memory.facts),
        labels=tuple(_confirmed(each) if each.field in used else each for each in memory.labels),
    )


def _facts(before: Sequence[Fact], correction: Correction) -> Iterable[Fact]:
    known = {each.field: each for each in before}
    for field in FACTS:
        value = value_at(correction.corrected, field)
        old = known.get(field)
        if isinstance(value, str) and value.strip() and len(value) <= LONGEST:
            same = old is not None and old.value == value
            yield _confirmed(old) if same and old else Fact(field, value, correction.learned)
        elif old is not None and not _taken_away(field, old, correction.read):
            yield old


def _taken_away(field: str, fact: Fact, read: Invoice | None) -> bool:
    """Whether a person has taken away what was read as it is remembered."""
    return read is not None and value_at(read, field) == fact.value


def _confirmed(entry: Entry) -> Entry:
    again = replace(entry.learned, confirmed=entry.learned.confirmed + 1)
    return replace(entry, learned=again)


def _labels(before: Sequence[LabelKnown], lesson: Lesson, from_: Learned) -> Iterable[LabelKnown]:
    gone = {_named(each) for each in lesson.contradicted}
    again = {_named(each) for each in (*lesson.confirmed, *lesson.labels)}
    kept = {
        _named(each): _confirmed(each) if _named(each) in again else each
        for each in before
        if _named(each) not in gone
    }
    new = {
        (each.field, each.phrase[:LONGEST]): LabelKnown(
            each.field, each.phrase[:LONGEST], each.page, each.left, each.top, from_
        )
        for each in lesson.labels
        if each.phrase
    }
    for field in LABELLED:
        there = [each for each in new.values() if each.field == field and _named(each) not in kept]
        yield from [*there, *(each for each in kept.values() if each.field == field)][:MOST_LABELS]


def _named(label: LabelKnown | Standing) -> tuple[str, str]:
    return label.field, label.phrase


def _marks(before: Sequence[Mark], lesson: Lesson, correction: Correction) -> Iterable[Mark]:
    """Those seen now first, then those seen before."""
    known = {(each.kind, each.value): each for each in before}
    now = dict.fromkeys((*_names(correction), *_said(lesson.marks)))
    seen = [
        _confirmed(known[mark]) if mark in known else Mark(*mark, correction.learned)
        for mark in now
    ]
    return [*seen, *(each for mark, each in known.items() if mark not in now)][:MOST_MARKS]


def _names(correction: Correction) -> Iterable[tuple[MarkKind, str]]:
    """The seller's name, and what was read in its place; its identifiers, wherever they stand."""
    seller = correction.corrected.seller
    name = compared(seller.name) if seller.name else ""
    if name:
        yield "name", name[:LONGEST]
    read = correction.read.seller.name if correction.read is not None else None
    buyer = correction.corrected.buyer.name
    if read and name and compared(read) not in ("", name, compared(buyer or "")):
        yield "read_as", compared(read)[:LONGEST]
    ids: tuple[tuple[MarkKind, str | None], ...] = (
        ("vat_id", seller.vat_id),
        ("tax_id", seller.tax_id),
        ("legal_id", seller.legal_id),
        *(("iban", paid.account.id) for paid in correction.corrected.payments if paid.account),
    )
    for kind, value in ids:
        if value and key(value):
            yield kind, key(value)[:LONGEST]


def _said(marks: Iterable[str]) -> Iterable[tuple[MarkKind, str]]:
    for mark in marks:
        kind, _, value = mark.partition(" ")
        for each in get_args(MarkKind):
            if each == kind and each in _KINDS:
                yield each, value[:LONGEST]
