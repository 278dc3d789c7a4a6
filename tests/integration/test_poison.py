"""A record that makes a flow crash becomes a dead letter; a flow never restarts for ever."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import msgspec
import pytest
from confluent_kafka import Consumer, Message, Producer
from confluent_kafka.admin import AdminClient
from msgspec.structs import replace

from connectors import dead_letters
from connectors.browse import read_all
from connectors.contracts import Contracts
from connectors.stream import Batch, Received
from connectors.topics import Topics
from operators.fraud import VendorProfile
from operators.result import FraudResult, ValidationResult
from operators.upload import InvoiceUploaded
from tests.contract.flow_run import start
from tests.contract.generated_records import AT, CODEC, SAMPLES, reference_bytes, sent
from tests.integration.failing_flow import BAD

REPOSITORY = Path(__file__).parents[2]


@contextmanager
def restarted(flow: str, bootstrap: str, namespace: str) -> Iterator[subprocess.Popen[str]]:
    """A failing flow, supervised."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.integration.failing_flow", flow],
        cwd=REPOSITORY,
        env={
            **os.environ,
            "MANIFOLD_KAFKA__BOOTSTRAP_SERVERS": bootstrap,
            "MANIFOLD_NAMESPACE": namespace,
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def read(bootstrap: str, group: str, topics: list[str], count: int) -> list[Message]:
    """The first so many committed records of topics."""
    settings = {
        "bootstrap.servers": bootstrap,
        "group.id": group,
        "auto.offset.reset": "earliest",
        "isolation.level": "read_committed",
    }
    found: list[Message] = []
    with closing(Consumer(settings)) as consumer:
        consumer.subscribe(topics)
        until = time.monotonic() + 60
        while len(found) < count and time.monotonic() < until:
            found += consumer.consume(100, 0.2)
        found += consumer.consume(100, 1)
    return found


@pytest.fixture
def contracts(bootstrap: str, unique: str) -> Iterator[Contracts]:
    """Contracts whose topics exist on the broker while a test runs."""
    contracts = Contracts.load(namespace=unique)
    topics = Topics({"bootstrap.servers": bootstrap})
    topics.create(topics.plan(contracts.every_topic()))
    yield contracts
    admin = AdminClient({"bootstrap.servers": bootstrap})
    names = [topic.name for topic in contracts.every_topic()]
    for gone in admin.delete_topics(names).values():
        gone.result()


def send(bootstrap: str, contracts: Contracts, bad: Sequence[int]) -> list[Received]:
    """Send reference data and six uploads to one partition, some of which make flows fail."""
    uploads = contracts.topic_of(InvoiceUploaded).name
    producer = Producer({"bootstrap.servers": bootstrap})
    for topic, records in reference_bytes().items():
        for key, value in records:
            producer.produce(contracts.namespace + topic, value, key)
    made: list[Received] = []
    for number, sample in enumerate(SAMPLES[:6]):
        invoice = sample.upload.invoice
        assert invoice is not None
        if number in bad:
            invoice = replace(invoice, number=f"{BAD}-{number}")
        upload = sent(replace(sample.upload, invoice=invoice), number)
        producer.produce(uploads, upload.value, upload.key, partition=0)
        made.append(upload)
    assert producer.flush(10) == 0
    return made


def test_two_records_that_fail_in_one_poll_are_set_aside_and_the_others_answered(
    bootstrap: str, unique: str, contracts: Contracts
) -> None:
    results = contracts.topic_of(ValidationResult).name
    letters = contracts.dead_letters_of(contracts.topic_of(InvoiceUploaded).name).name
    send(bootstrap, contracts, bad=(1, 3))

    with restarted("validation", bootstrap, unique) as process:
        messages = read(bootstrap, unique, [results, letters], 6)
        process.terminate()
        endings, _ = process.communicate(timeout=30)

    assert endings.split() == ["CLEAN"]
    by_topic = {
        topic: [each for each in messages if each.topic() == topic] for topic in (results, letters)
    }
    decode = CODEC.decoder(ValidationResult)
    answered = {decode(each.value() or b"").request_id for each in by_topic[results]}
    assert answered == {SAMPLES[number].upload.request_id for number in (0, 2, 4, 5)}
    assert len(by_topic[results]) == 4
    headers = [dict(each.headers() or []) for each in by_topic[letters]]
    assert [letter[dead_letters.OFFSET] for letter in headers] == [b"1", b"3"]
    for letter in headers:
        assert letter[dead_letters.ERROR_REASON] == b"poison"
        assert letter[dead_letters.ATTEMPTS] == b"3"
        assert letter[dead_letters.EXCEPTION] == b"ZeroDivisionError"
        assert "failing_flow" in str(letter[dead_letters.STACKTRACE])


def test_what_a_failing_record_has_changed_in_tables_is_taken_back(
    bootstrap: str, unique: str, contracts: Contracts
) -> None:
    results = contracts.topic_of(FraudResult).name
    letters = contracts.dead_letters_of(contracts.topic_of(InvoiceUploaded).name).name
    uploads = send(bootstrap, contracts, bad=(2,))

    with restarted("fraud", bootstrap, unique) as process:
        read(bootstrap, unique, [results, letters], 6)
        process.terminate()
        process.communicate(timeout=30)

    good = [upload for number, upload in enumerate(uploads) if number != 2]
    vendors = start("fraud", [Batch(0, AT, good)]).state.open(0)["vendors"]
    changelog = contracts.changelog("fraud", "vendors").name
    kept = {
        (each.key or b"").decode(): msgspec.msgpack.decode(each.value or b"", type=VendorProfile)
        for each in read_all({"bootstrap.servers": bootstrap}, [changelog])
    }
    assert kept == dict(vendors.items()) != {}
