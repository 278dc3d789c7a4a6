"""Between the feed and those who watch: nothing lost at the end, nothing of others, bounded."""

import asyncio
from collections.abc import Iterable
from contextlib import aclosing
from types import SimpleNamespace
from typing import Any, cast

import pytest
from confluent_kafka import Consumer, KafkaError, KafkaException
from hypothesis import given
from hypothesis import strategies as st

from connectors.codec import Codec, LockIds
from connectors.contracts import Contracts
from connectors.database.errors import DatabaseUnavailable
from connectors.live import Feed
from connectors.live.owners import Owners
from connectors.measures import Measures
from operators.progress import Happened, after
from web.live.board import ADMITTED, ROWS, Board
from web.live.hub import Hub
from web.live.mailbox import Mailbox
from web.principal import Principal
from web.requests.following import steps
from web.requests.reading import Reading


def uploaded(request_id: str, at: int = 1_000, tenant: str | None = None) -> Happened:
    return Happened("uploaded", request_id, 1, at, uploaded_at=at, tenant=tenant)


def decided(request_id: str, status: str = "APPROVED", revision: int = 1) -> Happened:
    return Happened("decided", request_id, 1, 1_300, None, status, revision, uploaded_at=1_000)


@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 99)), max_size=200),
    st.integers(3, 8),
)
def test_the_last_word_about_everything_arrives(told: list[tuple[str, int]], most: int) -> None:
    async def through() -> None:
        box = Mailbox(most)
        for key, word in told:
            box.put(key, (key, word))
        seen, skipped = [], 0
        while (found := box.take()) is not None:
            seen.append(found[0])
            skipped += found[1]
        assert dict(seen) == dict(told)
        assert len(seen) + skipped == len(told)
        assert len(seen) <= most

    asyncio.run(through())


def test_who_waits_is_woken_by_the_end() -> None:
    async def wait() -> None:
        box = Mailbox()
        waiting = asyncio.create_task(box.next(60))
        await asyncio.sleep(0)
        box.close()
        assert await asyncio.wait_for(waiting, 5) is None

    asyncio.run(wait())


def test_counts_are_exact_and_rows_are_few_however_many_come() -> None:
    board = Board(since=0)
    for number in range(5_000):
        event = uploaded(f"r-{number}", at=1_000)
        board.take(event, after(None, event), now=1_000 + number)
        end = decided(f"r-{number}", "REJECTED" if number % 5 == 0 else "APPROVED")
        board.take(end, after(after(None, event), end), now=1_000 + number)
    frame = board.frame(6_000)
    assert frame["uploaded"] == 5_000
    assert frame["decided"] == {"APPROVED": 4_000, "REJECTED": 1_000}
    assert len(frame["rows"]) == ROWS
    shown = frame["uploaded"] - frame["not_shown"]
    assert shown <= ADMITTED * 7
    assert frame["latency_ms"] == {"p50": 300, "p95": 300}


def test_a_request_that_waits_stays_longer_on_the_board_than_one_that_is_decided() -> None:
    board = Board(since=0)
    for number in range(ROWS + 4):
        event = uploaded(f"r-{number}")
        progress = after(None, event)
        board.take(event, progress, now=number * 1_000)
        if number != 0:
            end = decided(f"r-{number}")
            board.take(end, after(progress, end), now=number * 1_000)
    assert "r-0" in [row["id"] for row in board.frame(60_000)["rows"]]


def test_a_board_knows_nothing_of_other_tenants() -> None:
    hub = Hub(clock=lambda: 1_000)
    hub.take([("north", uploaded("n-1")), ("south", uploaded("s-1")), ("south", decided("s-1"))])
    north = hub.board("north").frame(2_000)
    assert [row["id"] for row in north["rows"]] == ["n-1"]
    assert (north["uploaded"], north["decided"]) == (1, {})
    assert hub.board(None).frame(2_000)["uploaded"] == 0


def test_who_watches_is_told_of_changes_only_and_of_the_end_of_the_service() -> None:
    async def watch() -> None:
        hub = Hub(clock=lambda: 1_000)
        hub.begin()
        box = Mailbox()
        with hub.watching("r-1", box):
            hub.take([(None, uploaded("r-1")), (None, uploaded("r-2")), (None, uploaded("r-1"))])
            hub.take([(None, decided("r-1")), (None, decided("r-1"))])
            told = [box.take(), box.take()]
            assert [each and each[0][0].state for each in told] == ["RECEIVED", "DECIDED"]
            assert box.take() is None
            hub.end()
            assert box.closed
        assert hub.watchers == 0

    asyncio.run(watch())


class NothingStored:
    """A database in which no request has arrived yet."""

    async def known(self, request_id: str, tenant: str | None) -> None:
        return None


NOTHING_STORED = cast("Reading", NothingStored())
ANNA = Principal("anna", None, frozenset({"read"}))


