"""The language model's real client, against a server that answers as the API does."""

import json
import logging

import pytest
from pydantic import SecretStr

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
    fails,
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

pytestmark = pytest.mark.usefixtures("no_model_of_ours")


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


def test_text_in_several_blocks_is_one_answer() -> None:
    whole = json.dumps(GOOD)
    blocks = [{"type": "text", "text": whole[:9]}, {"type": "text", "text": whole[9:]}]
    assert reply_to(raw(json.dumps(message(blocks)).encode()))[0].answer is not None
    assert text(GOOD)["content"][0]["text"] == whole
