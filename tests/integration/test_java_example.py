"""The Java project of docs/examples: it writes what we read, and reads what we write."""

import shutil
import subprocess
from pathlib import Path

import pytest
from confluent_kafka import Consumer, Producer

from connectors.codec import Codec
from connectors.contracts import Contracts
from connectors.registration import registration
from connectors.registry import RegistryIds, client
from connectors.settings import Registry
from connectors.topics import Topics
from operators.decision import InvoiceDecision
from operators.upload import InvoiceUploaded
from tests.maven import maven

ROOT = Path(__file__).parents[2]
PROJECT = ROOT / "docs" / "examples" / "contracts" / "java"
PATH = "target/classes:target/dependency/*"
SCHEMA = ROOT / "schemas" / "avro" / "invoice_uploaded" / "2.avsc"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("java") / "billing"
    shutil.copytree(PROJECT, made, ignore=shutil.ignore_patterns("target"))
    goals = ("compile", "dependency:copy-dependencies")
    with maven():
        done = subprocess.run(
            ["mvn", "-q", "-B", *goals], cwd=made, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
    assert done.returncode == 0, done.stdout.decode()[-2_000:]
    return made


@pytest.fixture
def contracts(unique: str, bootstrap: str, registry: Registry) -> Contracts:
    """Contracts under a namespace of their own, with their topics and subjects."""
    made = Contracts.load(namespace=unique)
    topics = Topics({"bootstrap.servers": bootstrap})
    wanted = [made.topic_of(InvoiceDecision), made.topic_of(InvoiceUploaded)]
    topics.create(topics.plan(wanted), 1)
    assert list(registration(client(registry), made))
    return made


def java(built: Path, program: str, bootstrap: str, registry: Registry, *arguments: str) -> str:
    address = str(registry.url).partition("/apis/")[0]
    done = subprocess.run(
        ["java", "-cp", PATH, program, bootstrap, address, *arguments],
        cwd=built,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr[-2_000:]
    return done.stdout


def test_it_reads_our_decisions(
    built: Path, contracts: Contracts, bootstrap: str, registry: Registry, unique: str
) -> None:
    topic = contracts.topic_of(InvoiceDecision)
    codec = Codec(contracts, RegistryIds(client(registry)))
    example = {**topic.examples[0], "amount": "160.53", "request_id": "r-1", "revision": 3}
    decision = codec.from_json(InvoiceDecision, example)
    producer = Producer({"bootstrap.servers": bootstrap})
    producer.produce(topic.name, codec.encoder(InvoiceDecision)(decision), "r-1")
    assert producer.flush(30) == 0
    arguments = (topic.name, f"{unique}billing", "1")
    read = java(built, "ReadDecisions", bootstrap, registry, *arguments)
    assert read.split() == ["r-1", "3", "REJECTED", "160.53", "false"]


def test_we_read_its_uploads(
    built: Path, contracts: Contracts, bootstrap: str, registry: Registry, unique: str
) -> None:
    topic = contracts.topic_of(InvoiceUploaded)
    arguments = (topic.name, str(SCHEMA), "r-java")
    java(built, "SendUpload", bootstrap, registry, *arguments)
    consumer = Consumer(
        {"bootstrap.servers": bootstrap, "group.id": unique, "auto.offset.reset": "earliest"}
    )
    consumer.subscribe([topic.name])
    try:
        message = consumer.poll(60)
    finally:
        consumer.close()
    assert message is not None
    assert message.error() is None
    value = message.value()
    assert isinstance(value, bytes)
    codec = Codec(contracts, RegistryIds(client(registry)))
    upload = codec.decoder(InvoiceUploaded)(value)
    assert (upload.request_id, upload.vendor_id, upload.origin) == ("r-java", "V-1001", "SCAN")
    assert topic.key_of(upload).encode() == message.key()
