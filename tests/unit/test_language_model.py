"""The language model's real client, against a server that answers as the API does, or fails."""

import json
import logging
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import stamina
from pydantic import SecretStr

from connectors import model_calls
from connectors.errors import Misconfigured
from connectors.language_model import NO_KEY, LanguageModel
from connectors.model_budget import BudgetUnknown, MemoryBudget
from connectors.model_reply import Reply
from connectors.model_settings import Model
from connectors.settings import InvalidSettings, Settings
from operators.extraction.asking import PROMPT, SCHEMA, Question, question
from operators.extraction.citing import judge
from operators.extraction.numbered import numbered_lines
from operators.extraction.page import Box, Page, Word
from operators.extraction.spending import Usage
from operators.money import parse
from operators.time import DAY
from tests.messages_server import (
    MessagesServer,
    Play,
    cuts,
    drips,
    drips_head,
    fails,
    floods,
    hangs,
    message,
    raw,
    says,
    text,
)

KEY = "sk-ant-s3cr3t"
SECRET = "Rosalind Vance"
GROSS = {"field": "totals.gross", "line": 2, "text": "19,90", "value": "19.90"}
GOOD = {"values": [GROSS], "rows": []}
USAGE = Usage(tokens_in=300, tokens_out=50, tokens_cached=2_000, tokens_written=40)
COST = parse("0.00008")
"""300 tokens at 0.10, 50 at 0.50, 2,000 at 0.01 and 40 at 0.125 for a million."""
PLENTY = parse("5")


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nothing of this machine's own settings."""
    for name in ("ANTHROPIC_BASE_URL", "ANTHROPIC_CUSTOM_HEADERS", "ANTHROPIC_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def no_pauses() -> Iterator[None]:
    """Attempts follow each other at once."""
    with stamina.set_testing(True, attempts=10, cap=True):
        yield


def asked(*more: str) -> Question:
    words = tuple(
        Word(line, Box(10, 20 * row, 200, 20 * row + 10))
        for row, line in enumerate((SECRET, "Total 19,90", *more))
    )
    found = question(numbered_lines([Page(300, 400, words)]), ["totals.gross"])
    assert found is not None
    return found


def model_at(server: MessagesServer, budget: int = PLENTY, **settings: Any) -> LanguageModel:
    given: dict[str, Any] = {"url": server.url, "api_key": KEY, "time_limit": 5, **settings}
    return LanguageModel(Model(**given), MemoryBudget(budget))


def reply_to(*plays: Play, **settings: Any) -> tuple[Reply, MessagesServer]:
    with MessagesServer(*plays) as server:
        model = model_at(server, **settings)
        reply = model.ask(asked(), 0)
        model.close()
        return reply, server


def test_a_good_answer_comes_with_what_it_took() -> None:
    reply, _ = reply_to(says(GOOD))
    assert reply.answer is not None
    assert judge(asked(), reply.answer).values == {"totals.gross": parse("19.90")}
    assert (reply.absence, reply.usage, reply.cost, reply.attempts) == (None, USAGE, COST, 1)
    assert 0 < reply.seconds < 5


def test_thoughts_before_the_answer_are_passed_over() -> None:
    thought = {"type": "thinking", "thinking": "hm", "text": "hm", "signature": "x"}
    answer = {"type": "text", "text": json.dumps(GOOD)}
    reply, _ = reply_to(raw(json.dumps(message([thought, answer])).encode()))
    assert reply.answer is not None


def test_the_request_has_schema_and_cached_prompt_and_nothing_else_of_the_document() -> None:
    _, server = reply_to(says(GOOD), name="other", price_in=1, **_prices(), max_tokens=1_000)
    (body,), (headers,) = server.bodies, server.headers
    assert server.paths == ["/v1/messages"]
    assert body["system"] == [
        {"type": "text", "text": PROMPT, "cache_control": {"type": "ephemeral"}}
    ]
    assert body["output_config"] == {"format": {"type": "json_schema", "schema": SCHEMA}}
    assert body["messages"] == [{"role": "user", "content": asked().content()}]
    assert (body["model"], body["max_tokens"]) == ("other", 1_000)
    assert body["thinking"] == {"type": "disabled"}
    assert set(body) == {
        "model",
        "max_tokens",
        "system",
        "messages",
        "thinking",
        "output_config",
    }
    assert KEY in (headers.get("x-api-key") or headers["authorization"])
    assert "anthropic-version" in headers


def _prices() -> dict[str, int]:
    return {"price_out": 1, "price_cached": 1, "price_cache_written": 1}


def test_no_key_means_no_stage_and_is_said_once(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    for key in (None, SecretStr("")):
        caplog.clear()
        model = LanguageModel(Model(api_key=key), MemoryBudget(PLENTY))
        replies = {model.ask(asked(), 0) for _ in range(3)}
        assert replies == {Reply(absence="no_key", reason=NO_KEY)}
        assert model.absent == NO_KEY
        assert [record.message for record in caplog.records] == ["no language model is asked"]


def test_too_many_requests_are_asked_again_after_the_time_that_was_said() -> None:
    began = time.monotonic()
    reply, server = reply_to(fails(429, "rate_limit_error", retry_after="0.2"), says(GOOD))
    assert reply.answer is not None
    assert (reply.attempts, len(server.bodies)) == (2, 2)
    assert 0.2 <= time.monotonic() - began < 4


def test_a_time_beyond_the_limit_is_not_waited_for() -> None:
    began = time.monotonic()
    reply, server = reply_to(fails(429, "rate_limit_error", retry_after="60"), says(GOOD))
    assert (reply.absence, reply.reason) == (
        "away",
        "the language model is away: it is asked too often",
    )
    assert len(server.bodies) == 1
    assert time.monotonic() - began < 4


@pytest.mark.parametrize("said", ["Wed, 21 Oct 2015 07:28:00 GMT", "-3", "0"])
def test_a_time_that_is_over_is_not_waited_for(said: str) -> None:
    reply, _ = reply_to(fails(429, "rate_limit_error", Retry_After=said), says(GOOD))
    assert reply.answer is not None


@pytest.mark.usefixtures("no_pauses")
@pytest.mark.parametrize(
    "play",
    [
        fails(529, "overloaded_error"),
        fails(500, "api_error"),
        fails(503, "api_error"),
        fails(504, "timeout_error"),
        fails(429, "rate_limit_error"),
        fails(429, "rate_limit_error", retry_after="soon"),
        fails(429, "rate_limit_error", retry_after="nan"),
        raw(b"<html>Bad gateway</html>", 502),
        cuts,
    ],
)
def test_what_passes_is_asked_again(play: Play) -> None:
    reply, _ = reply_to(play, play, says(GOOD))
    assert reply.answer is not None
    assert reply.attempts == 3


@pytest.mark.usefixtures("no_pauses")
def test_three_attempts_are_enough() -> None:
    reply, server = reply_to(fails(529, "overloaded_error"))
    assert reply.reason == "the language model is away: it is overloaded"
    assert (reply.attempts, len(server.bodies)) == (3, 3)
    assert reply.cost == 0


def test_pauses_begin_short() -> None:
    began = time.monotonic()
    reply, _ = reply_to(fails(500, "api_error"), says(GOOD), time_limit=30)
    assert reply.answer is not None
    least = model_calls.FIRST_PAUSE
    assert least <= time.monotonic() - began < least + model_calls.BY_CHANCE + 3


@pytest.mark.parametrize(
    ("status", "kind", "said"),
    [
        (400, "invalid_request_error", "it answers with status 400"),
        (401, "authentication_error", "it does not know the key: check model.api_key"),
        (403, "permission_error", "the key may not do this: check model.api_key"),
        (404, "not_found_error", "it does not know the model: check model.name"),
        (413, "request_too_large", "the document is too large for it"),
        (302, "x", "it answers with status 302"),
    ],
)
def test_what_does_not_pass_is_asked_once(status: int, kind: str, said: str) -> None:
    reply, server = reply_to(fails(status, kind, Location="/elsewhere"))
    assert (reply.absence, reply.reason) == ("away", f"the language model is away: {said}")
    assert server.paths == ["/v1/messages"], "not sent to where a redirect points"


@pytest.mark.parametrize("play", [hangs, drips, drips_head])
def test_nobody_waits_longer_than_the_limit(play: Play) -> None:
    began = time.monotonic()
    reply, server = reply_to(play, time_limit=0.3)
    assert (reply.absence, reply.reason) == (
        "away",
        "the language model is away: no answer in time",
    )
    assert 0.3 <= time.monotonic() - began < 4
    assert len(server.bodies) == 1


def test_an_answer_without_end_is_not_read() -> None:
    reply, _ = reply_to(floods)
    assert reply.reason == "the language model: its answer is larger than a megabyte"


@pytest.mark.usefixtures("no_pauses")
def test_nothing_listens() -> None:
    with MessagesServer(says(GOOD)) as server:
        pass
    reply = model_at(server).ask(asked(), 0)
    assert (reply.absence, reply.reason) == (
        "away",
        "the language model is away: no answer (ConnectError)",
    )
    assert reply.attempts == 3


@pytest.mark.parametrize("url", ["http://a..b", "http://", "http://" + "a" * 70])
@pytest.mark.usefixtures("no_pauses")
def test_an_address_where_nothing_is_is_no_answer(url: str) -> None:
    model = LanguageModel(Model(url=url, api_key=SecretStr(KEY)), MemoryBudget(PLENTY))
    assert model.ask(asked(), 0).absence == "away"


def test_an_address_that_is_none_is_said_at_the_start() -> None:
    with pytest.raises(Misconfigured, match=r"the setting model\.url is no address"):
        LanguageModel(Model(url="http://[::1", api_key=SecretStr(KEY)), MemoryBudget(PLENTY))


@pytest.mark.parametrize(
    ("play", "absence", "said"),
    [
        (says("{"), "not_as_agreed", "its answer does not fit the schema"),
        (says("I would rather talk."), "not_as_agreed", "its answer does not fit the schema"),
        (says({"values": []}), "not_as_agreed", "its answer does not fit the schema"),
        (says(GOOD | {"more": 1}), "not_as_agreed", "its answer does not fit the schema"),
        (
            says({"values": [GROSS | {"line": "2"}], "rows": []}),
            "not_as_agreed",
            "its answer does not fit the schema",
        ),
        (
            says({"values": [GROSS | {"confidence": 1}], "rows": []}),
            "not_as_agreed",
            "its answer does not fit the schema",
        ),
        (says("[" * 100_000), "not_as_agreed", "its answer does not fit the schema"),
        (says(""), "not_as_agreed", "its answer is empty"),
        (raw(json.dumps(message([])).encode()), "not_as_agreed", "its answer is empty"),
        (says(GOOD, "refusal"), "declined", "it declines to answer"),
        (says('{"values": [', "max_tokens"), "cut_off", "its answer is cut off"),
    ],
)
def test_an_answer_that_is_none_is_not_asked_for_again_and_is_paid(
    play: Play, absence: str, said: str
) -> None:
    reply, server = reply_to(play)
    assert (reply.answer, reply.absence) == (None, absence)
    assert reply.reason == f"the language model: {said}"
    assert (len(server.bodies), reply.usage, reply.cost) == (1, USAGE, COST)


@pytest.mark.parametrize(
    "body",
    [
        b"<html>",
        b"",
        b"null",
        b'{"content": []}',
        b'{"content": null, "usage": {"input_tokens": 1, "output_tokens": 1}}',
        b'{"content": [], "usage": {"input_tokens": -1, "output_tokens": 1}}',
        b"\xff\xfe",
        b"[" * 100_000,
    ],
)
def test_a_body_that_is_no_message_is_no_answer(body: bytes) -> None:
    reply, _ = reply_to(raw(body))
    assert (reply.absence, reply.usage) == ("not_as_agreed", Usage())
    assert reply.reason == "the language model: its answer is not of the API's form"


def test_a_value_that_is_not_on_its_line_is_answered_and_then_refused() -> None:
    reply, _ = reply_to(says({"values": [GROSS | {"line": 1}], "rows": []}))
    assert reply.answer is not None
    judged = judge(asked(), reply.answer)
    assert judged.values == {}
    assert [refused.reason for refused in judged.refused] == ["not_on_line"]


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


@pytest.mark.usefixtures("no_pauses")
def test_neither_key_nor_document_nor_address_are_told(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    for name in ("anthropic", "httpx2", "httpcore2"):
        assert logging.getLogger(name).getEffectiveLevel() >= logging.WARNING
    echo = f"{KEY} {SECRET}"
    plays = [
        fails(401, "authentication_error", echo),
        fails(500, "api_error", echo),
        says({"values": [{echo: 1}], "rows": []}),
        raw(echo.encode()),
        says(echo, "refusal"),
        cuts,
    ]
    with MessagesServer() as server:
        model = model_at(server, url=server.url.replace("//", f"//user:{KEY}@"))
        told = []
        for at, play in enumerate(plays):
            server.plays = [play]
            told.append(repr(model.ask(asked(), 10_000 * at)))
    text_ = caplog.text + "".join(told) + repr(model)
    assert KEY not in text_
    assert SECRET not in text_
    assert str(server.port) not in text_


@pytest.mark.parametrize("key", ["two\nlines", "\x00"])
def test_a_key_that_cannot_be_sent_is_no_end_of_the_flow(key: str) -> None:
    with MessagesServer(says(GOOD)) as server:
        reply = model_at(server, api_key=key).ask(asked(), 0)
    assert reply.attempts == 1
    assert reply.reason == "the language model is away: no answer (LocalProtocolError)"


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


def test_text_in_several_blocks_is_one_answer() -> None:
    whole = json.dumps(GOOD)
    blocks = [{"type": "text", "text": whole[:9]}, {"type": "text", "text": whole[9:]}]
    assert reply_to(raw(json.dumps(message(blocks)).encode()))[0].answer is not None
    assert text(GOOD)["content"][0]["text"] == whole
