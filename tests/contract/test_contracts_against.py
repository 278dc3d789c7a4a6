"""The contracts against those at a git reference: what breaks somebody is named."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner, Result

import schemas
from connectors.comparison import compared
from connectors.contracts import Contracts
from connectors.git_reference import contracts_at
from manifold.cli.contracts import app
from tests.contract.contract_files import edit_schema, edit_topic

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples" / "contracts"
SETTLED = "invoice.settled"
NOTE = {"name": "note", "type": ["null", "string"], "default": None}


def git(clone: Path, *arguments: str) -> None:
    who = ("-c", "user.name=T", "-c", "user.email=t@example.com")
    subprocess.run(["git", "-C", clone, *who, *arguments], check=True, capture_output=True)


@pytest.fixture
def clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with the committed contracts at the tag `agreed`."""
    for name in ("GITHUB_ACTIONS", "GITHUB_WORKSPACE"):
        monkeypatch.delenv(name, raising=False)
    made = tmp_path / "clone"
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(Path(schemas.__file__).parent, made / "schemas", ignore=ignored)
    git(made, "init", "--quiet")
    git(made, "add", ".")
    git(made, "commit", "--quiet", "--message", "Agree")
    git(made, "tag", "agreed")
    monkeypatch.chdir(made)
    return made


def check(*arguments: str, against: str = "agreed") -> Result:
    return CliRunner().invoke(app, ["check", "--root", "schemas", "--against", against, *arguments])


def told(clone: Path) -> list[str]:
    """What has changed, without the checks of the tree itself, which take longer."""
    folder = clone / "schemas"
    found = compared(Contracts.load(folder), contracts_at("agreed", folder), "agreed")
    return [f"{each.severity}: {each.check}: {each.where}: {each.message}" for each in found]


def test_contracts_that_have_not_changed_are_well(clone: Path) -> None:
    result = check()
    assert result.exit_code == 0
    assert "against agreed: all well" in result.output


def test_a_new_version_that_all_can_live_with_is_well(clone: Path) -> None:
    edit_schema(clone / "schemas", "invoice_settled", 2, lambda fields: fields.append(NOTE))
    assert CliRunner().invoke(app, ["lock", "--root", "schemas"]).exit_code == 0
    result = check()
    assert result.exit_code == 0, result.output
    assert "against agreed: all well" in result.output


def test_a_version_that_was_edited_is_named_with_what_it_breaks(clone: Path) -> None:
    edit_schema(
        clone / "schemas",
        "invoice_settled",
        1,
        lambda fields: fields.append({"name": "colour", "type": "string"}),
    )
    result = check()
    assert result.exit_code == 1
    assert "version 1 is not what it was at agreed" in result.output
    assert (
        "InvoiceSettled colour: is not written and has no default; version 1 cannot read what "
        "version 1 at agreed writes (FULL_TRANSITIVE)"
    ) in result.output


def test_a_mode_loosened_in_the_same_change_hides_nothing(clone: Path) -> None:
    added = {"name": "colour", "type": "string"}
    edit_schema(clone / "schemas", "invoice_settled", 2, lambda fields: fields.append(added))
    edit_topic(clone / "schemas", SETTLED, compatibility="NONE")
    allowed = check("--allow", f"{SETTLED}:compatibility")
    assert allowed.exit_code == 1
    assert (
        "InvoiceSettled colour: is not written and has no default; version 2 cannot read what "
        "version 1 at agreed writes (FULL_TRANSITIVE)"
    ) in allowed.output


def test_a_version_that_is_gone(clone: Path) -> None:
    edit_schema(clone / "schemas", "invoice_settled", 2, lambda fields: fields.append(NOTE))
    git(clone, "add", ".")
    git(clone, "commit", "--quiet", "--message", "Add a note")
    (clone / "schemas" / "avro" / "invoice_settled" / "2.avsc").unlink()
    assert "version: invoice_settled: version 2 is gone" in check(against="HEAD").output


