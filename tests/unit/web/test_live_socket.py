"""A WebSocket over the application: whom it takes, how much of theirs, by which code it ends."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from starlette.websockets import WebSocket, WebSocketDisconnect

from connectors.measures import Measures
from web.app import application
from web.live.area import LiveArea
from web.live.flows import Flows
from web.live.frames import Frames
from web.live.hub import Hub
from web.live.mailbox import Mailbox
from web.live.socket import MOST_REQUESTS, PROTOCOL, TRY_LATER, Socket
from web.live.streams import Streams
from web.pages.rendering import Pages
from web.principal import Access, Principal
from web.problem import Problem

ANNA = Principal("anna", None, frozenset({"read"}))


class NoFeed:
    def start(self) -> None: ...

    def close(self) -> None: ...


class Says:
    """Access that says who it is, or why not."""

    def __init__(self, *answers: Principal | Problem) -> None:
        self._answers = list(answers)

    async def __call__(self, connection: Any, /) -> Principal:
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if isinstance(answer, Problem):
            raise answer
        return answer


def refused(status: int) -> Problem:
    return Problem(status, "kind", "Not now", "Not now.")


async def told_once(
    request_id: str, who: Principal, box: Mailbox
) -> AsyncIterator[dict[str, object]]:
    """Of a request that is settled."""
    if request_id.startswith("unknown"):
        raise refused(404)
    yield {"request_id": request_id}


async def begin(_: str | None) -> None:
    pass


def live(access: Access) -> FastAPI:
    hub = Hub()
    frames = Frames(hub, Flows(lambda: []), Measures(), pace=0.01)
    area = LiveArea(hub, Streams(10, 10), frames, NoFeed(), told_once, begin, Pages())
    return application(access, [area], "1")


def code(app: FastAPI) -> int:
    """The code by which a new connection is closed."""
    with (
        TestClient(app) as client,
        client.websocket_connect("/live") as socket,
        pytest.raises(WebSocketDisconnect) as closed,
    ):
        socket.receive_json()
    return int(closed.value.code)


CODES = [(401, 4401), (403, 4403), (429, 1013), (503, 1013)]


@pytest.mark.parametrize(("status", "expected"), CODES)
def test_who_is_refused_is_told_whether_to_come_back(status: int, expected: int) -> None:
    assert code(live(Says(refused(status)))) == expected


@pytest.mark.parametrize(("status", "expected"), CODES)
def test_so_is_who_is_refused_later(
    status: int, expected: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.live.socket._PROVED", 0.01)
    assert code(live(Says(ANNA, refused(status)))) == expected


def test_a_scope_that_is_lacking_is_for_good() -> None:
    assert code(live(Says(Principal("bert", None, frozenset({"submit"}))))) == 4403


class Connection:
    """A client's end: what it sends, and by which code it is closed."""

    def __init__(self, who: Principal, streams: Streams, *, reads: bool = True) -> None:
        self.hub = Hub()
        self.texts: asyncio.Queue[str | None] = asyncio.Queue()
        self.closed: int | None = None
        self.waited = 0
        """The most that waited for it."""
        self._reads = reads
        self._greeted = False
        scope = {"type": "websocket", "headers": [], "path": "/live"}
        frames = Frames(self.hub, Flows(lambda: []), Measures())
        parts = (self.hub, streams, frames, told_once, begin)
        self._socket = Socket(WebSocket(scope, self._receive, self._send), Says(who), *parts)
        self.served = asyncio.create_task(self._socket.serve())

    async def _receive(self) -> dict[str, Any]:
        if not self._greeted:
            self._greeted = True
            return {"type": "websocket.connect"}
        for _ in range(5):
            await asyncio.sleep(0)
        self.waited = max(self.waited, len(self._socket._outbox._waiting))
        text = await self.texts.get()
        if text is None:
            return {"type": "websocket.disconnect", "code": 1000}
        return {"type": "websocket.receive", "text": text}

    async def _send(self, message: Any) -> None:
        if message["type"] == "websocket.close":
            self.closed = message["code"]
        elif message["type"] == "websocket.send" and not self._reads:
            await asyncio.Event().wait()

    async def leave(self) -> None:
        self.texts.put_nowait(None)
        await asyncio.wait_for(self.served, 30)


def test_one_subject_has_so_many_sockets_and_another_has_its_own() -> None:
    async def scene() -> None:
        streams = Streams(10, 1)
        first = Connection(ANNA, streams)
        await asyncio.sleep(0.01)
        second = Connection(ANNA, streams)
        await asyncio.wait_for(second.served, 30)
        assert second.closed == TRY_LATER
        other = Connection(Principal("bert", None, ANNA.scopes), streams)
        await asyncio.sleep(0.01)
        await first.leave()
        again = Connection(ANNA, streams)
        await asyncio.sleep(0.01)
        for each in (other, again):
            assert not each.served.done()
            await each.leave()
            assert each.closed is None

    asyncio.run(scene())


def asked_without_reading(request_ids: list[str]) -> Connection:
    """A client that asks for these, and reads nothing."""

    async def scene() -> Connection:
        client = Connection(ANNA, Streams(1, 1), reads=False)
        for each in request_ids:
            client.texts.put_nowait(f'{{"subscribe": "request", "request_id": "{each}"}}')
        await client.leave()
        return client

    return asyncio.run(scene())


def test_what_is_not_there_is_looked_for_in_the_other_tenants() -> None:
    app, looked = live(Says(ANNA)), []

    async def not_there(request_id: str, connection: Any) -> None:
        looked.append((request_id, connection.scope["route"].path))

    app.state.not_there = not_there
    with TestClient(app) as client, client.websocket_connect("/live") as socket:
        for request_id in ("r-1", "unknown-1"):
            socket.send_json({"subscribe": "request", "request_id": request_id})
        while socket.receive_json()["type"] != "problem":
            pass
        # Too long for a message: the connection is closed from there.
        socket.send_text("x" * 10_000)
        with pytest.raises(WebSocketDisconnect):
            socket.receive_json()
    assert looked == [("unknown-1", "/live")]


def test_names_that_a_client_makes_up_do_not_fill_memory() -> None:
    client = asked_without_reading([f"unknown-{number}" for number in range(2_000)])
    assert client.closed is None
    assert client.waited <= MOST_REQUESTS + 14


def test_who_asks_on_and_reads_nothing_is_let_go() -> None:
    client = asked_without_reading([f"r-{number}" for number in range(2_000)])
    assert client.closed == PROTOCOL
    assert client.waited <= 2 * MOST_REQUESTS
