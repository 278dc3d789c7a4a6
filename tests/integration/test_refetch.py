"""Records are read a second time from a real broker, wherever they stand."""

import time
from collections.abc import Iterable

import pytest
from confluent_kafka import Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic  # type: ignore[attr-defined]  # its module hands them on unlisted

from connectors.refetch import NotFetched, Refetch

pytestmark = pytest.mark.alone


@pytest.fixture
def written(bootstrap: str, unique: str) -> str:
    """A topic of 3,000 committed records with a marker behind every thousand, and 1,000 aborted."""
    admin = AdminClient({"bootstrap.servers": bootstrap})
    admin.create_topics([NewTopic(unique, 1)])[unique].result(10)
    producer = Producer({"bootstrap.servers": bootstrap, "transactional.id": unique})
    producer.init_transactions(30)
    for committed in (True, False, True, True):
        producer.begin_transaction()
        for number in range(1_000):
            producer.produce(unique, str(number), partition=0)
        producer.flush(30)
        if committed:
            producer.commit_transaction(30)
        else:
            producer.abort_transaction(30)
    return unique


def test_each_wanted_record_comes_once_and_in_order(bootstrap: str, written: str) -> None:
    refetch = Refetch({"bootstrap.servers": bootstrap})
    wanted = [4_002, 7, 8, 9, 2_002, 8, 0]
    assert [record.offset for record in refetch.fetch(written, 0, wanted)] == sorted(set(wanted))
    assert [record.value for record in refetch.fetch(written, 0, [999])] == [b"999"]
    started = time.monotonic()
    assert len(refetch.fetch(written, 0, range(4_004))) == 3_000
    assert time.monotonic() - started < 5
    refetch.close()


def test_markers_aborted_and_deleted_records_are_left_out(bootstrap: str, written: str) -> None:
    admin = AdminClient({"bootstrap.servers": bootstrap})
    admin.delete_records([TopicPartition(written, 0, 100)])[TopicPartition(written, 0, 100)].result(
        10
    )
    refetch = Refetch({"bootstrap.servers": bootstrap})
    wanted = [50, 100, 1_000, 1_500, 2_001, 2_002, 4_003, 4_004, 90_000]
    assert [record.offset for record in refetch.fetch(written, 0, wanted)] == [100, 2_002]
    refetch.close()


@pytest.mark.parametrize("wanted", [[1], range(0, 2_000_000, 400)], ids=["one", "far apart"])
def test_brokers_that_do_not_answer_in_time_are_told_from_records_that_are_gone(
    wanted: Iterable[int],
) -> None:
    refetch = Refetch({"bootstrap.servers": "127.0.0.1:1"}, limit=0.3)
    with pytest.raises(NotFetched, match="was not read in time"):
        refetch.fetch("uploads", 0, wanted)
    began = time.monotonic()
    for _ in range(5):
        with pytest.raises(NotFetched, match="a moment ago"):
            refetch.fetch("uploads", 1, wanted)
    assert time.monotonic() - began < 0.2, "several branches wait once together"
    refetch.close()
