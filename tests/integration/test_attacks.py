"""Attacks on the whole web application, over real HTTP, with a real Kafka and a database.

Each stands with its outcome in docs/security.md.
"""

import gzip
import io
import json
import socket
import threading
import time
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
import jwt
import pytest
import schemathesis
import uvicorn
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fastapi.routing import APIRoute
from hypothesis import HealthCheck, given, settings
from msgspec.structs import replace
from schemathesis.core.result import Ok

from connectors.browse import read_all
from connectors.codec import Codec, LockIds
from connectors.contracts import Contracts, Topic
from connectors.database import Store
from connectors.database.migration import migrate
from connectors.development_key import ISSUER, signed
from connectors.security_event import SecurityEvent
from connectors.settings import Database, Documents, Settings
from connectors.stream import Received
from connectors.topics import Topics
from connectors.web_settings import Limits, Tokens, Web
from manifold.serving import Assembled
from tests.integration.database.records import Arrival, asked, event, upload
from web.principal import AskedFirst
from web.requests import looking

OURS, THEIRS = "r-north", "r-south"
MOST = 300_000
SCRIPT = "<script>alert(document.cookie)</script>"


class Attacked:
    """The application under attack, and tokens for it."""

    def __init__(self, folder: Path, bootstrap: str, namespace: str) -> None:
        self.key = folder / "key.pem"
        url = f"sqlite:///{folder}/manifold.db"
        migrate(url)
        self._fill(Store.connect(url))
        with socket.socket() as found:
            found.bind(("127.0.0.1", 0))
            port = found.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        configured = Settings(
            kafka={"bootstrap.servers": bootstrap},
            namespace=namespace,
            database=Database(url=url),
            documents=Documents(url=str(folder / "documents")),
            web=Web(
                port=port,
                most_bytes=MOST // 2,
                tokens=Tokens(development=True, development_key=self.key, tenant_claim="tenant"),
                sign_in={"keys": folder / "session.json"},  # type: ignore[arg-type]  # pydantic makes it one
                limits=Limits(most_bytes=MOST, silence=timedelta(seconds=30)),
            ),
        )
        contracts = Contracts.load(namespace=namespace)
        self.codec = Codec(contracts, LockIds(contracts))
        self._contracts, self._kafka = contracts, configured.kafka_client
        self.app = Assembled(configured).app
        config = uvicorn.Config(self.app, port=port, log_config=None, access_log=False)
        self.server = uvicorn.Server(config)
        self.client = httpx2.Client(base_url=self.url, timeout=60)

    @staticmethod
    def _fill(store: Store) -> None:
        for number, (request, tenant) in enumerate(((OURS, "north"), (THEIRS, "south"))):
            of = upload(Arrival(request))
            assert of.invoice is not None
            seller = replace(of.invoice.seller, name=SCRIPT)
            invoice = replace(of.invoice, number=SCRIPT, seller=seller)
            store.append("0", [event(replace(of, invoice=invoice, tenant=tenant), 10 * number)])
            store.append("0", [event(asked(Arrival(request)), 10 * number + 1)])
        store.close()

    def token(self, *scopes: str, tenant: str = "north", lasts: float = 600) -> str:
        scopes = scopes or ("submit", "read", "review", "admin")
        return signed(
            self.key,
            "anna",
            scopes,
            audience="manifold",
            lasts=timedelta(seconds=lasts),
            tenant=("tenant", tenant),
        )

    def read(self, record: type[Any]) -> list[Received]:
        """What stands in the topic of a record by now."""
        return list(read_all(self._kafka, [self._contracts.topic_of(record).name]))

    def ask(self, method: str, path: str, token: str | None = None, **given: Any) -> Any:
        headers = {"Authorization": f"Bearer {token or self.token()}"} | given.pop("headers", {})
        return self.client.request(method, path, headers=headers, **given)


@pytest.fixture(scope="module")
def attacked(tmp_path_factory: pytest.TempPathFactory, bootstrap: str) -> Iterator[Attacked]:
    namespace = f"attacked{time.time_ns()}-"
    topics = Topics({"bootstrap.servers": bootstrap})
    topics.create(topics.plan(_topics(namespace)))
    made = Attacked(tmp_path_factory.mktemp("attacked"), bootstrap, namespace)
    thread = threading.Thread(target=made.server.run)
    thread.start()
    until = time.monotonic() + 120
    while not made.server.started:
        assert time.monotonic() < until
        assert thread.is_alive()
        time.sleep(0.05)
    yield made
    made.server.should_exit = True
    thread.join(60)


