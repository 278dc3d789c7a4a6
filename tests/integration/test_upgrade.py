"""`manifold upgrade check`: what another version has left, as this one would find it."""

import json
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient, NewTopic  # type: ignore[attr-defined]  # its module hands them on unlisted
from typer.testing import CliRunner

from connectors.contracts import Contracts
from connectors.database.migration import migrate
from connectors.pages import Pages
from connectors.topics import Topics
from manifold.cli.app import app
from operators.fraud import VendorProfile
from tests.contract.state_golden import generations, tables

LATER = {"new_field": [1]}


class Place:
    """The topics of a namespace, a database, and what somebody has left in them."""

    def __init__(self, bootstrap: str, unique: str, folder: Path) -> None:
        self.kafka = {"bootstrap.servers": bootstrap}
        self.contracts = Contracts.load(namespace=unique)
        database = f"sqlite:///{folder / 'manifold.db'}"
        migrate(database)
        self._environment = {
            "MANIFOLD_NAMESPACE": unique,
            "MANIFOLD_DATABASE__URL": database,
            "MANIFOLD_KAFKA__BOOTSTRAP_SERVERS": bootstrap,
        }
        topics = Topics(self.kafka)
        topics.create(topics.plan(self.contracts.every_topic()))

    def write(self, topic: str, key: bytes, value: bytes | None) -> None:
        producer = Producer(self.kafka)
        producer.produce(self.contracts.namespace + topic, value, key, partition=0)
        assert producer.flush(30) == 0

    def check(self) -> tuple[int, dict[str, tuple[str, str]]]:
        """Exit code, and of what was found verdict and text."""
        result = CliRunner().invoke(app, ["upgrade", "check", "--json"], env=self._environment)
        lines = [json.loads(line) for line in result.stdout.splitlines()]
        prefix = self.contracts.namespace
        return result.exit_code, {
            line["about"].removeprefix(prefix): (line["verdict"], line["found"]) for line in lines
        }


@pytest.fixture
def place(bootstrap: str, unique: str, tmp_path: Path) -> Iterator[Place]:
    made = Place(bootstrap, f"{unique}.", tmp_path)
    yield made
    admin = AdminClient({**made.kafka})
    topics = [topic.name for topic in made.contracts.every_topic()]
    for gone in admin.delete_topics(topics).values():
        gone.result()


def test_what_this_version_has_written_is_all_well(place: Place) -> None:
    place.write("fraud.vendors.changelog", b"V-1", msgspec.msgpack.encode(VendorProfile()))
    code, found = place.check()
    assert code == 0
    assert {verdict for verdict, _ in found.values()} == {"ok"}
    assert found["state"][1].endswith("1 value, all readable")
    assert set(found) == {"database", "topics", "records", "state"}


def test_what_every_version_has_written_is_all_well(place: Place) -> None:
    values = 0
    for name, table in tables().items():
        for generation in generations(name):
            for number, value in enumerate(generation.values):
                key = f"{generation.number}/{number}"
                if table.in_pages:
                    pages = Pages[object](object)
                    [(page, entries)] = pages.write([(key, msgspec.msgpack.decode(value))], key)
                    place.write(f"{name}.changelog", page, entries)
                else:
                    place.write(f"{name}.changelog", key.encode(), value)
                values += 1
    code, found = place.check()
    assert (code, {verdict for verdict, _ in found.values()}) == (0, {"ok"}), found
    assert f"{values} values, all readable" in found["state"][1]


def test_state_that_cannot_be_read_fails_until_it_is_replaced(place: Place) -> None:
    place.write("fraud.vendors.changelog", b"V-1", msgspec.msgpack.encode("another shape"))
    code, found = place.check()
    assert code == 1
    verdict, told = found["fraud.vendors.changelog"]
    assert verdict == "fail"
    assert "1 key cannot be read" in told
    place.write("fraud.vendors.changelog", b"V-1", None)
    assert place.check()[0] == 0


def test_pages_are_looked_into(place: Place) -> None:
    [(key, value)] = Pages[object](object).write([("R-1", "another shape")], "R-1")
    place.write("decide.requests.changelog", key, value)
    code, found = place.check()
    assert (code, found["decide.requests.changelog"][0]) == (1, "fail")


def test_what_a_later_version_has_added_is_told(place: Place) -> None:
    value = msgspec.msgpack.encode(_with_more(msgspec.msgpack.encode(VendorProfile())))
    place.write("fraud.vendors.changelog", b"V-1", value)
    code, found = place.check()
    verdict, told = found["fraud.vendors.changelog"]
    assert (code, verdict) == (0, "warn")
    assert told.startswith("1 of 1 value hold what would be dropped")


def _with_more(encoded: bytes) -> object:
    plain = msgspec.msgpack.decode(encoded)
    return {**plain, **LATER} if isinstance(plain, dict) else [*plain, LATER]


def test_a_record_of_a_version_that_nobody_knows_fails(place: Place) -> None:
    place.write("invoice.decision", b"R-1", b"\0" + (9_999).to_bytes(4, "big") + b"later")
    code, found = place.check()
    assert code == 1
    assert found["invoice.decision"] == ("fail", "schema ids that nobody knows here: 9999")


def test_what_cannot_be_a_record_of_any_version_is_not_the_upgrades_matter(place: Place) -> None:
    place.write("invoice.decision", b"R-1", b"no frame")
    assert place.check()[0] == 0


def test_a_changelog_that_this_version_has_no_table_for_is_told(place: Place) -> None:
    admin = AdminClient({**place.kafka})
    name = f"{place.contracts.namespace}fraud.gone.changelog"
    admin.create_topics([NewTopic(name, 1, 1)])[name].result()
    Topics(place.kafka).wait_for([name])
    code, found = place.check()
    admin.delete_topics([name])[name].result()
    assert (code, found["fraud.gone.changelog"][0]) == (0, "warn")
