"""Sessions of browsers: a sealed cookie that says who signed in, and until when.

Nothing is kept on the server but which sessions were ended early. The cookie is sealed, so nobody
can read or make one; strict, so no other site's page can send it; and every change that is made
with it has to bring a header that other sites cannot know.
"""

import base64
import hmac
import secrets
import time
from collections.abc import Callable
from typing import NoReturn
from urllib.parse import quote

import msgspec
from msgspec import Struct
from starlette.requests import HTTPConnection
from starlette.responses import RedirectResponse, Response

from connectors.ended_sessions import EndedSessions
from connectors.keyring import Sealer, Unopened
from web.access.tokens import BearerTokens, bearer
from web.pages.rendering import wants_page
from web.principal import Principal, Scope
from web.problem import Elsewhere, Problem

CSRF_HEADER = "x-csrf-token"
SIGN_IN = "/login"

_SAFE = ("GET", "HEAD", "OPTIONS")
_LONGEST = 4_096
_UNAUTHORIZED = 401


class Session(Struct, frozen=True):
    """Somebody who has signed in; instants are Unix time in seconds."""

    id: str
    subject: str
    tenant: str | None
    scopes: frozenset[Scope]
    csrf: str
    """What changes have to bring in a header."""
    until: int
    """When it ends unless something is asked before."""
    longest: int
    """When it ends in any case."""


class Signing(Struct, frozen=True):
    """How long sessions last, and how their cookie goes over the wire."""

    idle: int
    """Seconds."""
    longest: int
    """Seconds."""
    secure: bool
    """Whether browsers come by https; over http only on one's own machine."""

    @property
    def cookie(self) -> str:
        """The cookie's name; with the prefix, browsers hold us to what it promises."""
        return "__Host-manifold" if self.secure else "manifold"

    def header(self, name: str, value: str, seconds: int, same_site: str = "Strict") -> str:
        """A `Set-Cookie`."""
        secure = "; Secure" if self.secure else ""
        return f"{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite={same_site}{secure}"


class Sessions:
    """Access by the cookie."""

    def __init__(
        self,
        sealer: Sealer,
        signing: Signing,
        ended: EndedSessions,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """`clock`: Unix time in seconds."""
        self._sealer = sealer
        self._signing = signing
        self._ended = ended
        self._clock = clock

    async def __call__(self, connection: HTTPConnection, /) -> Principal:
        """Who has signed in. Raises Problem: 401, or 403 for a change without the header."""
        session = await self._running(connection)
        if session is None:
            sign_in_first(connection)
        if connection.scope["type"] == "http" and connection.scope["method"] not in _SAFE:
            _check(connection, session)
        now = round(self._clock())
        if session.until - now < self._signing.idle // 2 and session.until < session.longest:
            longer = min(now + self._signing.idle, session.longest)
            session = msgspec.structs.replace(session, until=longer)
            connection.state.set_cookie = self._cookie(session, now)
        connection.state.csrf_token = session.csrf
        return Principal(session.subject, session.tenant, session.scopes, session.until)

    def begun(self, who: Principal) -> str:
        """The `Set-Cookie` of a new session.

        What was proved ends by itself; a session goes on with it up to its own longest time.
        """
        now = round(self._clock())
        longest = now + self._signing.longest
        session = Session(
            secrets.token_urlsafe(16),
            who.subject,
            who.tenant,
            who.scopes,
            secrets.token_urlsafe(24),
            min(now + self._signing.idle, longest),
            longest,
        )
        return self._cookie(session, now)

    async def end(self, connection: HTTPConnection, csrf: str | None) -> str:
        """The `Set-Cookie` that ends a session, wherever else its cookie may lie.

        `csrf`: what a form has brought in place of the header. Raises Problem with status 403.
        """
        session = await self._running(connection)
        if session is not None:
            _check(connection, session, csrf)
            seconds = session.longest - round(self._clock())
            await self._ended.add(session.id, max(1, seconds))
        return self._signing.header(self._signing.cookie, "", 0)

    async def _running(self, connection: HTTPConnection) -> Session | None:
        value = connection.cookies.get(self._signing.cookie, "")
        if not 0 < len(value) <= _LONGEST:
            return None
        try:
            content = self._sealer.open(base64.urlsafe_b64decode(value + "=="), b"session")
            session = msgspec.msgpack.decode(content, type=Session)
        except (Unopened, ValueError):
            return None
        if session.until <= self._clock() or await self._ended.has(session.id):
            return None
        return session

    def _cookie(self, session: Session, now: int) -> str:
        sealed = self._sealer.seal(msgspec.msgpack.encode(session), b"session")
        value = base64.urlsafe_b64encode(sealed).decode().rstrip("=")
        return self._signing.header(self._signing.cookie, value, session.until - now)


class TokenOrSession:
    """Access by a token where one is brought, else by the cookie."""

    def __init__(self, tokens: BearerTokens, sessions: Sessions) -> None:
        """Either."""
        self._tokens = tokens
        self._sessions = sessions

    async def __call__(self, connection: HTTPConnection, /) -> Principal:
        """Who asks. Raises Problem."""
        # A program that brings something else in this header means to be known by it.
        if bearer(connection) is None and "authorization" not in connection.headers:
            return await self._sessions(connection)
        return await self._tokens(connection)


class SignInFirst(Elsewhere):
    """Somebody looks at a page without having signed in: they are shown where."""

    def __init__(self, to: str) -> None:
        """`to`: what they wanted to see."""
        super().__init__(_UNAUTHORIZED, "unauthenticated", "Not signed in", "Sign in first.")
        self._to = to

    def response(self) -> Response:
        """The way there."""
        return RedirectResponse(f"{SIGN_IN}?next={quote(self._to)}", 303)


def sign_in_first(connection: HTTPConnection) -> NoReturn:
    """Send people to the page, and tell programs and scripts of pages that they have to."""
    page = connection.scope["type"] == "http" and connection.scope["method"] == "GET"
    if page and wants_page(connection):
        query = connection.url.query
        raise SignInFirst(connection.url.path + (f"?{query}" if query else ""))
    raise Problem(
        _UNAUTHORIZED,
        "unauthenticated",
        "Not signed in",
        f"Send an access token (`Authorization: Bearer …`), or sign in at {SIGN_IN}.",
        headers={"WWW-Authenticate": 'Bearer realm="manifold"'},
    )


def _check(connection: HTTPConnection, session: Session, given: str | None = None) -> None:
    given = connection.headers.get(CSRF_HEADER, given or "")
    if not hmac.compare_digest(given.encode(), session.csrf.encode()):
        raise Problem(
            403,
            "csrf",
            "Not from a page of ours",
            "Send the page's token in the header X-CSRF-Token; load the page again.",
        )
