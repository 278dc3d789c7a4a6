"""Tables and their changelogs: what is replayed is what was there."""

from collections.abc import Mapping
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from connectors.changelog_table import ChangelogTable, TableType
from connectors.joined import CLOSED
from connectors.pages import entries_of, is_page
from connectors.tables import MemoryStore
from operators.request import Decided, Forgotten
from operators.table import MemoryTable, Table

KEYS = st.sampled_from(["a", "b", "c", "ü/1", "\x00"])


BY_KEY = TableType("counts", int)
IN_PAGES = TableType("counts", int, in_pages=True)
ENCODED = TableType("counts", int, encoded=True)
Log = list[tuple[bytes, bytes | None]]


def replayed(log: Log, kind: TableType) -> ChangelogTable[int]:
    """A table as another process restores it."""
    table = ChangelogTable[int]("changelog", kind)
    for key, value in log:
        table.restore(key, value)
    table.restored()
    return table


def compacted(log: Log) -> Log:
    """What compaction leaves: the last record of each key."""
    last = {key: number for number, (key, _) in enumerate(log)}
    return [(key, value) for number, (key, value) in enumerate(log) if last[key] == number]


class Changing(RuleBasedStateMachine):
    """A table that is changed and flushed, beside a plain one and its changelog."""

    kind = BY_KEY

    def __init__(self) -> None:
        super().__init__()
        self.table = ChangelogTable[int]("changelog", self.kind)
        self.plain = MemoryTable[int]()
        self.flushed: dict[str, int] = {}
        self.log: Log = []
        self.follower = ChangelogTable[int]("changelog", self.kind)

    @rule(key=KEYS, value=st.integers(0, 3))
    def put(self, key: str, value: int) -> None:
        self.table.put(key, value)
        self.plain.put(key, value)

    @rule(key=KEYS)
    def delete(self, key: str) -> None:
        self.table.delete(key)
        self.plain.delete(key)

    @rule(key=KEYS, value=st.integers(0, 3))
    def put_last(self, key: str, value: int) -> None:
        self.delete(key)
        self.put(key, value)

    @rule(compaction=st.floats(0, 1))
    def flush(self, compaction: float) -> None:
        changes = list(self.table.changes())
        changed = [entry for record in changes for entry in entries_of(*record)]
        keys = [key for key, _ in changed]
        assert len(keys) == len(set(keys))
        for key, value in changed:
            assert value is not None or key in self.flushed, "an unknown key is deleted"
        self.log += changes
        self.flushed = dict(self.table.items())
        clean = round(compaction * len(self.log))
        partly = compacted(self.log[:clean]) + self.log[clean:]
        for log in (self.log, compacted(self.log), partly):
            assert list(replayed(log, self.kind).items()) == list(self.table.items())
        for record in changes:
            self.follower.restore(*record)
        self.follower.restored()
        assert list(self.follower.items()) == list(self.table.items())

    @rule()
    def roll_back(self) -> None:
        self.table.roll_back()
        self.plain = MemoryTable[int]()
        for key, value in self.flushed.items():
            self.plain.put(key, value)

    @rule(compact=st.booleans())
    def restart(self, compact: bool) -> None:
        self.flush(0.5)
        if compact:
            self.log = compacted(self.log)
        self.table = replayed(self.log, self.kind)

    @invariant()
    def reads_like_a_plain_table(self) -> None:
        assert list(self.table.items()) == list(self.plain.items())
        assert len(self.table) == len(self.plain)
        for key, value in self.plain.items():
            assert self.table.get(key) == value


class ChangingInPages(Changing):
    """The same, its changelog in pages."""

    kind = IN_PAGES

    @invariant()
    def gives_up_the_pages_of_what_is_gone(self) -> None:
        if not self.flushed:
            assert all(value is None for key, value in compacted(self.log))


class ChangingEncoded(Changing):
    """The same, its values kept encoded."""

    kind = ENCODED


PROFILE = settings(max_examples=200, stateful_step_count=30, deadline=None)
Changing.TestCase.settings = PROFILE
ChangingInPages.TestCase.settings = ChangingEncoded.TestCase.settings = PROFILE
TestChanging = Changing.TestCase
TestChangingInPages = ChangingInPages.TestCase
TestChangingEncoded = ChangingEncoded.TestCase


