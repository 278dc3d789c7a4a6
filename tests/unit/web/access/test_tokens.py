"""Tokens that are believed, and every kind of one that is not."""

import asyncio
import base64
import hmac
import json
import time
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx2
import jwt
import pytest
from fastapi import APIRouter
from fastapi.testclient import TestClient

from connectors.issuer_keys import FetchedKeys, FileKeys, IssuerAway
from connectors.settings import InvalidSettings
from tests.unit.web.access import issuing
from web.access.claims import Reading
from web.access.tokens import BearerTokens, Issuer
from web.app import application
from web.health import HealthArea
from web.principal import Principal, Reader, Submitter
from web.problem import Problem

READING = Reading(tenant_claim="org")


def issuer(keys: Any, **other: Any) -> Issuer:
    given: dict[str, Any] = {"algorithms": ("RS256", "ES256", "EdDSA"), "reading": READING}
    return Issuer(issuing.NAME, issuing.AUDIENCE, keys, leeway=5.0, **{**given, **other})


@pytest.fixture
def tokens(tmp_path: Path) -> BearerTokens:
    file = tmp_path / "jwks.json"
    file.write_bytes(issuing.jwks())
    return BearerTokens([issuer(FileKeys(file))])


def holder(tokens: BearerTokens, token: str | None) -> Principal:
    return asyncio.run(tokens.holder(token))


def refusal(tokens: BearerTokens, token: str | None) -> Problem:
    with pytest.raises(Problem) as raised:
        holder(tokens, token)
    return raised.value


@pytest.mark.parametrize("algorithm", ["RS256", "ES256", "EdDSA"])
def test_a_genuine_token_says_who_it_is(tokens: BearerTokens, algorithm: str) -> None:
    who = holder(tokens, issuing.token(algorithm))
    assert (who.subject, who.tenant) == ("anna", "north")
    assert who.scopes == {"read", "review"}
    assert who.until is not None
    assert who.until > time.time()


@pytest.mark.parametrize(
    ("given", "scopes"),
    [
        ({"scope": "read admin"}, {"read", "admin"}),
        ({"scope": None, "scp": ["submit", "other"]}, {"submit"}),
        ({"scope": None, "scp": "submit read"}, {"submit", "read"}),
        ({"scope": None}, set()),
        ({"scope": 7, "scp": [7, "read"]}, {"read"}),
    ],
)
def test_scopes_stand_in_either_claim(
    tokens: BearerTokens, given: dict[str, Any], scopes: set[str]
) -> None:
    assert holder(tokens, issuing.token(**given)).scopes == scopes


def unsigned() -> str:
    return jwt.encode(issuing.claims(), "", "none", headers={"kid": "RS256"})


def signed_with_the_public_key() -> str:
    """As an HMAC whose secret everybody knows; PyJWT itself would not make one."""

    def part(content: bytes) -> bytes:
        return base64.urlsafe_b64encode(content).rstrip(b"=")

    head = part(json.dumps({"alg": "HS256", "typ": "JWT", "kid": "RS256"}).encode())
    text = head + b"." + part(json.dumps(issuing.claims()).encode())
    digest = hmac.new(issuing.public_pem("RS256"), text, sha256).digest()
    return (text + b"." + part(digest)).decode()


def altered() -> str:
    head, _, signature = issuing.token().split(".")
    other = base64.urlsafe_b64encode(json.dumps(issuing.claims(sub="eve")).encode())
    return f"{head}.{other.decode().rstrip('=')}.{signature}"


