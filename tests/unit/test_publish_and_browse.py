"""Writing and reading outside flows, against librdkafka's mock cluster."""

from collections.abc import Iterator
from datetime import date

import pytest
from confluent_kafka import KafkaError, Producer
from msgspec.structs import replace

from connectors.browse import BrokerAway, read_all, topics_there
from connectors.codec import Codec, LockIds, TooLarge
from connectors.contracts import Contracts
from connectors.publish import NotWritten, Publisher
from operators.money import ONE
from operators.probe import synthetic
from operators.reference import (
    ReferenceContract,
    ReferenceExchangeRate,
    ReferencePolicy,
    ReferenceVendor,
)
from operators.result import Source
from operators.upload import InvoiceUploaded

CONTRACTS = Contracts.load()
CODEC = Codec(CONTRACTS, LockIds(CONTRACTS))
VENDORS = CONTRACTS.topic_of(ReferenceVendor).name


@pytest.fixture(scope="module")
def kafka() -> Iterator[dict[str, str]]:
    cluster = Producer({"test.mock.num.brokers": 1, "log_level": 0})
    brokers = cluster.list_topics(timeout=10).brokers.values()
    yield {"bootstrap.servers": ",".join(f"{each.host}:{each.port}" for each in brokers)}
    cluster.flush(0)


def test_a_record_counts_as_written_once_the_broker_says_where(kafka: dict[str, str]) -> None:
    places: list[Source] = []
    with Publisher(kafka, CONTRACTS, CODEC) as publisher:
        for number in range(100):
            publisher.send(ReferenceVendor(f"V-{number}", "Name"), on_written=places.append)
    assert publisher.written == publisher.accepted == len(places) == 100
    found = {(each.topic, each.partition, each.offset): each for each in read_all(kafka, [VENDORS])}
    keys = {found[each.topic, each.partition, each.offset].key for each in places}
    assert keys == {f"V-{number}".encode() for number in range(100)}
    some = next(iter(found.values()))
    assert CODEC.decoder(ReferenceVendor)(some.value or b"").name == "Name"
    assert some.header("ce_source") == b"/manifold/cli"


def test_a_key_of_several_fields_is_joined(kafka: dict[str, str]) -> None:
    price = ReferenceContract("C", "V-1", "BOLT", "C62", "EUR", 1)
    rate = ReferenceExchangeRate("USD", ONE, date(2026, 3, 31))
    with Publisher(kafka, CONTRACTS, CODEC) as publisher:
        publisher.send(price)
        publisher.send(rate)
    topics = [CONTRACTS.topic_of(type(each)).name for each in (price, rate)]
    assert [found.key for found in read_all(kafka, topics)] == [b"V-1/BOLT/C", b"USD/2026-03-31"]


def test_what_was_accepted_is_written_even_when_something_breaks(kafka: dict[str, str]) -> None:
    publisher = Publisher(kafka, CONTRACTS, CODEC)

    def interrupted() -> None:
        with publisher:
            publisher.send(ReferenceVendor("V-interrupted", "Name"))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert publisher.written == 1


def test_an_unacknowledged_record_is_not_called_written(
    kafka: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("connectors.publish._PATIENCE", 1)
    publisher = Publisher({"bootstrap.servers": "127.0.0.1:1"}, CONTRACTS, CODEC)
    publisher.send(ReferenceVendor("V-1", "Name"))
    with pytest.raises(NotWritten, match="1 of 1 records"):
        publisher.flush()
    assert publisher.written == 0


def test_a_record_as_large_as_its_topic_takes_is_written(kafka: dict[str, str]) -> None:
    most = CONTRACTS.topic_of(InvoiceUploaded).most_value_bytes
    upload = synthetic("r-large", 1_790_000_000_000)
    invoice = upload.invoice
    assert invoice is not None
    encode = CODEC.encoder(InvoiceUploaded)

    def with_note(length: int) -> InvoiceUploaded:
        return replace(upload, invoice=replace(invoice, payment_terms="x" * length))

    spare = most - len(encode(with_note(most - 1_000))) + most - 1_000
    assert len(encode(with_note(spare))) == most > 1_000_000
    with Publisher(kafka, CONTRACTS, CODEC) as publisher:
        publisher.send(with_note(spare))
        with pytest.raises(TooLarge, match="are more than invoice"):
            publisher.send(with_note(spare + 1))
    assert publisher.written == 1


def test_a_flush_tells_of_what_was_sent_since_the_last_one(
    kafka: dict[str, str],
) -> None:
    publisher = Publisher(kafka, CONTRACTS, CODEC)
    publisher.send(ReferenceVendor("V-1", "Name"))
    publisher.flush()
    publisher.send(ReferenceVendor("V-2", "Name"))
    too_large = KafkaError(KafkaError.MSG_SIZE_TOO_LARGE)
    publisher.accepted += 1
    publisher._delivered(None, too_large, None)  # type: ignore[arg-type]  # the broker's answer
    with pytest.raises(NotWritten, match="1 of 2 records") as caught:
        publisher.flush()
    assert caught.value.unfit
    publisher.send(ReferenceVendor("V-3", "Name"))
    assert publisher.flush() == 3


def test_an_empty_topic_is_read_at_once(kafka: dict[str, str]) -> None:
    assert list(read_all(kafka, [CONTRACTS.topic_of(ReferencePolicy).name])) == []


def test_a_broker_that_is_away_is_said_to_be(kafka: dict[str, str]) -> None:
    with pytest.raises(BrokerAway, match="--bootstrap"):
        topics_there({"bootstrap.servers": "127.0.0.1:1", "log_level": "0"}, patience=0.5)