def test_an_id_that_stands_for_something_else(clone: Path) -> None:
    file = clone / "schemas" / "lock.json"
    locked = json.loads(file.read_text())
    ids = locked["ids"]
    one, other, *_ = ids
    ids[one], ids[other] = ids[other], ids[one]
    file.write_text(json.dumps(locked))
    result = check()
    assert result.exit_code == 1
    assert result.output.count("take that lock.json, and run `manifold contracts lock`") == 2


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"partitions": 3}, "3 partitions instead of 4: Kafka takes none away"),
        ({"partitions": 8}, "away from the state that inventory, pricing, enrich keep"),
        ({"key": "request_id"}, "the key is request_id and was vendor_id: inventory, pricing"),
        ({"key_without": "request_id"}, "the key is vendor_id, without it request_id and was"),
        ({"cleanup": "compact"}, "is compacted now: inventory, pricing, enrich"),
        ({"retention_ms": 86_400_000}, "kept a day instead of 7 days: inventory"),
        ({"max_message_bytes": 1_000}, "larger records of decide are refused"),
        ({"compatibility": "BACKWARD"}, "which inventory, pricing, enrich and decide rely on"),
        ({"kind": "reference"}, "is a reference and was a stream topic: inventory"),
    ],
)
def test_a_topic_that_changes_under_its_users(
    clone: Path, changes: dict[str, Any], sentence: str
) -> None:
    edit_topic(clone / "schemas", SETTLED, **changes)
    (found,) = told(clone)
    assert found.startswith(f"error: {next(iter(changes))}: {SETTLED}: ")
    assert sentence in found


@pytest.mark.parametrize(
    ("topic", "changes", "sentence"),
    [
        ("reference.vendors", {"personal_data": ["name"]}, "ibans is no longer marked"),
        ("invoice.settled", {"personal_data": ["vendor_id"]}, "vendor_id is personal data now"),
        ("invoice.uploaded", {"retention_ms": -1}, "ask accounts-payable whether it may be"),
        ("invoice.uploaded", {"producers": ["decide", "extract"]}, "producers no longer writes"),
    ],
)
def test_what_has_to_be_known_is_a_warning(
    clone: Path, topic: str, changes: dict[str, Any], sentence: str
) -> None:
    edit_topic(clone / "schemas", topic, **changes)
    (found,) = told(clone)
    assert found.startswith(f"warning: {next(iter(changes))}: {topic}: ")
    assert sentence in found


@pytest.mark.parametrize(
    "changes",
    [{"retention_ms": -1}, {"owner": "somebody-else"}, {"max_message_bytes": 2_000_000}],
)
def test_what_breaks_nobody_is_well(clone: Path, changes: dict[str, Any]) -> None:
    edit_topic(clone / "schemas", SETTLED, **changes)
    assert told(clone) == []


def test_a_reference_topic_that_loses_old_keys(clone: Path) -> None:
    edit_topic(clone / "schemas", "reference.vendors", cleanup="compact,delete")
    assert "old keys are deleted now: fraud, enrich, extract" in told(clone)[0]
    edit_topic(clone / "schemas", "reference.vendors", cleanup="delete")
    assert "is no longer compacted: fraud, enrich, extract" in told(clone)[0]


def test_a_topic_that_is_gone(clone: Path) -> None:
    (clone / "schemas" / "topics" / "invoice.audit.yaml").unlink()
    (found,) = told(clone)
    assert found.startswith(
        "error: topic: invoice.audit: is gone: its readers read it, and collect"
    )


def test_a_changelog_is_read_by_its_flow(clone: Path) -> None:
    edit_topic(clone / "schemas", "decide.requests.changelog", partitions=2)
    assert "and decide lose what stands in it" in told(clone)[0]


def test_what_was_agreed_is_let_pass(clone: Path) -> None:
    edit_topic(clone / "schemas", SETTLED, retention_ms=86_400_000)
    allowed = check("--allow", f"{SETTLED}:retention_ms", "--allow", f"{SETTLED}:key")
    assert allowed.exit_code == 0
    assert f"warning: retention_ms: {SETTLED}: kept a day" in allowed.output
    assert f"--allow {SETTLED}:key lets nothing pass any more: remove it" in allowed.output


