"""Messages over HTTP to a receiver that answers in every way, and addresses that are refused."""

import base64
import time
from collections.abc import Callable, Iterator, Sequence
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest
from pydantic import SecretStr, ValidationError

from connectors.receiver import Outcome
from connectors.settings import Handover, Mail, Settings, Webhook
from connectors.webhook import Webhook as Receiver
from tests.http_server import HttpServer
from tests.webhook_server import SECRET, WebhookServer


@pytest.fixture
def server() -> Iterator[WebhookServer]:
    with WebhookServer() as there:
        yield there


def body(_: Sequence[Any]) -> bytes:
    return b'{"type":"test"}'


def receiver(url: str, **more: Any) -> Receiver:
    settings = Webhook(url=url, secret=SecretStr(SECRET), time_limit=more.pop("time_limit", 5))
    return Receiver("webhook test", settings, body, **more)


def delivered(url: str, **more: Any) -> Outcome:
    there = receiver(url, **more)
    try:
        return there.deliver("4711", [])
    finally:
        there.close()


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        *((each, "DELIVERED") for each in (200, 201, 202, 204)),
        *((each, "REFUSED") for each in (301, 302, 307, 308, 400, 401, 404, 409, 410, 413, 422)),
        *((each, "BUSY") for each in (408, 425, 429)),
        *((each, "AWAY") for each in (500, 502, 503, 504)),
    ],
)
def test_each_answer_means_something(server: WebhookServer, status: int, kind: str) -> None:
    server.answers = lambda _: (status, {"location": server.url + "/elsewhere"}, b"")
    outcome = delivered(server.url)
    assert outcome.kind == kind
    assert len(server.messages) == 1, "a redirect is not followed"
    assert server.ids == ["msg_4711"]
    assert server.url not in outcome.said


def test_a_repetition_that_is_known_has_arrived(server: WebhookServer) -> None:
    server.answers = lambda _: (409, {}, b"")
    assert delivered(server.url, extra=lambda _: {"idempotency-key": "r/1"}).kind == "DELIVERED"
    assert server.keys == ["r/1"]


def test_nobody_there_is_away_and_the_address_is_not_told(server: WebhookServer) -> None:
    outcome = delivered("http://127.0.0.1:9/s3cr3t")
    assert outcome == Outcome("AWAY", "no answer (ConnectError)")


class Trickling(HttpServer):
    """Answers a byte at a time, each in time."""

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.send_header("content-length", "1000")
        request.end_headers()
        for _ in range(1000):
            if self.gone.wait(0.1):
                return
            request.wfile.write(b"x")


def test_an_answer_that_trickles_is_none() -> None:
    with Trickling() as there:
        began = time.monotonic()
        assert delivered(there.url, time_limit=0.5) == Outcome("AWAY", "no answer in time")
        assert time.monotonic() - began < 30


def test_a_large_answer_is_not_read_to_its_end(server: WebhookServer) -> None:
    server.answers = lambda _: (200, {}, b"x" * 5_000_000)
    outcome = delivered(server.url, reference=lambda answer: f"{len(answer)} bytes")
    assert outcome == Outcome("DELIVERED", "0 bytes")


@pytest.mark.parametrize(
    ("url", "more"),
    [
        ("http://hooks.example.com/x", {}),
        ("http://127.0.0.1.example.com/x", {}),
        ("http://10.0.0.1/x", {}),
        ("https://user:s3cr3t@hooks.example.com/x", {}),
        ("https:///x", {}),
        ("https://hooks.example.com:port/x", {}),
        ("ftp://hooks.example.com/x", {}),
        ("https://hooks.example.com/x", {"secret": "s3cr3t"}),
        ("https://hooks.example.com/x", {"secret": "whsec_" + base64.b64encode(b"k").decode()}),
    ],
)
def test_what_is_not_safe_is_refused_and_not_quoted(url: str, more: dict[str, Any]) -> None:
    with pytest.raises(ValidationError) as refused:
        Webhook.model_validate({"url": url, "secret": SECRET, **more})
    told = "; ".join(each["msg"] for each in refused.value.errors(include_input=False))
    assert "s3cr3t" not in told
    assert "hooks.example.com" not in told


@pytest.mark.parametrize(
    ("url", "more"),
    [
        ("https://hooks.example.com/x", {}),
        ("http://localhost:8080/x", {}),
        ("http://127.0.0.2/x", {}),
        ("http://[::1]:8080/x", {}),
        ("http://erp.internal/x", {"allow_http": True}),
    ],
)
def test_what_is_safe_is_taken(url: str, more: dict[str, Any]) -> None:
    assert Webhook.model_validate({"url": url, "secret": SECRET, **more}).url == url


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: Handover(by="webhook"), "it needs handover.webhook.url"),
        (lambda: Handover(by="csv"), "it needs handover.url"),
        (
            lambda: Mail(host="h", security="plain", password=SecretStr("x")),
            "a password is sent by starttls or tls only",
        ),
        (lambda: Mail(sender="a@b\r\nBcc: c@d"), "pattern"),
    ],
)
def test_settings_that_cannot_be_are_refused(make: Callable[[], object], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        make()


def test_secrets_are_not_shown() -> None:
    settings = Settings.load(
        notify={"webhooks": {"desk": {"url": "https://h/s3cr3t", "secret": SECRET}}},
        mail={"host": "h", "password": "s3cr3t"},
    )
    assert "s3cr3t" not in repr(settings)
    assert SECRET not in repr(settings)
