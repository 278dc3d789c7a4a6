"""Samples of other teams are held against the contract, and each field that is wrong is named."""

import copy
import io
import json
from pathlib import Path
from typing import Any

import fastavro
import pytest

from connectors.avro_type import Schema
from connectors.contracts import Contracts
from manifold.testing import NotAsAgreed, TopicContract
from manifold.testing.schemas import Schemas

CONTRACTS = Contracts.load()
TOPIC = CONTRACTS.topics["invoice.settled"]
OURS = CONTRACTS.versions["invoice_settled"][-1].schema
SETTLED: dict[str, Any] = dict(TOPIC.examples[0])


@pytest.fixture
def schemas() -> Schemas:
    return Schemas(CONTRACTS)


@pytest.fixture
def settled(schemas: Schemas) -> TopicContract:
    return TopicContract(CONTRACTS, TOPIC, schemas)


def faults(contract: TopicContract, sample: Any, **options: Any) -> list[str]:
    with pytest.raises(NotAsAgreed) as caught:
        contract.check(sample, **options)
    title, *told = str(caught.value).splitlines()
    assert title == "not what invoice.settled carries (InvoiceSettled version 1):"
    return [line.removeprefix("  ") for line in told]


def test_every_field_that_is_wrong_is_named_at_once(settled: TopicContract) -> None:
    wrong = {**SETTLED, "attempt": "1", "outcom": "APPROVED", "vendor_id": None}
    wrong |= {"outcome": "APROVED", "settled_at": "2026-03-02"}
    del wrong["request_id"]
    assert faults(settled, wrong) == [
        "outcom is not a field of InvoiceSettled: did you mean outcome?",
        "request_id is missing",
        "attempt is not an integer",
        "vendor_id is not text but null",
        "outcome is none of APPROVED, REJECTED, EXPIRED, REPLACED, UNKNOWN: did you mean APPROVED?",
        "settled_at is not an instant (RFC 3339 with a time zone)",
    ]


def test_a_field_deep_inside_is_named_with_its_path(schemas: Schemas) -> None:
    topic = CONTRACTS.topics["invoice.uploaded"]
    sample = copy.deepcopy(topic.examples[0])
    sample["invoice"]["lines"][0]["quantity"] = 1.5
    sample["invoice"]["seller"]["address"]["town"] = "Berlin"
    with pytest.raises(NotAsAgreed) as caught:
        TopicContract(CONTRACTS, topic, schemas).check(sample)
    assert "invoice.lines[0].quantity is not a decimal with up to eight places" in str(caught.value)
    assert "invoice.seller.address.town is not a field of Address" in str(caught.value)


def test_values_are_not_in_the_text(settled: TopicContract) -> None:
    (told,) = faults(settled, {**SETTLED, "settled_at": "DE89370400440532013000"})
    assert "DE89" not in told


@pytest.mark.parametrize("as_sample", [lambda text: text, str.encode], ids=["text", "bytes"])
def test_json_in_any_form(settled: TopicContract, as_sample: Any, tmp_path: Path) -> None:
    sample = as_sample(json.dumps(SETTLED))
    assert settled.check(sample) == SETTLED
    (tmp_path / "sample.json").write_text(json.dumps(SETTLED))
    assert settled.check(tmp_path / "sample.json") == SETTLED


def test_text_that_is_no_json(settled: TopicContract) -> None:
    (told,) = faults(settled, '{"request_id": ')
    assert told.startswith("it is neither JSON nor Avro in Confluent's framing: Expecting value")
    assert faults(settled, "[1]") == ["the record is not a JSON object"]


def test_the_key(settled: TopicContract) -> None:
    settled.check(SETTLED, key="V-1001")
    settled.check(SETTLED, key=b"V-1001")
    assert faults(settled, SETTLED, key="R-1") == ["the key is not the record's vendor_id"]


def encoded(schemas: Schemas, schema: Schema, **changes: Any) -> bytes:
    """A value as a producer with that schema writes it."""
    record = {**SETTLED, "settled_at": 5, "attempt": 1, **changes}
    buffer = io.BytesIO()
    fastavro.schemaless_writer(buffer, fastavro.parse_schema(dict(schema)), record)
    number = schemas.register("invoice.settled-value", schema)
    return b"\0" + number.to_bytes(4, "big") + buffer.getvalue()


def with_field(name: str, kind: Any) -> Schema:
    schema: dict[str, Any] = copy.deepcopy(dict(OURS))
    schema["fields"].append({"name": name, "type": kind})
    return schema


def test_bytes_are_read_as_our_readers_do(settled: TopicContract, schemas: Schemas) -> None:
    assert settled.check(encoded(schemas, OURS), key="V-1001")["outcome"] == "REJECTED"
    more = with_field("colour", "string")
    assert "colour" not in settled.check(encoded(schemas, more, colour="red"))


def test_a_schema_that_our_readers_cannot_read(settled: TopicContract, schemas: Schemas) -> None:
    schema: dict[str, Any] = copy.deepcopy(dict(OURS))
    schema["fields"] = [each for each in schema["fields"] if each["name"] != "vendor_id"]
    (told,) = faults(settled, encoded(schemas, schema))
    assert told == (
        "vendor_id is not written and has no default: version 1 of the contract cannot read what "
        "this schema writes"
    )


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (b"\1\0\0\0\1abc", "it does not begin with a zero byte and a schema id"),
        (b"\0\x0f\xff\xff\xff", "no schema has the id 268435455"),
    ],
)
def test_bytes_that_are_no_message(settled: TopicContract, value: bytes, told: str) -> None:
    assert faults(settled, value)[0].startswith(told)


def test_bytes_that_end_early_or_late(settled: TopicContract, schemas: Schemas) -> None:
    value = encoded(schemas, OURS)
    ends = "the bytes after the schema id are no InvoiceSettled"
    assert faults(settled, value[:-3]) == [ends]
    assert faults(settled, value + b"x") == ["bytes follow after the InvoiceSettled"]


def test_a_message_that_is_too_large(settled: TopicContract, schemas: Schemas) -> None:
    value = encoded(schemas, OURS, invoice_id="x" * 1_100_000)
    assert faults(settled, value)[0].endswith("and the topic takes 1,048,588")
