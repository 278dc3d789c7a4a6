"""Rate limits that all processes share, in a real Redis."""

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors.ended_sessions import EndedInRedis
from connectors.redis_client import redis_client_async
from connectors.settings import Redis
from connectors.token_bucket import Bucket, RedisBuckets
from tests.integration.redis_server import RedisServer

SLOW = Bucket("subject", 0.001, 5)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RedisServer]:
    with RedisServer(tmp_path) as started:
        yield started


def buckets(server: RedisServer, namespace: str = "") -> RedisBuckets:
    return RedisBuckets(redis_client_async(Redis(url=server.url)), namespace)


def test_processes_count_together(server: RedisServer) -> None:
    async def scene() -> None:
        one, other, stranger = buckets(server), buckets(server), buckets(server, "other-")
        taken = [await each.take(SLOW, "anna") for each in (one, other) * 3]
        assert [each.allowed for each in taken] == [True] * 5 + [False]
        assert [each.left for each in taken] == [4, 3, 2, 1, 0, 0]
        assert 990 <= taken[-1].wait <= 1_000
        assert (await one.take(SLOW, "bert")).allowed
        assert (await stranger.take(SLOW, "anna")).allowed
        for each in (one, other, stranger):
            await each.close()

    asyncio.run(scene())
    assert server.client().ttl("manifold:bucket:subject:anna") > 0


def test_tokens_come_back(server: RedisServer) -> None:
    async def scene() -> None:
        fast = Bucket("subject", 50.0, 1)
        here = buckets(server)
        assert (await here.take(fast, "anna")).allowed
        until = time.monotonic() + 30
        while not (await here.take(fast, "anna")).allowed:
            assert time.monotonic() < until
            await asyncio.sleep(0.005)
        await here.close()

    asyncio.run(scene())


def test_many_at_once_get_no_more_than_there_is(server: RedisServer) -> None:
    async def scene() -> None:
        here = buckets(server)
        taken = await asyncio.gather(*(here.take(SLOW, "anna") for _ in range(100)))
        assert sum(each.allowed for each in taken) == 5
        await here.close()

    asyncio.run(scene())


def test_while_redis_is_away_each_process_counts_for_itself(server: RedisServer) -> None:
    async def scene() -> None:
        here = buckets(server)
        assert (await here.take(SLOW, "anna")).left == 4
        server.kill()
        taken = [await here.take(SLOW, "anna") for _ in range(7)]
        assert [each.allowed for each in taken] == [True] * 5 + [False] * 2
        await here.close()

    asyncio.run(scene())


def test_a_session_that_was_ended_is_ended_everywhere(server: RedisServer) -> None:
    async def scene() -> None:
        one = EndedInRedis(redis_client_async(Redis(url=server.url)), "")
        other = EndedInRedis(redis_client_async(Redis(url=server.url)), "")
        assert not await other.has("s")
        await one.add("s", 60)
        assert await other.has("s")
        server.kill()
        assert await one.has("s")
        assert not await other.has("s")

    asyncio.run(scene())
