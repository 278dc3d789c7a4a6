"""The exactly-once core: one consumer, one transactional producer, one transaction an epoch.

The engine asks for the next batch only after everything of the last one has passed every
step, sink and snapshot. There the task commits: outputs, dead letters, state and offsets
become visible together, or not at all. It polls after the commit, so rebalance callbacks,
which run inside a poll, always find no open work.
"""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta

from confluent_kafka import Consumer, KafkaError, KafkaException, Message, TopicPartition

from connectors.ahead import Ahead
from connectors.caught_up import EndWatch
from connectors.clock import now
from connectors.errors import Unavailable
from connectors.failures import (
    ATTEMPTS,
    RecordFailed,
    from_metadata,
    next_failure,
    to_metadata,
)
from connectors.kafka import Statistics, client, headers_of, no_statistics, place
from connectors.logs import Log
from connectors.pacing import Pacing
from connectors.stream import (
    Batch,
    CaughtUp,
    Event,
    Failure,
    Keyed,
    Outgoing,
    Received,
    Revoked,
    Tick,
)
from connectors.transaction import TransactionFailed, Transactions

log = Log(__name__)

_WAIT = 0.1
"""Seconds one poll waits for a first record."""
_ATTEMPTS_TO_COMMIT = 4
"""In a row, after which the process ends: elsewhere, or later, it may go better."""
_TICK_BEHIND = 1_000
"""Least milliseconds between two ticks while polls are full: what has just come goes first."""


class UnevenAssignment(Unavailable):
    """The group gave this process different partition numbers of topics that belong together."""


