"""Errors as problem details (RFC 9457): what is wrong, and what to do about it.

>>> problem = Problem(429, "busy", "Too many requests", "Try again in 2 s.", retry_after=2)
>>> problem.body()["type"], problem.headers()
('urn:manifold:problem:busy', {'Retry-After': '2'})
"""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any, TypeAlias

import msgspec
from confluent_kafka import KafkaException
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection
from starlette.websockets import WebSocket, WebSocketState

from connectors.errors import Misconfigured, Unavailable
from connectors.kafka import has_no_leader, is_away
from connectors.logs import Log

log = Log(__name__)

MEDIA_TYPE = "application/problem+json"
_CLOSED_FOR = 4_000
"""With the status it is the code with which an open WebSocket is closed: 4401, 4403, …"""
_AGAIN = 5
"""Seconds after which what was away may be there again."""
_LONGEST_REASON = 120
"""Bytes (RFC 6455 has 123)."""


class Problem(Exception):
    """A request that is not answered as asked."""

    def __init__(
        self,
        status: int,
        kind: str,
        title: str,
        detail: str,
        *,
        retry_after: int | None = None,
        headers: Mapping[str, str] | None = None,
        **members: Any,
    ) -> None:
        """`kind` never changes, for programs; `detail` says what to do, and holds no secret.

        `retry_after`: seconds. `members` are further ones of the body, such as `errors`.
        """
        super().__init__(detail)
        self.status = status
        self.kind = kind
        self.title = title
        self.detail = detail
        self.members = members
        self._retry_after = retry_after
        self._headers = dict(headers or {})

    def body(self) -> dict[str, Any]:
        """The problem as it is told."""
        return {
            "type": f"urn:manifold:problem:{self.kind}",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            **self.members,
        }

    def headers(self) -> dict[str, str]:
        """What goes with it."""
        if self._retry_after is None:
            return self._headers
        return {**self._headers, "Retry-After": str(self._retry_after)}

    def response(self) -> Response:
        """The answer."""
        return Response(
            msgspec.json.encode(self.body()), self.status, self.headers(), media_type=MEDIA_TYPE
        )


class Elsewhere(Problem):
    """A problem whose answer is a way, not a text: people are led on by it."""


Telling: TypeAlias = Callable[[Request, Problem], Response | None]
"""A problem as who asked would rather have it; None when they have no such wish."""


def told_as_problems(app: FastAPI, otherwise: Telling | None = None) -> None:
    """Let every error of an application be told as problem details, or `otherwise`."""

    def told(request: Request, problem: Problem) -> Response:
        request.state.problem = problem.kind
        if otherwise is None or isinstance(problem, Elsewhere):
            return problem.response()
        wished = otherwise(request, problem)
        return problem.response() if wished is None else wished

    @app.exception_handler(Problem)
    async def ours(connection: HTTPConnection, problem: Problem) -> Response | None:
        if isinstance(connection, WebSocket):
            await _refuse(connection, problem)
            return None
        return told(Request(connection.scope), problem)

    @app.exception_handler(Unavailable)
    @app.exception_handler(Misconfigured)
    @app.exception_handler(KafkaException)
    async def of_parts(connection: HTTPConnection, error: Exception) -> Response | None:
        return await ours(connection, _of_part(error))

    @app.exception_handler(HTTPException)
    async def of_routing(request: Request, error: HTTPException) -> Response:
        phrase = HTTPStatus(error.status_code).phrase
        kind = phrase.lower().replace(" ", "-")
        problem = Problem(error.status_code, kind, phrase, str(error.detail), headers=error.headers)
        return told(request, problem)

    @app.exception_handler(RequestValidationError)
    async def of_shape(request: Request, error: RequestValidationError) -> Response:
        # What was given stays out of the answer: it may be somebody's account number.
        found = [
            {"where": "/".join(map(str, each["loc"])), "what": each["msg"]}
            for each in error.errors()
        ]
        problem = Problem(
            422,
            "invalid",
            "The request is not as it has to be",
            "Correct what `errors` names, and send it again.",
            errors=found,
        )
        return told(request, problem)


def _of_part(error: Exception) -> Problem:
    """What a part cannot do now, whose own text is for the log: it names hosts and settings."""
    if isinstance(error, Misconfigured):
        log.error("a part cannot be used", because=str(error))
        detail = "A part of Manifold cannot be used; the log of this service says what to do."
        return Problem(503, "part-unusable", "This cannot be done", detail)
    if isinstance(error, KafkaException) and not (is_away(error) or has_no_leader(error)):
        raise error
    log.warning("a part is away", because=str(error))
    detail = "A part of Manifold does not answer just now. Try again in a few seconds."
    return Problem(503, "part-away", "This cannot be done now", detail, retry_after=_AGAIN)


async def _refuse(socket: WebSocket, problem: Problem) -> None:
    """Before it is open the answer is the problem, as over HTTP; then it is closed, with why."""
    if socket.application_state is WebSocketState.CONNECTING:
        await socket.send_denial_response(problem.response())
    elif socket.application_state is WebSocketState.CONNECTED:
        reason = problem.title.encode()[:_LONGEST_REASON].decode(errors="ignore")
        await socket.close(_CLOSED_FOR + problem.status, reason)
