"""Requests that another site's page makes a browser send are refused.

A browser sends a cookie, or is let in on one's own machine, whoever's page asks it to. It says
where the page is from: in Sec-Fetch-Site, and in Origin. Programs send neither, nor do they have
anything to fear: what they bring in `Authorization` no page can make a browser bring.
"""

from collections.abc import Collection
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocket

from connectors.issuer_keys import is_loopback
from web.problem import Problem

_SAFE = ("GET", "HEAD", "OPTIONS")
_BY_ANY_NAME = "/health/"
"""Orchestrators ask by an address."""


class SameOrigin:
    """Refuses what other sites' pages cause, and names that are not ours (DNS rebinding)."""

    def __init__(self, app: ASGIApp, hosts: Collection[str] | None) -> None:
        """Around `app`. `hosts`: names it is asked by; None for any that `Origin` agrees with.

        With the name `localhost` all of this machine's own addresses are meant.
        """
        self._app = app
        self._hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what nobody else's page has caused."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        named = scope["path"].startswith(_BY_ANY_NAME) or not self._misnamed(headers)
        refusal = _foreign(scope, headers) if named else _nothing_here()
        if refusal is None:
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            socket = WebSocket(scope, receive, send)
            await socket.send_denial_response(refusal.response())
        else:
            await refusal.response()(scope, receive, send)

    def _misnamed(self, headers: Headers) -> bool:
        if self._hosts is None:
            return False
        name = urlsplit(f"//{headers.get('host', '')}").hostname or ""
        return name not in self._hosts and not ("localhost" in self._hosts and is_loopback(name))


def _foreign(scope: Scope, headers: Headers) -> Problem | None:
    if scope["type"] == "http" and scope["method"] in _SAFE:
        return None
    if headers.get("authorization", "").lower().startswith("bearer "):
        return None
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    if site in ("cross-site", "same-site"):
        return _refusal()
    # A form of a page without a referrer comes from the origin "null"; the browser says it is ours.
    if scope["type"] == "http" and site == "same-origin" and origin == "null":
        return None
    if origin is not None and urlsplit(origin).netloc.lower() != headers.get("host", "").lower():
        return _refusal()
    return None


def _nothing_here() -> Problem:
    return Problem(421, "host", "Not here", "Nothing of that name is served here.")


def _refusal() -> Problem:
    return Problem(
        403, "origin", "Not from there", "Another site's page has caused this: use our own pages."
    )
