"""`manifold read --memory`: documents read with what is remembered of their vendors."""

import json
from pathlib import Path
from typing import Any

import pytest
from confluent_kafka import Producer
from typer.testing import CliRunner, Result

from connectors.codec import Codec, LockIds
from connectors.contracts import Contracts
from connectors.publish import Publisher
from manifold.cli.app import app
from operators.extraction.memory import Fact, LabelKnown, Learned, Mark, VendorMemory
from tests.unit.documents import pdf, written

LINES = (
    "NORD LICHT",
    "VAT ID DE136695976",
    "Invoice date: 12 March 2024",
    "Our sign QX/47",
    "Nails, galvanised, 500 pieces 110.00",
    "Net amount 110.00",
    "Value added tax 19 % 20.90",
    "Total amount EUR 130.90",
)
LEARNED = Learned("req-7", 1, "anna", 1_772_442_900_000)
MEMORY = VendorMemory(
    "V-77",
    LEARNED.at,
    (Fact("seller.name", "Nordlicht Handel e. K.", LEARNED),),
    (LabelKnown("number", "our sign", 1, 0.3, 0.2, LEARNED),),
    (Mark("vat_id", "de136695976", LEARNED),),
)
CONTRACTS = Contracts.load()
CODEC = Codec(CONTRACTS, LockIds(CONTRACTS))


@pytest.fixture(autouse=True)
def files(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    Path("invoice.pdf").write_bytes(pdf(lambda canvas: written(canvas, LINES)))
    Path("memory.jsonl").write_text(json.dumps(CODEC.to_json(MEMORY)) + "\n")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["read", "invoice.pdf", *arguments])


def read(*arguments: str) -> dict[str, Any]:
    outcome = run("--json", *arguments)
    assert outcome.exit_code == 0, outcome.output
    found: dict[str, Any] = json.loads(outcome.stdout)
    return found


def test_without_memory_a_document_is_read_as_it_is() -> None:
    found = read()

    assert found["memory"] is None
    assert found["invoice"].get("number") != "QX/47"


def test_a_document_is_read_with_what_a_file_remembers_of_its_vendor() -> None:
    found = read("--memory", "memory.jsonl")

    assert found["invoice"]["number"] == "QX/47"
    assert found["invoice"]["seller"]["name"] == "Nordlicht Handel e. K."
    assert found["memory"]["vendor_id"] == "V-77"
    assert {each["request_id"] for each in found["memory"]["fields"]} == {"req-7"}


def test_it_is_told_whose_memory_a_document_was_read_with() -> None:
    said = " ".join(run("--memory", "memory.jsonl").stdout.split())

    assert said.startswith("invoice.pdf, text layer, invoice, ")
    assert "with the memory of V-77 (vat id)" in said


def test_a_document_is_read_with_what_stands_in_kafka(monkeypatch: pytest.MonkeyPatch) -> None:
    cluster = Producer({"test.mock.num.brokers": 1, "log_level": 0})
    brokers = cluster.list_topics(timeout=10).brokers.values()
    there = ",".join(f"{each.host}:{each.port}" for each in brokers)
    with Publisher({"bootstrap.servers": there}, CONTRACTS, CODEC) as publisher:
        publisher.send(MEMORY)
    monkeypatch.setenv("MANIFOLD_KAFKA__BOOTSTRAP_SERVERS", there)

    assert read("--memory", "kafka")["memory"]["vendor_id"] == "V-77"
    cluster.flush(0)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "other.jsonl cannot be read: No such file or directory."),
        ("{}", "other.jsonl, line 1: "),
        ("no JSON", "other.jsonl, line 1: "),
    ],
)
def test_a_file_that_holds_no_memories_is_refused_with_a_sentence(
    content: str | None, said: str
) -> None:
    if content is not None:
        Path("other.jsonl").write_text(content)

    outcome = run("--memory", "other.jsonl")

    assert outcome.exit_code == 2
    assert said in outcome.stderr
    assert outcome.stdout == ""