class Task:
    """What one process of a flow owns in Kafka."""

    def __init__(
        self,
        kafka: Mapping[str, str],
        group: str,
        topics: Sequence[str],
        *,
        instance: str,
        static: bool,
        poll_records: int = 10_000,
        commit_interval: timedelta = timedelta(milliseconds=20),
        watch_ends_every: timedelta | None = None,
        statistics: Statistics = no_statistics,
    ) -> None:
        """Connect nothing yet.

        `instance` names the process among those of its flow. When it is `static`, a restart
        under the same name takes over at once. With `watch_ends_every` the task says, that
        often, up to which instant each partition has been read to its end. `statistics`: what a
        client needs to tell of itself.
        """
        self.group = group
        self._topics = list(topics)
        self._poll_records = poll_records
        self._pacing = Pacing(commit_interval)
        identity = f"{group}-{instance}"
        settings = client(
            kafka,
            {
                "group.id": group,
                "enable.auto.commit": False,
                "enable.partition.eof": True,
                "isolation.level": "read_committed",
                "auto.offset.reset": "earliest",
                "partition.assignment.strategy": "range",
                **({"group.instance.id": identity} if static else {}),
                **statistics("consumer"),
            },
            {
                # A dead process's partitions move after this, unless one of its name is back: with
                # a name there is reason to wait.
                "session.timeout.ms": 10_000 if static else 6_000,
                # A rebalance waits until every member has heard of it with a heartbeat.
                "heartbeat.interval.ms": 1_000,
                # Answered as soon as there is something. Longer, and a record that has failed waits
                # for the one under way; shorter, and an idle flow is busy asking.
                "fetch.wait.max.ms": 50,
                # A poll or two ahead: what waits in the client is memory, and no faster.
                "queued.max.messages.kbytes": 8_192,
                "queued.min.messages": 10_000,
            },
        )
        self._consumer_settings = settings
        self._kafka = kafka
        self._statistics = statistics
        self._identity = identity
        self._started = False
        self._ends = EndWatch(kafka, watch_ends_every) if watch_ends_every else None
        self._ahead: Ahead | None = None
        self._between: list[Callable[[], None]] = []
        self._back: list[Callable[[], None]] = []
        self._not_committed = 0
        self._offsets: dict[tuple[str, int], int] = {}
        """Where the open epoch has got to."""
        self._committed: dict[tuple[str, int], int] = {}
        """Where it began; negative where nothing has been committed yet."""
        self._ended: dict[tuple[str, int], int] = {}
        """Ends reached: behind a last record stands the marker of its transaction."""
        self._failures: dict[tuple[str, int], Failure] = {}
        self._revoked: set[int] = set()
        self._due: Callable[[int, int], bool] | None = None
        self._ticked_at = 0
        self._fresh: frozenset[int] = frozenset()
        """Assigned since the last poll, or gone back: what is due there is to be found out."""
        self._generation = 0
        self.assigned: frozenset[int] = frozenset()

    def start(self) -> None:
        """Connect, fence an earlier process of the same name, and join the group, once."""
        if self._started:
            return
        self._transactions = Transactions(self._kafka, self._identity, self._statistics("producer"))
        self._consumer = Consumer(self._consumer_settings)
        self._consumer.subscribe(
            self._topics,
            on_assign=self._on_assign,
            on_revoke=self._on_revoke,
            on_lost=self._on_revoke,
        )
        self._started = True

    def between_epochs(self, refresh: Callable[[], None]) -> None:
        """Call `refresh` before every poll, when no epoch is open."""
        self._between.append(refresh)

    def work_ahead(self, ahead: Ahead, longest: float) -> None:
        """Hand what is polled to `ahead` first; what it has no room for is polled again.

        `longest`: seconds that its work may take, after which the group takes us for dead.
        """
        self._ahead = ahead
        self._consumer_settings["max.poll.interval.ms"] = str(round(longest * 1_000))

    def on_rewind(self, roll_back: Callable[[], None]) -> None:
        """Call `roll_back` when the open epoch has been given up and will be read again."""
        self._back.append(roll_back)

    def tick(self, due: Callable[[int, int], bool]) -> None:
        """Send a `Tick` to each partition for which something is `due` at the instant of a poll.

        And one to each that has just been assigned, and to all after a rewind.
        """
        self._due = due

    def poll(self) -> list[Keyed[Received]]:
        """What has arrived: an event or two for each partition number, possibly none."""
        for refresh in self._between:
            refresh()
        time.sleep(self._pacing.pause())
        first = self._consumer.poll(_WAIT)
        generation = self._generation
        more = self._consumer.consume(self._poll_records, 0) if first is not None else []
        # What poll() gave before a rebalance inside consume() comes again from the committed
        # offset; consume() itself drops what it had from before.
        kept = [first] if first is not None and generation == self._generation else []
        records = self._received([*kept, *more])
        if self._ahead is not None:
            self._ahead.work()
        if not records and self._pacing.idle:
            self._offsets, self._ended = self._ended, {}
        self._pacing.polled(sum(map(len, records.values())), self._poll_records)
        at = now()
        events: list[Event[Received]] = []
        if self.assigned:
            events += [Revoked(each, each in self.assigned) for each in sorted(self._revoked)]
            self._revoked = set()
        events += [Batch(partition, at, batch) for partition, batch in records.items()]
        events += [Tick(partition, at) for partition in self._ticks(at)]
        events += [CaughtUp(partition, until, at) for partition, until in self._caught_up(at)]
        return [(str(event.partition), event) for event in events]

    def _received(self, messages: Iterable[Message]) -> dict[int, list[Received]]:
        by_partition: dict[int, list[Received]] = {}
        behind: dict[tuple[str, int], int] = {}
        for message in messages:
            topic, partition, offset = place(message)
            where = topic, partition
            if where in behind:
                continue
            error = message.error()
            if error is not None:
                if error.code() == KafkaError._PARTITION_EOF:
                    self._ended[where] = offset
                    self._reached(topic, partition, offset)
                    continue
                raise KafkaException(error)
            failure = self._failures.get(where) if self._failures else None
            if failure is not None and failure.offset == offset:
                # A record that has failed has an epoch of its own: what stands before it is
                # committed first, and what stands behind it is not done again with it. Besides,
                # only one failure is remembered beside an offset.
                if where in self._offsets:
                    behind[where] = offset
                    continue
                behind[where] = offset + 1
            else:
                failure = None
            headers, unreadable = headers_of(message)
            received = Received(
                topic,
                partition,
                offset,
                message.key(),
                message.value(),
                headers,
                message.timestamp()[1],
                failure if failure is not None and failure.attempts >= ATTEMPTS else None,
                unreadable,
            )
            if self._ahead is not None and not self._ahead.takes(received):
                behind[where] = offset
                continue
            self._offsets[where] = offset + 1
            if self._ended:
                self._ended.pop(where, None)
            if self._ends is not None:
                self._reached(topic, partition, offset + 1)
            records = by_partition.get(partition)
            if records is None:
                by_partition[partition] = [received]
            else:
                records.append(received)
        self._seek(behind)
        return by_partition

    def _seek(self, offsets: Mapping[tuple[str, int], int]) -> None:
        for where, offset in offsets.items():
            self._consumer.seek(TopicPartition(*where, offset))

    def _reached(self, topic: str, partition: int, offset: int) -> None:
        if self._ends is not None:
            self._ends.reached(topic, partition, offset)

    def _ticks(self, at: int) -> list[int]:
        if self._due is None:
            return []
        fresh, self._fresh = self._fresh, frozenset()
        if self._pacing.backlog and at - self._ticked_at < _TICK_BEHIND:
            return sorted(fresh)
        due = self._due
        ticks = [each for each in sorted(self.assigned) if each in fresh or due(each, at)]
        if ticks:
            self._ticked_at = at
        return ticks

    def _caught_up(self, at: int) -> Iterable[tuple[int, int]]:
        if self._ends is None:
            return ()
        return self._ends.caught_up(at, self.assigned, self._topics)

    def produce(self, records: Iterable[Outgoing]) -> None:
        """Write records in the open epoch's transaction."""
        self._transactions.produce(records)

    def commit(self) -> bool:
        """Make everything since the last commit visible, and the offsets of what caused it.

        False when there was nothing to commit, or the epoch is read again because nothing of it
        was committed. Raises TransactionFailed when that cannot be, after which the process must
        end.
        """
        if not self._offsets and not self._transactions.open:
            return False
        started = time.monotonic()
        # What only time has caused is refused as well when the group has gone on without us.
        read = self._offsets or {key: at for key, at in self._committed.items() if at >= 0}
        offsets = [self._committable(*key, offset) for key, offset in read.items()]
        try:
            self._transactions.commit(offsets, self._group_metadata)
        except TransactionFailed as failed:
            self._not_committed += 1
            again = failed.abortable and self._not_committed < _ATTEMPTS_TO_COMMIT
            if not again or not self.rewind():
                raise
            log.warning("the epoch is read again", reason=str(failed))
            return False
        self._not_committed = 0
        self._committed |= self._offsets
        self._offsets = {}
        self._pacing.committed(time.monotonic() - started)
        return True

    def _committable(self, topic: str, partition: int, offset: int) -> TopicPartition:
        failure = self._failures.get((topic, partition))
        if failure is None:
            return TopicPartition(topic, partition, offset)
        if failure.offset < offset:
            del self._failures[topic, partition]
            return TopicPartition(topic, partition, offset)
        return TopicPartition(topic, partition, offset, to_metadata(failure))

    def abort(self) -> None:
        """Give up the open epoch, as far as the broker can still be told."""
        self._offsets = {}
        if self._started:
            self._transactions.abort()

    def rewind(self) -> bool:
        """Give up the open epoch and go back to where it began; False when the process must end."""
        if not self._transactions.abort_and_go_on():
            return False
        self._seek({where: self._began(where) for where in self._offsets})
        self._offsets, self._ended = {}, {}
        self._fresh = self.assigned
        if self._ends is not None:
            self._ends.forget()
        for roll_back in self._back:
            roll_back()
        return True

    def _began(self, where: tuple[str, int]) -> int:
        committed = self._committed.get(where, -1)
        if committed >= 0:
            return committed
        return self._consumer.get_watermark_offsets(TopicPartition(*where), 10)[0]

    def remember_failure(self, failed: RecordFailed) -> Failure | None:
        """After an abort: note beside the committed offset that a record has failed.

        None when that could not be done, for example because the partition has moved.
        """
        received = failed.received
        key = (received.topic, received.partition)
        failure = next_failure(failed, self._failures.get(key), now())
        try:
            at = self._began(key)
            noted = TopicPartition(*key, at, to_metadata(failure))
            self._consumer.commit(offsets=[noted], asynchronous=False)
        except KafkaException as error:
            log.warning("a failure could not be noted", error=error.args[0].str())
            return None
        self._failures[key] = failure
        return failure

    def close(self) -> None:
        """Leave the group. What is not committed is lost on purpose: it is read again."""
        self.abort()
        if self._started:
            self._consumer.close()

    def _on_assign(self, consumer: Consumer, partitions: list[TopicPartition]) -> None:
        # Asked for at commit time, after a session has timed out, the metadata would carry
        # generation -1, which brokers do not fence.
        self._group_metadata = consumer.consumer_group_metadata()
        by_topic: dict[str, set[int]] = {topic: set() for topic in self._topics}
        for partition in partitions:
            by_topic[partition.topic].add(partition.partition)
        numbers = set(map(frozenset, by_topic.values()))
        if len(numbers) > 1:
            raise UnevenAssignment(
                f"group {self.group} was given different partitions of its topics: {by_topic}; "
                "every process of a group must read the same topics"
            )
        self.assigned = self._fresh = numbers.pop()
        committed = consumer.committed(partitions, 30) if partitions else []
        self._committed = {(entry.topic, entry.partition): entry.offset for entry in committed}
        self._failures = {
            (entry.topic, entry.partition): failure
            for entry in committed
            if (failure := from_metadata(entry.metadata)) is not None
        }
        log.info("assigned", group=self.group, partitions=sorted(self.assigned))

    def _on_revoke(self, _: Consumer, partitions: list[TopicPartition]) -> None:
        if self._transactions.open or self._offsets:
            raise TransactionFailed("partitions were revoked while an epoch was open")
        self._generation += 1
        self._ended = {}
        self._revoked |= {partition.partition for partition in partitions}
        self.assigned = frozenset()
        if self._ends is not None:
            self._ends.forget()
        log.info("revoked", group=self.group, partitions=sorted(self._revoked))
