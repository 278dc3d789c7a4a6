"""The review pages over a database of their own: what is sent to them, and what they say."""

from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from connectors.clock import now
from connectors.codec import Codec, LockIds
from connectors.contracts import Contracts
from connectors.database import Store
from connectors.database.migration import migrate
from connectors.settings import Database, Settings
from manifold.serving_reviews import reviews
from tests.integration.database.records import Arrival, asked, event, upload
from web.app import application
from web.pages.rendering import Pages
from web.principal import Everybody

CONTRACTS = Contracts.load()
CODEC = Codec(CONTRACTS, LockIds(CONTRACTS))
REASON = {"reason": "Seen."}


@pytest.fixture
def client(tmp_path: Path) -> TestClient:
    """Nothing runs: what is answered stays unpublished."""
    url = f"sqlite:///{tmp_path}/manifold.db"
    migrate(url)
    store = Store.connect(url)
    sent = upload(Arrival("r-1"))
    question = asked(Arrival("r-1"), invoice=sent.invoice, expires_at=now() + 1_000_000)
    store.append("c", [event(sent, 0), event(question, 1)])
    store.close()
    area = reviews(Settings(database=Database(url=url)), CONTRACTS, CODEC, Pages())
    return TestClient(application(Everybody("anna"), [area], "1"), raise_server_exceptions=False)


def answer(client: TestClient, **given: object) -> tuple[int, dict[str, object]]:
    body = {"attempt": 1, "revision": 1, "outcome": "APPROVED", **REASON, **given}
    told = client.post("/review/r-1/answer", json=body)
    return told.status_code, told.json()


def test_an_answer_sent_again_is_the_answer_that_was_given(client: TestClient) -> None:
    status, first = answer(client)
    assert status == 200
    status, again = answer(client, outcome="REJECTED")
    assert (status, again["answer_id"], again["outcome"]) == (200, first["answer_id"], "APPROVED")


def test_a_correction_that_no_record_holds_is_refused_at_once(client: TestClient) -> None:
    long = {f"lines[{number}].name": "x" * 100_000 for number in range(11)}
    status, told = answer(client, changes=long)
    assert (status, told["type"]) == (413, "urn:manifold:problem:too-large")
    assert answer(client, changes={"lines[0].name": "x" * 100_001})[0] == 422
    assert answer(client, changes={"lines[0].name": "x" * 100_000})[0] == 200


@pytest.mark.parametrize("name", ["kind", "group", "vendor", "rule", "said"])
def test_a_filter_is_text(client: TestClient, name: str) -> None:
    assert client.get("/review", params={name: "a\x00b"}).status_code == 422
    assert client.get("/review", params={name: "ab"}).status_code == 200


def test_what_is_sent_is_text(client: TestClient) -> None:
    assert client.get("/review/answers/a%00b").status_code == 422
    assert client.post("/review/answers/a%00b/undo").status_code == 422
    assert client.post("/review/r-1/assign", json={"to": "be\x00n"}).status_code == 422
    assert answer(client, reason="a\x00b")[0] == 422
    assert client.get("/review/r%001").status_code == 404
