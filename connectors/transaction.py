"""The producing half of a task: one transaction at a time, on a producer used until it fails."""

import threading
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import structlog
from confluent_kafka import KafkaException, Producer, TopicPartition

from connectors.disconnects import TELLING, Disconnects
from connectors.errors import Unavailable
from connectors.kafka import LARGEST, PARTITIONER, client
from connectors.stream import Outgoing

log = structlog.get_logger(__name__)

_TIMEOUT = 30.0
"""Seconds one step of a commit may take."""
_HANGING = 15.0
"""Seconds after which sending offsets is given up; the broker aborts open transactions earlier."""
_PATIENCE = 60.0
"""Seconds to wait for an earlier process of the same name to be fenced."""


class TransactionFailed(Unavailable):
    """An epoch could not be committed. The process must end and start anew."""


class Transactions:
    """A transactional producer; opens a transaction with the first record written."""

    def __init__(self, kafka: Mapping[str, str], transactional_id: str) -> None:
        """Connect, and fence whoever used `transactional_id` before."""
        self._disconnects = Disconnects()
        settings = client(
            kafka,
            {**TELLING, "transactional.id": transactional_id, "partitioner": PARTITIONER},
            {
                "transaction.timeout.ms": 10_000,
                "linger.ms": 1,
                "compression.type": "lz4",
                "message.max.bytes": LARGEST,
            },
        )
        self._producer = Producer({**settings, "logger": self._disconnects})
        self._producer.init_transactions(_PATIENCE)
        self.open = False

    def produce(self, records: Iterable[Outgoing]) -> None:
        """Write records in the open transaction.

        No delivery report is asked for: a record that the broker refuses makes the commit fail.
        """
        self._begin()
        produce: Any = self._producer.produce
        for record in records:
            given = (
                record.topic,
                record.value,
                record.key,
                record.partition,
                None,
                None,
                record.timestamp,
                record.headers,
            )
            while True:
                try:
                    produce(*given)
                    break
                except BufferError:
                    self._producer.poll(0.1)
        self._producer.poll(0)

    def commit(self, offsets: Sequence[TopicPartition], group: Any) -> None:
        """Make what was written visible, together with a group's offsets.

        Raises TransactionFailed when the outcome is anything but success; the producer must
        never be used again then, because a late end of this transaction could close a later
        one. So could one that the client has sent twice, though it was a success.
        """
        try:
            self._begin()
            self._listen()
            if offsets:
                self._send_offsets(list(offsets), group)
            self._producer.commit_transaction(_TIMEOUT)
            self.open = False
            sent_twice = self._heard()
        except KafkaException as error:
            raise TransactionFailed(
                f"the epoch was not committed: {error.args[0].str()}"
            ) from error
        if sent_twice:
            raise TransactionFailed(
                "the epoch was committed, but a connection broke meanwhile: what was sent twice "
                "could close a later one"
            )

    def abort(self) -> bool:
        """Give up the open transaction; False when the broker could not be told.

        Then the producer must never be used again.
        """
        if not self.open:
            return True
        self.open = False
        try:
            self._listen()
            self._producer.abort_transaction(10)
            return not self._heard()
        except KafkaException as error:
            log.warning("the transaction was left to time out", error=error.args[0].str())
            return False

    def _listen(self) -> None:
        self._producer.poll(0)
        self._disconnects.heard = False

    def _heard(self) -> bool:
        self._producer.poll(0)
        return self._disconnects.heard

    def _begin(self) -> None:
        if not self.open:
            self._producer.begin_transaction()
            self.open = True

    def _send_offsets(self, offsets: list[TopicPartition], group: Any) -> None:
        # librdkafka ignores the timeout and may never return when the group's coordinator goes
        # away meanwhile, even after it is back (its issues 5456 and 5511, unsolved in 2.16).
        failed: list[KafkaException] = []

        def send() -> None:
            try:
                self._producer.send_offsets_to_transaction(offsets, group, _TIMEOUT)
            except KafkaException as error:
                failed.append(error)

        sending = threading.Thread(target=send, daemon=True)
        sending.start()
        sending.join(_HANGING)
        if sending.is_alive():
            raise TransactionFailed("the group's coordinator did not take the offsets in time")
        if failed:
            raise failed[0]
