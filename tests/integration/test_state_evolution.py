"""A rolling update and its roll back: two versions share a changelog on a real broker, by turns.

The later version has a field more. Whichever of them has the partition reads all that the other
has written; what the earlier one writes again lacks the new field, and the later one has its
default there.
"""

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient, NewTopic  # type: ignore[attr-defined]  # no stub has it

from connectors.changelog_table import TableType
from connectors.state_check import check_state
from connectors.stream import Outgoing
from connectors.tables import ChangelogStore, Tables
from connectors.topics import Topics


class Object(msgspec.Struct, frozen=True):
    name: str
    count: int = 0


class LaterObject(msgspec.Struct, frozen=True):
    name: str
    count: int = 0
    noted: tuple[str, ...] = ()


class Array(msgspec.Struct, frozen=True, array_like=True):
    name: str
    count: int = 0


class LaterArray(msgspec.Struct, frozen=True, array_like=True):
    name: str
    count: int = 0
    noted: tuple[str, ...] = ()


class Broken(msgspec.Struct, frozen=True):
    name: str
    noted: tuple[str, ...]


KINDS: dict[str, dict[str, bool]] = {
    "a record a key": {},
    "in pages": {"in_pages": True},
    "kept encoded": {"encoded": True},
}


class Version:
    """A process of a version of the program, with the partition of a table."""

    def __init__(self, kafka: dict[str, str], topic: str, table: TableType) -> None:
        self._producer = Producer({**kafka, "transactional.id": topic})
        self._producer.init_transactions(30)
        self._store = ChangelogStore(
            kafka, {topic: table}, self._produce, lambda: [0], lambda: False
        )
        self.table = self.opened()["values"]

    def opened(self) -> Tables:
        """Its tables, as a process has them that was just given the partition."""
        return self._store.open(0)

    def _produce(self, records: list[Outgoing]) -> None:
        for each in records:
            self._producer.produce(each.topic, each.value, each.key, each.partition)

    def commit(self) -> None:
        """End an epoch."""
        self._producer.begin_transaction()
        self._store.flush(0)
        self._producer.commit_transaction(30)
        self._store.committed()

    def all(self) -> dict[str, Any]:
        return dict(self.table.items())


@pytest.fixture
def topic(bootstrap: str, unique: str) -> Iterator[str]:
    name = f"{unique}.values.changelog"
    admin = AdminClient({"bootstrap.servers": bootstrap})
    admin.create_topics([NewTopic(name, 1, 1, config={"cleanup.policy": "compact"})])[name].result()
    Topics({"bootstrap.servers": bootstrap}).wait_for([name])
    yield name
    admin.delete_topics([name])[name].result()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("old", "new"), [(Object, LaterObject), (Array, LaterArray)])
def test_two_versions_take_turns_on_a_partition(
    bootstrap: str, topic: str, kind: str, old: Any, new: Any
) -> None:
    kafka = {"bootstrap.servers": bootstrap}
    before, after = (TableType("values", each, **KINDS[kind]) for each in (old, new))

    first = Version(kafka, topic, before)
    for name in "abc":
        first.table.put(name, old(name, 1))
    first.commit()

    second = Version(kafka, topic, after)
    assert second.all() == {name: new(name, 1) for name in "abc"}
    second.table.put("b", new("b", 2, ("seen",)))
    second.table.put("d", new("d", 1, ("made",)))
    second.commit()
    second.table.delete("a")
    second.commit()
    [found] = check_state(kafka, {topic: before}, {topic: 1})
    assert (found.unreadable, found.lossy > 0) == (0, True), "`manifold upgrade check` of the old"

    rolled_back = Version(kafka, topic, before)
    assert rolled_back.all() == {"c": old("c", 1), "b": old("b", 2), "d": old("d", 1)}
    rolled_back.table.put("b", old("b", 3))
    rolled_back.commit()

    once_more = Version(kafka, topic, after)
    assert once_more.all() == {
        "c": new("c", 1),
        "d": new("d", 1, ("made",)),
        "b": new("b", 3),
    }, "what the old version did not touch is still whole"
    [found] = check_state(kafka, {topic: after}, {topic: 1})
    assert (found.unreadable, found.lossy) == (0, 0)


def test_a_version_that_cannot_read_it_does_not_start_and_its_check_says_so_first(
    bootstrap: str, topic: str
) -> None:
    kafka = {"bootstrap.servers": bootstrap}
    first = Version(kafka, topic, TableType("values", Object))
    first.table.put("a", Object("a", 1))
    first.commit()
    broken = TableType("values", Broken)
    [found] = check_state(kafka, {topic: broken}, {topic: 1})
    assert (found.unreadable, "noted" in found.problem) == (1, True)
    with pytest.raises(msgspec.ValidationError):
        Version(kafka, topic, broken)
    assert Version(kafka, topic, TableType("values", Object)).all() == {"a": Object("a", 1)}
