"""Which sessions were ended before their time: in Redis for all processes, else in this one."""

import time
from typing import Protocol

from redis import RedisError
from redis.asyncio import Redis as Client

from connectors.logs import Log

log = Log(__name__)

_MOST_KEPT = 100_000


class EndedSessions(Protocol):
    """Which."""

    async def add(self, session: str, seconds: int, /) -> None:
        """It has ended; it would have lasted for so many seconds at most."""

    async def has(self, session: str, /) -> bool:
        """Whether it has."""


class EndedHere:
    """Those that this process has ended."""

    def __init__(self) -> None:
        """None yet."""
        self._until: dict[str, float] = {}

    async def add(self, session: str, seconds: int) -> None:
        """It has ended."""
        now = time.monotonic()
        if len(self._until) >= _MOST_KEPT:
            self._until = {each: until for each, until in self._until.items() if until > now}
        self._until[session] = now + seconds

    async def has(self, session: str) -> bool:
        """Whether it has."""
        return self._until.get(session, 0.0) > time.monotonic()


class EndedInRedis:
    """Those that any process has ended; while Redis is away, those that this one has."""

    def __init__(self, client: Client, namespace: str) -> None:
        """Connect nothing yet."""
        self._client = client
        self._prefix = f"{namespace}manifold:session-ended:"
        self._here = EndedHere()

    async def add(self, session: str, seconds: int) -> None:
        """It has ended."""
        await self._here.add(session, seconds)
        try:
            await self._client.set(self._prefix + session, b"", ex=seconds)
        except (RedisError, OSError) as error:
            log.warning("other processes do not know of an end", because=type(error).__name__)

    async def has(self, session: str) -> bool:
        """Whether it has."""
        if await self._here.has(session):
            return True
        try:
            return bool(await self._client.exists(self._prefix + session))
        except (RedisError, OSError):
            return False
