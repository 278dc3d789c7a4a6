"""What the trail of security says, and that it says no secret."""

import asyncio
import threading
from typing import Any

import pytest
from confluent_kafka import KafkaError, KafkaException
from fastapi.testclient import TestClient

from connectors import security_event
from connectors.contracts import ContractError
from connectors.errors import Unavailable
from connectors.registry import RegistryRefused
from connectors.security_event import Gathered, SecurityEvent, event, writing
from connectors.token_bucket import Bucket, MemoryBuckets
from tests.contract.generated_records import CODEC, CONTRACTS
from tests.unit.web.access.test_bounds import Area, OnlyAnna
from web.access.limits import Limited
from web.access.other_tenants import OtherTenants
from web.access.trail import TrailArea, Trailed
from web.app import application
from web.principal import Admin, Reader
from web.problem import Problem


class Guarded(Area):
    def __init__(self) -> None:
        super().__init__()
        self.router.add_api_route("/requests/{request_id}", self._request)
        self.router.add_api_route("/review/{request_id}", self._request)
        self.router.add_api_route("/vendors/{vendor}", self._vendor)

    async def _request(self, request_id: str, who: Reader) -> str:
        raise Problem(404, "not-found", "Not found", "There is no such request.")

    async def _vendor(self, vendor: str, who: Admin) -> str:
        return vendor


def test_refusals_are_in_the_trail_and_tokens_are_not() -> None:
    gathered, written = Gathered(), list[SecurityEvent]()
    buckets = MemoryBuckets()
    access = Limited(OnlyAnna(), buckets, Bucket("s", 0.001, 3), Bucket("r", 0.001, 99))
    area = TrailArea(lambda: writing(gathered, written.extend))
    app = application(access, [Guarded(), area], "1")
    app.add_middleware(Trailed, gathered=gathered)
    anna = {"Authorization": "Bearer anna"}
    with TestClient(app) as client:
        client.get("/mine", headers=anna)
        for _ in range(5):
            client.get("/mine", headers={"Authorization": "Bearer s3cret"})
        client.get("/vendors/V-1001", headers=anna)
        for _ in range(3):
            client.get("/mine", headers=anna)
    told = {(each.kind, each.subject, each.about): each.count for each in _summed(written)}
    assert told == {
        ("UNAUTHENTICATED", None, "GET /mine"): 5,
        ("FORBIDDEN", "anna", "GET /vendors/{vendor}"): 1,
        ("RATE_LIMITED", "anna", "GET /mine"): 2,
    }
    assert "s3cret" not in repr(written)
    assert all(each.address == "testclient" for each in written)


def test_who_asks_for_what_is_anothers_is_in_the_trail_and_whose_it_is_not() -> None:
    gathered = Gathered()
    asked: list[str] = []
    stored: dict[str, str | None] = {"r-south": "south", "r-mine": None}

    async def whose(request_id: str) -> dict[str, str | None]:
        asked.append(request_id)
        if request_id == "r-away":
            raise Problem(503, "database-away", "Away", "Away.")
        return {request_id: stored[request_id]} if request_id in stored else {}

    access = Limited(OnlyAnna(), MemoryBuckets(), Bucket("s", 1, 99), Bucket("r", 1, 99))
    app = application(access, [Guarded()], "1")
    app.add_middleware(Trailed, gathered=gathered)
    app.state.not_there = OtherTenants(whose, gathered)
    anna = {"Authorization": "Bearer anna"}
    with TestClient(app) as client:
        for name in ("r-nobody", "r-mine", "r-away"):
            client.get(f"/requests/{name}", headers=anna)
        assert gathered.taken() == []
        client.get("/requests/r-south")
        assert [each.kind for each in gathered.taken()] == ["UNAUTHENTICATED"]
        assert asked == ["r-nobody", "r-mine", "r-away"], "nobody may ask without a token"
        answers = [
            client.get(f"/{route}/r-south", headers=anna)
            for route in ("requests", "review")
            for _ in range(3)
        ]
    assert {each.status_code for each in answers} == {404}
    (told,) = gathered.taken()
    assert (told.kind, told.subject, told.tenant) == ("OTHER_TENANT", "anna", None)
    assert (told.count, told.about) == (6, "GET /requests/{request_id}")
    assert "south" not in repr(told)


