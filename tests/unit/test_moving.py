"""Entries of a table go where other processes look for them, however many there are."""

from collections.abc import Iterator

import msgspec
import pytest
from confluent_kafka import Producer

from connectors.browse import every_partition, partitions_of, read_all
from connectors.changelog_table import TableType
from connectors.moving import move

TABLE = TableType("texts", str)


@pytest.fixture
def bootstrap() -> Iterator[str]:
    cluster = Producer({"test.mock.num.brokers": 1, "log_level": 0})
    brokers = cluster.list_topics(timeout=10).brokers.values()
    yield ",".join(f"{each.host}:{each.port}" for each in brokers)
    cluster.flush(0)


def test_more_entries_than_the_client_takes_at_once_are_moved(bootstrap: str) -> None:
    kafka = {"bootstrap.servers": bootstrap, "queue.buffering.max.messages": "10"}
    writer = Producer({"bootstrap.servers": bootstrap})
    for number in range(50):
        writer.produce("one", msgspec.msgpack.encode(f"V{number}"), f"R{number}".encode())
    writer.flush(10)
    partitions_of(kafka, ["one", "other"])

    assert move(kafka, TABLE, "one", "other", lambda value: value, "handover") == 50

    left = {each.key for each in read_all(kafka, ["one"]) if each.value is not None}
    moved = list(read_all(kafka, ["other"]))
    assert sorted(each.key or b"" for each in moved) == sorted(f"R{n}".encode() for n in range(50))
    assert len(every_partition(partitions_of(kafka, ["other"]))) > 1
    deleted = {each.key for each in read_all(kafka, ["one"]) if each.value is None}
    assert left == deleted
