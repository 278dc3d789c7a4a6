"""What a task makes of polls and rebalances, with a consumer that does what the test says."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from confluent_kafka import KafkaError, Message, TopicPartition

from connectors import pacing
from connectors.stream import Batch, Received, Revoked, Tick
from connectors.task import Task
from connectors.transaction import TransactionFailed


def record(offset: int, partition: int = 0) -> Message:
    return Message(
        topic="t", partition=partition, offset=offset, value=b"v", key=b"k", timestamp=(1, 5)
    )


def end(offset: int) -> Message:
    return Message(
        topic="t", partition=0, offset=offset, error=KafkaError(KafkaError._PARTITION_EOF)
    )


class Consumer:
    """Gives what the test has prepared; rebalances when told to."""

    def __init__(self) -> None:
        self.first: Message | None = None
        self.more: list[Message] = []
        self.in_poll: Callable[[], None] = lambda: None
        self.in_consume: Callable[[], None] = lambda: None
        self.metadata: list[object] = []
        self.sought: list[int] = []

    def poll(self, _: float) -> Message | None:
        self.in_poll()
        return self.first

    def consume(self, _: int, __: float) -> list[Message]:
        self.in_consume()
        return self.more

    def consumer_group_metadata(self) -> object:
        self.metadata.append(object())
        return self.metadata[-1]

    def committed(self, partitions: list[TopicPartition], _: float) -> list[TopicPartition]:
        return partitions

    def seek(self, to: TopicPartition) -> None:
        self.sought.append(to.offset)

    def get_watermark_offsets(self, _: TopicPartition, __: float) -> tuple[int, int]:
        return 3, 99


class Transactions:
    """Notes the offsets that are committed."""

    def __init__(self) -> None:
        self.open = False
        self.offsets: list[int] = []
        self.groups: list[object] = []
        self.refusals: list[TransactionFailed] = []
        self.aborts = True

    def abort_and_go_on(self) -> bool:
        return self.aborts

    def commit(self, offsets: list[TopicPartition], group: object) -> None:
        if self.refusals:
            raise self.refusals.pop()
        self.offsets += [each.offset for each in offsets]
        self.groups.append(group)


class Place:
    """A task between a consumer and transactions of the test's own."""

    def __init__(self) -> None:
        self.consumer, self.transactions = Consumer(), Transactions()
        self.task = Task({}, "g", ["t"], instance="a", static=False, commit_interval=timedelta(0))
        self.task._consumer = self.consumer  # type: ignore[assignment]  # a fake
        self.task._transactions = self.transactions  # type: ignore[assignment]  # a fake
        self.rebalance()
        self.task._revoked = set()

    def rebalance(self) -> None:
        partitions = [TopicPartition("t", 0)]
        self.task._on_revoke(self.consumer, partitions)  # type: ignore[arg-type]  # a fake
        self.task._on_assign(self.consumer, partitions)  # type: ignore[arg-type]  # a fake

    def epoch(self, first: Message | None = None, *more: Message) -> list[Any]:
        """Commit what is done, then poll: the events."""
        self.task.commit()
        self.consumer.first, self.consumer.more = first, list(more)
        return [event for _, event in self.task.poll()]


@pytest.fixture
def place(monkeypatch: pytest.MonkeyPatch) -> Place:
    monkeypatch.setattr(pacing, "_IDLE", -1.0)
    return Place()


def offsets(events: list[Any]) -> list[int]:
    batches = [event for event in events if isinstance(event, Batch)]
    return [received.offset for batch in batches for received in batch.records]


def test_a_record_that_comes_with_a_new_assignment_is_kept(place: Place) -> None:
    place.consumer.in_poll = place.rebalance
    events = place.epoch(record(7))
    assert Revoked(0, returned=True) in events
    assert offsets(events) == [7]


def test_a_record_from_before_a_rebalance_is_dropped_and_not_committed(place: Place) -> None:
    place.consumer.in_consume = place.rebalance
    assert offsets(place.epoch(record(7))) == []
    place.consumer.in_consume = lambda: None
    place.epoch()
    assert place.transactions.offsets == []


def test_an_idle_task_commits_past_the_marker_of_the_last_transaction(place: Place) -> None:
    place.epoch(record(10))
    place.epoch(end(12))
    place.epoch()
    assert place.transactions.offsets == [11, 12]


def test_committed_offsets_never_go_back_to_an_end_reached_before(place: Place) -> None:
    place.epoch(end(10), record(10))
    place.epoch()
    place.epoch()
    assert place.transactions.offsets == [11]


def test_every_commit_carries_the_generation_of_its_assignment(place: Place) -> None:
    # Asked for later, after a session has timed out, it would say -1, which nobody fences.
    assigned = place.consumer.metadata[-1]
    place.epoch(record(1))
    place.epoch(record(2))
    place.epoch()
    assert place.transactions.groups == [assigned, assigned]
    place.rebalance()
    place.epoch(record(3))
    place.epoch()
    assert place.transactions.groups[-1] is place.consumer.metadata[-1] is not assigned


