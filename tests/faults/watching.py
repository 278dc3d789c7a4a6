"""The process of the observer: reads every topic as it is written, and notes what it sees.

    python -m tests.faults.watching WATCH.json

It says `watching` when it has begun. Asked to end, it reads up to the ends first.
"""

import signal
import sys
import threading
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import IO

import msgspec
from confluent_kafka import Consumer, KafkaError, KafkaException, Message, TopicPartition
from confluent_kafka.admin import AdminClient

from connectors.changelog import reader
from connectors.clock import now
from connectors.kafka import client, place
from connectors.offsets import end_offsets
from operators.time import isoformat
from tests.faults.commits import FILE, TOPIC, Kept
from tests.faults.rows import Where, file_of, packed, row

ERRORS = "errors.log"
_WAIT = 0.05
"""Seconds to wait for a first record."""
_FLUSHED_EVERY = 1_000
_SOUGHT_EVERY = 2_000
"""Milliseconds between two looks whether the topic of commits is there yet."""


class Watch(msgspec.Struct, frozen=True):
    """What to watch."""

    kafka: dict[str, str]
    topics: dict[str, int]
    """Each topic's number of partitions."""
    groups: str
    """How the names begin of the groups whose commits are watched."""
    folder: Path


class Watching:
    """Two readers without a group: one of the topics, one of Kafka's topic of commits."""

    def __init__(self, watch: Watch, files: ExitStack) -> None:
        """Begin at the beginning of every partition."""
        self._kafka = watch.kafka
        self._errors: IO[str] = files.enter_context((watch.folder / ERRORS).open("a", 1))
        self._reached: dict[Where, int] = {
            (topic, number): 0 for topic, count in watch.topics.items() for number in range(count)
        }
        self._files = {
            where: files.enter_context(file_of(watch.folder, where).open("ab"))
            for where in self._reached
        }
        self._kept = Kept((watch.folder / FILE).open("ab"), watch.groups)
        files.callback(self._kept.close)
        self._records = reader(watch.kafka)
        files.callback(self._records.close)
        self._records.assign([TopicPartition(*where, 0) for where in self._reached])
        self._commits = reader(watch.kafka)
        files.callback(self._commits.close)
        self._committed: dict[Where, int] = {}
        self._admin = AdminClient(client(watch.kafka))
        self._sought = 0
        self._flushed = now()

    def poll(self) -> None:
        """Note what has arrived."""
        for message in _arrived(self._records, _WAIT):
            where = self._passed(message, self._reached)
            if where is not None:
                seen_at = self._seen_at
                noted = row(
                    self._reached[where] - 1,
                    message.key(),
                    message.value(),
                    seen_at,
                    message.timestamp()[1],
                )
                self._files[where].write(packed(noted))
        if not self._committed:
            self._seek_commits()
        for message in _arrived(self._commits, 0) if self._committed else ():
            if self._passed(message, self._committed) is not None:
                self._kept.take(message.key(), message.value(), self._seen_at)
        if self._seen_at - self._flushed > _FLUSHED_EVERY:
            self._flushed = self._seen_at
            for file in self._files.values():
                file.flush()

    def to_the_ends(self) -> None:
        """Go on until what stands in the topics now has been noted."""
        for reached in (self._reached, self._committed):
            for where, end in end_offsets(self._kafka, reached).items():
                while reached[where] < end:
                    self.poll()

    def _passed(self, message: Message, reached: dict[Where, int]) -> Where | None:
        """Where a record stands, which is then behind us; None for what is no record."""
        self._seen_at = now()
        error = message.error()
        if error is None or error.code() == KafkaError._PARTITION_EOF:
            topic, partition, offset = place(message)
            reached[topic, partition] = offset + (error is None)
            return (topic, partition) if error is None else None
        self._errors.write(f"{isoformat(self._seen_at)} {error.str()}\n")
        if not error.retriable() and error.fatal():
            raise KafkaException(error)
        return None

    def _seek_commits(self) -> None:
        """Kafka makes its topic of commits when the first group appears."""
        if now() - self._sought < _SOUGHT_EVERY:
            return
        self._sought = now()
        with suppress(KafkaException):
            found = self._admin.list_topics(timeout=1).topics.get(TOPIC)
            numbers = sorted(found.partitions) if found is not None else []
            self._commits.assign([TopicPartition(TOPIC, number, 0) for number in numbers])
            self._committed = {(TOPIC, number): 0 for number in numbers}

    _seen_at = now()


def _arrived(consumer: Consumer, wait: float) -> list[Message]:
    first = consumer.poll(wait)
    return [] if first is None else [first, *consumer.consume(10_000, 0)]


def main(path: Path) -> None:
    """Watch until asked to end."""
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    watch = msgspec.json.decode(path.read_bytes(), type=Watch, dec_hook=lambda _, text: Path(text))
    with ExitStack() as files:
        watching = Watching(watch, files)
        print("watching", flush=True)
        while not stopping.is_set():
            watching.poll()
        watching.to_the_ends()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
