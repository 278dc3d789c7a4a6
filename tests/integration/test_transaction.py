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
    # Brokers measure what is compressed.
    large = Random(1).randbytes(5_000)
    first.produce([Outgoing(narrow, b"k", b"fits", []), Outgoing(narrow, b"k", large, [])])
    with pytest.raises(TransactionFailed, match="not committed"):
        first.commit([], None)
    second = Transactions(kafka, narrow)
    second.produce([Outgoing(narrow, b"k", b"after", [])])
    second.commit([], None)
    assert [each.value for each in read_all(kafka, [narrow])] == [b"fits", b"after"]


def test_a_producer_whose_commit_was_sent_twice_is_not_used_again(
    bootstrap: str, narrow: str
) -> None:
    with Interrupting(bootstrap) as proxy:
        transactions = Transactions({"bootstrap.servers": proxy.address}, narrow)
        transactions.produce([Outgoing(narrow, b"k", b"undisturbed", [])])
        transactions.commit([], None)
        proxy.interrupts = 1
        transactions.produce([Outgoing(narrow, b"k", b"interrupted", [])])
        with pytest.raises(TransactionFailed, match="a connection broke meanwhile"):
            transactions.commit([], None)
        assert proxy.interrupts == 0
    kafka = {"bootstrap.servers": bootstrap}
    assert [each.value for each in read_all(kafka, [narrow])] == [b"undisturbed", b"interrupted"]


def test_breaks_are_heard_however_soon_one_follows_the_other(bootstrap: str, narrow: str) -> None:
    with Interrupting(bootstrap) as proxy:
        kafka = {"bootstrap.servers": proxy.address, "log_level": "0"}
        transactions = Transactions(kafka, narrow)
        for _ in range(4):
            proxy.interrupts = 1
            transactions.produce([Outgoing(narrow, b"k", b"interrupted", [])])
            with pytest.raises(TransactionFailed, match="a connection broke meanwhile"):
                transactions.commit([], None)


def test_a_producer_whose_abort_was_sent_twice_is_not_used_again(
    bootstrap: str, narrow: str
) -> None:
    with Interrupting(bootstrap) as proxy:
        transactions = Transactions({"bootstrap.servers": proxy.address}, narrow)
        for interrupts in (0, 1):
            transactions.produce([Outgoing(narrow, b"k", b"given up", [])])
            # What has not been sent needs no end of its transaction.
            transactions._producer.flush(10)
            proxy.interrupts = interrupts
            assert transactions.abort() == (not interrupts)
        assert proxy.interrupts == 0
    assert list(read_all({"bootstrap.servers": bootstrap}, [narrow])) == []