REFUSED = TransactionFailed("refused", abortable=True)


def test_an_epoch_that_was_refused_is_read_again_from_where_it_began(place: Place) -> None:
    rolled_back: list[int] = []
    place.task.on_rewind(lambda: rolled_back.append(1))
    place.epoch(record(7))
    place.epoch(record(8), record(9))
    place.transactions.refusals = [REFUSED]
    assert offsets(place.epoch(record(8), record(9))) == [8, 9]
    assert (place.consumer.sought, rolled_back) == ([8], [1])
    place.epoch()
    assert place.transactions.offsets == [8, 10]


def test_a_partition_without_commits_is_read_again_from_its_beginning(place: Place) -> None:
    place.epoch(record(7))
    place.transactions.refusals = [REFUSED]
    place.epoch()
    assert place.consumer.sought == [3]


def test_what_is_refused_again_and_again_ends_the_process(place: Place) -> None:
    place.transactions.refusals = [REFUSED] * 4
    for _ in range(4):
        place.epoch(record(7))
    with pytest.raises(TransactionFailed):
        place.epoch()


def test_a_success_forgives_what_was_refused_before(place: Place) -> None:
    for _ in range(4):
        place.transactions.refusals = [REFUSED]
        place.epoch(record(7))
        place.epoch(record(7))
        place.epoch()
    assert place.transactions.offsets == [8, 8, 8, 8]


@pytest.mark.parametrize(
    ("abortable", "aborts"), [(False, True), (True, False)], ids=["in doubt", "not told"]
)
def test_an_epoch_that_cannot_be_given_up_ends_the_process(
    place: Place, abortable: bool, aborts: bool
) -> None:
    place.transactions.aborts = aborts
    place.epoch(record(7))
    place.transactions.refusals = [TransactionFailed("refused", abortable=abortable)]
    with pytest.raises(TransactionFailed):
        place.epoch()
    assert place.consumer.sought == []


def ticks(events: list[Any]) -> list[Any]:
    return [event for event in events if isinstance(event, Tick)]


def test_ticks_come_with_an_assignment_and_when_something_is_due_and_not_otherwise(
    place: Place,
) -> None:
    due: list[int] = []
    assert ticks(place.epoch()) == []
    place.task.tick(lambda partition, _: partition in due)
    assert [tick.partition for tick in ticks(place.epoch())] == [0]
    assert ticks(place.epoch()) == []
    due.append(0)
    first, second = place.epoch(record(7))
    assert (type(first), type(second)) == (Batch, Tick)
    due.clear()
    place.epoch()
    place.rebalance()
    assert len(ticks(place.epoch())) == 1


def test_a_tick_comes_after_a_rewind_for_what_was_due_has_been_forgotten(place: Place) -> None:
    place.task.tick(lambda *_: False)
    place.epoch()
    assert place.task.rewind()
    assert len(ticks(place.epoch())) == 1
    assert ticks(place.epoch()) == []


def test_a_backlog_goes_before_what_is_due(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [1_000_000]
    monkeypatch.setattr("connectors.task.now", lambda: clock[0])
    place.task.tick(lambda *_: True)
    place.task._poll_records = 2
    place.epoch()
    assert ticks(place.epoch(record(7), record(8))) == []
    clock[0] += 1_001
    assert len(ticks(place.epoch(record(9), record(10)))) == 1


def test_what_time_alone_has_caused_is_committed_with_the_groups_generation(place: Place) -> None:
    # So that the broker refuses it when the partition has gone to another process meanwhile.
    place.epoch(record(7))
    place.epoch()
    place.transactions.open = True
    place.task.commit()
    assert place.transactions.offsets == [8, 8]
    assert place.transactions.groups[-1] is place.consumer.metadata[-1]


class Takes:
    """Has room for so many records in a poll."""

    def __init__(self, room: int) -> None:
        self.room, self.taken, self.worked = room, 0, 0

    def takes(self, received: Received, /) -> bool:
        if self.taken == self.room:
            return False
        self.taken += 1
        return True

    def work(self) -> None:
        self.worked, self.taken = self.taken, 0


def test_records_that_there_is_no_room_for_come_with_a_later_poll(place: Place) -> None:
    ahead = Takes(2)
    place.task.work_ahead(ahead, longest=600)
    assert offsets(place.epoch(record(3), record(4), record(5), record(6), end(7))) == [3, 4]
    assert (place.consumer.sought, ahead.worked) == ([5], 2)
    assert offsets(place.epoch(record(5), record(6))) == [5, 6]
    place.epoch()
    assert place.transactions.offsets == [5, 7]
