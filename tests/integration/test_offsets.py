"""`manifold offsets`: nothing moves unasked, and nobody's goods are reserved twice unasked."""

import json
from collections.abc import Iterator

import pytest
from confluent_kafka import Consumer, Producer
from confluent_kafka.admin import AdminClient
from typer.testing import CliRunner, Result

from connectors.clock import now
from connectors.contracts import Contracts
from connectors.groups import committed, go_on_from
from connectors.topics import Topics
from manifold.cli.app import app
from operators.time import DAY

UPLOADS = "invoice.uploaded"


class Place:
    """The topics that inventory reads, 10 records a day apart in a partition of the uploads."""

    def __init__(self, bootstrap: str, unique: str) -> None:
        self.kafka = {"bootstrap.servers": bootstrap}
        self.namespace = unique
        self.uploads = unique + UPLOADS
        self.group = f"{unique}inventory"
        topics = Topics(self.kafka)
        self.topics = Contracts.load(namespace=unique).read_by("inventory")
        topics.create(topics.plan(self.topics))
        producer = Producer(self.kafka)
        for day in range(9, -1, -1):
            producer.produce(self.uploads, b"x", partition=0, timestamp=now() - day * DAY)
        producer.flush(30)

    def run(self, *arguments: str) -> Result:
        environment = {
            "MANIFOLD_NAMESPACE": self.namespace,
            "MANIFOLD_KAFKA__BOOTSTRAP_SERVERS": self.kafka["bootstrap.servers"],
        }
        return CliRunner().invoke(app, ["offsets", *arguments], env=environment)

    def at(self) -> int | None:
        where = (self.uploads, 0)
        return committed(self.kafka, self.group, [where])[where]


@pytest.fixture
def place(bootstrap: str, unique: str) -> Iterator[Place]:
    made = Place(bootstrap, unique)
    go_on_from(made.kafka, made.group, {(made.uploads, 0): 10})
    yield made
    admin = AdminClient({**made.kafka})
    for gone in admin.delete_topics([topic.name for topic in made.topics]).values():
        gone.result()


def moves(result: Result) -> dict[int, tuple[int, int, int, int]]:
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    return {
        line["partition"]: (line["before"], line["after"], line["again"], line["skipped"])
        for line in lines
        if line["topic"].endswith(UPLOADS)
    }


def test_a_dry_run_shows_and_changes_nothing(place: Place) -> None:
    result = place.run("reset", "inventory", "--by", "-1", "--json")
    assert moves(result)[0] == (10, 9, 1, 0)
    assert "Nothing was changed" in result.stderr
    assert (result.exit_code, place.at()) == (0, 10)


@pytest.mark.parametrize(
    ("where", "after"),
    [
        (("--by", "-1"), 9),
        (("--to", "9"), 9),
        (("--to", "latest"), 10),
        (("--to", "earliest", "--forgotten"), 0),
        (("--to", "2000-01-01", "--forgotten"), 0),
        (("--to", "2999-01-01"), 10),
        (("--by", "-100", "--forgotten"), 0),
        (("--by", "100"), 10),
    ],
)
def test_it_goes_on_where_it_was_told(place: Place, where: tuple[str, ...], after: int) -> None:
    result = place.run("reset", "inventory", *where, "--topic", UPLOADS, "--execute")
    assert result.exit_code == 0, result.stderr
    assert place.at() == after


def test_what_inventory_has_forgotten_comes_again_only_when_that_is_meant(place: Place) -> None:
    result = place.run("reset", "inventory", "--to", "earliest", "--execute")
    assert (result.exit_code, place.at()) == (1, 10)
    assert "goods are reserved a second time" in result.stderr
    assert "--forgotten" in result.stderr


def test_what_is_never_read_is_told(place: Place) -> None:
    go_on_from(place.kafka, place.group, {(place.uploads, 0): 4})
    result = place.run("reset", "inventory", "--to", "latest", "--json")
    assert moves(result)[0] == (4, 10, 0, 6)
    assert "decide closes what is skipped at its deadline" in result.stderr


def test_a_group_with_members_stays_as_it_is(place: Place) -> None:
    consumer = Consumer({**place.kafka, "group.id": place.group, "enable.auto.commit": False})
    consumer.subscribe([place.uploads])
    for _ in range(100):
        if consumer.assignment():
            break
        consumer.poll(0.2)
    result = place.run("reset", "inventory", "--to", "9", "--execute")
    consumer.close()
    assert (result.exit_code, place.at()) == (1, 10)
    assert "stop its processes first" in result.stderr


def test_offsets_are_shown(place: Place) -> None:
    result = place.run("show", "inventory", "--topic", UPLOADS, "--json")
    first = json.loads(result.stdout.splitlines()[0])
    assert (first["start"], first["committed"], first["end"], first["lag"]) == (0, 10, 10, 0)


def test_what_makes_no_sense_is_a_sentence(place: Place) -> None:
    for arguments, said in (
        (("reset", "inventory"), "either --to or --by"),
        (("reset", "inventory", "--to", "soon"), "write a day or an instant"),
        (("reset", "nobody", "--to", "latest"), "There is no group nobody"),
        (("reset", "inventory", "--to", "9", "--topic", "invoice.decision"), "does not read"),
    ):
        result = place.run(*arguments)
        assert result.exit_code == 2
        assert said in result.stderr
