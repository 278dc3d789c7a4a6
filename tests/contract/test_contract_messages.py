"""The messages that other teams test with: our own readers read each, as it says it is read."""

from collections.abc import Callable
from typing import Any

import pytest

from connectors.codec import FRAMED, Codec
from connectors.contracts import Contracts
from connectors.records import RECORDS
from manifold.testing import Message, TopicContract
from manifold.testing.schemas import Schemas

CONTRACTS = Contracts.load()
CLASSES = {record.__name__: record for record in RECORDS}
AGAIN = {"invoice.ocr.completed", "invoice.review.completed", "invoice.review.requested"}
"""They carry the invoice of `invoice.uploaded` once more, which would take a minute."""
TOPICS = [topic for name, topic in CONTRACTS.topics.items() if topic.record and name not in AGAIN]


def contract(topic: str, schemas: Schemas | None = None) -> TopicContract:
    return TopicContract(CONTRACTS, CONTRACTS.topics[topic], schemas or Schemas(CONTRACTS))


def by_name(topic: str) -> dict[str, Message]:
    return {each.name: each for each in contract(topic).messages()}


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.name)
def test_we_read_what_others_are_tested_with(topic: Any) -> None:
    schemas = Schemas(CONTRACTS)
    kit = contract(topic.name, schemas)
    codec = Codec(CONTRACTS, schemas)
    record = CLASSES[kit.version.record]
    read: Callable[[bytes], Any] = codec.decoder(record)
    names = []
    for message in kit.messages():
        assert codec.to_json(read(message.value)) == message.json, message.name
        assert len(message.value) < topic.max_message_bytes
        names.append(message.name)
    assert len(names) == len(set(names)), "tests are called by them"


def test_every_symbol_is_there_and_one_of_a_later_version() -> None:
    messages = by_name("invoice.settled")
    assert {name for name in messages if name.startswith("outcome=")} == {
        f"outcome={symbol}"
        for symbol in ("APPROVED", "REJECTED", "EXPIRED", "REPLACED", "UNKNOWN", "ADDED_LATER")
    }
    later = messages["outcome=ADDED_LATER"]
    assert later.json["outcome"] == "UNKNOWN"
    assert later.meaning == (
        "outcome is a symbol of a later version: a reader takes UNKNOWN, the default symbol of its "
        "schema."
    )


def test_what_may_be_null_is_null_and_what_may_be_absent_is_absent() -> None:
    messages = by_name("invoice.settled")
    assert messages["source=null"].json["source"] is None
    assert messages["everything-set"].json["source"] is not None
    assert messages["attempt=absent"].json["attempt"] == 1
    assert "attempt" not in [each["name"] for each in messages["attempt=absent"].schema["fields"]]
    assert "vendor_id=absent" not in messages, "it has no default, so no version lacks it"


def test_a_later_version_has_fields_everywhere() -> None:
    later = by_name("invoice.settled")["fields-added-later"]
    source = later.schema["fields"][-1]["type"][1]
    assert later.schema["fields"][0]["name"] == source["fields"][0]["name"] == "added_later"
    assert later.json == by_name("invoice.settled")["everything-set"].json


def test_extremes_reach_into_lists_and_records() -> None:
    messages = by_name("invoice.uploaded")
    largest = messages["invoice.lines[].net=largest"].json["invoice"]["lines"][0]["net"]
    assert largest == "99999999999999999999.99999999"
    assert len(messages["invoice.lines=many"].json["invoice"]["lines"]) == 200
    assert messages["invoice.lines=none"].json["invoice"]["lines"] == []
    assert messages["invoice.issue_date=latest"].json["invoice"]["issue_date"] == "9999-12-31"


def test_a_message_has_its_key_and_the_headers_of_ours() -> None:
    messages = by_name("invoice.uploaded")
    assert messages["example-1"].key == b"V-1001"
    assert messages["vendor_id=null"].key == messages["example-1"].json["request_id"].encode()
    assert dict(messages["example-1"].headers)["ce_type"] == b"InvoiceUploaded"


def test_ids_are_those_of_the_lock_or_new() -> None:
    messages = by_name("invoice.settled")
    locked = {int(number) for number in CONTRACTS.lock["ids"]}
    ids = {name: int.from_bytes(each.value[1:FRAMED], "big") for name, each in messages.items()}
    assert ids["example-1"] in locked
    assert ids["outcome=ADDED_LATER"] not in locked