def test_of_whoever_guesses_a_moment_holds_one_event_whatever_they_do() -> None:
    gathered = Gathered()
    for number in range(5_000):
        gathered.add(
            event(
                "OTHER_TENANT", subject="anna", address=f"2001:db8::{number:x}", about=f"{number}"
            )
        )
    gathered.add(event("OTHER_TENANT", subject="ben"))
    assert [each.count for each in gathered.taken()] == [5_000, 1]


def _summed(events: list[SecurityEvent]) -> list[SecurityEvent]:
    """As one moment would have gathered them, however many it took."""
    again = Gathered()
    for each in events:
        again.add(each)
    return again.taken()


@pytest.mark.parametrize(
    "failure",
    [
        Unavailable("away"),
        ContractError("the contract is not there"),
        RegistryRefused("it wants a login"),
        KafkaException(KafkaError(KafkaError._FATAL)),
        ValueError("a bug"),
    ],
    ids=repr,
)
def test_what_could_not_be_written_is_written_later(
    failure: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(security_event, "_PAUSE", 0.01)
    monkeypatch.setattr(security_event, "_AGAIN", 0.01)
    gathered, tries = Gathered(), list[list[SecurityEvent]]()
    written = threading.Event()

    def write(events: list[SecurityEvent]) -> None:
        tries.append(events)
        if len(tries) == 1:
            raise failure
        written.set()

    with writing(gathered, write):
        gathered.add(event("FORBIDDEN", about="one"))
        assert written.wait(30), "the trail has ended"
    assert [each.about for each in tries[-1]] == ["one"]
    assert len(tries) == 2


def test_what_is_put_back_stands_before_what_came_since_and_is_bounded() -> None:
    gathered = Gathered()
    first = event("FORBIDDEN", about="one")
    gathered.add(first)
    taken = gathered.taken()
    gathered.add(event("FORBIDDEN", about="one"))
    for number in range(20_000):
        gathered.add(event("UNAUTHENTICATED", address=f"a{number}"))
    gathered.put_back(taken)
    again = gathered.taken()
    assert (again[0].event_id, again[0].count) == (first.event_id, 2)
    assert len(again) == 10_000


def test_an_event_that_is_no_record_keeps_no_other_back(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[SecurityEvent] = []
    encode = CODEC.encoder(SecurityEvent)

    class Publisher:
        def __init__(self, *_: Any) -> None:
            """Connects nothing."""

        def __enter__(self) -> "Publisher":
            return self

        def __exit__(self, *_: object) -> None:
            """All of it is there."""

        def send(self, record: SecurityEvent) -> None:
            encode(record)
            sent.append(record)

    monkeypatch.setattr(security_event, "Publisher", Publisher)
    write = security_event.kafka_writer({}, CONTRACTS, CODEC)
    write([event("FORBIDDEN", subject="\ud800"), event("FORBIDDEN", subject="anna")])
    assert [each.subject for each in sent] == ["anna"]


def test_a_trail_that_hangs_holds_up_neither_the_loop_nor_the_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(security_event, "_PAUSE", 0.01)
    monkeypatch.setattr(security_event, "_END", 0.2)
    gathered, hangs, go_on = Gathered(), threading.Event(), threading.Event()

    def write(_: list[SecurityEvent]) -> None:
        hangs.set()
        go_on.wait(60)

    async def ending() -> int:
        turns = 0
        ended = asyncio.Event()

        async def others() -> None:
            nonlocal turns
            while not ended.is_set():
                turns += 1
                await asyncio.sleep(0)

        async with TrailArea(lambda: writing(gathered, write)).running():
            gathered.add(event("FORBIDDEN", about="one"))
            assert await asyncio.to_thread(hangs.wait, 30)
            beside = asyncio.create_task(others())
        ended.set()
        await beside
        return turns

    try:
        assert asyncio.run(asyncio.wait_for(ending(), 30)) > 1
    finally:
        go_on.set()


def test_a_flood_is_one_event() -> None:
    gathered = Gathered()
    for _ in range(1_000):
        gathered.add(event("UNAUTHENTICATED", address="192.0.2.1"))
    for number in range(20_000):
        gathered.add(event("UNAUTHENTICATED", address=f"a{number}"))
    taken = gathered.taken()
    assert taken[0].count == 1_000
    assert len(taken) == 10_000
    assert gathered.taken() == []
