"""A real registry: ids, compatibility, and readers that are not ours."""

import base64
import copy
import io
import json
from typing import Any

import fastavro
import pytest
from confluent_kafka.schema_registry.avro import AvroDeserializer
from confluent_kafka.serialization import MessageField, SerializationContext
from typer.testing import CliRunner, Result

from connectors.codec import Codec, UnknownSchema
from connectors.contracts import Contracts, Version
from connectors.registration import registration
from connectors.registry import (
    RegisteredFound,
    RegistryIds,
    RegistryRefused,
    client,
    compare,
    register,
)
from connectors.settings import Registry
from manifold.cli.contracts import app
from operators.decision import InvoiceDecision
from tests.integration.registry_guard import guarded

CONTRACTS = Contracts.load()


def run(registry: Registry, *arguments: str, **environment: str) -> Result:
    """A command with the registry's address behind it."""
    return CliRunner().invoke(app, [*arguments, str(registry.url)], env=environment)


def steps(registry: Registry, unique: str, *options: str) -> list[dict[str, Any]]:
    arguments = ("register", "--json", *options, "--url")
    result = run(registry, *arguments, MANIFOLD_NAMESPACE=unique)
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.output.splitlines()]


def test_registered_twice_changes_nothing_the_second_time(registry: Registry, unique: str) -> None:
    first = steps(registry, unique)
    again = steps(registry, unique)
    assert {each["type"] for each in first} == {"mode", "version"}
    assert all(each["new"] for each in first if each["type"] == "version")
    assert [{**each, "new": True} for each in again] == [
        each for each in first if each["type"] == "version"
    ]
    asking = client(registry)
    for topic in Contracts.load(namespace=unique).topics.values():
        if topic.record is not None:
            assert asking.get_compatibility(f"{topic.name}-value") == topic.compatibility


def test_a_dry_run_writes_nothing(registry: Registry, unique: str) -> None:
    told = steps(registry, unique, "--dry-run")
    assert all(each["id"] is None for each in told if each["type"] == "version")
    assert not [name for name in client(registry).get_subjects() if name.startswith(unique)]


def test_a_mode_that_somebody_has_loosened_is_told_and_set_again(
    registry: Registry, unique: str
) -> None:
    steps(registry, unique)
    subject = f"{unique}invoice.settled-value"
    client(registry).set_compatibility(subject, "NONE")
    told = run(registry, "check", "--against", MANIFOLD_NAMESPACE=unique)
    assert told.exit_code == 0
    assert "the registry holds it to NONE, the contract says FULL_TRANSITIVE" in told.output
    (mode,) = [each for each in steps(registry, unique) if each["type"] == "mode"]
    assert (mode["topic"], mode["before"]) == (f"{unique}invoice.settled", "NONE")
    assert client(registry).get_compatibility(subject) == "FULL_TRANSITIVE"


def test_what_others_have_registered_counts(registry: Registry, unique: str) -> None:
    steps(registry, unique)
    topic, asking = f"{unique}invoice.settled", client(registry)
    asking.set_compatibility(f"{topic}-value", "NONE")
    schema = copy.deepcopy(dict(CONTRACTS.newest("InvoiceSettled").schema))
    schema["fields"].append({"name": "colour", "type": "string"})
    register(asking, topic, Version("invoice_settled", 2, schema))
    result = run(registry, "check", "--against", MANIFOLD_NAMESPACE=unique)
    assert result.exit_code == 1
    assert "version 2 of" in result.output
    assert "somebody else has registered it" in result.output
    assert (
        "InvoiceSettled colour: is not written and has no default; version 2 at the registry "
        "cannot read what version 1 writes (FULL_TRANSITIVE)"
    ) in result.output
    dry = run(registry, "register", "--dry-run", "--url", MANIFOLD_NAMESPACE=unique)
    assert dry.exit_code == 1


@pytest.mark.parametrize(
    ("login", "wanted"),
    [
        ({"MANIFOLD_REGISTRY__TOKEN": "t-1"}, "Bearer t-1"),
        (
            {"MANIFOLD_REGISTRY__USERNAME": "anna", "MANIFOLD_REGISTRY__PASSWORD": "s:1"},
            f"Basic {base64.b64encode(b'anna:s:1').decode()}",
        ),
    ],
    ids=["bearer", "basic"],
)
def test_a_registry_that_wants_a_login(
    registry: Registry, unique: str, login: dict[str, str], wanted: str
) -> None:
    with guarded(registry, wanted) as address:
        guard = Registry(url=address)
        environment = {"MANIFOLD_NAMESPACE": unique}
        result = run(guard, "register", "--url", **environment, **login)
        assert result.exit_code == 0, result.output
        without = run(guard, "register", "--url", **environment)
        assert without.exit_code == 1
        assert "HTTP status 401: it wants a login, or another one" in without.output
        compared = run(guard, "check", "--against", **environment)
        assert compared.exit_code == 2
        assert "nothing is compared: the registry answers with HTTP status 401" in compared.output


