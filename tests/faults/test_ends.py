"""Ends of partitions asked for while connections break: the right answer, or an error."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from confluent_kafka import ElectionType, KafkaException, Producer
from confluent_kafka.admin import NewTopic  # type: ignore[attr-defined]  # its module hands them on unlisted

from connectors.kafka import client
from connectors.offsets import Offsets, Where
from tests.faults import ports
from tests.faults.cluster import Cluster
from tests.faults.network import Network

TOPIC = "ends"
PARTITIONS = 6
RECORDS = 10
SECONDS = 30.0
PATIENCE = 60.0


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    cluster = Cluster(tmp_path / "brokers")
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.close()


@pytest.fixture
def network(tmp_path: Path) -> Iterator[Network]:
    network = Network(tmp_path / "proxy.log")
    yield network
    network.close()


def test_no_end_is_wrong_however_often_connections_break(
    cluster: Cluster, network: Network
) -> None:
    network.restore()
    _write(cluster)
    over = threading.Event()
    with ThreadPoolExecutor(4) as pool:
        asking = [pool.submit(_ask, {**network.kafka, "log_level": "0"}, over) for _ in range(4)]
        until = time.monotonic() + SECONDS
        try:
            while time.monotonic() < until:
                for broker in ports.BROKERS:
                    network.refuse([broker])
                    over.wait(0.3)
                    network.restore()
                    over.wait(0.1)
        finally:
            over.set()
        found = sum((each.result() for each in asking), Counter[int]())
    assert set(found) == {RECORDS}


def test_ends_are_known_again_when_a_leader_has_died_and_when_it_leads_again(
    cluster: Cluster,
) -> None:
    _write(cluster)
    wanted: list[Where] = [(TOPIC, number) for number in range(PARTITIONS)]
    led = [where for where in wanted if cluster.leader(*where) == 1]
    kafka = {**cluster.kafka, "log_level": "0"}
    died, back = Offsets(kafka), Offsets(kafka)
    for offsets in (died, back):
        assert set(offsets.ends(wanted).values()) == {RECORDS}
    broker = cluster.brokers[1]
    broker.kill()
    _wait(lambda: all(cluster.leader(*where) not in (None, 1) for where in led))
    assert set(died.ends(wanted).values()) == {RECORDS}
    broker.start()
    assert cluster.whole(PATIENCE)
    cluster.admin.elect_leaders(ElectionType.PREFERRED).result()
    _wait(lambda: all(cluster.leader(*where) == 1 for where in led))
    assert set(back.ends(wanted).values()) == {RECORDS}


def _wait(condition: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.1)


def _write(cluster: Cluster) -> None:
    created = cluster.admin.create_topics([NewTopic(TOPIC, PARTITIONS, len(ports.BROKERS))])
    created[TOPIC].result()
    producer = Producer(client(cluster.kafka))
    for number in range(PARTITIONS * RECORDS):
        producer.produce(TOPIC, b"", partition=number % PARTITIONS)
    assert producer.flush(30) == 0


def _ask(kafka: dict[str, str], over: threading.Event) -> Counter[int]:
    """The ends that were given; an error is no wrong answer."""
    wanted: list[Where] = [(TOPIC, number) for number in range(PARTITIONS)]
    offsets = Offsets(kafka)
    found = Counter[int]()
    while not over.is_set():
        try:
            found.update(offsets.ends(wanted).values())
        except KafkaException:
            continue
    return found
