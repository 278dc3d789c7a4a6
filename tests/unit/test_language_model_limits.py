"""What bounds the language model: its breaker, its budgets and its settings."""

import logging
import re

import pytest
from pydantic import SecretStr

from connectors.language_model import LanguageModel
from connectors.model_budget import BudgetUnknown, MemoryBudget
from connectors.model_settings import Model
from connectors.settings import InvalidSettings, Settings
from operators.money import parse
from operators.time import DAY
from tests.messages_server import (
    MessagesServer,
    fails,
    hangs,
    says,
)
from tests.unit.model_asked import GOOD, KEY, PLENTY, asked, model_at, reply_to

pytestmark = pytest.mark.usefixtures("no_model_of_ours")


@pytest.mark.usefixtures("no_pauses")
def test_the_breaker_opens_and_one_question_closes_it(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    with MessagesServer(fails(529, "overloaded_error")) as server:
        model = model_at(server, attempts=2)
        for _ in range(3):
            assert model.ask(asked(), 0).attempts == 2
        assert len(server.bodies) == 6
        left_alone = model.ask(asked(), 100)
        assert (left_alone.absence, left_alone.attempts) == ("away", 0)
        assert left_alone.reason == "the language model is away: it is overloaded"
        assert len(server.bodies) == 6
        assert model.ask(asked(), 10_000).attempts == 1, "a probe is sent once"
        assert len(server.bodies) == 7
        server.plays = [says(GOOD)]
        assert model.ask(asked(), 30_000).answer is not None
        assert model.ask(asked(), 30_001).answer is not None
    said = [record.message for record in caplog.records if "service" in record.message]
    assert said == ["a service is away", "a service is back"]


def test_answers_that_are_none_do_not_open_the_breaker() -> None:
    with MessagesServer(says("no")) as server:
        model = model_at(server)
        assert {model.ask(asked(), 0).absence for _ in range(5)} == {"not_as_agreed"}
        assert len(server.bodies) == 5


def test_a_document_beyond_its_budget_is_not_sent() -> None:
    with MessagesServer(says(GOOD)) as server:
        model = model_at(server, document_tokens=8_000)
        long = model.ask(asked(*["word " * 40] * 100), 0)
        assert long.absence == "document_budget"
        assert long.reason is not None
        assert re.fullmatch(
            r"the document is too long: about \d+ tokens are needed, 8000 are left", long.reason
        )
        assert server.bodies == []
        assert model.ask(asked(), 0).answer is not None
        assert model.ask(asked(), 0, spent=7_000).absence == "document_budget"
        assert model.ask(asked(), 0, spent=9_000).absence == "document_budget"


def test_an_answer_may_not_be_longer_than_the_documents_budget_leaves() -> None:
    _, server = reply_to(says(GOOD), document_tokens=6_000, max_tokens=60_000)
    assert 256 <= server.bodies[0]["max_tokens"] < 6_000


def test_a_day_beyond_its_budget_asks_nothing_until_midnight(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    with MessagesServer(says(GOOD)) as server:
        model = model_at(server, parse("0.003"), max_tokens=4_000)
        replies = [model.ask(asked(), at) for at in range(20)]
        sent = len(server.bodies)
        assert [reply.absence for reply in replies] == [None] * sent + ["day_budget"] * (20 - sent)
        assert 1 < sent < 20
        assert replies[-1].reason == "the budget of the day is used up"
        assert model.ask(asked(), DAY).answer is not None
    said = [record.message for record in caplog.records if "midnight" in record.message]
    assert said == ["no language model is asked until midnight"]


def test_what_was_reserved_and_not_spent_can_be_spent() -> None:
    with MessagesServer(fails(400, "invalid_request_error")) as server:
        model = model_at(server, parse("0.003"), max_tokens=4_000)
        assert {model.ask(asked(), 5_000 * at).absence for at in range(40)} == {"away"}


def test_calls_of_which_nobody_knows_the_cost_count_as_paid() -> None:
    with MessagesServer(hangs) as server:
        model = model_at(server, parse("0.003"), max_tokens=4_000, time_limit=0.05)
        assert model.ask(asked(), 0).absence == "away"
        assert model.ask(asked(), 0).absence == "day_budget"


def test_a_budget_that_cannot_be_counted_allows_nothing() -> None:
    class Lost(MemoryBudget):
        def reserve(self, amount: int, at: int) -> bool:
            raise BudgetUnknown("Redis does not answer (ConnectionError)")

    with MessagesServer(says(GOOD)) as server:
        model = LanguageModel(Model(url=server.url, api_key=SecretStr(KEY)), Lost(PLENTY))
        reply = model.ask(asked(), 0)
        assert reply.absence == "budget_unknown"
        assert reply.reason is not None
        assert "Redis does not answer" in reply.reason
        assert server.bodies == []


def test_settings_of_the_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MANIFOLD_MODEL__API_KEY", KEY)
    monkeypatch.setenv("MANIFOLD_MODEL__DAY_COST", "2.50")
    settings = Settings.load()
    assert settings.model.api_key is not None
    assert settings.model.api_key.get_secret_value() == KEY
    assert KEY not in repr(settings)
    assert settings.model.time_limit.total_seconds() == 30
    assert (settings.model.attempts, str(settings.model.day_cost)) == (3, "2.50")
    assert settings.model.prices.tokens_out == parse("0.50")


def test_another_model_needs_its_own_prices(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MANIFOLD_MODEL__NAME", "claude-sonnet-5")
    monkeypatch.setenv("MANIFOLD_MODEL__PRICE_IN", "3")
    with pytest.raises(InvalidSettings) as raised:
        Settings.load()
    assert "prices are needed: price_cache_written, price_cached, price_out" in str(raised.value)


def test_a_model_that_thinks_is_left_as_it_is() -> None:
    _, server = reply_to(says(GOOD), thinking=True)
    assert "thinking" not in server.bodies[0]


def test_the_prices_of_long_prompts_have_to_be_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MANIFOLD_MODEL__DOCUMENT_TOKENS", "100001")
    with pytest.raises(InvalidSettings, match="the prices are others"):
        Settings.load()
