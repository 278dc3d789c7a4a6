"""How much may be sent, and how slowly: refused before it is taken in.

A body that is compressed is refused: the limits count what was sent, not what it becomes. What is
no invoice is read and parsed whole by the framework, so it has to be small.

Who is refused before their body is here gets the answer at once. The connection ends a moment
later: what still comes in that moment is thrown away, so that they read the answer and not an
error, and whoever goes on sending holds nothing.
"""

import asyncio
import re
from collections.abc import Callable
from contextlib import suppress

from msgspec import Struct, structs
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web.problem import Problem

_INVOICES = {
    "POST": re.compile(r"/invoices/?"),
    "PUT": re.compile(r"/requests/[^/]+/attempts/[^/]+/?"),
}
"""The routes whose bodies are invoices and documents, which they read themselves."""


class Bounds(Struct, frozen=True):
    """Of one request's body."""

    most_bytes: int
    """Of all of it, where it is an invoice."""
    time: float
    """Seconds within which it has to be here."""
    silence: float
    """Longest pause in seconds."""
    most_bytes_elsewhere: int = 2_000_000
    """Of all of it, where it is none."""

    def of(self, scope: Scope) -> "Bounds":
        """Those of one request: `most_bytes` is what it may send."""
        if brings_invoice(scope["method"], scope["path"]):
            return self
        return structs.replace(self, most_bytes=min(self.most_bytes, self.most_bytes_elsewhere))


def brings_invoice(method: str, path: str) -> bool:
    """Whether the body of a request is an invoice or a document.

    >>> brings_invoice("POST", "/invoices"), brings_invoice("POST", "/review/r-1/check")
    (True, False)
    """
    route = _INVOICES.get(method)
    return route is not None and route.fullmatch(path) is not None


_LINGER = 2.0
"""Seconds that a client has to read why the rest of its body is not taken in."""
_REFUSED = 400


class _Cut(Exception):
    """The rest of a body is not taken in."""


class BoundedBodies:
    """Refuses bodies that are too large, too slow or compressed."""

    def __init__(self, app: ASGIApp, bounds: Bounds) -> None:
        """Around `app`."""
        self._app = app
        self._bounds = bounds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what is within the bounds."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        bounds = self._bounds.of(scope)
        refusal = _at_once(Headers(scope=scope), bounds)
        if refusal is not None:
            await _told(refusal, scope, receive, send)
            return
        began = unread = False
        bounded = _Bounded(receive, bounds, lambda: began)
        headers = Headers(scope=scope)

        async def sending(message: Message) -> None:
            nonlocal began, unread
            if bounded.cut is not None and not began:
                return  # whatever else it is taken for, as by those who parse it
            if message["type"] == "http.response.start":
                refused = message["status"] >= _REFUSED
                unread = refused and _has_body(headers) and not bounded.whole
                if unread:
                    MutableHeaders(raw=message["headers"])["connection"] = "close"
            began = True
            last = message["type"] == "http.response.body" and not message.get("more_body", False)
            if unread and last and "expect" not in headers:
                await send({**message, "more_body": True})
                await bounded.thrown_away(_LINGER)
                message = {"type": "http.response.body", "body": b""}
            await send(message)

        with suppress(_Cut):
            await self._app(scope, bounded, sending)
        if bounded.cut is not None and not began:
            await _told(bounded.cut, scope, receive, send)


class _Bounded:
    """The rest of a request, as far as it is within the bounds."""

    def __init__(self, receive: Receive, bounds: Bounds, began: Callable[[], bool]) -> None:
        self._receive = receive
        self._bounds = bounds
        self._began = began
        self._deadline = asyncio.get_running_loop().time() + bounds.time
        self._bytes = 0
        self.whole = False
        """Whether all of it is here."""
        self.cut: Problem | None = None
        """Why the rest is not taken in."""

    async def __call__(self) -> Message:
        """The next part. Once the body is whole, what comes is a disconnect: however late."""
        if self.whole:
            return await self._receive()
        rest = self._deadline - asyncio.get_running_loop().time()
        try:
            async with asyncio.timeout(max(0.0, min(rest, self._bounds.silence))):
                message = await self._receive()
        except TimeoutError:
            if self._began():
                return {"type": "http.disconnect"}
            raise self._cut(_too_slow(self._bounds)) from None
        if message["type"] == "http.request":
            self._bytes += len(message.get("body", b""))
            self.whole = not message.get("more_body", False)
            if self._bytes > self._bounds.most_bytes:
                raise self._cut(_too_large(self._bounds))
        return message

    async def thrown_away(self, seconds: float) -> None:
        """Take the rest in, as long as it comes and no more than was allowed, and drop it."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while not self.whole and self._bytes <= self._bounds.most_bytes:
                    message = await self._receive()
                    self._bytes += len(message.get("body", b""))
                    self.whole = not message.get("more_body", False)

    def _cut(self, problem: Problem) -> _Cut:
        self.cut = problem
        return _Cut(problem.detail)


def _has_body(headers: Headers) -> bool:
    return "transfer-encoding" in headers or headers.get("content-length", "0") != "0"


def _at_once(headers: Headers, bounds: Bounds) -> Problem | None:
    encoding = headers.get("content-encoding", "identity").strip().lower()
    if encoding != "identity":
        return Problem(
            415,
            "content-encoding",
            "Compressed bodies are not taken",
            "Send it as it is, without Content-Encoding.",
            headers={"Accept-Encoding": "identity"},
        )
    length = headers.get("content-length", "0")
    if not (length.isascii() and length.isdigit()):
        return Problem(400, "content-length", "Bad request", "Content-Length is no number.")
    return _too_large(bounds) if int(length) > bounds.most_bytes else None


def _too_large(bounds: Bounds) -> Problem:
    return Problem(
        413,
        "too-large",
        "The body is too large",
        f"Send at most {bounds.most_bytes:,} bytes.",
        most_bytes=bounds.most_bytes,
    )


def _too_slow(bounds: Bounds) -> Problem:
    return Problem(
        408,
        "too-slow",
        "The body did not come",
        f"Send it within {bounds.time:g} s, without pauses of more than {bounds.silence:g} s.",
    )


async def _told(problem: Problem, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer, and end the connection: what it still sends would be read as the next request."""
    response = problem.response()
    response.headers["connection"] = "close"
    await response(scope, receive, send)
