"""Around every request: its id, how long it took, and an answer even when we have failed.

A client's `X-Request-Id` is taken over when it can stand in a log, and is made when there is none;
every answer carries it.
"""

import re
import time
from uuid import uuid4

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from connectors import catalogue
from connectors.logs import Log
from connectors.measures import Measures
from web.problem import Problem

log = Log(__name__)

HEADER = b"x-request-id"
_FIT = re.compile(rb"[A-Za-z0-9._:/+=-]{1,128}").fullmatch
_UNKNOWN = "unknown"
"""The route of what no route takes: paths are anybody's to choose."""


class Watched:
    """An application that is watched."""

    def __init__(self, app: ASGIApp, measures: Measures) -> None:
        """`measures` takes what is counted."""
        self._app = app
        self._measures = measures
        self._under_way = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = _request_id(scope)
        scope.setdefault("state", {})["request_id"] = request_id.decode()
        began = time.perf_counter()
        status = 0

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], (HEADER, request_id)]
            await send(message)

        self._counted(1)
        try:
            await self._app(scope, receive, answer)
        except Exception as error:
            # Texts of exceptions may hold what somebody has sent.
            log.error(
                "a request has failed",
                exc_info=error,
                quoting=False,
                request_id=request_id.decode(),
                route=_route(scope),
            )
            if status == 0:
                await _failed(request_id)(scope, receive, answer)
        finally:
            self._counted(-1)
            route, method = _route(scope), _method(scope)
            measures = self._measures
            measures.add(catalogue.WEB_REQUESTS, 1, route, method, f"{status // 100}xx")
            taken = time.perf_counter() - began
            measures.observe(catalogue.WEB_DURATION, (taken,), route, method)

    def _counted(self, change: int) -> None:
        self._under_way += change
        self._measures.set(catalogue.WEB_UNDER_WAY, self._under_way)


def _request_id(scope: Scope) -> bytes:
    for name, value in scope["headers"]:
        if name == HEADER and _FIT(value):
            return bytes(value)
    return uuid4().hex.encode()


def _route(scope: Scope) -> str:
    return str(getattr(scope.get("route"), "path", _UNKNOWN))


def _method(scope: Scope) -> str:
    # Others are anybody's to invent.
    method = str(scope["method"])
    return method if method in ("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH") else "OTHER"


def _failed(request_id: bytes) -> ASGIApp:
    return Problem(
        500,
        "failed",
        "Manifold has failed",
        "This is an error of ours. Whether an invoice came in is not known: send it again with the "
        "same Idempotency-Key, and tell us the request id.",
        request_id=request_id.decode(),
    ).response()
