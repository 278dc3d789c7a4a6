"""A WebSocket over the application: whom it takes, how much of theirs, by which code it ends."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from connectors.measures import Measures
from web.app import application
from web.live.area import LiveArea
from web.live.flows import Flows
from web.live.frames import Frames
from web.live.hub import Hub
from web.live.mailbox import Mailbox
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


def live(access: Access) -> tuple[FastAPI, Hub]:
    hub = Hub()
    frames = Frames(hub, Flows(lambda: []), Measures(), pace=0.01)
    area = LiveArea(hub, frames, NoFeed(), told_once, begin, Pages())
    return application(access, [area], "1"), hub


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
    assert code(live(Says(refused(status)))[0]) == expected


@pytest.mark.parametrize(("status", "expected"), CODES)
def test_so_is_who_is_refused_later(
    status: int, expected: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.live.socket._PROVED", 0.01)
    assert code(live(Says(ANNA, refused(status)))[0]) == expected


def test_a_scope_that_is_lacking_is_for_good() -> None:
    assert code(live(Says(Principal("bert", None, frozenset({"submit"}))))[0]) == 4403
