"""What a client may send and ask for, and what every answer tells browsers."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from fastapi import APIRouter, Request
from fastapi.testclient import TestClient
from pydantic import BaseModel

from connectors.token_bucket import Bucket, MemoryBuckets
from tests.unit.web.entrances import Served
from web.access import bodies
from web.access.bodies import BoundedBodies, Bounds, brings_invoice
from web.access.headers import SecurityHeaders
from web.access.limits import Limited
from web.access.same_origin import SameOrigin
from web.app import application
from web.health import HealthArea
from web.principal import Access, AskedFirst, Everybody, Principal, Reader
from web.problem import Problem

LIMIT = 1_000


class Parsed(BaseModel):
    text: str


class Area(HealthArea):
    def __init__(self) -> None:
        super().__init__({})
        self.health = self.router
        self.router = APIRouter()
        self.router.include_router(self.health)
        self.router.add_api_route("/mine", self._mine)
        self.router.add_api_route("/raw", self._raw, methods=["POST"])
        self.router.add_api_route("/parsed", self._parsed, methods=["POST"])
        self.router.add_api_route("/answer", self._answer, methods=["POST"])
        self.router.add_api_route("/invoices", self._raw, methods=["POST"])
        self.router.add_api_route("/requests/{name}/attempts/2", self._raw, methods=["PUT"])
        self.taken = 0

    async def _mine(self, who: Reader) -> str:
        return who.subject

    async def _raw(self, request: Request) -> int:
        async for chunk in request.stream():
            self.taken += len(chunk)
        return self.taken

    async def _parsed(self, parsed: Parsed) -> str:
        return parsed.text

    async def _answer(self, who: Reader, parsed: Parsed) -> str:
        return parsed.text


class OnlyAnna:
    async def __call__(self, connection: Any, /) -> Principal:
        name = connection.headers.get("authorization")
        if name != "Bearer anna":
            raise Problem(401, "unauthenticated", "Not signed in", "Sign in.")
        return Principal("anna", None, frozenset({"read"}))


def client(
    access: Access | None = None,
    *,
    bounds: Bounds | None = None,
    **of: Any,
) -> TestClient:
    app = application(access or Everybody(), [Area()], "1")
    app.add_middleware(BoundedBodies, bounds=bounds or Bounds(LIMIT, 5.0, 5.0))
    app.add_middleware(SameOrigin, hosts=frozenset({"localhost"}))
    app.add_middleware(SecurityHeaders)
    return TestClient(app, base_url=of.get("base_url", "http://localhost"))


@pytest.mark.parametrize("path", ["/raw", "/parsed"])
def test_a_body_too_large_is_refused_before_it_is_taken_in(path: str) -> None:
    answer = client().post(path, content=b"x" * (LIMIT + 1))
    assert (answer.status_code, answer.json()["most_bytes"]) == (413, LIMIT)
    assert answer.headers["connection"] == "close"


@pytest.mark.parametrize("path", ["/raw", "/parsed"])
def test_a_body_that_does_not_say_how_large_it_is_is_cut(path: str) -> None:
    def chunks() -> Any:
        yield b'{"text": "'
        for _ in range(100):
            yield b"x" * 100

    headers = {"Content-Type": "application/json"}
    assert client().post(path, content=chunks(), headers=headers).status_code == 413


def test_a_body_within_the_bounds_passes() -> None:
    assert client().post("/raw", content=b"x" * LIMIT).json() == LIMIT
    assert client().post("/parsed", json={"text": "a"}).json() == "a"


@pytest.mark.parametrize("announced", [True, False])
def test_only_an_invoice_may_be_large_and_nobody_unknown_has_anything_large_parsed(
    announced: bool,
) -> None:
    bounds = Bounds(10 * LIMIT, 5.0, 5.0, LIMIT)
    asking = client(OnlyAnna(), bounds=bounds)
    body = b'{"text": "' + b"x" * (2 * LIMIT) + b'"}'
    headers = {"Content-Type": "application/json"}

    def sent() -> Any:
        return body if announced else iter([body[:LIMIT], body[LIMIT:]])

    answer = asking.post("/answer", content=sent(), headers=headers)
    assert (answer.status_code, answer.json()["most_bytes"]) == (413, LIMIT)
    assert asking.post("/invoices", content=sent()).json() == len(body)
    assert asking.put("/requests/r-1/attempts/2", content=sent()).status_code == 200
    assert not brings_invoice("PUT", "/invoices")
    assert not brings_invoice("POST", "/invoices/more")


def test_every_route_that_takes_invoices_may_be_sent_large_ones() -> None:
    described = Served().app.openapi()["paths"]
    assert described
    for path, operations in described.items():
        for method in operations:
            assert brings_invoice(method.upper(), path), (method, path)


@pytest.mark.parametrize("encoding", ["gzip", "br", "deflate", "gzip, gzip", "x"])
def test_a_compressed_body_is_refused(encoding: str) -> None:
    answer = client().post("/raw", content=b"x", headers={"Content-Encoding": encoding})
    assert (answer.status_code, answer.headers["accept-encoding"]) == (415, "identity")


def slow_body(path: str, bounds: Bounds, parts: Callable[[], AsyncIterator[bytes]]) -> int:
    """The status that a client gets who sends these parts."""
    app = application(Everybody(), [Area()], "1")
    app.add_middleware(BoundedBodies, bounds=bounds)
    sent: list[Any] = []

    async def scene() -> None:
        coming = parts()

        async def receive() -> Any:
            try:
                return {"type": "http.request", "body": await anext(coming), "more_body": True}
            except StopAsyncIteration:
                await asyncio.sleep(3_600)

        async def send(message: Any) -> None:
            sent.append(message)

        headers = [(b"content-type", b"application/json")]
        scope = {
            "type": "http",
            "method": "POST",
            "path": path,
            "raw_path": path.encode(),
            "query_string": b"",
            "headers": headers,
            "client": ("127.0.0.1", 1),
            "server": ("localhost", 80),
            "scheme": "http",
            "http_version": "1.1",
            "root_path": "",
        }
        await app(scope, receive, send)

    asyncio.run(scene())
    return int(sent[0]["status"])


@pytest.mark.parametrize("path", ["/raw", "/parsed"])
def test_a_body_that_stops_coming_is_not_waited_for(path: str) -> None:
    async def parts() -> AsyncIterator[bytes]:
        yield b"{"

    began = time.monotonic()
    assert slow_body(path, Bounds(LIMIT, 60.0, 0.05), parts) == 408
    assert time.monotonic() - began < 30


@pytest.mark.parametrize("path", ["/raw", "/parsed"])
def test_a_body_that_drips_is_not_waited_for(path: str) -> None:
    async def parts() -> AsyncIterator[bytes]:
        while True:
            await asyncio.sleep(0.01)
            yield b" "

    assert slow_body(path, Bounds(10**9, 0.2, 5.0), parts) == 408


def test_every_answer_tells_browsers_what_to_refuse() -> None:
    for path in ("/mine", "/nothing"):
        headers = client().get(path).headers
        assert "'unsafe" not in headers["content-security-policy"]
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["cache-control"] == "no-store"
        assert "strict-transport-security" not in headers
    over_tls = client(base_url="https://localhost").get("/mine").headers
    assert over_tls["strict-transport-security"].startswith("max-age=")
    too_large = client().post("/raw", content=b"x" * 2_000)
    assert "content-security-policy" in too_large.headers


def test_names_that_are_not_ours_are_not_served() -> None:
    assert client().get("/mine").status_code == 200
    assert client(base_url="http://127.0.0.1:8080").get("/mine").status_code == 200
    rebound = client(base_url="http://evil.example")
    assert rebound.get("/mine").status_code == 421
    assert rebound.get("/health/live").status_code == 200


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def limited(clock: Clock) -> Limited:
    buckets = MemoryBuckets(clock)
    return Limited(OnlyAnna(), buckets, Bucket("subject", 2.0, 3), Bucket("refusals", 0.1, 2))


def test_a_subject_that_asks_too_often_waits() -> None:
    clock = Clock()
    asking = client(limited(clock))
    anna = {"Authorization": "Bearer anna"}
    answers = [asking.get("/mine", headers=anna) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert answers[0].headers["ratelimit-policy"] == '"subject";q=3;w=2'
    assert [answer.headers["ratelimit"] for answer in answers] == [
        '"subject";r=2',
        '"subject";r=1',
        '"subject";r=0;t=1',
        '"subject";r=0;t=1',
    ]
    assert answers[3].headers["retry-after"] == "1"
    clock.now += 0.5
    assert asking.get("/mine", headers=anna).status_code == 200
    assert asking.get("/mine", headers=anna).status_code == 429
    clock.now += 3_600
    assert asking.get("/mine", headers=anna).headers["ratelimit"] == '"subject";r=2'


def test_whoever_guesses_waits_and_others_do_not() -> None:
    asking = client(limited(Clock()))
    wrong = {"Authorization": "Bearer eve"}
    assert [asking.get("/mine", headers=wrong).status_code for _ in range(3)] == [401, 401, 429]
    assert asking.get("/mine").status_code == 401
    assert asking.get("/mine", headers={"Authorization": "Bearer anna"}).status_code == 200


class Asking(Area):
    def __init__(self) -> None:
        super().__init__()
        asked = APIRouter(route_class=AskedFirst)
        asked.add_api_route("/asked/{name}", self._asked, methods=["POST"])
        self.router.include_router(asked)

    async def _asked(self, name: str, who: Reader, parsed: Parsed) -> str:
        return f"{who.subject} {name} {parsed.text}"


async def _answered_without_a_body(app: Any, token: str) -> tuple[int, dict[bytes, bytes]]:
    """Status and headers of an answer to which the body was not read."""
    told: list[Any] = []

    async def receive() -> Any:
        raise AssertionError("the body was read")

    async def send(message: Any) -> None:
        told.append(message)

    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "path": "/asked/x",
        "raw_path": b"/asked/x",
        "query_string": b"",
        "headers": [
            (b"host", b"localhost"),
            (b"authorization", token.encode()),
            (b"content-type", b"application/json"),
            (b"content-length", b"1000"),
        ],
        "client": ("192.0.2.1", 1),
        "server": ("localhost", 80),
        "scheme": "http",
        "root_path": "",
        "state": {},
    }
    await app(scope, receive, send)
    return told[0]["status"], dict(told[0]["headers"])


class OnlyReads:
    """Anna may read, Ben may do nothing."""

    async def __call__(self, connection: Any, /) -> Principal:
        if connection.headers["authorization"] == "Bearer ben":
            return Principal("ben", None, frozenset())
        return await OnlyAnna()(connection)


def test_who_may_not_send_a_body_is_refused_before_it_is_read() -> None:
    buckets = MemoryBuckets()
    access = Limited(OnlyReads(), buckets, Bucket("s", 0.001, 1), Bucket("r", 0.001, 1))
    app = application(access, [Asking()], "1")
    statuses = [
        asyncio.run(_answered_without_a_body(app, token))[0]
        for token in ("Bearer guessed", "Bearer guessed", "Bearer ben", "Bearer ben")
    ]
    assert statuses == [401, 429, 403, 429]


def test_who_may_is_asked_and_counted_once() -> None:
    access = Limited(OnlyAnna(), MemoryBuckets(), Bucket("s", 0.001, 2), Bucket("r", 1, 1))
    app = application(access, [Asking()], "1")
    anna = {"Authorization": "Bearer anna"}
    with TestClient(app) as client:
        statuses = [
            client.post("/asked/x", json={"text": "y"}, headers=anna).status_code for _ in range(3)
        ]
        assert statuses == [200, 200, 429]


@pytest.mark.parametrize("rest", ["silence", "drip", "whole"])
def test_who_is_refused_reads_the_answer_and_holds_nothing(
    rest: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The end of the answer, which closes the connection, waits for the rest for a moment."""
    monkeypatch.setattr(bodies, "_LINGER", 0.2)
    app = application(OnlyAnna(), [Asking()], "1")
    bounded = BoundedBodies(app, Bounds(LIMIT, 60.0, 60.0))
    told: list[Any] = []

    async def receive() -> Any:
        assert told, "the answer comes first"
        assert told[-1].get("body"), "whole, and not yet ended"
        if rest == "whole":
            return {"type": "http.request", "body": b"x" * 1_000, "more_body": False}
        await asyncio.sleep(3_600 if rest == "silence" else 0.01)
        return {"type": "http.request", "body": b"x", "more_body": True}

    async def send(message: Any) -> None:
        told.append(message)

    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": "POST",
        "path": "/asked/x",
        "query_string": b"",
        "headers": [(b"authorization", b"Bearer guessed"), (b"content-length", b"1000")],
        "client": ("192.0.2.1", 1),
        "scheme": "http",
        "root_path": "",
        "state": {},
    }
    asyncio.run(asyncio.wait_for(bounded(scope, receive, send), 60))
    assert told[0]["status"] == 401
    assert (b"connection", b"close") in told[0]["headers"]
    assert told[-1] == {"type": "http.response.body", "body": b""}
