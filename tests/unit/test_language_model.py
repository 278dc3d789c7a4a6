"""The language model's real client, against a server that answers as the API does, or fails."""

import json
import logging
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import stamina
from pydantic import SecretStr

from connectors import model_calls
from connectors.errors import Misconfigured
from connectors.language_model import NO_KEY, LanguageModel
from connectors.model_budget import MemoryBudget
from connectors.model_reply import Reply
from connectors.model_settings import Model
from operators.extraction.asking import PROMPT, SCHEMA
from operators.extraction.citing import judge
from operators.extraction.spending import Usage
from operators.money import parse
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
from tests.unit.model_asked import (
    COST,
    GOOD,
    GROSS,
    KEY,
    PLENTY,
    SECRET,
    USAGE,
    asked,
    model_at,
    reply_to,
)


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


def test_text_in_several_blocks_is_one_answer() -> None:
    whole = json.dumps(GOOD)
    blocks = [{"type": "text", "text": whole[:9]}, {"type": "text", "text": whole[9:]}]
    assert reply_to(raw(json.dumps(message(blocks)).encode()))[0].answer is not None
    assert text(GOOD)["content"][0]["text"] == whole