def test_a_registry_that_is_away() -> None:
    away = Registry(url="http://127.0.0.1:1")
    for arguments, code in ((("register", "--url"), 1), (("check", "--against"), 2)):
        result = run(away, *arguments)
        assert result.exit_code == code
        assert "the registry does not answer (ConnectError): check registry.url" in result.output


def test_confluents_deserializer_reads_our_records(registry: Registry) -> None:
    codec = Codec(CONTRACTS, RegistryIds(client(registry)))
    topic = CONTRACTS.topic_of(InvoiceDecision)
    decision = codec.from_json(InvoiceDecision, topic.examples[0])
    value = codec.encoder(InvoiceDecision)(decision)
    read = AvroDeserializer(client(registry))(
        value, SerializationContext(topic.name, MessageField.VALUE)
    )
    assert read["request_id"] == decision.request_id
    assert read["branches"][0]["violations"][0]["rule_id"] == "VAL-TOTAL-NET"
    assert int(read["decided_at"].timestamp() * 1000) == decision.decided_at


def test_a_newer_version_is_fetched_and_read(registry: Registry) -> None:
    list(registration(client(registry), CONTRACTS))
    topic = CONTRACTS.topic_of(InvoiceDecision)
    schema = copy.deepcopy(dict(CONTRACTS.newest("InvoiceDecision").schema))
    schema["fields"].append({"name": "note", "type": ["null", "string"], "default": None})
    number = register(client(registry), topic.name, Version("invoice_decision", 2, schema))
    codec = Codec(CONTRACTS, RegistryIds(client(registry)))
    decision = codec.from_json(InvoiceDecision, topic.examples[0])
    ours = codec.encoder(InvoiceDecision)(decision)
    buffer = io.BytesIO(b"\0" + number.to_bytes(4, "big") + ours[5:])
    buffer.seek(0, io.SEEK_END)
    fastavro.schemaless_writer(buffer, fastavro.parse_schema(["null", "string"]), "new")
    assert codec.decoder(InvoiceDecision)(buffer.getvalue()) == decision
    assert codec.decode_any(buffer.getvalue())[1]["note"] == "new"


def test_a_breaking_version_is_refused(registry: Registry) -> None:
    list(registration(client(registry), CONTRACTS))
    schema = copy.deepcopy(dict(CONTRACTS.newest("InvoiceSettled").schema))
    schema["fields"].append({"name": "colour", "type": "string"})
    with pytest.raises(RegistryRefused, match=r"invoice\.settled-value: .* refuses"):
        register(client(registry), "invoice.settled", Version("invoice_settled", 2, schema))


def with_field(record: str, field: dict[str, object]) -> Contracts:
    """The contracts with one more version of a record."""
    newest = CONTRACTS.newest(record)
    schema = copy.deepcopy(dict(newest.schema))
    schema["fields"].append(field)
    version = Version(newest.folder, newest.version + 1, schema)
    versions = {**CONTRACTS.versions, newest.folder: (*CONTRACTS.versions[newest.folder], version)}
    return Contracts(CONTRACTS.topics, versions, CONTRACTS.lock)


def test_an_upgrade_sees_what_the_registry_lacks_refuses_and_has_beyond(
    registry: Registry,
) -> None:
    asking = client(registry)
    list(registration(asking, CONTRACTS))
    topic = CONTRACTS.topics["invoice.audit"]
    field: dict[str, object] = {"name": "note", "type": ["null", "string"], "default": None}
    later = with_field("InvoiceAudit", field)
    breaking = with_field("InvoiceAudit", {"name": "colour", "type": "string"})
    number = later.newest("InvoiceAudit").version

    assert compare(asking, CONTRACTS, topic) == RegisteredFound(0, (), ())
    assert compare(asking, later, topic) == RegisteredFound(0, (number,), ())
    assert compare(asking, breaking, topic) == RegisteredFound(0, (number,), (number,))
    register(asking, topic.name, later.newest("InvoiceAudit"))
    assert compare(client(registry), CONTRACTS, topic) == RegisteredFound(1, (), ())


def test_an_unknown_id_is_unknown(registry: Registry) -> None:
    with pytest.raises(UnknownSchema):
        RegistryIds(client(registry)).schema_of(999_999)
