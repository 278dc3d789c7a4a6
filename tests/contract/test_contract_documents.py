"""What is written of the contracts for others: the AsyncAPI document and the catalogue."""

import gzip
import json
import shutil
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from lxml import html
from typer.testing import CliRunner

import schemas
from connectors.contracts import Contracts
from manifold.catalogue.asyncapi import asyncapi
from manifold.catalogue.fields import evolution, field_rows
from manifold.catalogue.page import catalogue
from manifold.cli.contracts import app
from tests.contract.contract_files import edit_schema, edit_topic

CONTRACTS = Contracts.load()
OFFICIAL = Path(__file__).with_name("asyncapi") / "3.0.0.json.gz"
TOPICS = [topic for topic in CONTRACTS.topics.values() if topic.record is not None]


@pytest.fixture(scope="module")
def official() -> jsonschema.Draft7Validator:
    return jsonschema.Draft7Validator(json.loads(gzip.decompress(OFFICIAL.read_bytes())))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(Path(schemas.__file__).parent, tmp_path / "schemas"))


def test_the_document_is_what_asyncapi_says(official: jsonschema.Draft7Validator) -> None:
    document = json.loads(json.dumps(asyncapi(CONTRACTS, "0.1.0")))
    assert [error.message for error in official.iter_errors(document)] == []
    document["operations"]["receive.invoice.uploaded"]["action"] = "take"
    assert list(official.iter_errors(document)), "the official schema looks at what it should"


def test_every_reference_in_the_document_leads_somewhere() -> None:
    document = asyncapi(CONTRACTS, "0.1.0")
    references = [value for key, value in walked(document) if key == "$ref"]
    assert references
    for reference in references:
        found: Any = document
        for name in reference.removeprefix("#/").split("/"):
            found = found[name]


def walked(tree: Any) -> list[tuple[str, Any]]:
    if isinstance(tree, list):
        return [pair for each in tree for pair in walked(each)]
    if not isinstance(tree, dict):
        return []
    return [*tree.items(), *(pair for each in tree.values() for pair in walked(each))]


def test_the_document_has_every_topic_with_whom_it_concerns() -> None:
    document = asyncapi(CONTRACTS, "0.1.0")
    assert document["channels"].keys() == {topic.name for topic in TOPICS}
    uploaded = document["channels"]["invoice.uploaded"]
    assert uploaded["x-personal-data"] == list(CONTRACTS.topics["invoice.uploaded"].personal_data)
    assert uploaded["bindings"]["kafka"]["partitions"] == 4
    message = document["components"]["messages"]["InvoiceUploaded"]
    assert message["payload"]["schema"] == CONTRACTS.newest("InvoiceUploaded").schema
    received = document["operations"]["receive.reference.vendors"]
    assert received["summary"] == "Read by fraud, enrich, extract, notify."


@pytest.fixture(scope="module")
def page() -> Any:
    return html.fromstring(catalogue(CONTRACTS, "0.1.0"))


def test_the_page_has_every_topic_and_every_field(page: Any) -> None:
    assert [each.get("id") for each in page.cssselect("article[id]")] == [
        *sorted(topic.name for topic in TOPICS if topic.kind == "stream"),
        *sorted(topic.name for topic in TOPICS if topic.kind == "reference"),
    ]
    for topic in TOPICS:
        assert topic.record is not None
        article = page.get_element_by_id(topic.name)
        rows = article.cssselect("tbody th")
        fields = field_rows(CONTRACTS.versions[topic.record][-1].schema)
        assert [row.text_content() for row in rows] == [field.path for field in fields]
        assert topic.owner in article.text_content()
        assert len(article.cssselect("pre")) == len(topic.examples)


