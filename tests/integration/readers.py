"""Consumer groups that do not do as they should: too slow, stuck, sent back."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from confluent_kafka import Consumer, Message, TopicPartition

EVERY = 0.3
"""Seconds between two commits."""


class Reader:
    """A group of one that commits an offset of its partition 0 again and again."""

    def __init__(self, kafka: Mapping[str, str], group: str, topic: str) -> None:
        """Nothing is committed yet."""
        self.group = group
        self._topic = topic
        self._consumer = Consumer(
            {
                **kafka,
                "group.id": group,
                "enable.auto.commit": False,
                "auto.offset.reset": "earliest",
            }
        )

    def commit(self, offset: int) -> None:
        """Say that everything before `offset` has been read."""
        self._consumer.commit(offsets=[TopicPartition(self._topic, 0, offset)], asynchronous=False)

    def read(self, count: int) -> list[Message]:
        """The next so many records of the topic, or fewer."""
        self._consumer.subscribe([self._topic])
        return self._consumer.consume(count, 5)

    def close(self) -> None:
        """Leave the group."""
        self._consumer.close()


@contextmanager
def committing(offset_of: Mapping[Reader, Callable[[int], int]]) -> Iterator[None]:
    """Let readers commit every now and then: each the offset that its function gives the turn."""
    done = threading.Event()

    def work() -> None:
        turn = 0
        while not done.is_set():
            began = time.monotonic()
            for reader, offset in offset_of.items():
                reader.commit(offset(turn))
            turn += 1
            done.wait(max(0.0, began + EVERY - time.monotonic()))

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
        for reader in offset_of:
            reader.close()