def _topics(namespace: str) -> list[Topic]:
    """Those that no flow keeps for itself: no flow runs here."""
    contracts = Contracts.load(namespace=namespace)
    return [topic for topic in contracts.topics.values() if topic.kind != "changelog"]


PATHS = (
    ("GET", "/requests/{}"),
    ("GET", "/requests/{}/events"),
    ("GET", "/requests/{}/pages/0"),
    ("POST", "/requests/{}/cancel"),
    ("PUT", "/requests/{}/attempts/2"),
    ("GET", "/review/{}"),
    ("POST", "/review/{}/claim"),
    ("POST", "/review/{}/release"),
    ("POST", "/review/{}/check"),
    ("POST", "/review/{}/answer"),
    ("GET", "/review/{}/pages/0.png"),
    ("GET", "/review/{}/places"),
)


@pytest.mark.parametrize(("method", "path"), PATHS)
def test_an_object_of_another_tenant_is_not_there(
    attacked: Attacked, method: str, path: str
) -> None:
    given: dict[str, Any] = {"json": {}} if method != "GET" else {}
    theirs = attacked.ask(method, path.format(THEIRS), **given)
    nobodys = attacked.ask(method, path.format("r-nobody"), **given)
    assert (theirs.status_code, nobodys.status_code) in ((404, 404), (422, 422))
    assert theirs.text.replace(THEIRS, "r-nobody") == nobodys.text
    assert "Seller" not in theirs.text


def test_ones_own_is_there(attacked: Attacked) -> None:
    """Or everything being 404 would prove nothing."""
    for method, path in PATHS:
        if "events" in path or "pages" in path or "places" in path:
            continue
        given: dict[str, Any] = {"json": {}} if method != "GET" else {}
        assert attacked.ask(method, path.format(OURS), **given).status_code != 404, path


def test_who_asks_for_anothers_is_in_the_trail(attacked: Attacked) -> None:
    """And nothing of the other tenant is; who asks for what nobody has is not."""
    answers = [attacked.ask("GET", f"/requests/{THEIRS}", attacked.token()) for _ in range(5)]
    assert {each.status_code for each in answers} == {404}

    def told() -> list[bytes]:
        values = [each.value or b"" for each in attacked.read(SecurityEvent)]
        return [each for each in values if b"/requests/{request_id}" in each]

    decode = attacked.codec.decoder(SecurityEvent)
    until = time.monotonic() + 60
    while not (found := [each for each in told() if decode(each).kind == "OTHER_TENANT"]):
        assert time.monotonic() < until
        time.sleep(0.2)
    for value in found:
        assert (decode(value).subject, decode(value).tenant) == ("anna", "north")
        for word in (THEIRS, "south", "Seller"):
            assert word.encode() not in value


def test_lists_hold_ones_own_tenants_only(attacked: Attacked) -> None:
    for path in ("/requests", "/review"):
        for accept in ("text/html", "application/json"):
            text = attacked.ask("GET", path, headers={"Accept": accept}).text
            assert THEIRS not in text
    found = attacked.ask("GET", "/requests", headers={"Accept": "application/json"})
    assert OURS in found.text


@pytest.mark.parametrize("scope", ["submit", "read", "review", "admin"])
def test_a_scope_opens_nothing_else(attacked: Attacked, scope: str) -> None:
    wanted = {
        ("GET", "/requests"): "read",
        ("POST", "/invoices"): "submit",
        ("POST", f"/review/{OURS}/claim"): "review",
        ("GET", "/letters"): "admin",
        ("POST", "/letters/resolve"): "admin",
        ("GET", "/policy"): "admin",
    }
    for (method, path), needed in wanted.items():
        status = attacked.ask(method, path, attacked.token(scope)).status_code
        assert (status == 403) == (scope != needed), (method, path, status)


def forged(attacked: Attacked) -> dict[str, str]:
    good = jwt.decode(attacked.token(), options={"verify_signature": False})
    other = Ed25519PrivateKey.generate()
    named = {"kid": "development"}
    return {
        "unsigned": jwt.encode(good, "", "none", headers=named),
        "of another key": jwt.encode(good, other, "EdDSA", headers=named),
        "a shared secret": jwt.encode(good, "s" * 32, "HS256", headers=named),
        "expired": attacked.token(lasts=-120),
        "for others": signed(
            attacked.key,
            "anna",
            ["read"],
            audience="others",
            lasts=timedelta(hours=1),
            tenant=("tenant", "north"),
        ),
        "of no tenant": signed(
            attacked.key, "anna", ["read"], audience="manifold", lasts=timedelta(hours=1)
        ),
        "of another issuer": jwt.encode(
            {**good, "iss": ISSUER + "x"}, other, "EdDSA", headers=named
        ),
    }


