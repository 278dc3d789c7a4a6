"""Reading compacted partitions from the beginning to their ends."""

from collections.abc import Callable, Mapping
from typing import TypeAlias

from confluent_kafka import Consumer, KafkaError, KafkaException, Message, TopicPartition

from connectors.kafka import Stopped, client, place
from connectors.logs import Log
from connectors.offsets import Where

log = Log(__name__)

Apply: TypeAlias = Callable[[bytes, bytes | None], None]
"""Takes a record's key and its value; None deletes."""

Progress: TypeAlias = Callable[[int, float], None]
"""Is told how many records have been read, and the share of all there is to read."""

_TOLD_EVERY = 1_000_000


def no_progress(records: int, ratio: float) -> None:
    """Nobody wants to know."""


def reader(kafka: Mapping[str, str], *, fetch_wait_ms: int = 10) -> Consumer:
    """A consumer outside any group that sees committed records and partition ends.

    `fetch_wait_ms`: how long it waits for records before it asks anew: so late an end is told.
    """
    return Consumer(
        client(
            kafka,
            {
                "group.id": "manifold-reader",
                "enable.auto.commit": False,
                "enable.partition.eof": True,
                "isolation.level": "read_committed",
                "auto.offset.reset": "earliest",
                "fetch.wait.max.ms": fetch_wait_ms,
                "queued.min.messages": 100_000,
                "queued.max.messages.kbytes": 16_384,
            },
        )
    )


def read_to(
    consumer: Consumer,
    ends: Mapping[Where, int],
    apply: Mapping[Where, Apply],
    stopping: Callable[[], bool],
    seen: Callable[[Message], None] = lambda _: None,
    progress: Progress = no_progress,
) -> int:
    """Assign partitions from their beginnings and read them to `ends`; how many records.

    Reads committed records until the position reaches the end as seen uncommitted: stopping
    at the last stable offset would miss a transaction whose marker is still on its way. `seen`
    is called with each record, `progress` now and then.

    Raises Stopped when `stopping` becomes true first, KafkaException when the broker refuses.
    """
    # Asked for the beginning by name, librdkafka takes half a second to look it up.
    consumer.assign([TopicPartition(*where, 0) for where in ends])
    left = {where: end for where, end in ends.items() if end > 0}
    whole = sum(left.values())
    position: dict[Where, int] = {}
    count = 0
    while left:
        if stopping():
            raise Stopped("stopped while reading state")
        for message in consumer.consume(10_000, 0.02):
            topic, partition, offset = place(message)
            where = (topic, partition)
            error = message.error()
            if error is None:
                reached = offset + 1
                apply[where](message.key() or b"", message.value())
                seen(message)
                count += 1
                if count % _TOLD_EVERY == 0:
                    log.info("reading state", records=count, partitions_to_go=len(left))
            elif error.code() == KafkaError._PARTITION_EOF:
                reached = offset
            else:
                raise KafkaException(error)
            position[where] = reached
            if where in left and reached >= left[where]:
                del left[where]
        progress(count, min(1.0, sum(position.values()) / whole))
    return count


def read_whole(
    kafka: Mapping[str, str],
    ends: Mapping[Where, int],
    apply: Mapping[Where, Apply],
    stopping: Callable[[], bool] = lambda: False,
    progress: Progress = no_progress,
) -> int:
    """Read partitions from their beginnings to `ends` with a reader of their own; how many."""
    written = {where: end for where, end in ends.items() if end > 0}
    if not written:
        return 0
    consumer = reader(kafka)
    try:
        return read_to(consumer, written, apply, stopping, progress=progress)
    finally:
        consumer.close()
