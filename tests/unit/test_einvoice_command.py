"""`manifold read` as its user sees it."""

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from connectors.einvoice import read_uploads
from manifold.cli.read import read

UBL = Path(__file__).parent / "einvoice" / "ubl.xml"


@pytest.fixture
def command() -> typer.Typer:
    app = typer.Typer()
    app.command()(read)
    return app


@pytest.fixture
def runner() -> CliRunner:
    return CliRunner(env={"COLUMNS": "100"})


def test_json_is_one_line_a_file_and_goes_on_after_a_bad_one(
    command: typer.Typer, runner: CliRunner, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.xml"
    broken.write_bytes(b"<Invoice")

    result = runner.invoke(command, [str(broken), str(tmp_path / "none"), str(UBL), "--json"])

    first, second, third = map(json.loads, result.stdout.splitlines())
    assert first["file"] == str(broken)
    assert first["error"]["reason"] == "not_xml"
    assert second["error"]["reason"] == "no_file"
    assert third.keys() == {"file", "syntax", "invoice"}
    assert third["syntax"] == "UBL Invoice"
    assert third["invoice"]["totals"]["payable"] == "50.50"
    assert result.exit_code == 1


def test_what_it_prints_can_be_read_again(command: typer.Typer, runner: CliRunner) -> None:
    printed = runner.invoke(command, [str(UBL), str(UBL), "--json"]).stdout.encode()

    again = runner.invoke(command, ["-", "--json"], input=printed)

    assert again.exit_code == 0
    invoices = [json.loads(line)["invoice"] for line in printed.splitlines()]
    assert [json.loads(line)["invoice"] for line in again.stdout.splitlines()] == invoices
    assert len(list(read_uploads(printed))) == 2


def test_the_summary_shows_parties_lines_and_totals(
    command: typer.Typer, runner: CliRunner
) -> None:
    result = runner.invoke(command, [str(UBL)])

    assert result.exit_code == 0
    for shown in (
        "R-1",
        "Seller AG",
        "Buyer & Co",
        "PO-7",
        "Nails",
        "2500.125",
        "for 1000",
        "50.50",
    ):
        assert shown in result.stdout


def test_without_json_errors_are_sentences_on_stderr(
    command: typer.Typer, runner: CliRunner
) -> None:
    result = runner.invoke(command, ["-"], input=b"")

    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr == "-: The file is empty. Send it again.\n"


def test_text_in_an_invoice_neither_formats_nor_moves_the_terminal(
    command: typer.Typer, runner: CliRunner
) -> None:
    document = {"number": "[bold]\u009b2J", "seller": {"name": "a\nb"}}

    result = runner.invoke(command, ["-"], input=json.dumps(document).encode())

    assert "[bold] 2J" in result.stdout
    assert "a b" in result.stdout
