"""`manifold memory`, against librdkafka's mock cluster."""

import json
from collections.abc import Iterator

import pytest
from confluent_kafka import Producer
from typer.testing import CliRunner, Result

from connectors.codec import Codec, LockIds
from connectors.contracts import Contracts
from connectors.publish import Publisher
from manifold.cli.memory import app
from operators.extraction.memory import Fact, LabelKnown, Learned, Mark, VendorMemory

CONTRACTS = Contracts.load()
LEARNED = Learned("req-7", 1, "anna.berger", 1_772_442_900_000, 2)
MEMORY = VendorMemory(
    "V-1",
    1_772_442_900_000,
    (Fact("seller.name", "Nordlicht Handel", LEARNED),),
    (LabelKnown("totals.gross", "bitte anweisen", 1, 0.44, 0.29, LEARNED),),
    (Mark("phone", "77889900", LEARNED),),
)


@pytest.fixture
def kafka() -> Iterator[str]:
    cluster = Producer({"test.mock.num.brokers": 1, "log_level": 0})
    brokers = cluster.list_topics(timeout=10).brokers.values()
    there = ",".join(f"{each.host}:{each.port}" for each in brokers)
    codec = Codec(CONTRACTS, LockIds(CONTRACTS))
    with Publisher({"bootstrap.servers": there}, CONTRACTS, codec) as publisher:
        publisher.send(MEMORY)
    yield there
    cluster.flush(0)


def memory(kafka: str, *arguments: str) -> Result:
    return CliRunner().invoke(app, [*arguments, "--bootstrap", kafka])


def test_the_vendors_of_whom_something_is_remembered_are_listed(kafka: str) -> None:
    outcome = memory(kafka, "list", "--json")

    (line,) = outcome.stdout.splitlines()
    assert json.loads(line)["vendor_id"] == "V-1"
    assert "Nordlicht Handel" in memory(kafka, "list").stdout


def test_what_is_remembered_is_shown_with_where_it_is_from(kafka: str) -> None:
    outcome = memory(kafka, "show", "V-1", "--json")

    shown = json.loads(outcome.stdout)
    assert shown["labels"][0]["phrase"] == "bitte anweisen"
    assert shown["facts"][0]["learned"]["request_id"] == "req-7"
    assert "anna.berger" in memory(kafka, "show", "V-1").stdout


def test_what_is_forgotten_is_gone(kafka: str) -> None:
    assert memory(kafka, "forget", "V-1").exit_code == 0

    outcome = memory(kafka, "show", "V-1")
    assert outcome.exit_code == 1
    assert "Nothing is remembered of V-1" in outcome.stderr
    assert memory(kafka, "list", "--json").stdout == ""
