"""Signing in with a browser: at the issuer (OAuth 2.1 authorization code with PKCE), and out.

The cookie of a session is strict, so a browser does not send it on a way that began at another
site. Therefore the way back from the issuer ends on a page of ours, which goes on by itself.
"""

import base64
import hmac
import re
import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from hashlib import sha256
from typing import Annotated, Any, TypeAlias
from urllib.parse import parse_qs, quote, urlencode

import httpx2
import msgspec
from fastapi import APIRouter, Query, Request, Response
from msgspec import Struct
from starlette.requests import HTTPConnection
from starlette.responses import RedirectResponse

from connectors.issuer_keys import discovered, secure
from connectors.keyring import Sealer, Unopened
from connectors.settings import InvalidSettings
from web.access.sessions import SIGN_IN, Sessions, Signing
from web.access.tokens import BearerTokens
from web.pages.rendering import Pages
from web.principal import Principal
from web.problem import Problem

Next: TypeAlias = Annotated[str, Query(alias="next")]
"""What somebody wanted to see."""

_SIGNED_OUT = "/signed-out"
_COOKIE = "manifold-signing-in"
_MINUTES = 10
_PATIENCE = 5.0
_LOCAL = re.compile(r"/(?![/\\])[^\\\x00-\x1f]*")
_LONGEST = 2_000
_LONGEST_FORM = 20_000
_UNAUTHORIZED = 401

_REFUSED = "the issuer did not let you in"
_AWAY = "the issuer cannot let anybody in just now: wait a moment"
_NOT_SET_UP = (
    "the issuer does not know this application as it is set up: tell whoever runs it to look at "
    "web.sign_in"
)
_REFUSALS = {
    "access_denied": f"{_REFUSED}: ask whoever gives accounts for this application",
    "temporarily_unavailable": _AWAY,
    "server_error": _AWAY,
    "invalid_request": _NOT_SET_UP,
    "invalid_scope": _NOT_SET_UP,
    "unauthorized_client": _NOT_SET_UP,
    "unsupported_response_type": _NOT_SET_UP,
}
"""What an issuer's `error` means to somebody who signs in (RFC 6749, 4.1.2.1)."""


class Flow(Struct, frozen=True):
    """Where people sign in, and what this application is called there."""

    issuer: str
    client_id: str
    client_secret: str | None
    scopes: tuple[str, ...]
    public_url: str
    transport: httpx2.AsyncBaseTransport | None = None

    @property
    def back(self) -> str:
        """Where the issuer sends browsers back to."""
        return f"{self.public_url}{SIGN_IN}/back"


class Under(Struct, frozen=True):
    """Somebody is at the issuer's; sealed in a cookie of their browser."""

    state: str
    verifier: str
    nonce: str
    to: str
    until: int


class _Given(Struct, frozen=True):
    """What an issuer gives for a code."""

    access_token: str
    id_token: str | None = None


