"""What a person's answer about a document teaches, on its way to what is remembered of its vendor.

An answer is taken over where its document stands, what is remembered of a vendor is changed where
the vendor's records stand, one lesson after the other: so no lesson overwrites another.
"""

from collections.abc import Iterable
from typing import Literal, TypeAlias, get_args

from msgspec import Struct

from operators.extraction.folded import key
from operators.extraction.memory import (
    FACTS,
    LONGEST,
    MOST_MARKS,
    Learned,
    MarkKind,
    compared,
)
from operators.extraction.memory_lesson import Lesson, Standing
from operators.extraction.paths import value_at
from operators.extraction.record import MemoryUse
from operators.invoice import Invoice

LessonKind: TypeAlias = Literal["CORRECTED", "APPROVED", "FORGOTTEN", "UNKNOWN"]
"""What a person has done: corrected a document, approved it, or forgotten the vendor."""

_KINDS = frozenset(get_args(MarkKind)) - {"UNKNOWN"}


class FactSaid(Struct, frozen=True, gc=False):
    """What a corrected document says of something that does not change."""

    field: str
    """Its path in the invoice record."""
    value: str | None = None
    """As it was corrected; null when the document does not say it."""
    read: str | None = None
    """As it was read."""


class MarkSeen(Struct, frozen=True, gc=False):
    """What the vendor's documents can be told by, seen on one."""

    kind: MarkKind
    """What it is."""
    value: str
    """Without case, blanks and punctuation."""


class InvoiceLessonLearned(Struct, frozen=True, kw_only=True, gc=False):
    """What is to be remembered of a vendor's documents."""

    vendor_id: str
    """Key: the vendor."""
    kind: LessonKind
    """What a person has done."""
    learned: Learned | None = None
    """Who, when, with which request; null when the vendor is forgotten."""
    facts: tuple[FactSaid, ...] = ()
    """What does not change, as far as the corrected document says it or it was read."""
    labels: tuple[Standing, ...] = ()
    """Where values stand that were missing, wrong or doubtful."""
    confirmed: tuple[Standing, ...] = ()
    """Remembered labels that the right value does stand at."""
    contradicted: tuple[Standing, ...] = ()
    """Remembered labels that have led to a wrong value."""
    marks: tuple[MarkSeen, ...] = ()
    """What the document can be known by."""
    approved: tuple[str, ...] = ()
    """Fields in which the memory had a part when a person approved them."""


class Correction(Struct, frozen=True):
    """What a person has made of what was read."""

    read: Invoice | None
    """As it was read; None when nothing could be."""
    corrected: Invoice
    """As it should be."""
    learned: Learned
    """Who said so, when, of which request."""


def of_correction(vendor_id: str, correction: Correction, lesson: Lesson) -> InvoiceLessonLearned:
    """What a correction teaches.

    Args:
        vendor_id: The vendor.
        correction: What a person has said.
        lesson: What the pages teach; an empty one when they could not be looked at again.
    """
    marks = dict.fromkeys((*_names(correction), *_said(lesson.marks)))
    return InvoiceLessonLearned(
        vendor_id=vendor_id,
        kind="CORRECTED",
        learned=correction.learned,
        facts=tuple(_facts(correction)),
        labels=lesson.labels,
        confirmed=lesson.confirmed,
        contradicted=lesson.contradicted,
        marks=tuple(MarkSeen(kind, value) for kind, value in marks)[:MOST_MARKS],
    )


def of_approval(use: MemoryUse, learned: Learned) -> InvoiceLessonLearned:
    """What the approval of a document teaches that was read with a memory."""
    fields = dict.fromkeys(each.field for each in use.fields)
    return InvoiceLessonLearned(
        vendor_id=use.vendor_id, kind="APPROVED", learned=learned, approved=tuple(fields)
    )


def _facts(correction: Correction) -> Iterable[FactSaid]:
    for field in FACTS:
        value = _text(value_at(correction.corrected, field))
        read = None if correction.read is None else _text(value_at(correction.read, field))
        if value is not None or read is not None:
            yield FactSaid(field, value, read)


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value.strip() and len(value) <= LONGEST else None


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
