"""What holds of a vendor's memory whatever people correct."""

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from operators.extraction.lesson_learned import Correction
from operators.extraction.memory import (
    FACTS,
    LABELLED,
    LONGEST,
    MOST_LABELS,
    MOST_MARKS,
    Learned,
    VendorMemory,
    marks_of,
)
from operators.extraction.memory_lesson import Lesson, Standing
from operators.extraction.memory_recall import Memories, recall
from operators.extraction.memory_shown import Shown
from operators.invoice import Invoice, Party
from tests.unit.vendor_memory import after

TEXTS = st.text("ab-", max_size=4) | st.sampled_from(["x" * LONGEST, "x" * 2 * LONGEST])
MARKS = st.builds("{} {}".format, st.sampled_from(["phone", "domain", "vat_id", "odd"]), TEXTS)
STANDINGS = st.builds(Standing, st.sampled_from(sorted(LABELLED)), TEXTS)
LESSONS = st.builds(
    Lesson,
    *(st.lists(each, max_size=10).map(tuple) for each in (MARKS, STANDINGS, STANDINGS, STANDINGS)),
)
PARTIES = st.builds(Party, name=st.none() | TEXTS, vat_id=st.none() | TEXTS)
INVOICES = st.builds(
    Invoice, seller=PARTIES, buyer=PARTIES, currency=st.none() | st.sampled_from(["EUR", "MYR"])
)
CORRECTIONS = st.builds(
    Correction,
    st.none() | INVOICES,
    INVOICES,
    st.builds(Learned, TEXTS, st.just(1), st.just("anna"), st.integers(0, 2**40)),
)
HISTORIES = st.lists(st.tuples(CORRECTIONS, LESSONS), min_size=1, max_size=4)


def remembered(history: list[tuple[Correction, Lesson]]) -> VendorMemory:
    memory = None
    for correction, lesson in history:
        memory = after(memory, correction, lesson)
    assert memory is not None
    return memory


@settings(max_examples=50)
@given(HISTORIES)
def test_it_is_bounded(history: list[tuple[Correction, Lesson]]) -> None:
    memory = remembered(history)

    assert len(memory.facts) <= len(FACTS)
    assert all(count <= MOST_LABELS for count in Counter(e.field for e in memory.labels).values())
    assert len(memory.marks) <= MOST_MARKS
    assert all(len(each.value) <= LONGEST for each in memory.facts)
    assert all(len(each.value) <= LONGEST for each in memory.marks)
    assert all(0 < len(each.phrase) <= LONGEST for each in memory.labels)


@settings(max_examples=50)
@given(HISTORIES)
def test_nothing_is_there_twice(history: list[tuple[Correction, Lesson]]) -> None:
    memory = remembered(history)

    for keys in (
        [each.field for each in memory.facts],
        [(each.field, each.phrase) for each in memory.labels],
        [(each.kind, each.value) for each in memory.marks],
    ):
        assert len(keys) == len(set(keys))


@settings(max_examples=50)
@given(HISTORIES)
def test_every_entry_is_from_one_of_the_corrections(
    history: list[tuple[Correction, Lesson]],
) -> None:
    memory = remembered(history)

    sources = {correction.learned.request_id for correction, _ in history}
    origins = [
        *(each.learned for each in memory.facts),
        *(each.learned for each in memory.labels),
        *(each.learned for each in memory.marks),
    ]
    assert {each.request_id for each in origins} <= sources


@settings(max_examples=50)
@given(CORRECTIONS, LESSONS)
def test_the_same_correction_again_teaches_nothing_new(
    correction: Correction, lesson: Lesson
) -> None:
    lesson = replace(lesson, contradicted=())
    once = after(None, correction, lesson)
    again = replace(correction, read=None)

    twice = after(once, again, lesson)

    assert [(e.field, e.value) for e in twice.facts] == [(e.field, e.value) for e in once.facts]
    assert {(e.kind, e.value) for e in twice.marks} == {(e.kind, e.value) for e in once.marks}


@settings(max_examples=50)
@given(HISTORIES, st.lists(MARKS, max_size=8), st.lists(TEXTS, max_size=8))
def test_nobody_is_recalled_who_shares_nothing(
    history: list[tuple[Correction, Lesson]], marks: list[str], heads: list[str]
) -> None:
    memory = remembered(history)
    own = set(marks_of(memory))
    shown = Shown(tuple(each for each in marks if each not in own), ())
    table = dict.fromkeys(own, (memory,))

    assert recall(shown, Memories(table, {})) is None
    found = recall(replace(shown, heads=tuple(heads)), Memories(table, {}))
    assert found is None or "name" in found.by
