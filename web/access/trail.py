"""What is said of those who come in, or are refused: one event for each, in the trail."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractContextManager, asynccontextmanager

from fastapi import APIRouter
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from connectors.security_event import Gathered, Kind, SecurityEvent, event
from web.principal import Principal

_BY_STATUS: dict[int, Kind] = {
    401: "UNAUTHENTICATED",
    403: "FORBIDDEN",
    408: "BODY_REFUSED",
    413: "BODY_REFUSED",
    415: "BODY_REFUSED",
    421: "FORBIDDEN",
    429: "RATE_LIMITED",
}
_BY_PROBLEM: dict[str, Kind] = {"malware": "MALWARE"}
_CLOSED_FOR = 4_000
_NOT_FOUND = 404


class TrailArea:
    """Has the trail written while the application runs."""

    def __init__(self, writing: Callable[[], AbstractContextManager[None]]) -> None:
        """`writing`: within it, what is gathered is written."""
        self.router = APIRouter()
        self._writing = writing

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """It ends with the last event written, or known not to be."""
        writing = self._writing()
        writing.__enter__()
        try:
            yield
        finally:
            # Its last record may take its time; what else has to end does so meanwhile.
            await asyncio.to_thread(writing.__exit__, None, None, None)


class Trailed:
    """Sees every answer."""

    def __init__(self, app: ASGIApp, gathered: Gathered) -> None:
        """Around `app`."""
        self._app = app
        self._gathered = gathered

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, and gather what is worth it."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return

        status = 0

        async def seeing(message: Message) -> None:
            nonlocal status
            status = message.get("status", status)
            kind = _kind(scope, message)
            if kind is not None:
                self._gathered.add(happened(scope, kind))
            await send(message)

        await self._app(scope, receive, seeing)
        request_id = scope.get("path_params", {}).get("request_id")
        if status == _NOT_FOUND and request_id is not None:
            await scope["app"].state.not_there(request_id, HTTPConnection(scope))


def _kind(scope: Scope, message: Message) -> Kind | None:
    if message["type"] in ("http.response.start", "websocket.http.response.start"):
        state = scope.get("state", {})
        said: Kind | None = state.get("security") or _BY_PROBLEM.get(state.get("problem", ""))
        return said or _BY_STATUS.get(message["status"])
    if message["type"] == "websocket.close":
        return _BY_STATUS.get(message.get("code", 0) - _CLOSED_FOR)
    return None


def happened(scope: Scope, kind: Kind) -> SecurityEvent:
    """What has happened with a request or a WebSocket, and who it was."""
    who: Principal | None = scope.get("state", {}).get("principal")
    client = scope.get("client")
    route = scope.get("route")
    # The route and not the path: that may name an invoice, or be anything at all.
    place = getattr(route, "path", "elsewhere")
    return event(
        kind,
        subject=None if who is None else who.subject,
        tenant=None if who is None else who.tenant,
        address=client[0] if client else None,
        about=f"{scope.get('method', 'WEBSOCKET')} {place}",
    )
