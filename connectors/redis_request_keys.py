"""Keys of requests in Redis, where every process of the web application finds them."""

from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import TypeVar, cast

from msgspec import ValidationError
from redis.exceptions import RedisError

from connectors.clock import now
from connectors.guard import Guard
from connectors.redis_client import redis_client_async
from connectors.request_keys import KeysAway, Taken, decoded, encoded
from connectors.settings import Redis

Answer = TypeVar("Answer")

PART = "Redis of request keys"
_CONNECTIONS = 64
_RELEASE = """
if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end
return 0
"""
"""Frees a key only for the one who has it."""


class KeysInRedis:
    """Keys that all processes share, and that outlast them."""

    def __init__(self, settings: Redis, prefix: str, keep: timedelta, lease: timedelta) -> None:
        """Connect nothing yet. `prefix` goes before every key.

        Raises InvalidSettings for an address that is none.
        """
        self._redis = redis_client_async(settings, _CONNECTIONS)
        self._release = self._redis.register_script(_RELEASE)
        self._prefix = f"{prefix}request-key:"
        self._keep_ms = round(keep.total_seconds() * 1_000)
        self._lease_ms = round(lease.total_seconds() * 1_000)
        self._guard = Guard(PART)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Connected as long as it runs; connections are made when they are needed."""
        try:
            yield
        finally:
            await self._redis.aclose()

    def why_not(self) -> str | None:
        """Why it failed last, unless it has answered since."""
        return None if self._guard.state == "CLOSED" else self._guard.reason

    async def take(self, key: str, mine: Taken, /) -> Taken | None:
        """Take a key; None when it was free, else who has it. Raises KeysAway."""
        name = self._prefix + key
        while True:
            put = self._redis.set(name, encoded(mine), nx=True, px=self._lease_ms)
            if await self._asking(put):
                return None
            found = await self._asking(self._redis.get(name))
            if found is None:
                continue  # it has become free in between
            try:
                return decoded(cast(bytes, found))
            except ValidationError:
                raise KeysAway(f"{PART}: something else stands under its names") from None

    async def finish(self, key: str, mine: Taken, answer: bytes, /) -> None:
        """Keep the answer. Raises KeysAway."""
        done = encoded(Taken(mine.fingerprint, answer))
        await self._asking(self._redis.set(self._prefix + key, done, px=self._keep_ms))

    async def release(self, key: str, mine: Taken, /) -> None:
        """Free a key whose request has come to nothing. Raises KeysAway."""
        await self._asking(self._release(keys=[self._prefix + key], args=[encoded(mine)]))

    async def _asking(self, call: Awaitable[Answer]) -> Answer:
        if not self._guard.allows(now()):
            getattr(call, "close", lambda: None)()  # a coroutine that nobody will wait for
            raise KeysAway(f"{PART} is away: {self._guard.reason}")
        try:
            answer = await call
        except (RedisError, OSError, TimeoutError) as error:
            self._guard.failed(now(), type(error).__name__)
            raise KeysAway(f"{PART} is away: {type(error).__name__}") from None
        except BaseException as error:
            self._guard.failed(now(), type(error).__name__)
            raise
        self._guard.succeeded()
        return answer
