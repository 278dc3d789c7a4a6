"""The language model's real client while the model is overloaded, slow, or not there."""

import time

import pytest
from pydantic import SecretStr

from connectors import model_calls
from connectors.errors import Misconfigured
from connectors.language_model import LanguageModel
from connectors.model_budget import MemoryBudget
from connectors.model_settings import Model
from tests.messages_server import (
    MessagesServer,
    Play,
    cuts,
    drips,
    drips_head,
    fails,
    floods,
    hangs,
    raw,
    says,
)
from tests.unit.model_asked import (
    GOOD,
    KEY,
    PLENTY,
    asked,
    model_at,
    reply_to,
)

pytestmark = [pytest.mark.alone, pytest.mark.usefixtures("no_model_of_ours")]


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


@pytest.mark.parametrize("key", ["two\nlines", "\x00"])
def test_a_key_that_cannot_be_sent_is_no_end_of_the_flow(key: str) -> None:
    with MessagesServer(says(GOOD)) as server:
        reply = model_at(server, api_key=key).ask(asked(), 0)
    assert reply.attempts == 1
    assert reply.reason == "the language model is away: no answer (LocalProtocolError)"
