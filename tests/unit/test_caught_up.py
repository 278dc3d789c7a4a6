"""Up to when a partition has been read, against a broker that answers when the test says so."""

from collections.abc import Callable
from concurrent.futures import Future
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from confluent_kafka import IsolationLevel, KafkaError, KafkaException, TopicPartition

from connectors import caught_up
from connectors.caught_up import EndWatch

TOPICS = ("answers", "questions")


class Broker:
    """Stands in for the admin client: keeps questions until they are answered."""

    def __init__(self) -> None:
        self.ends: dict[tuple[str, int], int] = {}
        self.asked: list[dict[TopicPartition, Future[Any]]] = []
        self.clients = 0

    def client(self, _: object) -> "Broker":
        self.clients += 1
        return self

    def list_offsets(
        self, partitions: dict[TopicPartition, Any], *, isolation_level: Any, **_: Any
    ) -> dict[TopicPartition, Future[Any]]:
        assert isolation_level == IsolationLevel.READ_UNCOMMITTED
        self.asked.append({partition: Future() for partition in partitions})
        return self.asked[-1]

    def answer(self) -> None:
        for partition, future in self.asked[-1].items():
            end = self.ends[partition.topic, partition.partition]
            future.set_result(SimpleNamespace(offset=end))

    def fail(self) -> None:
        for future in self.asked[-1].values():
            future.set_exception(KafkaException(KafkaError(KafkaError._TIMED_OUT)))


@pytest.fixture
def broker(monkeypatch: pytest.MonkeyPatch) -> Broker:
    found = Broker()
    found.ends = {(topic, number): 10 for topic in TOPICS for number in (0, 1)}
    monkeypatch.setattr(caught_up, "AdminClient", found.client)
    return found


@pytest.fixture
def look(broker: Broker) -> Callable[..., list[tuple[int, int]]]:
    """Asks at an instant: partitions read to the end, and as of when."""
    watch = EndWatch({}, timedelta(seconds=1))

    def look(at: int, assigned: tuple[int, ...] = (0,), **reached: int) -> list[tuple[int, int]]:
        for topic, offset in reached.items():
            for number in assigned:
                watch.reached(topic, number, offset)
        return list(watch.caught_up(at, assigned, TOPICS))

    look.watch = watch  # type: ignore[attr-defined]  # a method replaced
    return look


def test_nothing_is_known_before_the_broker_has_answered(broker: Broker, look: Any) -> None:
    assert look(5_000, answers=10, questions=10) == []
    assert look(5_100) == []
    broker.answer()
    assert look(5_200) == [(0, 5_000)]


def test_every_topic_has_to_be_read_to_the_end_it_had_when_asked(broker: Broker, look: Any) -> None:
    look(5_000, answers=10, questions=9)
    broker.answer()
    broker.ends["answers", 0] = 99
    assert look(5_100) == []
    assert look(5_200, questions=10) == [(0, 5_000)]


def test_a_partition_without_a_position_is_not_caught_up(broker: Broker, look: Any) -> None:
    broker.ends["questions", 0] = 0
    look(5_000, answers=10)
    broker.answer()
    assert look(5_100) == []
    assert look(5_200, questions=0) == [(0, 5_000)]


def test_partitions_catch_up_one_by_one_and_each_is_told_once(broker: Broker, look: Any) -> None:
    look(5_000, (0, 1))
    broker.answer()
    assert look(5_100, (0,), answers=10, questions=10) == [(0, 5_000)]
    assert look(5_200, (0,)) == []
    assert look(5_300, (1,), answers=12, questions=10) == [(1, 5_000)]


def test_the_broker_is_asked_no_more_often_than_wanted(broker: Broker, look: Any) -> None:
    look(5_000, answers=10, questions=10)
    broker.answer()
    look(5_100)
    look(5_999)
    assert len(broker.asked) == 1
    look(6_000)
    assert len(broker.asked) == 2
    look(9_000)
    assert len(broker.asked) == 2, "the last question has not been answered"


def test_what_was_known_of_a_partition_that_went_away_is_forgotten(
    broker: Broker, look: Any
) -> None:
    look(5_000, answers=10, questions=10)
    look.watch.forget()
    broker.answer()
    assert look(5_100) == []
    broker.answer()
    assert look(5_200) == [], "its positions are no longer known either"
    assert look(5_300, answers=10, questions=10) == [(0, 5_100)]


def test_a_failed_answer_is_asked_again(broker: Broker, look: Any) -> None:
    look(5_000, answers=10, questions=10)
    broker.fail()
    assert look(5_100) == []
    look(6_000)
    broker.answer()
    assert look(6_100) == [(0, 6_000)]


def test_a_client_that_was_refused_is_not_asked_again(broker: Broker, look: Any) -> None:
    look(5_000, answers=10, questions=10)
    broker.answer()
    look(5_100)
    look(6_000)
    assert broker.clients == 1
    broker.fail()
    look(7_000)
    assert broker.clients == 2


def test_a_process_without_partitions_asks_nothing(broker: Broker, look: Any) -> None:
    assert look(5_000, ()) == []
    assert broker.asked == []


def test_a_partition_that_stays_behind_does_not_hold_up_the_others(
    broker: Broker, look: Any
) -> None:
    look(5_000, (0, 1))
    look.watch.reached("answers", 0, 10)
    look.watch.reached("questions", 0, 10)
    broker.answer()
    assert look(5_100, (0, 1)) == [(0, 5_000)]
    look(6_000, (0, 1))
    broker.answer()
    assert look(6_100, (0, 1)) == [(0, 6_000)]
    look.watch.reached("answers", 1, 10)
    look.watch.reached("questions", 1, 10)
    assert look(6_200, (0, 1)) == [(1, 5_000)]
