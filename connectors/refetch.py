"""Reading records a second time, by topic, partition and offset, outside any group."""

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence

from confluent_kafka import Consumer, KafkaError, KafkaException, TopicPartition

from connectors.browse import received
from connectors.changelog import reader
from connectors.errors import Unavailable
from connectors.kafka import place
from connectors.logs import Log
from connectors.stream import Received

log = Log(__name__)

_LIMIT = 3.0
"""Seconds one fetch may take: meanwhile an epoch is open."""
_PAUSE = 1.0
"""Seconds after one that took longer in which no other is tried: several may want one poll."""
_STEP_OVER = 500
"""Offsets between two wanted ones that are sooner read and dropped than looked for anew."""
_MOST = 10_000
"""Records the client is asked for in one go; it refuses more than a million."""


class NotFetched(Unavailable):
    """The brokers did not hand the records over in time; the next fetch may."""


def runs(offsets: Iterable[int], step_over: int = _STEP_OVER) -> Iterator[Sequence[int]]:
    """Offsets, ascending and each once, in runs that are read in one go.

    >>> list(runs([7, 5, 5, 900, 6], step_over=10))
    [[5, 6, 7], [900]]
    """
    run: list[int] = []
    for offset in sorted(set(offsets)):
        if run and offset - run[-1] > step_over:
            yield run
            run = []
        run.append(offset)
    if run:
        yield run


class Refetch:
    """Reads committed records again, with one consumer that is kept for the next time."""

    def __init__(self, kafka: Mapping[str, str], *, limit: float = _LIMIT) -> None:
        """Connect nothing yet. `limit`: seconds one fetch may take."""
        self._kafka = kafka
        self._limit = limit
        self._consumer: Consumer | None = None
        self._paused_until = 0.0

    def fetch(self, topic: str, partition: int, offsets: Iterable[int]) -> list[Received]:
        """The records at these offsets of a partition, in the order of offsets.

        A record that is no longer there is left out, with a log line. Raises NotFetched when the
        time limit is over first, KafkaException when the broker refuses.
        """
        began = time.monotonic()
        if began < self._paused_until:
            raise NotFetched(f"{topic}[{partition}] is not tried: brokers were late a moment ago")
        deadline = began + self._limit
        found: list[Received] = []
        for run in runs(offsets):
            there = self._run(topic, partition, run, deadline)
            found += there
            if len(there) < len(run):
                gone = sorted(set(run) - {record.offset for record in there})
                log.warning(
                    "records are no longer there",
                    topic=topic,
                    partition=partition,
                    count=len(gone),
                    first_offset=gone[0],
                )
        return found

    def _run(
        self, topic: str, partition: int, run: Sequence[int], deadline: float
    ) -> list[Received]:
        if self._consumer is None:
            self._consumer = reader(self._kafka, fetch_wait_ms=50)
        consumer, wanted, last = self._consumer, set(run), run[-1]
        found: list[Received] = []
        # Where retention has passed the offset, `earliest` goes on with the first that is left.
        consumer.assign([TopicPartition(topic, partition, run[0])])
        try:
            while time.monotonic() < deadline:
                for message in consumer.consume(min(_MOST, last - run[0] + 1), 0.05):
                    *_, offset = place(message)
                    error = message.error()
                    if error is None:
                        if offset in wanted:
                            found.append(received(message))
                        if offset >= last:
                            return found
                    elif error.code() == KafkaError._PARTITION_EOF:
                        return found
                    elif not error.retriable():
                        raise KafkaException(error)
        finally:
            consumer.unassign()
        self._paused_until = time.monotonic() + _PAUSE
        raise NotFetched(f"{topic}[{partition}] from offset {run[0]} on was not read in time")

    def close(self) -> None:
        """Disconnect."""
        if self._consumer is not None:
            self._consumer.close()
            self._consumer = None
