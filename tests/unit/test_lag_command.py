"""`manifold lag` and `manifold offsets` on the embedded broker, which tells little of groups."""

import json
from collections.abc import Iterator

import pytest
from confluent_kafka import Consumer, Producer, TopicPartition
from typer.testing import CliRunner, Result

from manifold.cli.app import app


@pytest.fixture(scope="module")
def bootstrap() -> Iterator[str]:
    """Where 20 invoices were uploaded, of which fraud has read 5."""
    cluster = Producer({"test.mock.num.brokers": 1, "log_level": 0})
    brokers = cluster.list_topics(timeout=10).brokers.values()
    address = ",".join(f"{each.host}:{each.port}" for each in brokers)
    producer = Producer({"bootstrap.servers": address})
    for _ in range(20):
        producer.produce("invoice.uploaded", b"x", partition=0)
    producer.flush(30)
    group = Consumer({"bootstrap.servers": address, "group.id": "fraud", "log_level": 0})
    group.commit(offsets=[TopicPartition("invoice.uploaded", 0, 5)], asynchronous=False)
    group.close()
    yield address
    cluster.flush(0)


def run(bootstrap: str, *arguments: str) -> Result:
    return CliRunner().invoke(app, [*arguments, "--json", "--bootstrap", bootstrap])


def partitions(result: Result) -> list[dict[str, object]]:
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    return [line for line in lines if line["partition"] == 0]


def test_lag_is_known_at_once_and_its_state_is_not(bootstrap: str) -> None:
    result = run(bootstrap, "lag", "fraud", "--fail-on", "WARN")
    [found] = partitions(result)
    assert (found["lag"], found["state"], found["committed"]) == (15, None, 5)
    assert found["seconds"] > 0  # type: ignore[operator]  # JSON
    assert result.exit_code == 0


def test_watching_tells_a_stop(bootstrap: str) -> None:
    watching = ("--watch", "--interval", "0.3", "--window", "1", "--fail-on", "STOP")
    result = run(bootstrap, "lag", "fraud", *watching)
    states = [found["state"] for found in partitions(result)]
    assert result.exit_code == 1
    assert (states[0], states[1], states[-1]) == (None, "OK", "STOP")


def test_all_flows_are_shown_by_default(bootstrap: str) -> None:
    groups = {found["group"] for found in partitions(run(bootstrap, "lag"))}
    assert {"fraud", "pricing", "inventory"} <= groups


def test_serving_goes_alone(bootstrap: str) -> None:
    result = run(bootstrap, "lag", "--serve")
    assert result.exit_code == 2
    assert "--serve goes with none of" in result.stderr


def test_offsets_are_shown(bootstrap: str) -> None:
    [found] = partitions(run(bootstrap, "offsets", "show", "fraud"))
    assert (found["committed"], found["end"], found["lag"]) == (5, 20, 15)