def test_the_page_marks_personal_data_and_all_within_it(page: Any) -> None:
    article = page.get_element_by_id("invoice.uploaded")
    marked = {
        row.cssselect("th")[0].text_content()
        for row in article.cssselect("tbody tr")
        if row.cssselect(".mark")
    }
    assert {
        "invoice.seller.name",
        "invoice.seller.address",
        "invoice.payments[].account.id",
    } < marked
    assert "invoice.seller.address.city" in marked
    assert "invoice.number" not in marked


def test_the_page_needs_no_other_file(page: Any) -> None:
    assert not page.cssselect("link, img, iframe, script[src]")
    assert "url(" not in page.cssselect("style")[0].text
    (policy,) = page.cssselect("meta[http-equiv=Content-Security-Policy]")
    assert policy.get("content").startswith("default-src 'none'")


def test_the_page_can_be_used_without_eyes_or_mouse(page: Any) -> None:
    ids = [each.get("id") for each in page.cssselect("[id]")]
    assert len(ids) == len(set(ids))
    targets = {link.get("href").removeprefix("#") for link in page.cssselect("a")}
    assert targets <= set(ids)
    assert page.get("lang") == "en"
    assert all(cell.get("scope") for cell in page.cssselect("th"))
    assert all(each.get("tabindex") == "0" for each in page.cssselect(".scroll, pre"))
    assert [each.get("for") for each in page.cssselect("label")] == ["filter"]


def test_text_of_a_contract_is_no_markup(folder: Path) -> None:
    edit_topic(folder, "invoice.settled", description="<script>alert(1)</script>")
    text = catalogue(Contracts.load(folder), "0.1.0")
    assert "&lt;script&gt;alert(1)" in text
    assert "<script>alert" not in text


def test_what_each_version_has_changed(folder: Path) -> None:
    def change(fields: list[dict[str, Any]]) -> None:
        by_name = {field["name"]: field for field in fields}
        by_name["outcome"]["type"]["symbols"].append("SPLIT")
        by_name["attempt"].update(type="long", default=2)
        fields.remove(by_name["source"])
        fields.append({"name": "note", "type": ["null", "string"], "default": None})

    edit_schema(folder, "invoice_settled", 2, change)
    contracts = Contracts.load(folder)
    newest, first = evolution(contracts.versions["invoice_settled"])
    assert newest.version == 2
    assert newest.sentences == (
        "note added: string or null, default null.",
        "source removed.",
        "attempt is long and was int.",
        "attempt has the default 2; it was 1.",
        "outcome may also be SPLIT.",
    )
    assert first.sentences == ("As first agreed.",)
    article = html.fromstring(catalogue(contracts, "0.1.0")).get_element_by_id("invoice.settled")
    assert "What has changed (2 versions)" in article.text_content()


def test_a_version_that_only_says_more(folder: Path) -> None:
    edit_schema(
        folder, "invoice_settled", 2, lambda fields: fields[0].update(doc="Which request it is.")
    )
    newest, _ = evolution(Contracts.load(folder).versions["invoice_settled"])
    assert newest.sentences == ("The fields have stayed the same.",)


@pytest.mark.parametrize(("name", "read"), [("a.json", json.loads), ("a.yaml", yaml.safe_load)])
def test_the_command_writes_the_document(tmp_path: Path, name: str, read: Any) -> None:
    file = tmp_path / name
    result = CliRunner().invoke(app, ["docs", "--format", "asyncapi", "--output", str(file)])
    assert result.exit_code == 0, result.output
    assert result.output == f"{file}: {len(TOPICS)} topics\n"
    document = read(file.read_text(encoding="utf-8"))
    assert document["channels"].keys() == {topic.name for topic in TOPICS}


def test_the_command_writes_the_page_or_says_why_not(tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    assert CliRunner().invoke(app, ["docs", "--output", str(file)]).exit_code == 0
    assert file.read_text(encoding="utf-8").startswith("<!doctype html>")
    result = CliRunner().invoke(app, ["docs", "--output", str(tmp_path / "away" / "page.html")])
    assert result.exit_code == 1
    assert "cannot be written: No such file or directory" in result.output
