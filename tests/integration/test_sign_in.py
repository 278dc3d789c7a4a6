"""Signing in with a browser at a real issuer: who is let in, and nobody with another's answer."""

import socket
import threading
import time
from collections.abc import Iterator
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx2
import pytest
import uvicorn
from pydantic import SecretStr

from connectors.database.migration import migrate
from connectors.settings import Database, Documents, Settings
from connectors.web_settings import SignIn, Tokens, Web
from manifold.serving import Assembled
from tests.integration.glewlwyd import AUDIENCE, CLIENT, SCOPES, SECRET, Glewlwyd, glewlwyd

PAGE = {"Accept": "text/html"}


@pytest.fixture(scope="module")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Glewlwyd]:
    with glewlwyd(tmp_path_factory.mktemp("issuer")) as made:
        yield made


@pytest.fixture(scope="module")
def url(
    issuer: Glewlwyd, bootstrap: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The application, which people sign in to at the issuer."""
    folder = tmp_path_factory.mktemp("signing-in")
    database = f"sqlite:///{folder}/manifold.db"
    migrate(database)
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    where = f"http://127.0.0.1:{port}"
    issuer.set_up(f"{where}/login/back")
    configured = Settings(
        kafka={"bootstrap.servers": bootstrap},
        namespace=f"signing-in{time.time_ns()}-",
        database=Database(url=database),
        documents=Documents(url=str(folder / "documents")),
        web=Web(
            port=port,
            tokens=Tokens(issuer=issuer.issuer, audience=AUDIENCE),
            sign_in=SignIn(
                client_id=CLIENT,
                client_secret=SecretStr(SECRET),
                scopes=SCOPES,
                public_url=where,
                keys=folder / "session.json",
            ),
        ),
    )
    config = uvicorn.Config(Assembled(configured).app, port=port, log_config=None, access_log=False)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    until = time.monotonic() + 120
    while not server.started:
        assert time.monotonic() < until
        assert thread.is_alive()
        time.sleep(0.05)
    yield where
    server.should_exit = True
    thread.join(60)


@pytest.fixture
def browser(url: str) -> Iterator[httpx2.Client]:
    with httpx2.Client(base_url=url, headers=PAGE, timeout=60) as made:
        yield made


def sent_to_issuer(browser: httpx2.Client, to: str = "/requests") -> str:
    """Where somebody is sent who wants to see a page."""
    answer = browser.get(to)
    while answer.is_redirect and answer.headers["location"].startswith("/"):
        answer = browser.get(answer.headers["location"])
    return str(answer.headers["location"])


def changed(address: str, **parameters: str | None) -> str:
    """The address with other parameters; without those that are None."""
    parts = urlsplit(address)
    given = {**dict(parse_qsl(parts.query)), **parameters}
    query = urlencode({name: value for name, value in given.items() if value is not None})
    return parts._replace(query=query).geturl()


def assert_refused(browser: httpx2.Client, back: str, why: str) -> None:
    answer = browser.get(back)
    assert answer.status_code == 401, answer.text
    assert why in answer.text.replace("&#39;", "'"), answer.text
    assert 'href="/login"' in answer.text
    assert browser.get("/requests", headers={"Accept": "application/json"}).status_code == 401


def test_whoever_the_issuer_lets_in_sees_what_they_wanted(
    issuer: Glewlwyd, browser: httpx2.Client
) -> None:
    back = issuer.signed_in(sent_to_issuer(browser, "/requests?status=REVIEW"))
    answer = browser.get(back)
    assert answer.status_code == 200
    assert 'content="0;url=/requests?status=REVIEW"' in answer.text
    for promise in ("HttpOnly", "SameSite=Strict", "Path=/"):
        assert promise in answer.headers.get_list("set-cookie")[0]
    assert browser.get("/requests").status_code == 200
    assert browser.get("/review").status_code == 200
    assert browser.get("/policy").status_code == 403, "the issuer gave no such scope"


def test_a_way_back_is_of_one_browser_and_one_use(
    issuer: Glewlwyd, browser: httpx2.Client, url: str
) -> None:
    back = issuer.signed_in(sent_to_issuer(browser))
    with httpx2.Client(base_url=url, headers=PAGE) as thief:
        assert_refused(thief, back, "this is not where you began")
        sent_to_issuer(thief)
        assert_refused(thief, back, "this is not where you began")
    assert browser.get(back).status_code == 200
    browser.cookies.clear()
    assert_refused(browser, back, "this is not where you began")


def test_a_code_is_taken_with_its_own_verifier_only(
    issuer: Glewlwyd, browser: httpx2.Client, url: str
) -> None:
    """Somebody's code, slipped into the way back of another: as a link, or by a script."""
    with httpx2.Client(base_url=url, headers=PAGE) as other:
        stolen = dict(parse_qsl(urlsplit(issuer.signed_in(sent_to_issuer(other))).query))["code"]
    mine = issuer.signed_in(sent_to_issuer(browser))
    assert_refused(browser, changed(mine, code=stolen), "the issuer did not let you in")


def test_an_identity_of_another_sign_in_is_refused(
    issuer: Glewlwyd, browser: httpx2.Client
) -> None:
    where = changed(sent_to_issuer(browser), nonce="one-of-another-sign-in")
    assert_refused(browser, issuer.signed_in(where), "does not belong to this sign-in")


def test_an_answer_that_names_another_issuer_is_refused(
    issuer: Glewlwyd, browser: httpx2.Client
) -> None:
    back = issuer.signed_in(sent_to_issuer(browser))
    other = changed(back, iss="https://evil.example")
    assert_refused(browser, other, "not of the issuer you were sent to")


def test_the_issuer_sends_nobody_elsewhere(issuer: Glewlwyd, browser: httpx2.Client) -> None:
    where = sent_to_issuer(browser)
    evil = changed(where, redirect_uri="https://evil.example/login/back")
    answer = httpx2.get(evil)
    assert "evil.example" not in answer.headers.get("location", ""), answer.headers


def test_whoever_the_issuer_refuses_reads_what_to_do(
    issuer: Glewlwyd, browser: httpx2.Client
) -> None:
    back = issuer.signed_in(changed(sent_to_issuer(browser), prompt="none"))
    assert dict(parse_qsl(urlsplit(back).query))["error"] == "interaction_required"
    assert_refused(browser, back, "the issuer did not let you in")