FORGED = {
    "no-algorithm": (unsigned, "its algorithm is not accepted here"),
    "public-key-as-secret": (signed_with_the_public_key, "its algorithm is not accepted here"),
    "algorithm-not-configured": (
        lambda: issuing.token("PS256", kid="RS256"),
        "its algorithm is not accepted here",
    ),
    "altered-claims": (altered, "its signature is wrong"),
    "another-key": (lambda: issuing.token("ES256", kid="RS256"), "its signature is wrong"),
    "unknown-key": (lambda: issuing.token(kid="../../dev/null"), "its key is not its issuer's"),
    "expired": (lambda: issuing.token(exp=int(time.time()) - 60), "it has expired"),
    "not-yet-valid": (lambda: issuing.token(nbf=int(time.time()) + 60), "it is not valid yet"),
    "no-expiry": (lambda: issuing.token(exp=None), "its claim “exp” is missing"),
    "endless": (lambda: issuing.token(exp=1e400), "its signature is wrong"),
    "another-audience": (lambda: issuing.token(aud="others"), "it is for another audience"),
    "no-audience": (lambda: issuing.token(aud=None), "its claim “aud” is missing"),
    "another-issuer": (
        lambda: issuing.token(iss="https://evil.example"),
        "its issuer is not believed here",
    ),
    "no-subject": (
        lambda: issuing.token(sub=None),
        "its claim “sub” is missing, or is no text of up to 256 characters",
    ),
    "no-tenant": (
        lambda: issuing.token(org=None),
        "its claim “org” is missing, or is no text of up to 256 characters",
    ),
    "subject-with-line-break": (
        lambda: issuing.token(sub="anna\nadmin"),
        "its claim “sub” is missing, or is no text of up to 256 characters",
    ),
    "no-jwt": (lambda: "abc", "it is no JWT"),
    "not-even-text": (lambda: "é.ü.ß", "it is no JWT"),
    "a-megabyte": (lambda: "a" * 1_000_000, "it is too long"),
}


@pytest.mark.parametrize("name", FORGED)
def test_any_other_token_is_refused(tokens: BearerTokens, name: str) -> None:
    make, why = FORGED[name]
    problem = refusal(tokens, make())
    assert problem.status == 401
    assert why in problem.detail
    assert 'error="invalid_token"' in problem.headers()["WWW-Authenticate"]


def test_clocks_may_differ_a_little(tokens: BearerTokens) -> None:
    assert holder(tokens, issuing.token(exp=int(time.time()) - 2)).subject == "anna"


class Server:
    """Answers as an issuer; counts how often it was asked."""

    def __init__(self) -> None:
        self.keys = issuing.jwks("RS256")
        self.away = False
        self.asked = 0

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        self.asked += 1
        if self.away:
            raise httpx2.ConnectError("away")
        if request.url.path.endswith("openid-configuration"):
            told = {"issuer": issuing.NAME, "jwks_uri": f"{issuing.NAME}/keys"}
            return httpx2.Response(200, json=told)
        return httpx2.Response(200, content=self.keys)


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def fetched(server: Server, clock: Clock, keys: str | None = f"{issuing.NAME}/keys") -> FetchedKeys:
    return FetchedKeys(keys, issuing.NAME, clock, httpx2.MockTransport(server))


def test_keys_are_rotated_without_asking_for_each_invented_one() -> None:
    async def scene() -> None:
        server, clock = Server(), Clock()
        keys = fetched(server, clock)
        assert await keys.key("RS256")
        server.keys = issuing.jwks("ES256")
        for _ in range(100):
            assert await keys.key("invented") is None
        assert await keys.key("ES256") is None
        assert server.asked == 1
        clock.now += 11
        assert await keys.key("ES256")
        assert await keys.key("RS256") is None, "the issuer has withdrawn it"
        assert server.asked == 2

    asyncio.run(scene())


def test_keys_stay_known_while_the_issuer_is_away() -> None:
    async def scene() -> None:
        server, clock = Server(), Clock()
        keys = fetched(server, clock)
        assert await keys.key("RS256")
        server.away = True
        clock.now += 7_200
        assert await keys.key("RS256")
        assert server.asked == 2
        server.away, server.keys = False, issuing.jwks("ES256")
        clock.now += 11
        async with asyncio.timeout(10):
            while await keys.key("RS256"):
                await asyncio.sleep(0)
        assert server.asked == 3, "withdrawn keys go once the issuer is back"

    asyncio.run(scene())


def test_nobody_whose_key_is_known_waits_for_an_issuer_that_hangs() -> None:
    async def scene() -> None:
        server, clock, answers = Server(), Clock(), asyncio.Event()

        async def hanging(request: httpx2.Request) -> httpx2.Response:
            if server.asked:
                await answers.wait()
            return server(request)

        transport = httpx2.MockTransport(hanging)
        keys = FetchedKeys(f"{issuing.NAME}/keys", issuing.NAME, clock, transport)
        assert await keys.key("RS256")
        clock.now += 3_601
        async with asyncio.timeout(10):
            for _ in range(50):
                assert await keys.key("RS256")
                await asyncio.sleep(0)
        server.keys = issuing.jwks("ES256")
        answers.set()
        async with asyncio.timeout(10):
            while await keys.key("RS256"):
                await asyncio.sleep(0)
        assert server.asked == 2
        assert await keys.key("ES256")

    asyncio.run(scene())


