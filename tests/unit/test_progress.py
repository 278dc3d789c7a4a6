"""How far a request has come: whatever comes twice, late or in any order, is told right."""

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from operators.decide import BRANCHES
from operators.progress import Happened, Progress, after, merged

UPLOADED = Happened("uploaded", "r-1", 1, 1_000)
ANSWERS = [
    Happened("answered", "r-1", 1, 1_100 + place, branch, "PASS")
    for place, branch in enumerate(BRANCHES)
]
DECIDED = Happened("decided", "r-1", 1, 1_300, status="APPROVED", revision=1)


def followed(*events: Happened, begin: Progress | None = None) -> Progress:
    for event in events:
        begin = after(begin, event)
    assert begin is not None
    return begin


def test_the_way_of_an_invoice() -> None:
    states = []
    progress = None
    for event in (UPLOADED, *ANSWERS, DECIDED):
        progress = after(progress, event)
        states.append(progress.state)
    assert states == ["RECEIVED", *["JUDGING"] * 4, "DECIDED"]


def test_a_document_is_read_and_a_person_may_be_asked_before_it_is_judged() -> None:
    document = Happened("uploaded", "r-1", 1, 1_000, document=True)
    asked = Happened("asked", "r-1", 1, 1_050)
    read = Happened("read", "r-1", 1, 1_060)
    assert followed(document).state == "READING"
    assert followed(document, asked).state == "WAITING"
    assert followed(document, read).state == "JUDGING"


def test_in_whatever_order_partitions_are_read_the_end_is_the_same() -> None:
    events = [UPLOADED, ANSWERS[0], ANSWERS[1], DECIDED]
    whole = followed(*events)
    for order in permutations(events):
        found = followed(*order)
        assert (found.state, found.branches, found.revision) == (
            whole.state,
            whole.branches,
            whole.revision,
        )


@given(st.lists(st.sampled_from([UPLOADED, *ANSWERS, DECIDED]), max_size=12))
def test_what_is_known_already_changes_nothing(again: list[Happened]) -> None:
    whole = followed(UPLOADED, *ANSWERS, DECIDED)
    for event in again:
        assert after(whole, event) is whole


@given(st.integers(0, 6), st.integers(0, 6))
def test_what_was_read_and_what_was_heard_make_the_whole(stored: int, heard: int) -> None:
    """Whoever listens first and reads what is stored afterwards misses nothing."""
    events = [UPLOADED, *ANSWERS, DECIDED]
    read, listened = events[: max(stored, heard)], events[heard:]
    if not read or not listened:
        return
    both = merged(followed(*listened), followed(*read))
    whole = followed(*events)
    assert (both.mark, both.branches, both.status) == (whole.mark, whole.branches, whole.status)


def test_an_answer_replaces_only_unknown() -> None:
    unknown = Happened("answered", "r-1", 1, 1_100, "FRAUD", "UNKNOWN")
    known = Happened("answered", "r-1", 1, 1_200, "FRAUD", "PASS")
    other = Happened("answered", "r-1", 1, 1_300, "FRAUD", "FAIL")
    assert followed(UPLOADED, unknown, known, other, unknown).branches == {"FRAUD": "PASS"}


def test_a_later_attempt_begins_anew_and_an_earlier_one_is_past() -> None:
    corrected = Happened("uploaded", "r-1", 2, 2_000)
    found = followed(UPLOADED, *ANSWERS, DECIDED, corrected, DECIDED)
    assert (found.attempt, found.state, found.branches) == (2, "RECEIVED", {})


@pytest.mark.parametrize(
    ("status", "state"), [("REVIEW", "WAITING"), ("REJECTED", "DECIDED"), ("REPLACED", "REPLACED")]
)
def test_what_a_decision_means(status: str, state: str) -> None:
    decided = Happened("decided", "r-1", 1, 1_300, status=status, revision=1)
    assert followed(UPLOADED, decided).state == state
