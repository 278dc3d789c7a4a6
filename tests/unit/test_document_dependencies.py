"""What reading documents depends on, and what is said of it."""

from pathlib import Path

import pytest

from connectors.dependencies import Known
from connectors.document_dependencies import document_dependencies
from connectors.settings import Settings
from tests.messages_server import MessagesServer, Play, fails, hangs, raw
from tests.unit.model_asked import KEY, model_at

THERE = raw(b'{"id": "claude-haiku-5-5", "type": "model"}')


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nothing of this machine's own settings."""
    monkeypatch.chdir(tmp_path)


def known(monkeypatch: pytest.MonkeyPatch, **settings: str) -> dict[str, Known]:
    for name, value in settings.items():
        monkeypatch.setenv(f"MANIFOLD_{name}", value)
    return {each.dependency: each for each in document_dependencies(Settings.load())}


def test_each_part_is_tried_and_what_the_settings_do_without_is_off(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = known(monkeypatch)

    assert {name: each.state for name, each in found.items()} == {
        "document store": "CLOSED",
        "virus scanner": "OFF",
        "document cache": "OFF",
        "workers": "CLOSED",
        "Tesseract": "CLOSED",
        "RapidOCR": "CLOSED",
        "language model": "OFF",
    }
    assert {each.flow for each in found.values()} == {"extract"}
    assert found["language model"].reason == "there is no key: set model.api_key"


def test_what_is_away_says_why_and_no_secret(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with MessagesServer(fails(401, "authentication_error")) as server:
        found = known(
            monkeypatch,
            REDIS__URL=f"redis://:{KEY}@127.0.0.1:1/0",
            DOCUMENTS__READ_MEMORY="30000000",
            MODEL__API_KEY=KEY,
            MODEL__URL=server.url,
        )

    assert found["document cache"].reason == "no answer (ConnectionError)"
    assert "workers cannot start" in (found["workers"].reason or "")
    assert found["language model"].reason == (
        "the budget cannot be counted: Redis does not answer (ConnectionError)"
    )
    away = ("document cache", "workers", "language model")
    assert {found[name].state for name in away} == {"OPEN"}
    assert KEY not in repr(found)


@pytest.mark.parametrize(
    ("play", "fault"),
    [
        (THERE, None),
        (fails(401, "authentication_error"), "it does not know the key: check model.api_key"),
        (fails(404, "not_found_error"), "it does not know the model: check model.name"),
        (fails(529, "overloaded_error"), "it is overloaded"),
        (hangs, "no answer in time"),
    ],
)
def test_the_model_is_asked_for_its_name_alone(play: Play, fault: str | None) -> None:
    with MessagesServer(play) as server:
        model = model_at(server, time_limit=0.5)
        assert model.fault(0) == fault
        model.close()
    assert server.paths == ["/v1/models/claude-haiku-5-5"]
    assert server.bodies == [{}]


def test_a_budget_that_is_used_up_is_said_without_asking() -> None:
    with MessagesServer(THERE) as server:
        model = model_at(server, day_cost=0)
        assert model.fault(0) == "the budget of the day is used up"
        assert model.spent(0) == "0 of 0 USD"
    assert server.paths == []
