"""What a measured task counts: with the commit, or not at all."""

from typing import Any

import pytest
from confluent_kafka import TopicPartition

from connectors import catalogue, pacing
from connectors.measured_task import MeasuredTask
from connectors.settings import Settings
from connectors.telemetry import Telemetry
from connectors.transaction import TransactionFailed
from tests.unit.test_task import Consumer, Transactions, record


class Place:
    """A measured task between a consumer and transactions of the test's own."""

    def __init__(self) -> None:
        self.telemetry = Telemetry("decide", Settings())
        self.consumer, self.transactions = Consumer(), Transactions()
        self.task = MeasuredTask(self.telemetry, {}, "g", ["t"], instance="a", static=False)
        self.task._consumer = self.consumer  # type: ignore[assignment]  # a fake
        self.task._transactions = self.transactions  # type: ignore[assignment]  # a fake
        self.task._on_assign(self.consumer, [TopicPartition("t", 0)])  # type: ignore[arg-type]  # a fake

    def epoch(self, *offsets: int) -> None:
        """Commit what is done, then poll."""
        self.task.commit()
        records = [record(offset) for offset in offsets]
        self.consumer.first = records[0] if records else None
        self.consumer.more = records[1:]
        self.task.poll()

    def value(self, metric: Any, *labels: str) -> float:
        return self.telemetry.measures.value(metric, "decide", *labels)


@pytest.fixture
def place(monkeypatch: pytest.MonkeyPatch) -> Place:
    monkeypatch.setattr(pacing, "_IDLE", -1.0)
    return Place()


def test_records_count_when_their_epoch_is_committed(place: Place) -> None:
    place.epoch(7, 8)
    assert place.value(catalogue.RECORDS_RECEIVED, "t") == 0
    place.epoch()
    assert place.value(catalogue.RECORDS_RECEIVED, "t") == 2
    assert place.value(catalogue.COMMITS) == 1
    place.epoch()
    assert place.value(catalogue.COMMITS) == 1, "there was nothing to commit"


def test_an_epoch_that_is_read_again_counts_once(place: Place) -> None:
    place.epoch(7)
    place.transactions.refusals = [TransactionFailed("no", abortable=True)]
    place.epoch(7)
    assert place.value(catalogue.TRANSACTIONS_ABORTED, "commit_failed") == 1
    place.epoch()
    assert place.value(catalogue.RECORDS_RECEIVED, "t") == 1
    assert place.value(catalogue.COMMITS) == 1
    assert place.value(catalogue.RECORDS_FAILED) == 0


def test_a_record_that_makes_a_step_fail_is_counted_and_its_epoch_is_not(place: Place) -> None:
    place.epoch(7)
    assert place.task.rewind()
    assert place.value(catalogue.TRANSACTIONS_ABORTED, "record_failed") == 1
    assert place.value(catalogue.RECORDS_FAILED) == 1
    place.epoch()
    assert place.value(catalogue.RECORDS_RECEIVED, "t") == 0


def test_a_failed_commit_that_ends_the_process_leaves_no_mark_on_later_failures(
    place: Place,
) -> None:
    place.epoch(7)
    place.transactions.refusals = [TransactionFailed("no")]
    with pytest.raises(TransactionFailed):
        place.task.commit()
    assert place.value(catalogue.COMMITS) == 0


def test_a_rebalance_is_told_and_takes_readiness_away_meanwhile(place: Place) -> None:
    place.epoch(7)
    place.epoch()
    assert place.telemetry.health.look("ready").passed
    partitions = [TopicPartition("t", 0)]
    place.task._on_revoke(place.consumer, partitions)  # type: ignore[arg-type]  # a fake
    assert place.value(catalogue.ASSIGNED_PARTITIONS) == 0
    assert not place.telemetry.health.look("ready").passed
    place.task._on_assign(place.consumer, partitions)  # type: ignore[arg-type]  # a fake
    assert place.value(catalogue.ASSIGNED_PARTITIONS) == 1
    assert place.value(catalogue.REBALANCES) == 2
    assert place.telemetry.health.look("ready").passed


def test_a_flow_that_is_far_behind_is_not_ready(place: Place) -> None:
    # The records of this test were written in 1970.
    place.epoch(7)
    place.epoch(8)
    [reason] = place.telemetry.health.look("ready").reasons
    assert reason.endswith("s behind what is written")
    place.epoch()
    assert place.telemetry.health.look("ready").passed
