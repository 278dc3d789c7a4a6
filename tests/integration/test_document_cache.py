"""What was understood of documents is kept in a real Redis, found again, and never missed."""

import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from msgspec import Struct

from connectors.document_cache import DocumentCache
from connectors.settings import Redis
from tests.integration.redis_server import RedisServer

SHA256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


class Understood(Struct):
    gross: int
    supplier: str = ""
    page: bytes = b""


class OfAnotherShape(Struct):
    gross: int
    supplier: str = ""
    page: bytes = b""
    language: str = "en"


UNDERSTOOD = Understood(10**27, "Lodă & Söhne", b"\x00\xff")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RedisServer]:
    with RedisServer(tmp_path) as there:
        yield there


@pytest.fixture
def cache(server: RedisServer) -> Iterator[DocumentCache[Understood]]:
    cache = DocumentCache(Redis(url=server.url), Understood, "1")
    yield cache
    cache.close()


def test_the_same_document_is_understood_the_second_time(
    server: RedisServer, cache: DocumentCache[Understood]
) -> None:
    assert cache.get(SHA256) is None
    cache.put(SHA256, UNDERSTOOD)
    assert cache.get(SHA256) == UNDERSTOOD
    assert DocumentCache(Redis(url=server.url), Understood, "1").get(SHA256) == UNDERSTOOD
    assert cache.get("0" * 64) is None


def test_another_extractor_another_shape_and_another_namespace_know_nothing_of_it(
    server: RedisServer, cache: DocumentCache[Understood]
) -> None:
    cache.put(SHA256, UNDERSTOOD)
    settings = Redis(url=server.url)
    assert DocumentCache(settings, Understood, "2").get(SHA256) is None
    assert DocumentCache(settings, OfAnotherShape, "1").get(SHA256) is None
    assert DocumentCache(settings, Understood, "1", namespace="other-").get(SHA256) is None


def test_it_is_forgotten_after_as_long_as_the_settings_say(server: RedisServer) -> None:
    cache = DocumentCache(Redis(url=server.url, keep=timedelta(days=30)), Understood, "1")
    cache.put(SHA256, UNDERSTOOD)
    (key,) = server.client().keys("*")
    assert timedelta(days=29) < timedelta(seconds=server.client().ttl(key)) <= timedelta(days=30)


def test_what_is_too_large_is_neither_kept_nor_fetched(
    server: RedisServer, cache: DocumentCache[Understood]
) -> None:
    cache.put(SHA256, Understood(1, page=bytes(1_048_576)))
    assert server.client().keys("*") == []
    cache.put(SHA256, UNDERSTOOD)
    (key,) = server.client().keys("*")
    server.client().append(key, b" " * 50_000_000)
    assert cache.get(SHA256) is None


@pytest.mark.parametrize("content", [b"", b"{", b'{"gross": "much"}', b"\xff\xfe"])
def test_what_is_not_to_be_understood_is_not_there(
    server: RedisServer, cache: DocumentCache[Understood], content: bytes
) -> None:
    cache.put(SHA256, UNDERSTOOD)
    (key,) = server.client().keys("*")
    server.client().set(key, content)
    assert cache.get(SHA256) is None
    cache.put(SHA256, UNDERSTOOD)
    assert cache.get(SHA256) == UNDERSTOOD


def test_a_key_of_another_kind_and_a_full_redis_are_no_errors(
    server: RedisServer, cache: DocumentCache[Understood]
) -> None:
    cache.put(SHA256, UNDERSTOOD)
    (key,) = server.client().keys("*")
    server.client().delete(key)
    server.client().rpush(key, "a list")
    assert cache.get(SHA256) is None
    server.client().config_set("maxmemory", 1)
    cache.put(SHA256, UNDERSTOOD)
    assert cache.get(SHA256) is None


def test_a_redis_that_is_killed_or_paused_is_left_alone_and_used_again(
    server: RedisServer, cache: DocumentCache[Understood]
) -> None:
    cache.put(SHA256, UNDERSTOOD)
    server.pause()
    assert [cache.get(SHA256) for _ in range(20)] == [None] * 20
    server.resume()
    used_again(cache)
    server.kill()
    assert [cache.get(SHA256) for _ in range(20)] == [None] * 20
    server.start()
    used_again(cache)


def used_again(cache: DocumentCache[Understood]) -> None:
    until = time.monotonic() + 60
    while cache.get(SHA256) != UNDERSTOOD:
        assert time.monotonic() < until, "not within a minute"
        cache.put(SHA256, UNDERSTOOD)
        time.sleep(0.05)
