"""`manifold validate` as its user sees it."""

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from connectors.einvoice import to_json
from manifold.cli.policy import app as policy_commands
from manifold.cli.validate import validate
from tests.unit.validation_subject import INVOICE, changed

UBL = Path(__file__).parent / "einvoice" / "ubl.xml"
ON = ("--on", "2025-03-20")


@pytest.fixture
def command() -> typer.Typer:
    app = typer.Typer()
    app.command()(validate)
    return app


@pytest.fixture
def runner() -> CliRunner:
    return CliRunner(env={"COLUMNS": "200"})


@pytest.fixture
def right(tmp_path: Path) -> str:
    file = tmp_path / "right.json"
    file.write_text(json.dumps(to_json(INVOICE)))
    return str(file)


def test_a_right_invoice_has_no_violations(
    command: typer.Typer, runner: CliRunner, right: str
) -> None:
    result = runner.invoke(command, [right, "--json", *ON])

    assert json.loads(result.stdout) == {"file": right, "violations": []}
    assert result.exit_code == 0


def test_each_file_gets_a_line_and_one_error_fails_them_all(
    command: typer.Typer, runner: CliRunner, right: str
) -> None:
    result = runner.invoke(command, [right, str(UBL), "--json", *ON])

    first, second = map(json.loads, result.stdout.splitlines())
    assert first["violations"] == []
    assert {"BR-02", "BR-22"} & {each["rule_id"] for each in second["violations"]} == {"BR-22"}
    assert second["violations"][0].keys() == {"rule_id", "message", "severity", "field"}
    assert result.exit_code == 1


def test_what_only_deserves_a_look_is_no_failure(
    command: typer.Typer, runner: CliRunner, tmp_path: Path
) -> None:
    file = tmp_path / "old.json"
    file.write_text(json.dumps(to_json(changed(INVOICE, "customization", None))))

    result = runner.invoke(command, [str(file), *ON])

    assert "0 errors, 1 remark" in result.stdout
    assert "BR-01" in result.stdout
    assert result.exit_code == 0


def test_what_cannot_be_read_is_a_violation_and_the_rest_is_judged(
    command: typer.Typer, runner: CliRunner, tmp_path: Path
) -> None:
    file = tmp_path / "wrong.xml"
    file.write_text(UBL.read_text("utf-8").replace(">50.5<", ">50,5<"), "utf-8")

    result = runner.invoke(command, [str(file), "--json", *ON])

    found = {each["rule_id"]: each for each in json.loads(result.stdout)["violations"]}
    assert "PayableAmount" in found["MF-READ"]["message"]
    assert {"BR-15", "BR-22"} <= found.keys()


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7", b"<Order/>", b"{", b'{"numbr": 1}'])
def test_what_is_no_invoice_is_told_in_the_same_form(
    command: typer.Typer, runner: CliRunner, content: bytes
) -> None:
    result = runner.invoke(command, ["-", "--json"], input=content)

    (violation,) = json.loads(result.stdout)["violations"]
    assert (violation["rule_id"], violation["severity"]) == ("MF-READ", "ERROR")
    assert result.exit_code == 1


def test_a_policy_of_ones_own_replaces_that_of_the_starter_data(
    command: typer.Typer, runner: CliRunner, tmp_path: Path, right: str
) -> None:
    policy = tmp_path / "policy.json"
    starter = Path(__file__).parents[2] / "manifold" / "starter" / "reference.json"
    record = json.loads(starter.read_text("utf-8"))[0] | {"maximum_age_days": 1}
    policy.write_text(json.dumps(record))

    result = runner.invoke(command, [right, "--reference", str(policy), "--json", *ON])

    assert [each["rule_id"] for each in json.loads(result.stdout)["violations"]] == ["MF-DATE-OLD"]


def test_a_policy_in_yaml_says_which_rules_count(
    command: typer.Typer, runner: CliRunner, tmp_path: Path, right: str
) -> None:
    shown = runner.invoke(policy_commands, ["show", "--starter"]).stdout
    strict = shown.replace("maximum_age_days: 365", "maximum_age_days: 1")
    assert strict != shown
    policy = tmp_path / "policy.yaml"

    found = []
    for text in (strict, strict.replace("rules: {}", "rules: {MF-DATE-OLD: ERROR}")):
        policy.write_text(text)
        result = runner.invoke(command, [right, "--policy", str(policy), "--json", *ON])
        (violation,) = json.loads(result.stdout)["violations"]
        found.append((violation["rule_id"], violation["severity"], result.exit_code))

    assert found == [("MF-DATE-OLD", "WARNING", 0), ("MF-DATE-OLD", "ERROR", 1)]