def test_github_is_told_the_file_and_the_line(clone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_WORKSPACE", str(clone))
    edit_topic(clone / "schemas", SETTLED, partitions=3)
    (told,) = (line for line in check().output.splitlines() if "title=partitions" in line)
    file = f"schemas/topics/{SETTLED}.yaml"
    line = (clone / file).read_text().splitlines().index("partitions: 3") + 1
    assert told.startswith(
        f"::error file={file},line={line},title=partitions%3A {SETTLED}::{SETTLED}: 3 partitions"
    )


def test_json_names_the_line_of_a_field_deep_inside(clone: Path) -> None:
    file = clone / "schemas" / "avro" / "invoice_uploaded" / "2.avsc"
    lines = file.read_text().splitlines()
    at = next(number for number, line in enumerate(lines) if "Invoiced quantity" in line) - 1
    lines[at] = '"type": ["null", "boolean"],'
    file.write_text("\n".join(lines))
    found = json.loads(check("--json").output)["findings"]
    breaks = [each for each in found if each["check"] == "compatibility"]
    (file_and_line,) = {(each["file"], each["line"]) for each in breaks}
    assert file_and_line == ("schemas/avro/invoice_uploaded/2.avsc", at - 1)
    assert [line.strip() for line in lines[at - 2 : at]] == ["{", '"name": "quantity",']
    assert {each["message"].partition(";")[0] for each in breaks} == {
        "InvoiceUploaded invoice.lines[].quantity: is boolean and was decimal",
        "InvoiceUploaded invoice.lines[].quantity: is decimal and was boolean",
    }


def steps_of_the_workflow() -> dict[str, str]:
    """What the example workflow runs, by the names of its steps."""
    workflow = yaml.safe_load((EXAMPLES / "workflow.yml").read_text())
    return {
        each["name"]: each["run"] for each in workflow["jobs"]["check"]["steps"] if "run" in each
    }


def test_the_example_workflow_stops_a_pull_request_that_breaks_somebody(
    clone: Path, tmp_path: Path
) -> None:
    git(clone, "branch", "--move", "main")
    git(clone, "switch", "--quiet", "--create", "change")
    edit_topic(clone / "schemas", SETTLED, partitions=3)
    git(clone, "commit", "--all", "--quiet", "--message", "Take a partition away")
    runner = tmp_path / "runner"
    address = f"file://{clone}"
    git(tmp_path, "clone", "--quiet", "--depth=1", "--branch=change", address, str(runner))
    steps = steps_of_the_workflow()
    environment = {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "GITHUB_ACTIONS": "true",
        "GITHUB_WORKSPACE": str(runner),
        "GITHUB_BASE_REF": "main",
        "PYTHONPATH": str(runner),
    }
    script = "\n".join(run for name, run in steps.items() if "registered" not in name)
    _, _, script = script.partition("pip install --no-deps -e .")
    done = subprocess.run(
        ["bash", "-e", "-c", script], cwd=runner, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 1, done.stderr
    told = [line for line in done.stdout.splitlines() if line.startswith("::error file=")]
    assert any("invoice.settled: 3 partitions instead of 4" in line for line in told)


def test_a_reference_that_is_not_there(clone: Path) -> None:
    result = check(against="nothing")
    assert result.exit_code == 2
    assert "git does not know nothing: is it spelled so, and fetched?" in result.output


def test_a_shallow_clone_is_told_how_to_fetch(
    clone: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    edit_topic(clone / "schemas", SETTLED, partitions=3)
    git(clone, "commit", "--all", "--quiet", "--message", "Take a partition away")
    shallow = tmp_path / "shallow"
    git(tmp_path, "clone", "--quiet", "--depth=1", "--no-tags", f"file://{clone}", str(shallow))
    monkeypatch.chdir(shallow)
    missing = check()
    assert missing.exit_code == 2
    assert "shallow clone: fetch it first" in missing.output
    git(shallow, "fetch", "--quiet", "--depth=1", "origin", "tag", "agreed")
    assert "3 partitions instead of 4" in check(against="FETCH_HEAD").output


def test_outside_of_git_the_clone_is_asked_for(
    clone: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.move(clone / "schemas", tmp_path / "schemas")
    monkeypatch.chdir(tmp_path)
    result = check()
    assert result.exit_code == 2
    assert "name the folder of contracts in your clone with --root" in result.output


def test_a_reference_without_contracts(clone: Path) -> None:
    git(clone, "checkout", "--quiet", "--orphan", "empty")
    git(clone, "rm", "-r", "--quiet", "--cached", ".")
    git(clone, "commit", "--quiet", "--allow-empty", "--message", "Begin")
    result = check(against="empty")
    assert result.exit_code == 2
    assert "empty" in result.output
