"""What the trail of security says, and that it says no secret."""

from fastapi.testclient import TestClient

from connectors.errors import Unavailable
from connectors.security_event import Gathered, SecurityEvent, event, writing
from connectors.token_bucket import Bucket, MemoryBuckets
from tests.unit.web.access.test_bounds import Area, OnlyAnna
from web.access.limits import Limited
from web.access.trail import TrailArea, Trailed
from web.app import application
from web.principal import Admin


class Guarded(Area):
    def __init__(self) -> None:
        super().__init__()
        self.router.add_api_route("/vendors/{vendor}", self._vendor)

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


def _summed(events: list[SecurityEvent]) -> list[SecurityEvent]:
    """As one moment would have gathered them, however many it took."""
    again = Gathered()
    for each in events:
        again.add(each)
    return again.taken()


def test_what_could_not_be_written_is_written_later() -> None:
    gathered, tries = Gathered(), list[list[SecurityEvent]]()

    def write(events: list[SecurityEvent]) -> None:
        tries.append(events)
        if len(tries) == 1:
            raise Unavailable("away")

    with writing(gathered, write):
        gathered.add(event("FORBIDDEN", about="one"))
        while not tries:
            pass
    assert [each.about for each in tries[-1]] == ["one"]
    assert len(tries) == 2


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
