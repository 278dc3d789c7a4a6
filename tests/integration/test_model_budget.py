"""The language model's budget of a day, shared by processes through a real Redis."""

import logging
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from redis import Redis

from connectors.model_budget import BudgetUnknown, RedisBudget
from operators.money import parse
from operators.time import DAY
from tests.integration.redis_server import RedisServer

NOON = 20_000 * DAY + DAY // 2
KEY = "a-manifold:model:spent:2024-10-04"
LIMIT = parse("1")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    with RedisServer(tmp_path_factory.mktemp("redis")) as there:
        yield there


@pytest.fixture
def client(server: RedisServer) -> Iterator[Redis]:
    with server.client() as connected:
        connected.flushall()
        yield connected


def test_what_is_reserved_by_one_is_not_there_for_another(client: Redis) -> None:
    one, other = RedisBudget(client, LIMIT, "a-"), RedisBudget(client, LIMIT, "a-")
    assert one.reserve(parse("0.6"), NOON)
    assert not other.reserve(parse("0.6"), NOON)
    assert other.reserve(parse("0.4"), NOON), "a refusal takes nothing"
    assert not one.reserve(1, NOON)


def test_what_was_not_spent_can_be_spent(client: Redis) -> None:
    budget = RedisBudget(client, LIMIT, "a-")
    assert budget.reserve(LIMIT, NOON)
    budget.settle(LIMIT, parse("0.25"), NOON)
    assert client.get(KEY) == b"25000000"
    assert budget.reserve(parse("0.75"), NOON)


def test_the_counter_goes_away_at_midnight(client: Redis) -> None:
    budget = RedisBudget(client, LIMIT, "a-")
    assert budget.reserve(LIMIT, NOON)
    left = client.pttl(KEY)
    assert DAY // 2 - 10_000 < left <= DAY // 2
    budget.settle(LIMIT, 0, NOON + DAY // 2 - 1)
    assert client.pttl(KEY) <= 1


def test_the_next_day_has_its_own_budget(client: Redis) -> None:
    budget = RedisBudget(client, LIMIT, "a-")
    assert budget.reserve(LIMIT, NOON)
    assert not budget.reserve(1, NOON + DAY // 2 - 1)
    assert budget.reserve(LIMIT, NOON + DAY // 2)


def test_namespaces_do_not_share_a_budget(client: Redis) -> None:
    assert RedisBudget(client, LIMIT, "a-").reserve(LIMIT, NOON)
    assert RedisBudget(client, LIMIT, "b-").reserve(LIMIT, NOON)


def test_many_at_once_never_spend_more_than_there_is(server: RedisServer, client: Redis) -> None:
    began = threading.Barrier(8)

    def spend() -> int:
        with server.client() as own:
            budget = RedisBudget(own, LIMIT, "a-")
            began.wait()
            return sum(budget.reserve(parse("0.01"), NOON) for _ in range(50))

    with ThreadPoolExecutor(8) as pool:
        granted = sum(each.result() for each in [pool.submit(spend) for _ in range(8)])
    assert granted == 100
    assert client.get(KEY) == b"100000000"


def test_while_redis_is_away_nothing_may_be_spent(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with RedisServer(tmp_path) as server, server.client() as client:
        budget = RedisBudget(client, LIMIT)
        assert budget.reserve(1, NOON)
        server.kill()
        with pytest.raises(BudgetUnknown, match="Redis does not answer"):
            budget.reserve(1, NOON)
        budget.settle(1, 0, NOON)
        server.start()
        assert budget.reserve(1, NOON)
    said = [each for each in caplog.records if each.levelno >= logging.WARNING]
    assert [each.message for each in said] == ["a cost could not be settled"]


def test_a_counter_that_is_none_is_no_budget(client: Redis) -> None:
    client.set(KEY, "plenty")
    with pytest.raises(BudgetUnknown):
        RedisBudget(client, LIMIT, "a-").reserve(1, NOON)
