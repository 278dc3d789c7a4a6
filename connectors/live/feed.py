"""Follows the topics about requests from their ends, outside any group, in a thread of its own."""

import threading
from collections.abc import Callable, Iterable, Mapping
from typing import TypeAlias

from confluent_kafka import Consumer, KafkaError, KafkaException, Message, TopicPartition

from connectors.browse import every_partition, partitions_of, start_offsets
from connectors.catalogue import WEB_FEED_DROPPED, WEB_FEED_LAG, WEB_FEED_RECORDS
from connectors.clock import now
from connectors.codec import Codec, Undecodable
from connectors.contracts import Contracts
from connectors.dead_letters import ERROR_REASON, GROUP, TARGET_GROUP
from connectors.errors import Misconfigured, Unavailable
from connectors.kafka import client, headers_of, place
from connectors.live.owners import Owners
from connectors.live.seen import Reading, Uploaded, readings
from connectors.logs import Log
from connectors.measures import Measures
from connectors.offsets import Where, end_offsets
from operators.progress import Happened
from operators.time import Instant

log = Log(__name__)

Told: TypeAlias = list[tuple[str | None, Happened]]
"""What has happened, with the tenant whose it is."""

_POLL = 0.1
"""Seconds of records that are told together: a poll costs more than a record."""
_AT_ONCE = 5_000
_LETTERS = 200
"""Dead letters of a partition that are told at the beginning."""
_AGAIN = 60.0
"""Seconds after which it is looked whether topics have more partitions."""
_PAUSE = 2.0


class Feed:
    """Tells what happens to requests, in batches, while it runs."""

    def __init__(
        self,
        kafka: Mapping[str, str],
        contracts: Contracts,
        codec: Codec,
        stored: Callable[[Iterable[str]], Mapping[str, str | None]],
        tell: Callable[[Told], None],
        measures: Measures,
    ) -> None:
        """Connect to nothing yet.

        `stored`: whose requests are, as far as the database knows. `tell` is called in the feed's
        thread. What happens in one partition is told in its order, and only once committed.
        """
        self._kafka = kafka
        self._readings = readings(contracts, codec)
        self._letters: dict[str, Reading | None] = {}
        for topic in contracts.topics.values():
            if topic.consumers and topic.kind == "stream":
                dead = contracts.dead_letters_of(topic.name).name
                self._letters[dead] = self._readings.get(topic.name)
        self._uploads = contracts.topic_of(Uploaded).name
        self._owners = Owners(stored)
        self._tell = tell
        self._measures = measures
        self._stopping = threading.Event()
        self._reading = threading.Event()
        self._thread = threading.Thread(target=self._run, name="live-feed", daemon=True)

    def start(self) -> None:
        """Begin; what is written from now on is told."""
        self._thread.start()

    def wait(self, seconds: float) -> bool:
        """Wait until it reads; whether it does."""
        return self._reading.wait(seconds)

    def problem(self) -> str | None:
        """What keeps it from telling; None when nothing does."""
        return None if self._reading.is_set() else "the topics are not read yet"

    def close(self) -> None:
        """Stop, and wait until it has."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(10)

    def _run(self) -> None:
        ends: dict[Where, int] = {}
        told = False
        while not self._stopping.is_set():
            try:
                self._follow(ends)
                told = False
            except (KafkaException, Misconfigured, Unavailable) as error:
                self._reading.clear()
                if not told:
                    log.warning("nothing is told live", why=str(error))
                told = True
                self._stopping.wait(_PAUSE)
            except Exception as error:
                self._reading.clear()
                log.error("nothing is told live", exc_info=error, quoting=False)
                self._stopping.wait(_PAUSE)

    def _follow(self, reached: dict[Where, int]) -> None:
        """Read for a while, from where it was left; then look for the topics anew."""
        starts = self._starts(reached)
        consumer = Consumer(
            client(
                self._kafka,
                {
                    "group.id": "manifold-live",
                    "enable.auto.commit": False,
                    "enable.auto.offset.store": False,
                    "isolation.level": "read_committed",
                    "auto.offset.reset": "latest",
                    "fetch.wait.max.ms": 250,
                    "queued.min.messages": 20_000,
                    "queued.max.messages.kbytes": 32_768,
                },
            )
        )
        try:
            consumer.assign([TopicPartition(*where, at) for where, at in starts.items()])
            reached |= starts
            self._reading.set()
            until = now() + round(_AGAIN * 1_000)
            while not self._stopping.is_set() and now() < until:
                self._poll(consumer, reached)
        finally:
            consumer.close()

    def _starts(self, reached: Mapping[Where, int]) -> dict[Where, int]:
        counts = partitions_of(self._kafka, [*self._readings, *self._letters])
        wheres = every_partition(counts)
        new = [where for where in wheres if where not in reached]
        starts = end_offsets(self._kafka, new)
        letters = [where for where in new if where[0] in self._letters]
        for where, begin in start_offsets(self._kafka, letters).items():
            starts[where] = max(begin, starts[where] - _LETTERS)
        return {where: reached.get(where, starts.get(where, 0)) for where in wheres}

    def _poll(self, consumer: Consumer, reached: dict[Where, int]) -> None:
        happened: list[Happened] = []
        newest: Instant = 0
        failed: KafkaError | None = None
        for message in consumer.consume(_AT_ONCE, _POLL):
            error = message.error()
            if error is not None:
                if failed is None and not error.retriable():
                    # What came with it is told first: it is not read again.
                    failed = error
                continue
            topic, partition, offset = place(message)
            reached[topic, partition] = offset + 1
            written = message.timestamp()[1]
            newest = max(newest, written)
            seen = self._happened(topic, message, written)
            if seen is not None:
                happened.append(seen)
        at = now()
        self._measures.set(WEB_FEED_LAG, max(0, at - newest) / 1_000 if newest else 0.0)
        told = self._owners.of(happened, at)
        self._measures.set(WEB_FEED_DROPPED, self._owners.dropped)
        if told:
            self._measures.add(WEB_FEED_RECORDS, len(told))
            self._tell(told)
        if failed is not None:
            raise KafkaException(failed)

    def _happened(self, topic: str, message: Message, written: Instant) -> Happened | None:
        value = message.value()
        read = self._readings.get(topic)
        if read is None:
            return self._failed(topic, message, value, written)
        if value is None:
            return None
        if topic == self._uploads and _replayed(message):
            return None
        try:
            return read(value, written)
        except Undecodable:
            return None

    def _failed(
        self, topic: str, message: Message, value: bytes | None, written: Instant
    ) -> Happened:
        headers = dict(headers_of(message)[0])
        read = self._letters.get(topic)
        request_id, attempt = "", 1
        if read is not None and value is not None:
            try:
                about = read(value, written)
                request_id, attempt = about.request_id, about.attempt
            except Undecodable:
                pass
        return Happened(
            "failed",
            request_id,
            attempt,
            written,
            status=_text(headers.get(ERROR_REASON)) or "unknown",
            reason=f"{_text(headers.get(GROUP))} could not use a record of {topic[:-4]}",
        )


def _replayed(message: Message) -> bool:
    """Whether an upload is for one group only: it was uploaded before."""
    headers = message.headers()
    return bool(headers) and any(name == TARGET_GROUP for name, _ in headers_of(message)[0])


def _text(value: bytes | None) -> str:
    return (value or b"").decode("utf-8", "replace")
