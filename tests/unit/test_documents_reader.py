"""Documents read the whole way: what `manifold read` shows and the measurement measures."""

import json
from pathlib import Path
from typing import NoReturn

import pytest
from typer.testing import CliRunner

from connectors.document_reader import DocumentReader
from connectors.documents import Engines
from connectors.einvoice import Unreadable, to_json
from manifold.cli.app import app
from manifold.documents.document import Document, document
from manifold.documents.plan import Kind, plans
from manifold.documents.reader import read
from operators.extraction.gate import Gates


def made(kind: Kind) -> Document:
    (plan,) = plans("tuning", 3, 1, (kind,), ("en",))
    return document(plan)


def written(content: bytes, folder: Path) -> Path:
    path = folder / "document.pdf"
    path.write_bytes(content)
    return path


def test_the_text_of_a_pdf_is_understood_with_its_places_and_how_sure_it_is(
    tmp_path: Path,
) -> None:
    pdf = made("pdf")

    found = read(written(pdf.content, tmp_path))

    invoice, truth = to_json(found.invoice), pdf.truth.printed
    assert found.reading.route == "TEXT_LAYER"
    assert (invoice["number"], invoice["issue_date"]) == (truth["number"], truth["issue_date"])
    assert invoice["totals"]["gross"] == truth["totals"]["gross"]
    gross = next(each for each in found.reading.fields if each.field == "totals.gross")
    assert gross.confidence > 0.9
    assert gross.page
    assert gross.box


def test_the_xml_in_a_pdf_is_certain(tmp_path: Path) -> None:
    found = read(written(made("hybrid").content, tmp_path))

    assert found.reading.route == "EMBEDDED_XML"
    assert {each.confidence for each in found.reading.fields} == {1.0}


def test_what_is_no_document_says_what_to_send(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="plain text and no document"):
        read(written(b"Dear Sir or Madam", tmp_path))


def test_a_pdf_is_read_by_the_command(tmp_path: Path) -> None:
    pdf, broken = made("pdf"), tmp_path / "broken.pdf"
    (tmp_path / "invoice.pdf").write_bytes(pdf.content)
    broken.write_bytes(pdf.content[:300])

    outcome = CliRunner().invoke(
        app, ["read", str(tmp_path / "invoice.pdf"), str(broken), "--json"]
    )

    good, bad = map(json.loads, outcome.stdout.splitlines())
    assert outcome.exit_code == 1
    assert good["invoice"]["number"] == pdf.truth.printed["number"]
    assert {"field", "confidence", "obtained", "page", "box", "text"} == set(good["fields"][0])
    assert bad["error"]["reason"] == "damaged"


def test_people_are_shown_the_way_and_what_is_not_sure(tmp_path: Path) -> None:
    pdf = made("pdf")
    (tmp_path / "invoice.pdf").write_bytes(pdf.content)

    outcome = CliRunner().invoke(app, ["read", str(tmp_path / "invoice.pdf")])

    assert "invoice.pdf, text layer, " in " ".join(outcome.stdout.split())
    assert pdf.truth.printed["number"] in outcome.stdout


class NoEngines(Engines):
    """Engines of which none may be asked."""

    @property
    def tesseract(self) -> NoReturn:
        raise AssertionError("a typed page was read again")

    rapidocr = tesseract


def test_what_was_typed_is_not_read_again_however_unsure_it_is() -> None:
    reader = DocumentReader(engines=NoEngines())

    found = reader.read(made("pdf").content, Gates(accept=1.0, second_reading=0.1, model=0.1))

    assert found.step.action == "MODEL"
    assert found.step.doubtful
