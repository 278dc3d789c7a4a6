"""A real registry: ids, compatibility, and readers that are not ours."""

import copy
import io
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import fastavro
import pytest
from confluent_kafka.schema_registry import SchemaRegistryClient
from confluent_kafka.schema_registry.avro import AvroDeserializer
from confluent_kafka.serialization import MessageField, SerializationContext
from typer.testing import CliRunner

from connectors.codec import Codec, UnknownSchema
from connectors.contracts import Contracts, Version
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

SCRIPT = Path(__file__).parents[2] / "deploy" / "registry" / "registry"
CONTRACTS = Contracts.load()


@pytest.fixture(scope="module")
def registry() -> Iterator[Registry]:
    """A registry of our own, empty, unless MANIFOLD_TEST_REGISTRY names one."""
    given = os.environ.get("MANIFOLD_TEST_REGISTRY")
    if given:
        yield Registry(url=given)
        return
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with tempfile.TemporaryFile("w+") as log:
        started = subprocess.Popen([sys.executable, SCRIPT, str(port)], stdout=log, stderr=log)
        try:
            url = f"http://127.0.0.1:{port}/apis/ccompat/v7"
            wait_for(url, started)
            yield Registry(url=url)
        finally:
            started.terminate()
            started.wait(20)


def wait_for(url: str, started: subprocess.Popen[bytes]) -> None:
    asking = SchemaRegistryClient({"url": url, "max.retries": 0})
    deadline = time.monotonic() + 240
    while started.poll() is None and time.monotonic() < deadline:
        try:
            asking.get_subjects()
        except Exception:
            time.sleep(0.5)
        else:
            return
    pytest.fail("the registry did not start; run deploy/registry/registry to see why")


def publish(registry: Registry) -> str:
    result = CliRunner().invoke(app, ["publish", "--url", str(registry.url), "--json"])
    assert result.exit_code == 0, result.output
    return result.output


def test_published_twice_gives_the_same_ids(registry: Registry) -> None:
    assert publish(registry) == publish(registry)
    asking = client(registry)
    for topic in CONTRACTS.topics.values():
        if topic.record is not None:
            assert asking.get_compatibility(f"{topic.name}-value") == topic.compatibility


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
    publish(registry)
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
    publish(registry)
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
    publish(registry)
    asking = client(registry)
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