def test_forged_tokens_open_nothing(attacked: Attacked) -> None:
    for name, token in forged(attacked).items():
        answer = attacked.ask("GET", "/requests", token)
        assert answer.status_code == 401, name
        assert "invalid_token" in answer.headers["www-authenticate"], name


def test_without_a_token_only_the_door_is_seen(attacked: Attacked) -> None:
    described = attacked.client.get("/openapi.json").json()
    for path, operations in described["paths"].items():
        for method in operations:
            answer = attacked.client.request(method, path.replace("{request_id}", OURS))
            assert answer.status_code == 401, (method, path)
    for path in ("/board", "/review", "/letters", "/policy", f"/review/{OURS}"):
        assert attacked.client.get(path).status_code == 401
    assert attacked.client.get("/health/live").status_code == 200


def routes_of(router: Any) -> Iterator[APIRoute]:
    """All of it, however deep they are included."""
    for each in router.routes:
        if hasattr(each, "original_router"):
            yield from routes_of(each.original_router)
        elif isinstance(each, APIRoute):
            yield each


def bodied(attacked: Attacked) -> list[tuple[str, str]]:
    """Every route that takes a body of whoever has a token."""
    return sorted(
        (method, route.path)
        for route in routes_of(attacked.app)
        if not route.path.startswith(("/login", "/logout"))
        for method in (route.methods or set()) & {"POST", "PUT", "PATCH", "DELETE"}
    )


def test_who_is_not_let_in_costs_no_body(attacked: Attacked) -> None:
    """They are answered before any of it is here; then the connection ends, whatever they send."""
    routes = bodied(attacked)
    assert ("POST", "/letters/resolve") in routes
    assert ("POST", "/review/{request_id}/check") in routes
    host, _, port = attacked.url.removeprefix("http://").partition(":")
    named = {"request_id": OURS, "answer_id": "a" * 32, "attempt": "2"}
    for method, path in routes:
        for token, status in (("x.y.z", 401), (attacked.token("none"), 403)):
            head = (
                f"{method} {path.format(**named)} HTTP/1.1\r\nHost: localhost\r\n"
                f"Authorization: Bearer {token}\r\nContent-Type: application/json\r\n"
                "Content-Length: 200000\r\n\r\n["
            )
            with socket.create_connection((host, int(port)), timeout=20) as connection:
                connection.sendall(head.encode())
                answer = b""
                while part := connection.recv(10_000):
                    answer += part
            told = method, path, answer[:100]
            assert answer.startswith(f"HTTP/1.1 {status} ".encode()), told
            assert b"connection: close" in answer.lower(), told


def test_every_route_asks_first(attacked: Attacked) -> None:
    parsed = [each for each in routes_of(attacked.app) if each.body_field]
    assert len(parsed) > 3
    assert [each.path for each in parsed if not isinstance(each, AskedFirst)] == []


def test_an_oversized_body_is_refused_before_it_comes(attacked: Attacked) -> None:
    host, _, port = attacked.url.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=60) as connection:
        connection.sendall(
            f"POST /invoices HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer "
            f"{attacked.token()}\r\nContent-Length: 10000000000\r\n\r\n".encode()
        )
        assert connection.recv(100).startswith(b"HTTP/1.1 413 ")


def test_an_oversized_body_in_pieces_is_cut(attacked: Attacked) -> None:
    def pieces() -> Iterator[bytes]:
        for _ in range(50):
            yield b" " * 100_000

    try:
        answer = attacked.ask("POST", "/invoices", content=pieces())
    except httpx2.TransportError:
        return  # it was cut while it was still being sent
    assert answer.status_code == 413


def zip_bomb() -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("invoice.xml", b"0" * 50_000_000)
    return content.getvalue()


_ENTITIES = "".join(
    f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' if n else '<!ENTITY a0 "ha">' for n in range(10)
)
XML_BOMB = f"<?xml version='1.0'?><!DOCTYPE x [{_ENTITIES}]><Invoice>&a9;</Invoice>".encode()
XML_FILE = (
    b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
    b"<Invoice xmlns='urn:oasis:names:specification:ubl:schema:xsd:Invoice-2'>&e;</Invoice>"
)
XML_FETCH = XML_FILE.replace(b"file:///etc/passwd", b"http://127.0.0.1:9/")


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (zip_bomb(), "application/zip"),
        (zip_bomb(), "application/pdf"),
        (XML_BOMB, "application/xml"),
        (XML_FILE, "application/xml"),
        (XML_FETCH, "application/xml"),
        (b"MZ" + bytes(100), "application/pdf"),
        (b"[" * 100_000, "application/json"),
        (b'{"a": ' * 20_000, "application/json"),
    ],
    ids=["zip", "zip-as-pdf", "xml", "xml-file", "xml-fetch", "program", "arrays", "objects"],
)
def test_bombs_and_disguises_are_refused(
    attacked: Attacked, content: bytes, media_type: str
) -> None:
    began = time.monotonic()
    answer = attacked.ask(
        "POST", "/invoices?vendor_id=V-1", content=content, headers={"Content-Type": media_type}
    )
    assert answer.status_code in (400, 413, 415, 422), answer.text
    assert "root:" not in answer.text
    assert time.monotonic() - began < 60