def test_a_key_withdrawn_while_nobody_came_opens_nothing() -> None:
    async def scene() -> None:
        server, clock = Server(), Clock()
        keys = fetched(server, clock)
        assert await keys.key("RS256")
        server.keys = issuing.jwks("ES256")
        clock.now += 86_400
        assert await keys.key("RS256") is None

    asyncio.run(scene())


def test_many_at_once_fetch_once() -> None:
    async def scene() -> None:
        server = Server()
        keys = fetched(server, Clock())
        await asyncio.gather(*(keys.key("RS256") for _ in range(50)))
        assert server.asked == 1

    asyncio.run(scene())


def test_of_an_issuer_that_never_answered_nothing_is_known() -> None:
    server = Server()
    server.away = True
    tokens = BearerTokens([issuer(fetched(server, Clock()))])
    problem = refusal(tokens, issuing.token())
    assert (problem.status, problem.headers()["Retry-After"]) == (503, "5")


def test_an_issuer_says_where_its_keys_are() -> None:
    async def scene() -> None:
        server = Server()
        assert await fetched(server, Clock(), None).key("RS256")
        assert server.asked == 2

    asyncio.run(scene())


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"{}", b'{"keys": []}', b'{"keys": [{"kty": "oct", "k": "AAAA"}]}']
)
def test_an_answer_without_keys_changes_nothing(content: bytes) -> None:
    async def scene() -> None:
        server = Server()
        server.keys = content
        with pytest.raises(IssuerAway):
            await fetched(server, Clock()).key("RS256")

    asyncio.run(scene())


@pytest.mark.parametrize("url", ["http://issuer.example/keys", "ftp://issuer.example", "file:///k"])
def test_keys_come_over_https_only(url: str) -> None:
    with pytest.raises(InvalidSettings, match="https"):
        FetchedKeys(url, issuing.NAME)
    FetchedKeys("http://127.0.0.1:9/keys", issuing.NAME)


def test_a_file_of_keys_is_read_again_when_it_changes(tmp_path: Path) -> None:
    file = tmp_path / "jwks.json"
    file.write_bytes(issuing.jwks("RS256"))
    keys = FileKeys(file)
    assert asyncio.run(keys.key("ES256")) is None
    time.sleep(0.02)
    file.write_bytes(issuing.jwks("ES256"))
    assert asyncio.run(keys.key("ES256"))
    with pytest.raises(InvalidSettings):
        FileKeys(tmp_path / "nothing")


class Area(HealthArea):
    def __init__(self) -> None:
        super().__init__({})
        self.router = APIRouter()
        self.router.add_api_route("/mine", self._mine)
        self.router.add_api_route("/send", self._send, methods=["POST"])

    async def _mine(self, who: Reader) -> str:
        return who.subject

    async def _send(self, who: Submitter) -> str:
        return who.subject


def test_a_route_wants_a_token_with_its_scope(tokens: BearerTokens) -> None:
    with TestClient(application(tokens, [Area()], "1")) as client:
        assert client.get("/mine").status_code == 401
        assert client.get("/mine").headers["www-authenticate"].startswith("Bearer")
        bearer = {"Authorization": f"Bearer {issuing.token()}"}
        assert client.get("/mine", headers=bearer).json() == "anna"
        assert client.post("/send", headers=bearer).status_code == 403
        twice = [("Authorization", bearer["Authorization"])] * 2
        assert client.get("/mine", headers=twice).status_code == 401


def test_the_description_names_the_scopes(tokens: BearerTokens) -> None:
    described = application(tokens, [Area()], "1").openapi()
    assert described["paths"]["/mine"]["get"]["security"] == [{"accessToken": ["read"]}]
    assert described["paths"]["/send"]["post"]["security"] == [{"accessToken": ["submit"]}]
    scheme = described["components"]["securitySchemes"]["accessToken"]
    assert (scheme["type"], scheme["scheme"], scheme["bearerFormat"]) == ("http", "bearer", "JWT")