def test_who_follows_a_request_accepted_a_moment_ago_waits_until_it_arrives() -> None:
    async def follow() -> str:
        hub = Hub(clock=lambda: 1_000)
        async with aclosing(steps(NOTHING_STORED, hub, "r-1", ANNA, Mailbox(), 60)) as found:
            first = asyncio.ensure_future(anext(found))
            await asyncio.sleep(0.01)
            assert not first.done(), "nobody has looked whether it arrives"
            hub.take([(None, uploaded("r-1"))])
            step = await asyncio.wait_for(first, 5)
        assert step is not None
        return step[0].state

    assert asyncio.run(follow()) == "RECEIVED"


def test_everybody_waits_for_the_upload_whoever_else_waits_or_watches() -> None:
    async def wait() -> None:
        hub = Hub(clock=lambda: 1_000)
        with hub.watching("r-1", Mailbox()):
            brief = asyncio.create_task(hub.heard_of("r-1", 0.01))
            patient = [asyncio.create_task(hub.heard_of("r-1", 60)) for _ in range(2)]
            gone = await brief
            assert gone is not None
            assert gone.upload is None
            # An answer may be read before the upload, which stands in another partition.
            hub.take([(None, decided("r-1"))])
            await asyncio.sleep(0.01)
            assert not any(task.done() for task in patient)
            hub.take([(None, uploaded("r-1"))])
            for found in await asyncio.wait_for(asyncio.gather(*patient), 5):
                assert found is not None
                assert found.upload is not None

    asyncio.run(wait())


def test_nobody_waits_for_an_upload_beyond_the_end_of_the_service() -> None:
    async def wait() -> None:
        hub = Hub(clock=lambda: 1_000)
        waiting = asyncio.create_task(hub.heard_of("r-1", 60))
        await asyncio.sleep(0.01)
        hub.end()
        assert await asyncio.wait_for(waiting, 5) is None

    asyncio.run(wait())


def test_an_event_is_told_when_it_is_known_whose_it_is() -> None:
    stored: dict[str, str | None] = {}
    owners = Owners(lambda ids: {each: stored[each] for each in ids if each in stored})
    early = decided("r-1")
    assert owners.of([early], now=0) == []
    upload = uploaded("r-1", tenant="north")
    assert owners.of([upload], now=100) == [("north", early), ("north", upload)]
    # One of before this process began is looked up.
    before = decided("r-0")
    assert owners.of([before], now=200) == []
    stored["r-0"] = "south"
    assert owners.of([], now=1_000) == [("south", before)]


def test_nothing_is_lost_while_the_database_is_away() -> None:
    away = True
    asked = 0

    def stored(ids: Iterable[str]) -> dict[str, str | None]:
        nonlocal asked
        asked += 1
        if away:
            raise DatabaseUnavailable("it is being restarted")
        return {"r-0": "south"} if "r-0" in ids else {}

    owners = Owners(stored)
    before, other, upload = decided("r-0"), decided("r-9"), uploaded("r-1", tenant="north")
    assert owners.of([before, upload, other], now=0) == [("north", upload)]
    for second in range(1, 181):
        later = decided("r-1", revision=second)
        assert owners.of([later], now=second * 1_000) == [("north", later)]
    assert owners.dropped == 0
    assert asked <= 10, "each time may take seconds in which nothing is told"
    away = False
    assert owners.of([], now=200_000) == [("south", before)]
    assert owners.of([], now=300_000) == []
    assert owners.dropped == 1


class Came:
    """A record as the client gives it, or an error in its place."""

    def __init__(self, topic: str, offset: int, error: KafkaError | None = None) -> None:
        self._topic, self._offset, self._error = topic, offset, error

    def error(self) -> KafkaError | None:
        return self._error

    def topic(self) -> str:
        return self._topic

    def partition(self) -> int:
        return 0

    def offset(self) -> int:
        return self._offset

    def timestamp(self) -> tuple[int, int]:
        return 1, 1_000

    def value(self) -> None:
        return None

    def headers(self) -> None:
        return None


def test_what_came_with_an_error_is_told_before_the_topics_are_followed_anew() -> None:
    contracts = Contracts.load()
    told: list[Any] = []
    feed = Feed(
        {}, contracts, Codec(contracts, LockIds(contracts)), lambda _: {}, told.extend, Measures()
    )
    letters = contracts.dead_letters_of("invoice.uploaded").name
    lost = KafkaError(KafkaError._ALL_BROKERS_DOWN)
    batch = [Came(letters, 7), Came(letters, 8, lost), Came(letters, 9)]
    consumer = SimpleNamespace(consume=lambda *_: batch)
    reached: dict[tuple[str, int], int] = {}
    with pytest.raises(KafkaException):
        feed._poll(cast("Consumer", consumer), reached)
    assert reached == {(letters, 0): 10}
    assert [happened.what for _, happened in told] == ["failed", "failed"]


def test_what_belongs_to_nobody_is_let_go_and_counted() -> None:
    owners = Owners(lambda _: {})
    owners.of([decided("r-9")], now=0)
    assert owners.of([], now=120_000) == []
    assert owners.dropped == 1


def test_a_correction_is_of_whom_the_first_upload_is() -> None:
    owners = Owners(lambda _: {})
    owners.of([uploaded("r-1", tenant="north")], now=0)
    correction = Happened("uploaded", "r-1", 2, 2_000)
    assert owners.of([correction], now=10) == [("north", correction)]
