"""Crashes between the database's commit and Kafka's, re-cut batches, and processes left behind."""

from itertools import count
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from connectors.database import Store
from connectors.database.migration import migrate
from operators.audit import Event, InvoiceAudit, verify
from tests.integration.database.records import one_of_each

TOPICS = 6
LENGTH = 12
CHAIN = "collect-0"


class Reader:
    """A process that reads the topics from Kafka's committed offsets."""

    def __init__(self, url: str, positions: list[int]) -> None:
        self.store = Store.connect(url)
        self.positions = list(positions)

    def poll(self, topics: list[list[Event]], cuts: list[int], order: list[int]) -> list[Event]:
        """Up to `cuts[t]` records of each topic, each topic in its order, mixed by `order`."""
        queues = []
        for topic, cut in enumerate(cuts):
            start = self.positions[topic]
            queues.append(topics[topic][start : start + cut])
            self.positions[topic] = min(start + cut, LENGTH)
        batch = []
        for topic in [*order, *(t for t in range(TOPICS) for _ in range(LENGTH))]:
            if queues[topic]:
                batch.append(queues[topic].pop(0))
        return batch


class Collecting(RuleBasedStateMachine):
    """One partition number of every topic, read by one process after the other."""

    folder: Path
    numbers = count(1)

    @initialize()
    def start(self) -> None:
        self.url = f"sqlite:///{self.folder}/{next(self.numbers)}.db"
        migrate(self.url)
        requests = [one_of_each(number) for number in range(LENGTH)]
        self.topics = [list(topic) for topic in zip(*requests, strict=True)]
        self.committed = [0] * TOPICS
        self.published: list[InvoiceAudit] = []
        self.reader = Reader(self.url, self.committed)
        self.zombie: Reader | None = None

    cuts = st.lists(st.integers(0, 5), min_size=TOPICS, max_size=TOPICS)
    orders = st.lists(st.integers(0, TOPICS - 1), max_size=12)

    @rule(cuts=cuts, order=orders)
    def epoch(self, cuts: list[int], order: list[int]) -> None:
        batch = self.reader.poll(self.topics, cuts, order)
        entries = self.reader.store.append(CHAIN, batch)
        assert [entry.event_id for entry in entries] == [e.event_id for e in batch]
        self.published += entries
        self.committed = list(self.reader.positions)

    @rule(cuts=cuts, order=orders)
    def crash_before_the_commit(self, cuts: list[int], order: list[int]) -> None:
        batch = self.reader.poll(self.topics, cuts, order)
        self.reader.store.append(CHAIN, batch)
        self.reader.store.close()
        self.reader = Reader(self.url, self.committed)

    @rule()
    def leave_the_process_behind(self) -> None:
        if self.zombie is not None:
            self.zombie.store.close()
        self.zombie, self.reader = self.reader, Reader(self.url, self.committed)

    @rule(cuts=cuts, order=orders)
    def zombie_writes(self, cuts: list[int], order: list[int]) -> None:
        if self.zombie is not None:
            self.zombie.store.append(CHAIN, self.zombie.poll(self.topics, cuts, order))

    @invariant()
    def chains_are_sound(self) -> None:
        if hasattr(self, "reader"):
            assert self.reader.store.verify() is None

    def teardown(self) -> None:
        if not hasattr(self, "reader"):
            return
        self.epoch([LENGTH] * TOPICS, [])
        stored = self.reader.store.stats().rows
        self.reader.store.close()
        if self.zombie is not None:
            self.zombie.store.close()
        in_order = sorted(self.published, key=lambda entry: entry.sequence)
        assert [entry.sequence for entry in in_order] == list(range(1, TOPICS * LENGTH + 1))
        assert verify(in_order) is None
        assert {e.event_id for e in in_order} == {e.event_id for t in self.topics for e in t}
        assert (stored["audit_entry"], stored["decision"]) == (TOPICS * LENGTH, LENGTH)


def test_the_chain_survives_crashes_other_cuts_and_zombies(tmp_path: Path) -> None:
    Collecting.folder = tmp_path
    run_state_machine_as_test(
        Collecting,
        settings=settings(
            max_examples=25,
            stateful_step_count=15,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
