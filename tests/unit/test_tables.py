"""Tables and their changelogs: what is replayed is what was there."""

from collections.abc import Mapping
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from connectors.joined import CLOSED
from connectors.tables import ChangelogTable, MemoryStore, TableType
from operators.join import Decided, Forgotten
from operators.table import MemoryTable, Table

KEYS = st.sampled_from(["a", "b", "c", "ü/1", "\x00"])


def replayed(log: list[tuple[bytes, bytes | None]]) -> ChangelogTable[int]:
    """A table as another process restores it."""
    table = ChangelogTable[int]("changelog", int)
    for key, value in log:
        table.restore(key, value)
    return table


def compacted(log: list[tuple[bytes, bytes | None]]) -> list[tuple[bytes, bytes | None]]:
    """What compaction leaves: the last record of each key."""
    last = {key: number for number, (key, _) in enumerate(log)}
    return [(key, value) for number, (key, value) in enumerate(log) if last[key] == number]


class Changing(RuleBasedStateMachine):
    """A table that is changed and flushed, beside a plain one and its changelog."""

    def __init__(self) -> None:
        super().__init__()
        self.table = ChangelogTable[int]("changelog", int)
        self.plain = MemoryTable[int]()
        self.flushed: dict[str, int] = {}
        self.log: list[tuple[bytes, bytes | None]] = []

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

    @rule()
    def flush(self) -> None:
        changes = list(self.table.changes())
        keys = [key for key, _ in changes]
        assert len(keys) == len(set(keys))
        for key, value in changes:
            assert value is not None or key.decode() in self.flushed, "an unknown key is deleted"
        self.log += changes
        self.flushed = dict(self.table.items())
        for log in (self.log, compacted(self.log)):
            assert list(replayed(log).items()) == list(self.table.items())

    @rule()
    def roll_back(self) -> None:
        self.table.roll_back()
        self.plain = MemoryTable[int]()
        for key, value in self.flushed.items():
            self.plain.put(key, value)

    @rule()
    def restart(self) -> None:
        self.flush()
        self.table = replayed(self.log)

    @invariant()
    def reads_like_a_plain_table(self) -> None:
        assert list(self.table.items()) == list(self.plain.items())
        assert len(self.table) == len(self.plain)
        for key, value in self.plain.items():
            assert self.table.get(key) == value


Changing.TestCase.settings = settings(max_examples=200, stateful_step_count=30, deadline=None)
TestChanging = Changing.TestCase


def test_what_comes_and_goes_between_two_flushes_is_not_written() -> None:
    table = ChangelogTable[int]("changelog", int)
    table.put("a", 1)
    table.delete("a")
    table.delete("never there")
    assert list(table.changes()) == []


def test_what_is_deleted_and_was_flushed_is_written_once() -> None:
    table = ChangelogTable[int]("changelog", int)
    table.put("a", 1)
    list(table.changes())
    table.put("a", 2)
    table.delete("a")
    assert list(table.changes()) == [(b"a", None)]
    assert list(table.changes()) == []


@given(decided_at=st.integers(0, 2**53), until=st.integers(0, 2**53))
def test_entries_of_different_types_share_a_table(decided_at: int, until: int) -> None:
    table = ChangelogTable[Any]("changelog", CLOSED.value)
    table.put("decided", Decided(decided_at))
    table.put("forgotten", Forgotten(until))
    restored = ChangelogTable[Any]("changelog", CLOSED.value)
    for key, value in table.changes():
        restored.restore(key, value)
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
