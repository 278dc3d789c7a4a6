"""Up to which instant everything written to a partition has been read.

The end offsets are asked for with the instant noted before; once the positions have reached
them, nothing that was written before that instant can still be on its way. A deadline that
fires on this knowledge can never blame a branch for a reader that lags.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from datetime import timedelta
from typing import Any

from confluent_kafka import IsolationLevel, KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient

from connectors.kafka import client, latest, offset_of
from operators.time import Instant


class EndWatch:
    """Compares positions with end offsets, one question at a time, without blocking."""

    def __init__(self, kafka: Mapping[str, str], every: timedelta) -> None:
        """`every`: the least time between two questions."""
        self._kafka = kafka
        self._every = round(every.total_seconds() * 1_000)
        self._admin: AdminClient | None = None
        self.forget()

    def forget(self) -> None:
        """Start anew: the partitions are no longer ours."""
        self._position: dict[tuple[str, int], int] = {}
        self._asked_at: Instant = 0
        self._answers: dict[TopicPartition, Future[Any]] = {}
        self._behind: dict[int, tuple[Instant, dict[str, int]]] = {}
        """Partition number to the ends of its topics, and as of when."""

    def reached(self, topic: str, partition: int, offset: int) -> None:
        """Everything before `offset` has been read."""
        self._position[topic, partition] = offset

    def caught_up(
        self, at: Instant, assigned: Iterable[int], topics: Sequence[str]
    ) -> Iterator[tuple[int, Instant]]:
        """Partition numbers whose topics have been read to the end, and as of when."""
        if self._answers:
            self._take_answers()
        if not self._answers and at - self._asked_at >= self._every:
            self._ask(at, assigned, topics)
        for partition, (asked_at, ends) in sorted(self._behind.items()):
            if all(
                self._position.get((topic, partition), -1) >= end for topic, end in ends.items()
            ):
                del self._behind[partition]
                yield partition, asked_at

    def _ask(self, at: Instant, assigned: Iterable[int], topics: Sequence[str]) -> None:
        # A partition that is behind keeps its older question: a newer one would only move away.
        numbers = [number for number in assigned if number not in self._behind]
        if not numbers:
            return
        if self._admin is None:
            self._admin = AdminClient(client(self._kafka))
        # What stands in an open transaction counts as written: hence read_uncommitted.
        self._answers = self._admin.list_offsets(
            {TopicPartition(topic, number): latest() for number in numbers for topic in topics},
            isolation_level=IsolationLevel.READ_UNCOMMITTED,
            request_timeout=5,
        )
        self._asked_at = at

    def _take_answers(self) -> None:
        if not all(answer.done() for answer in self._answers.values()):
            return
        answers, self._answers = self._answers, {}
        behind: dict[int, tuple[Instant, dict[str, int]]] = {}
        try:
            for where, answer in answers.items():
                _, ends = behind.setdefault(where.partition, (self._asked_at, {}))
                ends[where.topic] = offset_of(answer)
        except KafkaException:
            # A client goes on asking the leaders it knew first (see `connectors.offsets`).
            self._admin = None
            return
        self._behind.update(behind)
