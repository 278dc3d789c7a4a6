"""The producing half of a task: one transaction at a time."""

import threading
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from confluent_kafka import KafkaException, Producer, TopicPartition

from connectors.disconnects import TELLING, Disconnects
from connectors.errors import Unavailable
from connectors.kafka import LARGEST, PARTITIONER, client
from connectors.logs import Log
from connectors.stream import Outgoing

log = Log(__name__)

_TIMEOUT = 30.0
"""Seconds one step of a commit may take."""
_LONGEST = 10.0
"""Seconds a transaction may be open, after which brokers abort it and the client gives up."""
_HANGING = 15.0
"""Seconds after which sending offsets is taken to last for ever: the client would have given up."""
_PATIENCE = 60.0
"""Seconds to wait for an earlier process of the same name to be fenced."""


class TransactionFailed(Unavailable):
    """An epoch could not be committed."""

    def __init__(self, message: str, *, abortable: bool = False) -> None:
        """`abortable`: nothing of the epoch was committed, and its transaction can be aborted.

        Otherwise the process must end and start anew.
        """
        super().__init__(message)
        self.abortable = abortable


class Transactions:
    """A transactional producer; opens a transaction with the first record written."""

    def __init__(
        self,
        kafka: Mapping[str, str],
        transactional_id: str,
        statistics: Mapping[str, object] = MappingProxyType({}),
    ) -> None:
        """Connect, and fence whoever used `transactional_id` before.

        `statistics`: settings with which the client tells of itself.
        """
        self._settings = client(
            kafka,
            {
                **TELLING,
                **statistics,
                "transactional.id": transactional_id,
                "partitioner": PARTITIONER,
            },
            {
                "transaction.timeout.ms": round(_LONGEST * 1_000),
                # With its default it forgets every broker when none answers, and sending offsets
                # never returns after that. Should the addresses change, the next producer that
                # is made here learns them.
                "metadata.recovery.strategy": "none",
                "linger.ms": 1,
                "compression.type": "lz4",
                "message.max.bytes": LARGEST,
            },
        )
        self._connect()

    def _connect(self) -> None:
        self._disconnects = Disconnects()
        producer = Producer({**self._settings, "logger": self._disconnects})
        producer.init_transactions(_PATIENCE)
        self._producer = producer
        self.open = False
        self._committing = False
        self._failed = False

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

        Raises TransactionFailed when the outcome is anything but success. When that can be
        aborted, do; otherwise never use these transactions again: a late end of this one could
        close a later one.
        """
        outcome = "not committed"
        try:
            self._begin()
            self._listen()
            if offsets:
                self._send_offsets(list(offsets), group)
            self._committing = True
            self._producer.commit_transaction(_TIMEOUT)
            self.open, outcome = False, "committed, but another cannot be begun"
            self._settle()
        except KafkaException as error:
            self._failed = True
            reason = error.args[0]
            raise TransactionFailed(
                f"the epoch was {outcome}: {reason.str()}",
                abortable=self.open
                and not reason.fatal()
                and (not self._committing or reason.txn_requires_abort()),
            ) from error

    def abort(self) -> bool:
        """Give up the open transaction; False when the broker could not be told."""
        if not self.open:
            return True
        self.open = False
        try:
            self._producer.abort_transaction(10)
        except KafkaException as error:
            log.warning("the transaction was left to time out", error=error.args[0].str())
            return False
        return True

    def abort_and_go_on(self) -> bool:
        """Give up the open transaction and be ready for another; False when that cannot be.

        Where a commit had been asked for, only an abort that succeeds proves that none was made.
        """
        self._listen()
        aborted = self.abort()
        if self._committing and not aborted:
            return False
        try:
            if aborted and not self._failed:
                self._settle()
            else:
                # Another producer, which ends what is still open: after a failure this one may go
                # on with sequence numbers that brokers refuse. It costs half a second or more, for
                # librdkafka waits that long while brokers are still ending a transaction.
                self._connect()
        except KafkaException as error:
            log.warning("no other transaction can be begun", error=error.args[0].str())
            return False
        return True

    def _listen(self) -> None:
        self._producer.poll(0)
        self._disconnects.heard = False

    def _settle(self) -> None:
        """Go on with another producer when the end of this transaction may come a second time.

        Brokers refuse whatever an earlier producer of the same name has sent.
        """
        self._producer.poll(0)
        if self._disconnects.heard:
            log.info("a connection broke as a transaction ended: its producer is replaced")
            self._connect()

    def _begin(self) -> None:
        if not self.open:
            self._producer.begin_transaction()
            self.open, self._committing = True, False

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
