"""The committed contracts hold, and a folder of contracts that does not says why."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

import schemas
from connectors import lock
from connectors.checks import findings
from connectors.contracts import ContractError, Contracts
from flows import FLOWS
from manifold.cli.contracts import app
from operators.decision import InvoiceDecision
from operators.upload import InvoiceUploaded
from tests.contract.contract_files import edit_schema, edit_topic
from tests.contract.samples import upload

SCHEMAS = Path(schemas.__file__).parent


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the contracts, to be spoiled."""
    return Path(shutil.copytree(SCHEMAS, tmp_path / "schemas"))


def told(folder: Path) -> str:
    """All findings of a folder, as one text."""
    return "\n".join(
        f"{each.check} {each.where}: {each.message}" for each in findings(Contracts.load(folder))
    )


def test_the_committed_contracts_hold() -> None:
    assert told(SCHEMAS) == ""


def test_a_breaking_version_is_named_with_its_field(folder: Path) -> None:
    edit_schema(
        folder, "invoice_settled", 2, lambda fields: fields.append({"name": "x", "type": "string"})
    )
    result = CliRunner().invoke(app, ["check", "--root", str(folder)])
    assert result.exit_code == 1
    assert "InvoiceSettled x: is not written and has no default" in result.output
    assert "FULL_TRANSITIVE" in result.output
    assert result.output.count("run `manifold contracts lock`") == 1


def test_check_in_json(folder: Path) -> None:
    edit_topic(folder, "invoice.settled", key="colour")
    result = CliRunner().invoke(app, ["check", "--json", "--root", str(folder)])
    assert result.exit_code == 1
    assert json.loads(result.output)["findings"] == [
        {
            "check": "topic",
            "where": "invoice.settled",
            "message": "colour is not a field of InvoiceSettled",
            "severity": "error",
            "file": str(folder / "topics" / "invoice.settled.yaml"),
            "line": 5,
        }
    ]


def test_an_added_field_gets_a_new_id_and_old_ids_stay(folder: Path) -> None:
    edit_schema(
        folder,
        "reference_vendor",
        2,
        lambda fields: fields.append({"name": "note", "type": ["null", "string"], "default": None}),
    )
    before = json.loads((folder / "lock.json").read_text())["ids"]
    assert CliRunner().invoke(app, ["lock", "--root", str(folder)]).exit_code == 0
    after = json.loads((folder / "lock.json").read_text())["ids"]
    assert before.items() <= after.items()
    (new,) = after.keys() - before.keys()
    assert int(new) == max(map(int, before)) + 1
    added = after[new]
    assert (added["record"], added["version"]) == ("reference_vendor", 2)


def test_a_version_that_has_an_id_must_not_change(folder: Path) -> None:
    edit_schema(folder, "invoice_settled", 1, lambda fields: fields.pop())
    with pytest.raises(ContractError, match="has changed: undo that"):
        lock.locked(Contracts.load(folder))
    assert "make the change in a new file, 2.avsc" in told(folder)


def test_documentation_may_change(folder: Path) -> None:
    edit_schema(folder, "invoice_settled", 1, lambda fields: fields[0].update(doc="Something."))
    assert told(folder) == ""


def test_a_version_that_has_an_id_must_not_go(folder: Path) -> None:
    shutil.rmtree(folder / "avro" / "invoice_audit")
    (folder / "topics" / "invoice.audit.yaml").unlink()
    assert "is gone: bring it back" in told(folder)


def test_a_wrong_example_is_named(folder: Path) -> None:
    example = yaml.safe_load((folder / "topics" / "invoice.settled.yaml").read_text())
    wrong = {**example["examples"][0], "settled_at": "yesterday", "outcome": "APPROVED"}
    edit_topic(folder, "invoice.settled", examples=[wrong])
    assert "example 1: settled_at is not a instant" in told(folder).replace(
        "an instant", "a instant"
    )


def test_personal_data_names_fields(folder: Path) -> None:
    edit_topic(folder, "invoice.uploaded", personal_data=["invoice.seller.nam"])
    assert "invoice.seller.nam is not a field of InvoiceUploaded" in told(folder)


def test_topics_read_together_have_equal_partitions(folder: Path) -> None:
    edit_topic(folder, "invoice.settled", partitions=6)
    assert "topic inventory: what it reads needs equal partitions" in told(folder)


def test_a_cluster_may_have_more_partitions_where_processes_share_them_out() -> None:
    contracts = Contracts.load()
    wanted = {topic.name: topic.partitions for topic in contracts.every_topic(24)}
    for flow in FLOWS:
        read = [topic.name for topic in contracts.read_by(flow)]
        kept = [topic.name for topic in contracts.changelogs_of(flow)]
        letters = [contracts.dead_letters_of(name).name for name in read]
        assert {wanted[name] for name in (*read, *kept, *letters)} == {24}
    assert wanted["reference.policy"] == contracts.topics["reference.policy"].partitions
    assert wanted["dead_letter.resolved"] == 1


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"cleanup": "shred"}, "schemas/topics/invoice.settled.yaml: Invalid enum value 'shred'"),
        ({"retention": 5}, "unknown field `retention`"),
        ({"record": "nothing"}, "there is no schemas/avro/nothing/1.avsc"),
        ({"record": "invoice_audit"}, "both carry InvoiceAudit"),
    ],
)
def test_a_contract_that_cannot_be_read(
    folder: Path, changes: dict[str, Any], sentence: str
) -> None:
    edit_topic(folder, "invoice.settled", **changes)
    with pytest.raises(ContractError, match=sentence):
        Contracts.load(folder)


def test_versions_count_without_gaps(folder: Path) -> None:
    edit_schema(folder, "invoice_settled", 3, lambda fields: None)
    with pytest.raises(ContractError, match="versions count from 1 without gaps"):
        Contracts.load(folder)


@pytest.mark.parametrize("flow", FLOWS)
def test_what_a_flow_reads_has_dead_letters_and_a_writer(flow: str) -> None:
    contracts = Contracts.load()
    assert contracts.read_by(flow)
    assert contracts.written_by(flow)
    for topic in contracts.read_by(flow):
        letters = contracts.dead_letters_of(topic.name)
        assert letters.partitions == topic.partitions
        assert letters.retention_ms > topic.retention_ms
        assert flow in letters.producers
        assert topic.producers


def test_topics_are_found_by_what_they_carry() -> None:
    contracts = Contracts.load()
    assert contracts.topic_of(InvoiceDecision).name == "invoice.decision"
    assert contracts.changelog("decide", "requests").name == "decide.requests.changelog"
    with pytest.raises(ContractError, match=r"needs a contract: decide.nothing.changelog.yaml"):
        contracts.changelog("decide", "nothing")
    with pytest.raises(ContractError, match="no dead letters"):
        contracts.dead_letters_of("invoice.audit")


def test_the_key_of_a_record() -> None:
    topic = Contracts.load().topic_of(InvoiceUploaded)
    record = upload()
    assert topic.key_of(record) == "V-1"
    unknown = InvoiceUploaded(
        request_id="r-1", invoice_id="i", origin="SCAN", uploaded_at=1, metadata=record.metadata
    )
    assert topic.key_of(unknown) == "r-1"


def test_the_list_names_who_owns_a_topic(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    printed = CliRunner().invoke(app, ["list"]).stdout
    [line] = [line for line in printed.splitlines() if line.split()[:1] == ["invoice.uploaded"]]
    assert line.split()[1] == "accounts-payable"
