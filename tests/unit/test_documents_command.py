"""`manifold generate documents` and `manifold bench extraction`."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from connectors.einvoice import read
from manifold.cli.app import app
from manifold.documents import folder
from manifold.documents.document import Document
from manifold.documents.plan import Plan

RUNNER = CliRunner(env={"COLUMNS": "220"})


def test_documents_come_with_their_truth(tmp_path: Path) -> None:
    arguments = ["generate", "documents", str(tmp_path), "--count", "3", "--kinds", "pdf,hybrid"]

    result = RUNNER.invoke(app, [*arguments, "--languages", "fr", "--workers", "1"])

    assert result.exit_code == 0, result.output
    assert "3 documents" in result.stdout
    pdfs = sorted(path.name for path in tmp_path.glob("*.pdf"))
    assert pdfs == ["00000-pdf-fr.pdf", "00001-hybrid-fr.pdf", "00002-pdf-fr.pdf"]
    for pdf in tmp_path.glob("*.pdf"):
        told = json.loads(pdf.with_suffix(".json").read_bytes())
        assert told["header"]["language"] == "fr"
        assert told["header"]["layout"].startswith("tuning-")
        assert read(json.dumps(told["invoice"]).encode()).invoice.number


def test_invoices_for_kafka_are_still_generated_without_a_subcommand() -> None:
    result = RUNNER.invoke(app, ["generate", "--count", "2", "--out", "-"])

    assert result.exit_code == 0
    assert [json.loads(line)["decision"] for line in result.stdout.splitlines()]


@pytest.mark.parametrize("option", [["--kinds", "fax"], ["--languages", "de,xx"]])
def test_a_kind_or_language_that_there_is_not_is_refused(option: list[str], tmp_path: Path) -> None:
    result = RUNNER.invoke(app, ["generate", "documents", str(tmp_path / "new"), *option])

    assert result.exit_code == 2
    assert "is none of" in result.stderr
    assert not (tmp_path / "new").exists()


def test_ctrl_c_leaves_whole_documents(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = folder.produced

    def interrupted(plans: Iterator[Plan], workers: int) -> Iterator[Document]:
        for number, each in enumerate(made(plans, workers)):
            if number == 2:
                raise KeyboardInterrupt
            yield each

    monkeypatch.setattr(folder, "produced", interrupted)
    arguments = ["generate", "documents", str(tmp_path), "--kinds", "pdf", "--workers", "1"]

    result = RUNNER.invoke(app, arguments)

    assert result.exit_code == 130
    assert "2 of 30 documents" in result.stderr
    assert len(list(tmp_path.glob("*.pdf"))) == len(list(tmp_path.glob("*.json"))) == 2
    assert list(tmp_path.glob(".*")) == []


def test_the_measurement_prints_the_same_for_people_and_machines(tmp_path: Path) -> None:
    generate = ["generate", "documents", str(tmp_path), "--count", "4", "--kinds", "hybrid,pdf"]
    RUNNER.invoke(app, [*generate, "--workers", "1", "--set", "reporting"])
    arguments = ["bench", "extraction", str(tmp_path), "--workers", "1"]

    shown = RUNNER.invoke(app, arguments)
    told = json.loads(RUNNER.invoke(app, [*arguments, "--json"]).stdout)

    assert shown.exit_code == 0, shown.output
    assert told["documents"] == 4
    hybrid = next(each for each in told["groups"] if each["value"] == "hybrid")
    assert (hybrid["documents"], hybrid["number"], hybrid["lines_f1"]) == (2, 1.0, 1.0)
    assert "4 documents" in shown.stdout
    assert "totals.gross" in shown.stdout


def test_a_folder_without_documents_is_explained(tmp_path: Path) -> None:
    result = RUNNER.invoke(app, ["bench", "extraction", str(tmp_path)])

    assert result.exit_code == 2
    assert "no document with a truth" in result.stderr
