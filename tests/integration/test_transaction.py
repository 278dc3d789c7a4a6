"""What a broker refuses is never committed, though no delivery report is asked for."""

from collections.abc import Iterator
from random import Random

import pytest
from confluent_kafka.admin import AdminClient, NewTopic  # type: ignore[attr-defined]

from connectors.browse import read_all
from connectors.kafka import client
from connectors.stream import Outgoing
from connectors.transaction import TransactionFailed, Transactions
from tests.integration.interrupting import Interrupting

LARGE = Random(1).randbytes(5_000)
"""Brokers measure what is compressed."""


@pytest.fixture
def narrow(bootstrap: str, unique: str) -> Iterator[str]:
    """A topic that takes records of up to a thousand bytes."""
    admin = AdminClient(client({"bootstrap.servers": bootstrap}))
    name = f"{unique}narrow"
    topic = NewTopic(name, 1, 1, config={"max.message.bytes": "1000"})
    admin.create_topics([topic])[name].result()
    yield name
    admin.delete_topics([name])[name].result()


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
    assert first.abort_and_renew()
    first.produce([Outgoing(narrow, b"k", b"after", [])])
    first.commit([], None)
    assert _values(bootstrap, narrow) == [b"fits", b"after"]


def test_a_commit_that_comes_late_closes_no_later_transaction(bootstrap: str, narrow: str) -> None:
    with Interrupting(bootstrap) as proxy:
        transactions = Transactions({"bootstrap.servers": proxy.address}, narrow)
        proxy.interrupts = 1
        transactions.produce([Outgoing(narrow, b"k", b"interrupted", [])])
        transactions.commit([], None)
        transactions.produce([Outgoing(narrow, b"k", b"given up", [])])
        # What has not been sent is not in the transaction yet.
        transactions._producer.flush(10)
        proxy.deliver()
        assert transactions.abort_and_renew()
        transactions.produce([Outgoing(narrow, b"k", b"after", [])])
        transactions.commit([], None)
    assert _values(bootstrap, narrow) == [b"interrupted", b"after"]


def test_an_abort_that_comes_late_closes_no_later_transaction(bootstrap: str, narrow: str) -> None:
    with Interrupting(bootstrap) as proxy:
        transactions = Transactions({"bootstrap.servers": proxy.address}, narrow)
        transactions.produce([Outgoing(narrow, b"k", value, []) for value in (b"fits", LARGE)])
        with pytest.raises(TransactionFailed):
            transactions.commit([], None)
        proxy.interrupts = 1
        assert transactions.abort_and_renew()
        assert proxy.interrupts == 0
        transactions.produce([Outgoing(narrow, b"k", b"committed", [])])
        transactions._producer.flush(10)
        proxy.deliver()
        transactions.commit([], None)
    assert _values(bootstrap, narrow) == [b"committed"]


def test_breaks_are_heard_however_soon_one_follows_the_other(bootstrap: str, narrow: str) -> None:
    with Interrupting(bootstrap) as proxy:
        kafka = {"bootstrap.servers": proxy.address, "log_level": "0"}
        transactions = Transactions(kafka, narrow)
        producer = transactions._producer
        for _ in range(2):
            proxy.interrupts = 1
            producer.begin_transaction()
            producer.produce(narrow, b"interrupted")
            producer.commit_transaction(30)
        proxy.interrupts = 1
        transactions.produce([Outgoing(narrow, b"k", b"interrupted", [])])
        transactions.commit([], None)
        assert transactions._producer is not producer


def _values(bootstrap: str, topic: str) -> list[bytes | None]:
    return [each.value for each in read_all({"bootstrap.servers": bootstrap}, [topic])]
