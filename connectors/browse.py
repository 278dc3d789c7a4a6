"""Reading topics outside any group: what stands in them, and what arrives.

Nothing here moves a flow's offsets. Only committed records are seen.
"""

import time
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextlib import closing
from typing import TypeAlias

from confluent_kafka import Consumer, KafkaError, KafkaException, Message, TopicPartition
from confluent_kafka.admin import AdminClient, OffsetSpec  # type: ignore[attr-defined]  # its module hands them on unlisted

from connectors.changelog import reader
from connectors.errors import Unavailable
from connectors.kafka import (
    Stopped,
    bootstrap,
    client,
    earliest,
    find_topics,
    headers_of,
    place,
    wait_for_broker,
)
from connectors.offsets import Offsets, Where, end_offsets
from connectors.stream import Received
from operators.time import Instant

Tell: TypeAlias = Callable[[int, int], None]
"""Takes how many offsets of how many have been passed."""

_PATIENCE = 10.0
"""Seconds that a command waits for a broker."""
_STALLED = 15.0
"""Seconds without progress after which an open transaction is not waited for any longer."""


class BrokerAway(Unavailable):
    """No broker answered in time; the text says where and what to do."""


def topics_there(kafka: Mapping[str, str], *, patience: float = _PATIENCE) -> dict[str, int]:
    """Each topic of the cluster with its number of partitions.

    Raises BrokerAway when no broker answers within `patience` seconds.
    """
    deadline = time.monotonic() + patience
    try:
        return wait_for_broker(kafka, lambda: time.monotonic() > deadline)
    except Stopped:
        raise BrokerAway(
            f"no Kafka broker answers on {bootstrap(kafka)}: start one (`make kafka`), or say "
            "where it is with --bootstrap HOST:PORT"
        ) from None


def partitions_of(kafka: Mapping[str, str], topics: Iterable[str]) -> dict[str, int]:
    """The number of partitions of these topics, created first where brokers do so on first use.

    Raises TopicsMissing, with what to do, and BrokerAway.
    """
    return find_topics(kafka, topics_there(kafka), topics)


def every_partition(counts: Mapping[str, int]) -> list[Where]:
    """The partitions of topics with so many each."""
    return [(topic, number) for topic, count in counts.items() for number in range(count)]


def start_offsets(
    kafka: Mapping[str, str], partitions: Iterable[Where], since: Instant | None = None
) -> dict[Where, int]:
    """Where partitions begin, or where the first record stands that is not older than `since`."""
    wanted = tuple(partitions)
    if not wanted:
        return {}
    offsets = Offsets(kafka)
    if since is None or is_embedded(AdminClient(client(kafka))):
        return offsets.of(wanted, earliest())
    found = offsets.of(wanted, OffsetSpec.for_timestamp(since))
    return found | offsets.ends(where for where, offset in found.items() if offset < 0)


def read_between(
    kafka: Mapping[str, str],
    starts: Mapping[Where, int],
    ends: Mapping[Where, int] | None = None,
    *,
    tell: Tell | None = None,
) -> Generator[Received, None, None]:
    """The records from `starts` to `ends`, by default the present ones, each partition in order.

    A transaction that is still open at the end is waited for, but no longer than 15 seconds.
    """
    if ends is None:
        ends = end_offsets(kafka, starts)
    left = {where: end for where, end in ends.items() if end > starts[where]}
    if not left:
        return
    total = sum(end - starts[where] for where, end in left.items())
    reached = {where: starts[where] for where in left}
    progressed = time.monotonic()
    with _Reading(kafka, {where: starts[where] for where in left}) as reading:
        while left and time.monotonic() - progressed < _STALLED:
            for where, offset, received in reading.poll(0.1):
                if offset > reached[where]:
                    reached[where], progressed = offset, time.monotonic()
                if received is not None and received.offset < ends[where]:
                    yield received
                    # Whoever takes the records may take their time over each.
                    progressed = time.monotonic()
                if offset >= ends[where]:
                    left.pop(where, None)
            if tell is not None:
                passed = sum(min(at, ends[where]) - starts[where] for where, at in reached.items())
                tell(passed, total)


def read_all(
    kafka: Mapping[str, str], topics: Iterable[str], *, tell: Tell | None = None
) -> Iterator[Received]:
    """Everything that stands in topics. Raises TopicsMissing and BrokerAway."""
    partitions = every_partition(partitions_of(kafka, topics))
    return read_between(kafka, start_offsets(kafka, partitions), tell=tell)


def record_at(kafka: Mapping[str, str], where: Where, offset: int) -> Received | None:
    """The record that stands at an offset; None when it is gone, or was never there."""
    if offset < start_offsets(kafka, [where])[where]:
        return None
    with closing(read_between(kafka, {where: offset})) as records:
        first = next(records, None)
    return first if first is not None and first.offset == offset else None


def follow(
    kafka: Mapping[str, str], starts: Mapping[Where, int], stopping: Callable[[], bool]
) -> Iterator[Received]:
    """The records from `starts` on, as they arrive, until `stopping` is true."""
    with _Reading(kafka, starts) as reading:
        while not stopping():
            for _, _, received in reading.poll(0.1):
                if received is not None:
                    yield received


class _Reading:
    """An assigned consumer and what it brings."""

    def __init__(self, kafka: Mapping[str, str], starts: Mapping[Where, int]) -> None:
        self._consumer: Consumer = reader(kafka)
        self._consumer.assign([TopicPartition(*where, offset) for where, offset in starts.items()])

    def __enter__(self) -> "_Reading":
        return self

    def __exit__(self, *_: object) -> None:
        self._consumer.close()

    def poll(self, timeout: float) -> Iterator[tuple[Where, int, Received | None]]:
        """Where something came, the position behind it, and the record if it was one."""
        first = self._consumer.poll(timeout)
        if first is None:
            return
        for message in (first, *self._consumer.consume(10_000, 0)):
            error = message.error()
            if error is None:
                record = received(message)
                yield (record.topic, record.partition), record.offset + 1, record
            elif error.code() == KafkaError._PARTITION_EOF:
                topic, partition, offset = place(message)
                yield (topic, partition), offset, None
            elif not error.retriable():
                raise KafkaException(error)


def received(message: Message) -> Received:
    """A record as our own type."""
    headers, unreadable = headers_of(message)
    return Received(
        *place(message),
        message.key(),
        message.value(),
        headers,
        message.timestamp()[1],
        unreadable=unreadable,
    )


def is_embedded(admin: AdminClient) -> bool:
    """Whether this is librdkafka's mock cluster, which cannot do all that brokers can.

    It finds no offsets by time, describes no topics, and creates them on first use.
    """
    return str(admin.list_topics(timeout=_PATIENCE).cluster_id).startswith("mockCluster")