@pytest.mark.parametrize("kind", [BY_KEY, IN_PAGES, ENCODED])
def test_what_comes_and_goes_between_two_flushes_is_not_written(kind: TableType) -> None:
    table = ChangelogTable[int]("changelog", kind)
    table.put("a", 1)
    table.delete("a")
    table.delete("never there")
    assert list(table.changes()) == []


@pytest.mark.parametrize("kind", [BY_KEY, IN_PAGES, ENCODED])
def test_what_is_deleted_and_was_flushed_is_written_once(kind: TableType) -> None:
    table = ChangelogTable[int]("changelog", kind)
    table.put("a", 1)
    list(table.changes())
    table.put("a", 2)
    table.delete("a")
    changes = list(table.changes())
    assert [entry for record in changes for entry in entries_of(*record)] == [("a", None)]
    assert list(table.changes()) == []


def test_an_epoch_is_one_page_and_a_page_is_given_up_once_all_in_it_is_gone() -> None:
    table = ChangelogTable[int]("changelog", IN_PAGES)
    for key in ("a", "b"):
        table.put(key, 1)
    [(first, _)] = table.changes()
    assert is_page(first)
    table.delete("a")
    table.put("c", 1)
    [(second, _)] = table.changes()
    table.put("d", 1)
    table.delete("c")
    [(third, _)] = table.changes()
    table.delete("b")
    [(fourth, page), *given_up] = table.changes()
    assert page is not None
    assert given_up == [(first, None), (second, None)]
    assert first < second < third < fourth


def test_large_epochs_are_several_pages_and_large_entries_have_pages_of_their_own() -> None:
    table = ChangelogTable[str]("changelog", TableType("texts", str, in_pages=True))
    for number in range(2_500):
        table.put(str(number), "x" if number else "x" * 2_000_000)
    pages = list(table.changes())
    assert len({key for key, _ in pages}) == len(pages) > 3
    assert sorted(len(value or b"") > 2**20 for _, value in pages)[-2:] == [False, True]
    restored = ChangelogTable[str]("changelog", TableType("texts", str, in_pages=True))
    for key, value in pages:
        restored.restore(key, value)
    restored.restored()
    assert list(restored.items()) == list(table.items())


def test_a_changelog_of_keys_is_not_taken_for_one_of_pages() -> None:
    table = ChangelogTable[int]("changelog", IN_PAGES)
    table.restore(b"a", msgspec.msgpack.encode(1))
    with pytest.raises(ValueError, match="no page"):
        table.restored()


@pytest.mark.parametrize("kind", [BY_KEY, IN_PAGES, ENCODED])
def test_what_is_outdated_in_a_changelog_is_never_decoded(kind: TableType) -> None:
    table = ChangelogTable[int]("changelog", kind)
    table.put("a", 1)
    log = [*table.changes()]
    table.delete("a")
    table.put("b", 2)
    log += table.changes()
    deleted = next(key for key, value in log if value is None)
    assert deleted == log[0][0]
    log[0] = (deleted, b"garbled")

    assert list(replayed(log, kind).items()) == [("b", 2)]


@given(decided_at=st.integers(0, 2**53), until=st.integers(0, 2**53))
def test_entries_of_different_types_share_a_table(decided_at: int, until: int) -> None:
    table = ChangelogTable[Any]("changelog", CLOSED)
    table.put("decided", Decided(decided_at))
    table.put("forgotten", Forgotten(until))
    restored = ChangelogTable[Any]("changelog", CLOSED)
    for key, value in table.changes():
        restored.restore(key, value)
    restored.restored()
    assert dict(restored.items()) == dict(table.items())


def test_partitions_in_memory_do_not_share_tables_and_one_that_left_is_empty() -> None:
    store = MemoryStore([TableType("counts", int)])
    store.open(0)["counts"].put("a", 1)
    store.open(1)["counts"].put("a", 2)
    assert of(store.open(0)) == {"a": 1}
    store.revoked(0, True)
    assert of(store.open(0)) == {}
    assert of(store.open(1)) == {"a": 2}


def of(tables: Mapping[str, Table[Any]]) -> dict[str, Any]:
    """What the table of counts holds."""
    return dict(tables["counts"].items())
