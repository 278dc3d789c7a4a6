"""`manifold transactions` on a real broker: what stays open is found, named and ended."""

import json
import subprocess
from collections.abc import Iterator

import pytest
from confluent_kafka import KafkaException, Producer
from confluent_kafka.admin import AdminClient, NewTopic  # type: ignore[attr-defined]  # its module hands them on unlisted
from typer.testing import CliRunner, Result

from connectors.browse import read_all
from manifold.cli.app import app
from tests.integration.flow_process import REPOSITORY
from tests.integration.hanging import hang

# One test changes how the broker keeps transactions.
pytestmark = pytest.mark.alone


@pytest.fixture
def topic(bootstrap: str, unique: str) -> Iterator[str]:
    admin = AdminClient({"bootstrap.servers": bootstrap})
    name = f"{unique}topic"
    admin.create_topics([NewTopic(name, 2, 1)])[name].result()
    yield name
    admin.delete_topics([name])[name].result()


@pytest.fixture
def opened(bootstrap: str, topic: str) -> Producer:
    """A producer that has written a record and does not go on."""
    producer = Producer(
        {
            "bootstrap.servers": bootstrap,
            "transactional.id": f"{topic}-fraud-one",
            "transaction.timeout.ms": 600_000,
        }
    )
    producer.init_transactions(30)
    producer.begin_transaction()
    producer.produce(topic, b"never committed", partition=1)
    producer.flush(30)
    return producer


def run(bootstrap: str, topic: str, *arguments: str) -> Result:
    command = ["transactions", "--topic", topic, "--bootstrap", bootstrap, "--older-than", "0"]
    return CliRunner().invoke(app, [*command, *arguments])


def test_one_that_is_open_is_found_with_its_name(
    bootstrap: str, topic: str, opened: Producer
) -> None:
    result = run(bootstrap, topic, "--json")
    (found,) = map(json.loads, result.stdout.splitlines())
    assert result.exit_code == 1
    assert (found["topic"], found["partition"], found["offset"]) == (topic, 1, 0)
    assert (found["kind"], found["state"]) == ("RUNNING", "ONGOING")
    assert found["transactional_id"] == f"{topic}-fraud-one"
    assert found["timeout_seconds"] == 600
    assert run(bootstrap, topic, "--older-than", "3600").exit_code == 0


def test_one_that_is_aborted_is_never_read_and_its_process_is_fenced(
    bootstrap: str, topic: str, opened: Producer
) -> None:
    assert run(bootstrap, topic, "--abort", "--yes").exit_code == 0
    again = run(bootstrap, topic)
    assert (again.exit_code, again.stdout) == (0, "Nothing holds readers back.\n")
    assert list(read_all({"bootstrap.servers": bootstrap}, [topic])) == []
    with pytest.raises(KafkaException):
        opened.commit_transaction(30)


def test_nothing_is_aborted_unasked(bootstrap: str, topic: str, opened: Producer) -> None:
    command = ["transactions", "--topic", topic, "--bootstrap", bootstrap, "--older-than", "0"]
    result = CliRunner().invoke(app, [*command, "--abort"], input="n\n")
    assert result.exit_code == 1
    opened.commit_transaction(30)
    assert len(list(read_all({"bootstrap.servers": bootstrap}, [topic]))) == 1


def test_one_that_nobody_knows_is_ended_by_the_line_that_is_printed(
    bootstrap: str, topic: str
) -> None:
    hang(bootstrap, topic, f"{topic}-hung")
    result = run(bootstrap, topic, "--abort", "--yes", "--json")
    (found,) = map(json.loads, result.stdout.splitlines())
    assert result.exit_code == 1
    assert (found["kind"], found["offset"], found["transactional_id"]) == ("HANGING", 0, None)
    line = result.stderr.strip().rpartition("kafka-transactions.sh ")[2]
    arguments = line.split()
    tool = REPOSITORY / "deploy/kafka/broker"
    subprocess.run(
        [tool, "tool", "org.apache.kafka.tools.TransactionsCommand", *arguments], check=True
    )
    assert run(bootstrap, topic).exit_code == 0
