"""A vendor's memory after a lesson: what it says is newer than what was there.

What is said again is confirmed and stays with where it was learned first; what is contradicted is
forgotten; of what there is too much of, the newest stays.
"""

from collections.abc import Iterable, Sequence
from typing import TypeVar

from msgspec.structs import replace

from operators.extraction.lesson_learned import FactSaid, InvoiceLessonLearned, MarkSeen
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
    VendorMemory,
)
from operators.extraction.memory_lesson import Standing

Entry = TypeVar("Entry", Fact, LabelKnown, Mark)
_MOST_TIMES = 2**31 - 1
"""That a topic can tell."""


def learned(memory: VendorMemory | None, lesson: InvoiceLessonLearned) -> VendorMemory | None:
    """What is remembered of a vendor after a lesson, None when there is nothing.

    `memory`: what was remembered before; None when nothing was.
    """
    from_ = lesson.learned
    if lesson.kind == "APPROVED":
        return None if memory is None else _approved(memory, lesson.approved)
    if lesson.kind != "CORRECTED" or from_ is None:
        return memory
    before = memory or VendorMemory(lesson.vendor_id, from_.at)
    return VendorMemory(
        vendor_id=lesson.vendor_id,
        updated_at=max(before.updated_at, from_.at),
        facts=tuple(_facts(before.facts, lesson.facts, from_)),
        labels=tuple(_labels(before.labels, lesson, from_)),
        marks=tuple(_marks(before.marks, lesson.marks, from_)),
    )


def _approved(memory: VendorMemory, fields: Sequence[str]) -> VendorMemory:
    """A memory after a person has approved a document that was read with it."""
    return replace(
        memory,
        facts=tuple(_confirmed(each) if each.field in fields else each for each in memory.facts),
        labels=tuple(_confirmed(each) if each.field in fields else each for each in memory.labels),
    )


def _facts(before: Sequence[Fact], said: Sequence[FactSaid], from_: Learned) -> Iterable[Fact]:
    known = {each.field: each for each in before}
    now = {each.field: each for each in said}
    for field in FACTS:
        old, new = known.get(field), now.get(field)
        if new is not None and new.value is not None and len(new.value) <= LONGEST:
            same = old is not None and old.value == new.value
            yield _confirmed(old) if same and old else Fact(field, new.value, from_)
        elif old is not None and (new is None or new.read != old.value):
            # Else a person has taken away what was read as it is remembered.
            yield old


def _confirmed(entry: Entry) -> Entry:
    times = min(entry.learned.confirmed + 1, _MOST_TIMES)
    return replace(entry, learned=replace(entry.learned, confirmed=times))


def _labels(
    before: Sequence[LabelKnown], lesson: InvoiceLessonLearned, from_: Learned
) -> Iterable[LabelKnown]:
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


def _marks(before: Sequence[Mark], seen: Sequence[MarkSeen], from_: Learned) -> Iterable[Mark]:
    """Those seen now first, then those seen before."""
    known = {(each.kind, each.value): each for each in before}
    now = {(each.kind, each.value[:LONGEST]): None for each in seen if each.kind != "UNKNOWN"}
    first = [_confirmed(known[mark]) if mark in known else Mark(*mark, from_) for mark in now]
    return [*first, *(each for mark, each in known.items() if mark not in now)][:MOST_MARKS]
