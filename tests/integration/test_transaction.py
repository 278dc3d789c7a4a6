"""Transactions whose records are refused, whose ends come late, and whose brokers go away."""

import time
from collections.abc import Iterator
from random import Random

import pytest
from confluent_kafka import Consumer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic  # type: ignore[attr-defined]  # its module hands them on unlisted

from connectors.browse import read_all
from connectors.kafka import client
from connectors.stream import Outgoing
from connectors.transaction import TransactionFailed, Transactions
from tests.integration.interrupting import Interrupting

LARGE = Random(1).randbytes(5_000)
"""Brokers measure what is compressed."""
AWAY = 3.0
"""Seconds, long enough for a client to have given up every broker it knew."""
PATIENCE = 30.0


@pytest.fixture
def narrow(bootstrap: str, unique: str) -> Iterator[str]:
    """A topic that takes records of up to a thousand bytes."""
    admin = AdminClient(client({"bootstrap.servers": bootstrap}))
    name = f"{unique}narrow"
    topic = NewTopic(name, 1, 1, config={"max.message.bytes": "1000"})
    admin.create_topics([topic])[name].result()
    yield name
    admin.delete_topics([name])[name].result()


@pytest.fixture
def proxy(bootstrap: str) -> Iterator[Interrupting]:
    with Interrupting(bootstrap) as proxy:
        yield proxy


@pytest.fixture
def through(proxy: Interrupting, narrow: str) -> Transactions:
    """Transactions whose end the proxy can interrupt."""
    return Transactions({"bootstrap.servers": proxy.address, "log_level": "0"}, narrow)


def test_a_record_that_is_refused_takes_its_whole_epoch_with_it(
    bootstrap: str, narrow: str
) -> None:
    kafka = {"bootstrap.servers": bootstrap}
    first = Transactions(kafka, narrow)
    first.produce([Outgoing(narrow, b"k", b"fits", [])])
    first.commit([], None)
    first.produce([Outgoing(narrow, b"k", b"fits", []), Outgoing(narrow, b"k", LARGE, [])])
    with pytest.raises(TransactionFailed, match="not committed") as failed:
        first.commit([], None)
    assert failed.value.abortable
    assert first.abort_and_go_on()
    first.produce([Outgoing(narrow, b"k", b"after", [])])
    first.commit([], None)
    assert _values(bootstrap, narrow) == [b"fits", b"after"]


def test_a_commit_that_comes_late_closes_no_later_transaction(
    bootstrap: str, narrow: str, proxy: Interrupting, through: Transactions
) -> None:
    proxy.interrupts = 1
    through.produce([Outgoing(narrow, b"k", b"interrupted", [])])
    through.commit([], None)
    _deliver_into_the_next(proxy, through, narrow, b"given up")
    assert through.abort_and_go_on()
    through.produce([Outgoing(narrow, b"k", b"after", [])])
    through.commit([], None)
    assert _values(bootstrap, narrow) == [b"interrupted", b"after"]


@pytest.mark.parametrize("refused", [True, False])
def test_an_abort_that_comes_late_closes_no_later_transaction(
    bootstrap: str, narrow: str, proxy: Interrupting, through: Transactions, refused: bool
) -> None:
    through.produce([Outgoing(narrow, b"k", LARGE if refused else b"fits", [])])
    if refused:
        with pytest.raises(TransactionFailed):
            through.commit([], None)
    through._producer.flush(10)
    proxy.interrupts = 1
    assert through.abort_and_go_on()
    _deliver_into_the_next(proxy, through, narrow, b"committed")
    through.commit([], None)
    assert _values(bootstrap, narrow) == [b"committed"]


def test_a_transaction_given_up_in_good_order_costs_no_new_producer(
    bootstrap: str, narrow: str, through: Transactions
) -> None:
    producer = through._producer
    for value in (b"given up", b"given up while on its way"):
        through.produce([Outgoing(narrow, b"k", value, [])])
        if value == b"given up":
            producer.flush(10)
        assert through.abort_and_go_on()
    through.produce([Outgoing(narrow, b"k", b"after", [])])
    through.commit([], None)
    assert through._producer is producer
    assert _values(bootstrap, narrow) == [b"after"]


def test_breaks_are_heard_however_soon_one_follows_the_other(
    narrow: str, proxy: Interrupting, through: Transactions
) -> None:
    producer = through._producer
    for _ in range(2):
        proxy.interrupts = 1
        producer.begin_transaction()
        producer.produce(narrow, b"interrupted")
        producer.commit_transaction(30)
    proxy.interrupts = 1
    through.produce([Outgoing(narrow, b"k", b"interrupted", [])])
    through.commit([], None)
    assert through._producer is not producer


def test_offsets_are_taken_once_brokers_are_back(
    narrow: str, proxy: Interrupting, through: Transactions
) -> None:
    consumer = Consumer(
        client({"bootstrap.servers": proxy.address, "log_level": "0", "group.id": narrow})
    )
    consumer.subscribe([narrow])
    until = time.monotonic() + PATIENCE
    while not consumer.assignment() and time.monotonic() < until:
        consumer.poll(0.1)
    for offset in range(3):
        through.produce([Outgoing(narrow, b"k", b"read", [])])
        through.commit([TopicPartition(narrow, 0, offset + 1)], consumer.consumer_group_metadata())
        with proxy.away():
            time.sleep(AWAY)
    [committed] = consumer.committed([TopicPartition(narrow, 0)], PATIENCE)
    assert committed.offset == 3
    consumer.close()


def _deliver_into_the_next(
    proxy: Interrupting, through: Transactions, topic: str, value: bytes
) -> None:
    """Let an end that was held back come while the next transaction is open."""
    assert proxy.interrupts == 0
    through.produce([Outgoing(topic, b"k", value, [])])
    # What has not been sent is not in the transaction yet.
    through._producer.flush(10)
    proxy.deliver()


def _values(bootstrap: str, topic: str) -> list[bytes | None]:
    return [each.value for each in read_all({"bootstrap.servers": bootstrap}, [topic])]
