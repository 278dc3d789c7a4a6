"""A task that is measured: what it polls, commits, gives up and is given."""

import time
from collections import Counter
from typing import Any

from confluent_kafka import Consumer, TopicPartition

from connectors import catalogue
from connectors.ahead import Ahead
from connectors.clock import now
from connectors.stream import Batch, Keyed, Received
from connectors.task import Task
from connectors.telemetry import Telemetry


class MeasuredTask(Task):
    """The same task, with what it does counted."""

    def __init__(self, telemetry: Telemetry, *given: Any, **named: Any) -> None:
        """`given` and `named`: as a task takes them."""
        super().__init__(*given, **named, statistics=telemetry.statistics.settings)
        self._telemetry = telemetry
        self._polled_at = 0.0
        self._committing = False

    def work_ahead(self, ahead: Ahead, longest: float) -> None:
        """What is polled may be worked on that long, which is no standing still."""
        self._telemetry.health.patience(longest)
        super().work_ahead(ahead, longest)

    def poll(self) -> list[Keyed[Received]]:
        """What has arrived. The first poll after an assignment ends the start."""
        health = self._telemetry.health
        health.moves()
        self._telemetry.sample()
        health.polled = health.polled or health.joined
        events = super().poll()
        self._polled_at = time.monotonic()
        self._count([event for _, event in events if isinstance(event, Batch)])
        return events

    def _count(self, batches: list[Batch[Received]]) -> None:
        telemetry, flow = self._telemetry, self._telemetry.flow
        telemetry.health.lag = max(
            ((each.at - each.records[-1].timestamp) / 1_000 for each in batches), default=0.0
        )
        if not batches:
            return
        epoch = telemetry.epoch
        for batch in batches:
            topics = Counter([received.topic for received in batch.records])
            epoch.each(catalogue.RECORDS_RECEIVED, topics, flow)
        epoch.observe(catalogue.EPOCH_RECORDS, [sum(len(each.records) for each in batches)], flow)

    def commit(self) -> bool:
        """Make what was counted visible with what was written."""
        telemetry, flow = self._telemetry, self._telemetry.flow
        telemetry.health.moves()
        began = time.monotonic()
        self._committing = True
        committed = super().commit()
        self._committing = False
        if committed:
            ended = time.monotonic()
            telemetry.epoch.observe(catalogue.COMMIT_DURATION, [ended - began], flow)
            telemetry.epoch.observe(catalogue.TRANSACTION_DURATION, [ended - self._polled_at], flow)
            telemetry.epoch.add(catalogue.COMMITS, 1, flow)
            telemetry.epoch.committed(now())
            telemetry.measures.set(catalogue.LAST_COMMIT, time.time(), flow)
        return committed

    def rewind(self) -> bool:
        """Forget what the open epoch has counted."""
        telemetry, flow = self._telemetry, self._telemetry.flow
        telemetry.epoch.given_up()
        reason = "commit_failed" if self._committing else "record_failed"
        telemetry.measures.add(catalogue.TRANSACTIONS_ABORTED, 1, flow, reason)
        if not self._committing:
            telemetry.measures.add(catalogue.RECORDS_FAILED, 1, flow)
        return super().rewind()

    def _on_assign(self, consumer: Consumer, partitions: list[TopicPartition]) -> None:
        super()._on_assign(consumer, partitions)
        telemetry = self._telemetry
        telemetry.health.joined = True
        telemetry.measures.add(catalogue.REBALANCES, 1, telemetry.flow)
        telemetry.measures.set(catalogue.ASSIGNED_PARTITIONS, len(partitions), telemetry.flow)

    def _on_revoke(self, consumer: Consumer, partitions: list[TopicPartition]) -> None:
        super()._on_revoke(consumer, partitions)
        telemetry = self._telemetry
        telemetry.health.joined = False
        telemetry.measures.set(catalogue.ASSIGNED_PARTITIONS, 0, telemetry.flow)