class SignInArea:
    """`/login`, `/logout` and `/signed-out`."""

    def __init__(
        self,
        sessions: Sessions,
        tokens: BearerTokens,
        signing: Signing,
        sealer: Sealer,
        flow: Flow | None,
        pages: Pages,
        *,
        takes_tokens: bool,
        refused: Callable[[HTTPConnection], Awaitable[None]],
    ) -> None:
        """`takes_tokens`: by a form as well, for development. `refused` counts failures."""
        self._sessions = sessions
        self._tokens = tokens
        self._signing = signing
        self._sealer = sealer
        self._flow = flow
        self._pages = pages
        self._takes_tokens = takes_tokens
        self._refused = refused
        self.router = APIRouter(include_in_schema=False)
        self.router.add_api_route(SIGN_IN, self._page)
        self.router.add_api_route("/logout", self._out, methods=["POST"])
        self.router.add_api_route(_SIGNED_OUT, self._left)
        if takes_tokens:
            self.router.add_api_route(f"{SIGN_IN}/token", self._token, methods=["POST"])
        if flow is not None:
            self.router.add_api_route(f"{SIGN_IN}/start", self._start)
            self.router.add_api_route(f"{SIGN_IN}/back", self._back)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Nothing has to run."""
        yield

    async def _page(self, request: Request, to: Next = "/") -> Response:
        to = local(to)
        if self._flow is not None and not self._takes_tokens:
            return RedirectResponse(f"{SIGN_IN}/start?next={quote(to)}", 303)
        return self._pages.page(
            request,
            "access/login.html",
            to=to,
            at_issuer=self._flow is not None,
            takes_tokens=self._takes_tokens,
        )

    async def _token(self, request: Request) -> Response:
        form = await _form(request)
        who = await self._proved(request, form.get("token", "").strip())
        return self._gone_on(request, self._sessions.begun(who), local(form.get("next", "/")))

    async def _out(self, request: Request) -> Response:
        given = (await _form(request)).get("csrf_token")
        # Not to where signing in begins: who is still signed in at the issuer's would be back.
        response = RedirectResponse(_SIGNED_OUT, 303)
        response.headers.append("set-cookie", await self._sessions.end(request, given))
        request.state.security = "SIGNED_OUT"
        return response

    async def _left(self, request: Request, to: Next = "/", ended: bool = False) -> Response:
        return self._pages.page(
            request,
            "access/signed_out.html",
            sign_in=f"{SIGN_IN}?next={quote(local(to))}",
            ended=ended,
            at_issuer=self._flow is not None,
        )

    async def _start(self, to: Next = "/") -> Response:
        flow = self._at_issuer()
        told = await self._discovered(flow)
        under = Under(
            secrets.token_urlsafe(24),
            secrets.token_urlsafe(48),
            secrets.token_urlsafe(24),
            local(to),
            round(time.time()) + _MINUTES * 60,
        )
        digest = sha256(under.verifier.encode()).digest()
        question = {
            "response_type": "code",
            "client_id": flow.client_id,
            "redirect_uri": flow.back,
            "scope": " ".join(flow.scopes),
            "state": under.state,
            "code_challenge": base64.urlsafe_b64encode(digest).decode().rstrip("="),
            "code_challenge_method": "S256",
            "nonce": under.nonce,
        }
        where = str(told["authorization_endpoint"])
        response = RedirectResponse(
            f"{where}{'&' if '?' in where else '?'}{urlencode(question)}", 303
        )
        sealed = self._sealer.seal(msgspec.msgpack.encode(under), b"signing-in")
        value = base64.urlsafe_b64encode(sealed).decode().rstrip("=")
        # Lax: the way back begins at the issuer's.
        cookie = self._signing.header(self._cookie, value, _MINUTES * 60, "Lax")
        response.headers.append("set-cookie", cookie)
        return response

    async def _back(
        self,
        request: Request,
        state: str = "",
        code: str = "",
        iss: str | None = None,
        error: str = "",
    ) -> Response:
        flow = self._at_issuer()
        under = self._under(request)
        if under is None or not hmac.compare_digest(state.encode(), under.state.encode()):
            raise await self._again(request, "this is not where you began")
        told = await self._discovered(flow)
        # RFC 9207: another issuer must not have its answers taken for this one's.
        said = told.get("authorization_response_iss_parameter_supported") is True
        if iss != flow.issuer and (said or iss is not None):
            raise await self._again(request, "the answer is not of the issuer you were sent to")
        given = await self._exchanged(flow, told, code, under.verifier) if code else None
        if given is None:
            raise await self._again(request, _REFUSALS.get(error, _REFUSED))
        if "openid" in flow.scopes:
            await self._identified(request, flow, given, under)
        who = await self._proved(request, given.access_token)
        response = self._gone_on(request, self._sessions.begun(who), under.to)
        response.headers.append("set-cookie", self._signing.header(self._cookie, "", 0, "Lax"))
        return response

    async def _identified(
        self, request: Request, flow: Flow, given: "_Given", under: Under
    ) -> None:
        try:
            await self._tokens.belongs(
                given.id_token or "", flow.issuer, flow.client_id, under.nonce
            )
        except Problem as problem:
            if problem.status != _UNAUTHORIZED:
                raise
            raise await self._again(
                request, "the issuer's answer does not belong to this sign-in"
            ) from None

    @property
    def _cookie(self) -> str:
        return f"__Host-{_COOKIE}" if self._signing.secure else _COOKIE

    def _at_issuer(self) -> Flow:
        assert self._flow is not None
        return self._flow

    async def _proved(self, request: Request, token: str) -> Principal:
        try:
            who = await self._tokens.holder(token)
        except Problem:
            await self._refused(request)
            raise
        request.state.principal = who
        request.state.security = "SIGNED_IN"
        return who

    async def _again(self, request: Request, why: str) -> Problem:
        await self._refused(request)
        return Problem(401, "sign-in", "Not signed in", f"Sign in again at {SIGN_IN}: {why}.")

    def _gone_on(self, request: Request, cookie: str, to: str) -> Response:
        response = self._pages.page(request, "access/signed_in.html", to=to)
        response.headers.append("set-cookie", cookie)
        return response

    def _under(self, request: Request) -> Under | None:
        try:
            value = base64.urlsafe_b64decode(request.cookies.get(self._cookie, "") + "==")
            content = self._sealer.open(value, b"signing-in")
            found = msgspec.msgpack.decode(content, type=Under)
        except (Unopened, ValueError):
            return None
        return found if found.until > time.time() else None

    async def _discovered(self, flow: Flow) -> dict[str, Any]:
        try:
            async with self._client(flow) as client:
                told = await discovered(client, flow.issuer)
            for name in ("authorization_endpoint", "token_endpoint"):
                secure(str(told.get(name)), name)
        except (httpx2.HTTPError, ValueError, InvalidSettings) as error:
            raise _issuer_away(error) from None
        return told

    async def _exchanged(
        self, flow: Flow, told: dict[str, Any], code: str, verifier: str
    ) -> "_Given | None":
        """What there is for a code; None when the issuer does not take it."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": flow.back,
            "client_id": flow.client_id,
            "code_verifier": verifier,
        }
        if flow.client_secret is not None:
            form["client_secret"] = flow.client_secret
        try:
            async with self._client(flow) as client:
                answer = await client.post(str(told["token_endpoint"]), data=form)
            if 400 <= answer.status_code < 500:
                return None
            answer.raise_for_status()
            return msgspec.json.decode(answer.content, type=_Given)
        except (httpx2.HTTPError, ValueError) as error:
            raise _issuer_away(error) from None

    def _client(self, flow: Flow) -> httpx2.AsyncClient:
        return httpx2.AsyncClient(
            timeout=_PATIENCE, follow_redirects=False, transport=flow.transport
        )


def local(to: str) -> str:
    r"""A path of ours: never another site, whatever a link says.

    >>> [local(to) for to in ("/review?x=1", "//evil.example", "https://evil.example", r"/\evil")]
    ['/review?x=1', '/', '/', '/']
    """
    return to if len(to) <= _LONGEST and _LOCAL.fullmatch(to) else "/"


async def _form(request: Request) -> dict[str, str]:
    content = b""
    async for chunk in request.stream():
        content += chunk
        if len(content) > _LONGEST_FORM:
            raise Problem(413, "too-large", "The form is too large", "Paste a token only.")
    fields = parse_qs(content.decode(errors="replace"), max_num_fields=10)
    return {name: values[0] for name, values in fields.items()}


def _issuer_away(error: Exception) -> Problem:
    kind = type(error).__name__
    return Problem(
        503, "issuer-away", "The issuer is away", f"Try again in a moment ({kind}).", retry_after=5
    )
