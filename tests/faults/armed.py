"""The `manifold` command with fault points: `python -m tests.faults.armed run FLOW --instance X`.

It wraps the methods at which the phases of a transaction begin and end, in this process only.

Its clock is wrong by what a file says. Only Python's clock is: libfaketime, which changes that of
the whole process, does not know the call that librdkafka waits with, and makes it wait for ever.
"""

import os
import random
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import wraps
from itertools import islice
from pathlib import Path
from typing import Any, NoReturn

from confluent_kafka import Consumer, TopicPartition

from connectors import tables
from connectors.changelog import Apply, read_whole
from connectors.offsets import Where
from connectors.stream import Batch, Keyed, Outgoing, Received
from connectors.tables import ChangelogStore
from connectors.task import Task
from connectors.transaction import Transactions
from manifold.cli.app import main
from tests.faults.points import VARIABLE, Phase, armed, clock, fire

_WRITTEN = 1.0
"""Seconds to wait until the broker has what has been produced, before dying of it."""
_INTO_COMMIT = 0.004
"""Seconds: longest time from the beginning of a commit to the death in it."""
_INTO_RESTORE = 20
"""Records of state that are read before dying of it, where there are so many."""


class Point:
    """The fault points of this process."""

    def __init__(self, folder: Path, process: str) -> None:
        self._folder = folder
        self._process = process

    def armed(self, phase: Phase) -> bool:
        """Whether the process shall end itself there."""
        return armed(self._folder, self._process, phase).exists()

    def reached(self, phase: Phase) -> None:
        """End the process if it is wanted, without a trace in Kafka or here."""
        if self.armed(phase) and fire(self._folder, self._process, phase):
            die()


def die() -> NoReturn:
    """`kill -9` of oneself."""
    os.kill(os.getpid(), signal.SIGKILL)
    signal.pause()
    raise AssertionError


class Committing:
    """A producer that can die while it commits."""

    def __init__(self, producer: Any, point: Point) -> None:
        self._producer = producer
        self._point = point

    def __getattr__(self, name: str) -> Any:
        return getattr(self._producer, name)

    def commit_transaction(self, timeout: float) -> None:
        """Commit; when armed, die before that has returned, or try again in the next one."""
        if not self._point.armed("during_commit"):
            self._producer.commit_transaction(timeout)
            return
        returned = threading.Event()

        def strike() -> None:
            time.sleep(random.uniform(0, _INTO_COMMIT))
            if not returned.is_set():
                self._point.reached("during_commit")

        threading.Thread(target=strike, daemon=True).start()
        try:
            self._producer.commit_transaction(timeout)
        finally:
            returned.set()


def mislead(wrong_by: Path) -> None:
    """Make this process's wall clock wrong by the milliseconds in a file."""
    time_ns = time.time_ns

    @wraps(time_ns)
    def misled() -> int:
        try:
            return time_ns() + int(wrong_by.read_text()) * 1_000_000
        except FileNotFoundError:
            return time_ns()

    _replace(time, time_ns, misled)


def arm(point: Point) -> None:
    """Put the points into the classes that a flow's process is made of."""
    _arm_task(point)
    _arm_transactions(point)
    _arm_tables(point)


def _arm_task(point: Point) -> None:
    poll, on_assign = Task.poll, Task._on_assign

    @wraps(poll)
    def polled(task: Task) -> list[Keyed[Received]]:
        events = poll(task)
        if any(isinstance(event, Batch) for _, event in events):
            point.reached("after_poll")
        return events

    @wraps(on_assign)
    def assigned(task: Task, consumer: Consumer, partitions: list[TopicPartition]) -> None:
        on_assign(task, consumer, partitions)
        point.reached("during_rebalance")

    _replace(Task, poll, polled)
    _replace(Task, on_assign, assigned)


def _arm_transactions(point: Point) -> None:
    connect, produce = Transactions._connect, Transactions.produce
    send_offsets = Transactions._send_offsets

    @wraps(connect)
    def connected(self: Transactions) -> None:
        connect(self)
        self._producer = Committing(self._producer, point)  # type: ignore[assignment]  # it does all that a producer does

    @wraps(produce)
    def produced(self: Transactions, records: Iterable[Outgoing]) -> None:
        if not self.open and point.armed("after_first_produce"):
            records = iter(records)
            produce(self, islice(records, 1))
            self._producer.flush(_WRITTEN)
            point.reached("after_first_produce")
        produce(self, records)

    @wraps(send_offsets)
    def sent(self: Transactions, offsets: list[TopicPartition], group: Any) -> None:
        send_offsets(self, offsets, group)
        point.reached("after_send_offsets")

    _replace(Transactions, connect, connected)
    _replace(Transactions, produce, produced)
    _replace(Transactions, send_offsets, sent)


def _arm_tables(point: Point) -> None:
    flush = ChangelogStore.flush

    @wraps(flush)
    def flushed(self: ChangelogStore, partition: int) -> None:
        changed = any(table._changed for table in self._open.get(partition, {}).values())
        flush(self, partition)
        if changed and point.armed("after_state_flush"):
            task: Task = self._produce.__self__  # type: ignore[attr-defined]  # it is a task's method
            task._transactions._producer.flush(_WRITTEN)
            point.reached("after_state_flush")

    @wraps(read_whole)
    def restored(
        kafka: Mapping[str, str],
        ends: Mapping[Where, int],
        apply: Mapping[Where, Apply],
        stopping: Callable[[], bool] = lambda: False,
        *following: Any,
    ) -> int:
        count = 0

        def counting(taken: Apply) -> Apply:
            def one(key: bytes, value: bytes | None) -> None:
                nonlocal count
                taken(key, value)
                count += 1
                if count == _INTO_RESTORE:
                    point.reached("during_restore")

            return one

        counted = {where: counting(taken) for where, taken in apply.items()}
        read = read_whole(kafka, ends, counted, stopping, *following)
        if count:
            point.reached("during_restore")
        return read

    _replace(ChangelogStore, flush, flushed)
    _replace(tables, read_whole, restored)


def _replace(owner: object, found: Callable[..., Any], wrapped: Callable[..., Any]) -> None:
    setattr(owner, found.__name__, wrapped)


def _named(arguments: Sequence[str]) -> str:
    """The process's name: `run fraud --instance one` is `fraud-one`."""
    flow = arguments[arguments.index("run") + 1]
    return f"{flow}-{arguments[arguments.index('--instance') + 1]}"


if __name__ == "__main__":
    folder, process = Path(os.environ[VARIABLE]), _named(sys.argv)
    mislead(clock(folder, process))
    arm(Point(folder, process))
    main()
