"""How long a record that makes its flow fail holds up the others of its partition."""

import threading
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from typing import Any

import pytest
from confluent_kafka import Consumer, Producer
from msgspec.structs import replace

from connectors.contracts import Contracts
from operators.result import ValidationResult
from operators.upload import InvoiceUploaded
from tests.contract.generated_records import CODEC, SAMPLES, reference_bytes, sent
from tests.integration.failing_flow import BAD
from tests.integration.test_poison import contracts, restarted

__all__ = ["contracts"]

RECORDS = 300
EVERY = 0.02
"""Seconds between two uploads."""
POISONOUS = 100
LONGEST = 1.0
"""Seconds that the others may wait for the poisonous one to be set aside."""


@pytest.mark.alone
def test_a_poison_record_does_not_stop_its_partition_for_more_than_a_second(
    bootstrap: str, unique: str, contracts: Contracts
) -> None:
    uploads = contracts.topic_of(InvoiceUploaded).name
    results = contracts.topic_of(ValidationResult).name
    producer = Producer({"bootstrap.servers": bootstrap, "linger.ms": 0})
    for topic, records in reference_bytes().items():
        for key, value in records:
            producer.produce(unique + topic, value, key)
    assert producer.flush(10) == 0
    uploaded: dict[str, float] = {}

    def upload(number: int) -> None:
        record = numbered(number)
        uploaded[record.request_id] = time.monotonic()
        raw = sent(record)
        producer.produce(uploads, raw.value, raw.key, partition=0)
        producer.poll(0)

    with (
        restarted("validation", bootstrap, unique),
        answers(bootstrap, unique, results) as answered,
    ):
        upload(0)
        wait_for(answered, 1)
        began = time.monotonic()
        for number in range(1, RECORDS):
            upload(number)
            time.sleep(max(0.0, began + number * EVERY - time.monotonic()))
        assert producer.flush(10) == 0
        wait_for(answered, RECORDS - 1)

    poisonous = f"q-{POISONOUS}"
    assert set(answered) == set(uploaded) - {poisonous}
    waits = [
        answered[f"q-{number}"] - uploaded[f"q-{number}"]
        for number in range(1, RECORDS)
        if number != POISONOUS
    ]
    calm = max(waits[: POISONOUS - 20])
    assert max(waits) < calm + LONGEST


def numbered(number: int) -> InvoiceUploaded:
    """An upload; one of them makes the flow fail."""
    sample = SAMPLES[0].upload
    invoice = sample.invoice
    if number == POISONOUS and invoice is not None:
        invoice = replace(invoice, number=BAD)
    return replace(sample, request_id=f"q-{number}", invoice=invoice)


def wait_for(answered: Mapping[str, float], count: int) -> None:
    """Wait until so many have been answered."""
    until = time.monotonic() + 90
    while len(answered) < count:
        assert time.monotonic() < until, f"{len(answered)} of {count} answered"
        time.sleep(0.01)


@contextmanager
def answers(bootstrap: str, group: str, topic: str) -> Iterator[dict[str, float]]:
    """When each request was answered, while the block runs."""
    decode = CODEC.decoder(ValidationResult)
    settings: dict[str, Any] = {
        "bootstrap.servers": bootstrap,
        "group.id": group,
        "auto.offset.reset": "earliest",
        "isolation.level": "read_committed",
        "fetch.wait.max.ms": 10,
    }
    found: dict[str, float] = {}
    done = threading.Event()

    def read() -> None:
        with closing(Consumer(settings)) as consumer:
            consumer.subscribe([topic])
            while not done.is_set():
                for message in consumer.consume(500, 0.02):
                    if message.error() is None:
                        request_id = decode(message.value() or b"").request_id
                        assert request_id not in found
                        found[request_id] = time.monotonic()

    with ThreadPoolExecutor(1) as thread:
        reading = thread.submit(read)
        try:
            yield found
        finally:
            done.set()
        reading.result(30)
