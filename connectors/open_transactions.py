"""Transactions that hold readers back: found by the brokers' offsets, ended by their names."""

from collections.abc import Iterable, Mapping
from typing import Any

from confluent_kafka import IsolationLevel, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import AdminClient

from connectors.clock import now
from connectors.errors import Unavailable
from connectors.first_unread import FirstUnread
from connectors.kafka import bootstrap, client, latest, offset_of
from connectors.offsets import Where
from connectors.transaction_log import TOPIC, open_transactions
from operators.open_transaction import Held, Hold, Kind, Transaction, holds

_SECONDS = 15.0
_PATIENCE = 60.0
"""Seconds for a coordinator to end a transaction and write its markers."""


class NotAborted(Unavailable):
    """A transaction could not be ended; the text says why."""


def find(kafka: Mapping[str, str], counts: Mapping[str, int], least: float) -> list[Hold]:
    """What has held a partition for `least` seconds or more, the longest first.

    `counts` are the partitions of every topic that is looked at, and of Kafka's own. Raises
    KafkaException and UnknownVersion.
    """
    admin = AdminClient(client(kafka))
    wheres = [
        (topic, number)
        for topic, count in counts.items()
        if topic != TOPIC
        for number in range(count)
    ]
    first = _open_from(admin, wheres)
    if not first:
        return []
    known = open_transactions(kafka, counts[TOPIC]) if TOPIC in counts else []
    # What has gone on meanwhile was under way when the log was read: only what stands still holds.
    second = _open_from(admin, first)
    stuck = {where: at for where, at in second.items() if first[where][0] == at[0]}
    written = _written_at(kafka, {where: offset for where, (offset, _) in stuck.items()})
    held = (Held(*where, *stuck[where], written_at=written[where]) for where in stuck)
    return [hold for hold in holds(held, known, now()) if hold.seconds >= least]


def abort(kafka: Mapping[str, str], transaction: Transaction) -> None:
    """End a transaction that its coordinator knows, as a new process of its name would.

    What it wrote is never read. The process it is of, if it lives, is fenced: a flow starts again
    from its last commit. Raises NotAborted.
    """
    settings: dict[str, Any] = {
        "transactional.id": transaction.name,
        "transaction.timeout.ms": transaction.timeout,
    }
    try:
        Producer(client(kafka, settings)).init_transactions(_PATIENCE)
    except KafkaException as error:
        raise NotAborted(f"{transaction.name} was not aborted: {error.args[0].str()}") from None


def kafkas_command(kafka: Mapping[str, str], held: Held) -> str:
    """The line that ends a transaction that no coordinator knows, with Kafka's own tool."""
    return (
        f"kafka-transactions.sh --bootstrap-server {bootstrap(kafka)} abort "
        f"--topic {held.topic} --partition {held.partition} --start-offset {held.offset}"
    )


def abortable(hold: Hold) -> bool:
    """Whether `abort` can end it."""
    return hold.kind is not Kind.HANGING


def _open_from(admin: AdminClient, wheres: Iterable[Where]) -> dict[Where, tuple[int, int]]:
    """First offset of an open transaction and end, of the partitions that have one."""
    asked = [TopicPartition(*where) for where in wheres]
    if not asked:
        return {}
    stable, ends = (
        admin.list_offsets(
            {each: latest() for each in asked}, isolation_level=level, request_timeout=_SECONDS
        )
        for level in (IsolationLevel.READ_COMMITTED, IsolationLevel.READ_UNCOMMITTED)
    )
    found = {}
    for each in asked:
        offset, end = offset_of(stable[each]), offset_of(ends[each])
        if offset < end:
            found[each.topic, each.partition] = (offset, end)
    return found


def _written_at(kafka: Mapping[str, str], offsets: Mapping[Where, int]) -> dict[Where, int | None]:
    reading = FirstUnread(kafka, isolation="read_uncommitted")
    try:
        found = reading.after(offsets)
    finally:
        reading.close()
    return {where: found[where].written_at if where in found else None for where in offsets}
