"""Commands that read documents without Kafka ask the language model of the settings."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from manifold.cli import looking
from manifold.cli.app import app
from tests.messages_server import MessagesServer, fails, says
from tests.unit.documents import pdf, written

LINES = (
    "Seller AG, Main Street 1, 50667 Cologne",
    "Invoice of 12 March 2024",
    "Carried to you by Fred under the name of QX/47",
    "Nails, galvanised, 500 pieces 110.00",
    "Net amount 110.00",
    "Value added tax 19 % 20.90",
    "Total amount EUR 130.90",
)
NUMBER = {"field": "number", "line": 3, "text": "QX/47", "value": "QX/47"}


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[MessagesServer]:
    """A model that finds the number, which nothing else would."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "doubtful.pdf").write_bytes(pdf(lambda canvas: written(canvas, LINES)))
    looking._model.cache_clear()
    with MessagesServer(says({"values": [NUMBER], "rows": []})) as there:
        monkeypatch.setenv("MANIFOLD_MODEL__URL", there.url)
        yield there
    looking._model.cache_clear()


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments)


def test_with_a_key_the_model_finds_what_is_missing(
    server: MessagesServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MANIFOLD_MODEL__API_KEY", "key")

    found = json.loads(run("read", "doubtful.pdf", "--json").stdout)

    assert found["invoice"]["number"] == "QX/47"
    assert "MODEL" in {each["obtained"] for each in found["fields"]}
    assert found["model"]["cost"] == "0.00008"
    assert found["milliseconds"].keys() >= {"classify", "model"}
    assert len(server.bodies) == 1


def test_validate_judges_what_the_model_has_found(
    server: MessagesServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def without_number() -> bool:
        return "BR-02" in run("validate", "doubtful.pdf", "--json").stdout

    assert without_number()
    looking._model.cache_clear()
    monkeypatch.setenv("MANIFOLD_MODEL__API_KEY", "key")
    assert not without_number()


def test_without_a_key_it_is_said_once_that_no_model_is_asked(server: MessagesServer) -> None:
    outcome = run("read", "doubtful.pdf", "doubtful.pdf", "--json")

    assert [json.loads(line)["next"] for line in outcome.stdout.splitlines()] == ["MODEL"] * 2
    assert outcome.stderr.count("there is no key: set model.api_key") == 1
    assert server.bodies == []


def test_a_model_that_is_away_takes_nothing_from_what_was_read(
    server: MessagesServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MANIFOLD_MODEL__API_KEY", "key")
    server.plays = [fails(401, "authentication_error")]

    outcome = run("read", "doubtful.pdf", "--json")

    found = json.loads(outcome.stdout)
    assert (outcome.exit_code, found["next"], found["model"]) == (0, "MODEL", None)
    assert "it does not know the key" in outcome.stderr
    assert found["invoice"]["totals"]["gross"] == "130.90"
