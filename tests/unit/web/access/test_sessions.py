"""Sessions of browsers: the cookie, changes made with it, and how they end."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import httpx2
import pytest
from fastapi import APIRouter, FastAPI, WebSocket
from fastapi.testclient import TestClient
from starlette.testclient import WebSocketDenialResponse
from starlette.websockets import WebSocketDisconnect

from connectors.ended_sessions import EndedHere
from connectors.issuer_keys import FetchedKeys
from connectors.keyring import Ring, made
from tests.unit.web.access import issuing
from web.access.claims import Reading
from web.access.same_origin import SameOrigin
from web.access.sessions import Sessions, Signing, TokenOrSession
from web.access.sign_in import Flow, SignInArea
from web.access.tokens import BearerTokens, Issuer
from web.app import application
from web.pages.rendering import ROOT, Pages
from web.principal import Reader, Reviewer, allowed

PAGE = {"Accept": "text/html"}
ORIGIN = "https://manifold.example"


class Clock:
    now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


class Area:
    def __init__(self) -> None:
        self.router = APIRouter()
        self.router.add_api_route("/mine", self._mine)
        self.router.add_api_route("/change", self._change, methods=["POST"])
        self.router.add_api_websocket_route("/live", self._live)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        yield

    async def _mine(self, who: Reader) -> str:
        return who.subject

    async def _change(self, who: Reviewer) -> str:
        return who.subject

    async def _live(self, socket: WebSocket, who: Reader) -> None:
        await socket.accept()
        while True:
            await socket.receive_text()
            await socket.send_text((await allowed(socket, "read")).subject)


class OidcServer:
    """An issuer that lets everybody in who comes with the right code and verifier."""

    def __init__(self) -> None:
        self.asked: dict[str, str] = {}
        self.says: dict[str, Any] = {}
        """Of itself, besides."""
        self.identity: dict[str, Any] | None = {"aud": "manifold"}
        """The claims of the ID token; None for none."""

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        if request.url.path.endswith("openid-configuration"):
            return httpx2.Response(
                200,
                json={
                    **self.says,
                    "issuer": issuing.NAME,
                    "jwks_uri": f"{issuing.NAME}/keys",
                    "authorization_endpoint": f"{issuing.NAME}/authorize",
                    "token_endpoint": f"{issuing.NAME}/token",
                },
            )
        if request.url.path == "/keys":
            return httpx2.Response(200, content=issuing.jwks())
        self.asked = {k: v[0] for k, v in parse_qs(request.content.decode()).items()}
        if self.asked["code"] != "right":
            return httpx2.Response(400, json={"error": "invalid_grant"})
        given = {"access_token": issuing.token()}
        if self.identity is not None:
            given["id_token"] = issuing.token(**self.identity)
        return httpx2.Response(200, json=given)


class Scene:
    def __init__(self, *, takes_tokens: bool = True) -> None:
        self.clock, self.server, self.ended = Clock(), OidcServer(), EndedHere()
        transport = httpx2.MockTransport(self.server)
        keys = FetchedKeys(None, issuing.NAME, transport=transport)
        reading = Reading(tenant_claim="org")
        tokens = BearerTokens(
            [Issuer(issuing.NAME, issuing.AUDIENCE, keys, ("RS256",), reading, 5.0)]
        )
        ring = Ring((made("1"),))
        signing = Signing(idle=600, longest=3_600, secure=True)
        self.sessions = Sessions(ring.for_("session"), signing, self.ended, self.clock)
        flow = Flow(issuing.NAME, "manifold", None, ("openid",), ORIGIN, transport)
        pages = Pages()
        self.refusals = 0
        sign_in = SignInArea(
            self.sessions,
            tokens,
            signing,
            ring.for_("sign-in"),
            flow,
            pages,
            takes_tokens=takes_tokens,
            refused=self._refused,
        )
        access = TokenOrSession(tokens, self.sessions)
        self.app: FastAPI = application(access, [Area(), sign_in], "1", pages.telling)
        self.app.add_middleware(SameOrigin, hosts=None)
        from web.access.headers import SecurityHeaders

        self.app.add_middleware(SecurityHeaders)
        self.client = TestClient(self.app, base_url=ORIGIN, follow_redirects=False)

    async def _refused(self, _: Any) -> None:
        self.refusals += 1

    def sign_in(self, **form: str) -> Any:
        given = {"token": issuing.token(), **form}
        return self.client.post("/login/token", data=given, headers={"Origin": ORIGIN})

    def begun(self) -> str:
        """The state of a sign-in that begins; the issuer knows its nonce."""
        start = self.client.get("/login/start?next=/mine")
        asked = parse_qs(urlsplit(start.headers["location"]).query)
        if self.server.identity is not None:
            self.server.identity = {"nonce": asked["nonce"][0], **self.server.identity}
        return asked["state"][0]

    def csrf(self) -> str:
        """As a page has it in its head."""

        found: list[str] = []

        async def page(request: Any) -> None:
            found.append(request.state.csrf_token)

        cookie = self.client.cookies["__Host-manifold"]
        from starlette.requests import Request

        scope = {
            "type": "http",
            "method": "GET",
            "path": "/",
            "headers": [(b"cookie", f"__Host-manifold={cookie}".encode())],
        }
        request = Request(scope)
        asyncio.run(self.sessions(request))
        return str(request.state.csrf_token)


@pytest.fixture
def scene() -> Scene:
    return Scene()


def test_a_page_leads_to_signing_in_and_back(scene: Scene) -> None:
    away = scene.client.get("/mine?x=1", headers=PAGE)
    assert away.status_code == 303
    assert away.headers["location"] == "/login?next=/mine%3Fx%3D1"
    assert scene.client.get("/mine").status_code == 401
    signed = scene.sign_in(next="/mine?x=1")
    assert 'content="0;url=/mine?x=1"' in signed.text
    cookie = signed.headers["set-cookie"]
    for promise in ("__Host-manifold=", "Path=/", "HttpOnly", "Secure", "SameSite=Strict"):
        assert promise in cookie
    assert scene.client.get("/mine").json() == "anna"


def test_whoever_signs_in_at_the_issuer_has_a_session(scene: Scene) -> None:
    start = scene.client.get("/login/start?next=/mine")
    where = urlsplit(start.headers["location"])
    asked = {name: value[0] for name, value in parse_qs(where.query).items()}
    assert where.netloc == "issuer.example"
    assert (asked["code_challenge_method"], asked["response_type"]) == ("S256", "code")
    assert asked["redirect_uri"] == f"{ORIGIN}/login/back"
    scene.server.identity = {"aud": "manifold", "nonce": asked["nonce"]}
    back = scene.client.get(f"/login/back?state={asked['state']}&code=right")
    assert back.status_code == 200
    assert scene.server.asked["code_verifier"]
    assert "SameSite=Lax" in start.headers["set-cookie"]
    assert "SameSite=Strict" in back.headers.get_list("set-cookie")[0]
    assert scene.client.get("/mine").json() == "anna"


@pytest.mark.parametrize("query", ["state=&code=right", "state=other&code=right", "code=right", ""])
def test_a_way_back_that_nobody_began_here_leads_nowhere(scene: Scene, query: str) -> None:
    scene.client.get("/login/start")
    assert scene.client.get(f"/login/back?{query}").status_code == 401
    assert scene.client.get("/mine").status_code == 401
    assert scene.refusals == 1


FOREIGN: dict[str, dict[str, Any] | None] = {
    "none": None,
    "of another sign-in": {"aud": "manifold", "nonce": "another"},
    "without a nonce": {"aud": "manifold", "nonce": None},
    "for another client": {"aud": "another"},
    "for several and of another": {"aud": ["manifold", "another"], "azp": "another"},
    "for several, not saying whose": {"aud": ["manifold", "another"]},
    "of another issuer": {"aud": "manifold", "iss": "https://evil.example"},
    "expired": {"aud": "manifold", "exp": 1},
    "of another signature": {"aud": "manifold", "algorithm": "ES256"},
}


@pytest.mark.parametrize("identity", FOREIGN.values(), ids=FOREIGN)
def test_an_answer_that_was_not_made_for_this_sign_in_is_refused(
    scene: Scene, identity: dict[str, Any] | None
) -> None:
    scene.server.identity = identity
    back = scene.client.get(f"/login/back?state={scene.begun()}&code=right", headers=PAGE)
    assert back.status_code == 401
    assert "does not belong to this sign-in" in back.text
    assert 'href="/login"' in back.text
    assert scene.client.get("/mine").status_code == 401
    assert scene.refusals == 1


@pytest.mark.parametrize(
    ("supported", "iss", "status"),
    [
        (True, issuing.NAME, 200),
        (False, issuing.NAME, 200),
        (False, None, 200),
        (True, None, 401),
        (True, "https://evil.example", 401),
        (False, "https://evil.example", 401),
    ],
)
def test_an_answer_of_another_issuer_is_refused(
    scene: Scene, supported: bool, iss: str | None, status: int
) -> None:
    scene.server.says = {"authorization_response_iss_parameter_supported": supported}
    query = "" if iss is None else f"&iss={quote(iss)}"
    back = scene.client.get(f"/login/back?state={scene.begun()}&code=right{query}")
    assert back.status_code == status


@pytest.mark.parametrize(
    ("error", "advice"),
    [
        ("access_denied", "ask whoever gives accounts"),
        ("temporarily_unavailable", "wait a moment"),
        ("invalid_scope", "web.sign_in"),
        ("<script>", "did not let you in"),
    ],
)
def test_who_is_not_let_in_by_the_issuer_reads_what_to_do(
    scene: Scene, error: str, advice: str
) -> None:
    back = scene.client.get(
        f"/login/back?state={scene.begun()}&error={quote(error)}&error_description=x", headers=PAGE
    )
    assert (back.status_code, scene.refusals) == (401, 1)
    assert advice in back.text
    assert "&lt;script" not in back.text
    assert "<script>" not in back.text


def test_a_code_that_the_issuer_does_not_know_is_refused(scene: Scene) -> None:
    start = scene.client.get("/login/start")
    state = parse_qs(urlsplit(start.headers["location"]).query)["state"][0]
    assert scene.client.get(f"/login/back?state={state}&code=stolen").status_code == 401
    assert scene.refusals == 1


@pytest.mark.parametrize(
    "to", ["//evil.example", "https://evil.example", r"/\evil.example", "javascript:alert(1)"]
)
def test_nobody_is_led_to_another_site(scene: Scene, to: str) -> None:
    assert 'content="0;url=/"' in scene.sign_in(next=to).text


def test_what_a_link_says_is_no_script(scene: Scene) -> None:
    page = scene.client.get("/login", params={"next": '/"><script>alert(1)</script>'})
    assert "<script>alert" not in page.text


def test_a_change_needs_what_other_sites_cannot_know(scene: Scene) -> None:
    scene.sign_in()
    ours = {"Origin": ORIGIN}
    assert scene.client.post("/change", headers=ours).status_code == 403
    wrong = scene.client.post("/change", headers={**ours, "X-CSRF-Token": "guessed"})
    assert (wrong.status_code, wrong.json()["type"]) == (403, "urn:manifold:problem:csrf")
    right = scene.client.post("/change", headers={**ours, "X-CSRF-Token": scene.csrf()})
    assert right.status_code == 200


def socket_refusal(scene: Scene, headers: dict[str, str]) -> int:
    with (
        pytest.raises(WebSocketDenialResponse) as raised,
        scene.client.websocket_connect("wss://manifold.example/live", headers=headers),
    ):
        pass
    return raised.value.status_code


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "null", "Sec-Fetch-Site": "cross-site"},
        {"Origin": "https://manifold.example.evil.example"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_another_sites_page_changes_nothing(scene: Scene, headers: dict[str, str]) -> None:
    scene.sign_in()
    given = {**headers, "X-CSRF-Token": scene.csrf()}
    answer = scene.client.post("/change", headers=given)
    assert (answer.status_code, answer.json()["type"]) == (403, "urn:manifold:problem:origin")
    assert socket_refusal(scene, headers) == 403


def test_a_form_of_our_own_page_comes_from_no_origin_and_is_taken(scene: Scene) -> None:
    """As Chromium sends it, since our pages send no referrer."""
    scene.sign_in()
    given = {"Origin": "null", "Sec-Fetch-Site": "same-origin", "X-CSRF-Token": scene.csrf()}
    assert scene.client.post("/change", headers=given).status_code == 200
    # A socket always says where it is from.
    assert socket_refusal(scene, {"Origin": "null", "Sec-Fetch-Site": "same-origin"}) == 403


def test_a_session_slides_and_ends(scene: Scene) -> None:
    scene.sign_in()
    scene.clock.now += 100
    assert "set-cookie" not in scene.client.get("/mine").headers
    scene.clock.now += 400
    assert "set-cookie" in scene.client.get("/mine").headers
    scene.clock.now += 500
    assert scene.client.get("/mine").status_code == 200
    for _ in range(10):
        scene.clock.now += 290
        scene.client.get("/mine")
    assert scene.clock.now - Clock.now > 3_600
    assert scene.client.get("/mine").status_code == 401
    scene.sign_in()
    scene.clock.now += 601
    assert scene.client.get("/mine").status_code == 401


def test_signing_out_ends_a_session_wherever_its_cookie_is(scene: Scene) -> None:
    scene.sign_in()
    stolen = scene.client.cookies["__Host-manifold"]
    ours = {"Origin": ORIGIN}
    assert scene.client.post("/logout", headers=ours).status_code == 403
    out = scene.client.post("/logout", headers=ours, data={"csrf_token": scene.csrf()})
    assert (out.status_code, "Max-Age=0" in out.headers["set-cookie"]) == (303, True)
    cookie = {"Cookie": f"__Host-manifold={stolen}"}
    assert scene.client.get("/mine", headers=cookie).status_code == 401


def test_whoever_signs_out_stays_signed_out_until_they_sign_in() -> None:
    scene = Scene(takes_tokens=False)
    scene.client.get(f"/login/back?state={scene.begun()}&code=right")
    form = {"csrf_token": scene.csrf()}
    answer = scene.client.post("/logout", headers={"Origin": ORIGIN}, data=form)
    # As a browser goes on by itself.
    while answer.is_redirect:
        where = answer.headers["location"]
        assert where.startswith("/"), "the issuer would let them in at once"
        answer = scene.client.get(where, headers=PAGE)
    assert answer.status_code == 200
    assert "signed out" in answer.text
    assert "http-equiv" not in answer.text
    assert 'href="/login?next=/"' in answer.text
    assert scene.client.get("/mine").status_code == 401


def test_pages_that_are_open_sign_nobody_in_again(scene: Scene) -> None:
    left = scene.client.get("/signed-out", params={"next": "/board?x=1"})
    assert 'href="/login?next=/board%3Fx%3D1"' in left.text
    assert 'href="/login?next=/"' in scene.client.get("/signed-out?next=//evil.example").text
    scripts = [*ROOT.glob("*/static/**/*.js")]
    leading = [each for each in scripts if "location.assign(`/signed-out?" in each.read_text()]
    assert {each.name for each in leading} == {"manifold.js"}
    ended = scene.client.get("/signed-out", params={"next": "/board", "ended": "true"}).text
    assert "Your session has ended" in ended
    assert "Your session has ended" not in left.text
    assert not [each.name for each in scripts if "(`/login" in each.read_text()]


def test_a_cookie_of_ones_own_making_opens_nothing(scene: Scene) -> None:
    scene.sign_in()
    real = scene.client.cookies["__Host-manifold"]
    place = len(real) // 2
    altered = real[:place] + ("A" if real[place] != "A" else "B") + real[place + 1 :]
    for value in (altered, "", "A" * 5_000, real[:-8], "%00", "eyJzdWIiOiJhbm5hIn0"):
        answer = TestClient(scene.app, base_url=ORIGIN).get(
            "/mine", headers={"Cookie": f"__Host-manifold={value}"}
        )
        assert answer.status_code == 401, value


def test_a_cookie_of_another_key_or_purpose_opens_nothing(scene: Scene) -> None:
    scene.client.get("/login/start")
    sealed = scene.client.cookies["__Host-manifold-signing-in"]
    answer = scene.client.get("/mine", headers={"Cookie": f"__Host-manifold={sealed}"})
    assert answer.status_code == 401


def test_an_open_socket_closes_when_the_session_ends(scene: Scene) -> None:
    scene.sign_in()
    with scene.client.websocket_connect(
        "wss://manifold.example/live", headers={"Origin": ORIGIN}
    ) as socket:
        socket.send_text("a")
        assert socket.receive_text() == "anna"
        scene.clock.now += 601
        socket.send_text("b")
        with pytest.raises(WebSocketDisconnect) as raised:
            socket.receive_text()
    assert raised.value.code == 4_401


def test_nobody_gets_a_socket_without_signing_in(scene: Scene) -> None:
    assert socket_refusal(scene, {}) == 401


def test_signing_in_is_a_page_without_script_of_its_own(scene: Scene) -> None:
    page = scene.client.get("/login")
    assert page.status_code == 200
    assert not re.search(r"<script(?![^>]*src=)|\son\w+=|style=", page.text)


def test_files_of_pages_are_of_this_server(tmp_path: Path, scene: Scene) -> None:
    policy = scene.client.get("/login").headers["content-security-policy"]
    assert "unsafe" not in policy
    assert policy.startswith("default-src 'self'")