def test_a_compressed_body_is_not_unpacked(attacked: Attacked) -> None:
    content = gzip.compress(b"0" * 10_000_000)
    headers = {"Content-Encoding": "gzip", "Content-Type": "application/xml"}
    assert attacked.ask("POST", "/invoices", content=content, headers=headers).status_code == 415


@pytest.mark.parametrize(
    "uri",
    [
        "http://169.254.169.254/latest/meta-data/",
        "https://evil.example/a.pdf",
        "file:///etc/passwd",
        "../../etc/passwd",
        "/etc/passwd",
        "s3://another/bucket.pdf",
        "inbox/../../etc/passwd",
        "inbox/%2e%2e/%2e%2e/etc/passwd",
    ],
)
def test_nothing_outside_the_store_is_fetched(attacked: Attacked, uri: str) -> None:
    document = {"uri": uri, "media_type": "application/pdf", "sha256": "0" * 64}
    answer = attacked.ask("POST", "/invoices?vendor_id=V-1", json={"document": document})
    assert answer.status_code == 422, answer.text


@pytest.mark.parametrize("path", ["/review", f"/review/{OURS}", "/requests", f"/requests/{OURS}"])
def test_a_script_in_a_name_stays_text(attacked: Attacked, path: str) -> None:
    answer = attacked.ask("GET", path, headers={"Accept": "text/html"})
    assert answer.status_code == 200
    if answer.headers["content-type"].startswith("text/html"):
        assert SCRIPT not in answer.text
    assert "'unsafe-inline'" not in answer.headers["content-security-policy"]


@pytest.mark.parametrize(
    "path",
    [
        "/requests/..%2f..%2fetc%2fpasswd",
        "/static/..%2f..%2f..%2fetc%2fpasswd",
        "/static/x/pages/..%2f..%2f..%2fproblem.py",
        "/static/x/../../etc/passwd",
        "/policy/versions/..%2f..%2fetc%2fpasswd.yaml",
        "/requests/%00",
        "/requests/" + "a" * 5_000,
        "/requests?limit=-1",
        "/requests?cursor=AAAA",
        "/requests?number=",
        "/requests?vendor=&status=&origin=&cursor=",
        "/requests?status=%27%20OR%201%3D1--",
        "/review?vendor=%27%3B%20DROP%20TABLE%20upload--",
    ],
)
def test_odd_paths_and_queries_lead_nowhere(attacked: Attacked, path: str) -> None:
    answer = attacked.ask("GET", path)
    assert answer.status_code < 500, answer.text
    assert "root:" not in answer.text
    assert "import " not in answer.text


def test_another_sites_page_cannot_post(attacked: Attacked) -> None:
    for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
        answer = attacked.client.post("/invoices", json={}, headers=headers)
        assert (answer.status_code, answer.json()["type"]) == (403, "urn:manifold:problem:origin")


def test_a_name_that_is_not_ours_is_not_served(attacked: Attacked) -> None:
    answer = attacked.ask("GET", "/requests", headers={"Host": "evil.example"})
    assert answer.status_code == 421


@pytest.mark.timeout(900)
def test_random_requests_find_no_failure(
    attacked: Attacked, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Each that is asked for and not there would be waited for: it may have come a moment ago.
    monkeypatch.setattr(looking, "_PATIENCE", 0.01)
    schema = schemathesis.openapi.from_url(f"{attacked.url}/openapi.json")
    tried = 0
    for operation in schema.get_all_operations():
        assert isinstance(operation, Ok), operation

        @settings(
            max_examples=25,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.ok().as_strategy())
        def ask(case: Any) -> None:
            nonlocal tried
            tried += 1
            if case.path.endswith("/events"):
                return  # a stream that lasts as long as somebody listens; tested by itself
            headers = {"Authorization": f"Bearer {attacked.token()}"}
            answer = case.call(headers=headers, timeout=60)
            assert answer.status_code < 500, f"{case.as_curl_command()}: {answer.text}"
            if answer.status_code >= 400:
                told = json.loads(answer.text)
                assert told["status"] == answer.status_code

        ask()
    assert tried >= 50
