"""What browsers are told to refuse on our pages, in every answer."""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "connect-src 'self'; font-src 'self'; object-src 'none'; frame-src 'self'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
"""No script or style but files of our own: text that looks like one stays text."""

_ALWAYS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
_TWO_YEARS = "max-age=63072000; includeSubDomains"
_STATIC = ("/static/",)


class SecurityHeaders:
    """Adds them, and leaves alone what a route has said itself."""

    def __init__(self, app: ASGIApp) -> None:
        """Around `app`."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, with the headers."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return

        async def adding(message: Message) -> None:
            if message["type"] in ("http.response.start", "websocket.http.response.start"):
                headers = MutableHeaders(raw=message.setdefault("headers", []))
                for name, value in _ALWAYS.items():
                    headers.setdefault(name, value)
                if scope["scheme"] in ("https", "wss"):
                    headers.setdefault("strict-transport-security", _TWO_YEARS)
                if not scope["path"].startswith(_STATIC):
                    # Invoices are somebody's affairs: no cache keeps them.
                    headers.setdefault("cache-control", "no-store")
                state = scope.get("state", {})
                for name, value in state.get("rate_limit", ()):
                    headers.append(name.decode(), value.decode())
                if "set_cookie" in state and "set-cookie" not in headers:
                    headers.append("set-cookie", state["set_cookie"])
            await send(message)

        await self._app(scope, receive, adding)
