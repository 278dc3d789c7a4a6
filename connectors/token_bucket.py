"""Token buckets: how much a client may still ask for, counted in Redis or in this process.

In Redis all processes count together, by its clock. While it is away each counts for itself: more
gets through than was meant, and nobody is turned away who should not be.
"""

import math
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Any, Protocol

from msgspec import Struct
from redis import RedisError
from redis.asyncio import Redis as Client

from connectors.clock import now
from connectors.guard import Guard

PART = "rate limits"

_MOST_KEPT = 100_000
"""Buckets in this process; the ones longest unused go first, and are then full again."""

_TAKE = """
local rate, burst = tonumber(ARGV[1]), tonumber(ARGV[2])
local time = redis.call('TIME')
local now = time[1] + time[2] / 1000000
local kept = redis.call('HMGET', KEYS[1], 'left', 'at')
local passed = math.max(0, now - (tonumber(kept[2]) or now))
local left = math.min(burst, (tonumber(kept[1]) or burst) + rate * passed)
local taken = 0
if left >= 1 then
    left = left - 1
    taken = 1
end
redis.call('HSET', KEYS[1], 'left', string.format('%.6f', left), 'at', string.format('%.6f', now))
redis.call('PEXPIRE', KEYS[1], math.ceil((burst - left) / rate * 1000) + 1000)
return {taken, string.format('%.6f', left)}
"""


class Bucket(Struct, frozen=True):
    """What a client may ask for."""

    name: str
    """Of the rule, for those who read headers."""
    rate: float
    """Tokens a second that come back."""
    burst: int
    """Tokens of a full one."""

    @property
    def window(self) -> int:
        """Seconds in which an empty one fills."""
        return max(1, math.ceil(self.burst / self.rate))


class Taken(Struct, frozen=True):
    """A token, or none."""

    allowed: bool
    left: int
    """Tokens that are left."""
    wait: int
    """Seconds until there is one; 0 while there are some."""


class Buckets(Protocol):
    """Counts."""

    async def take(self, bucket: Bucket, client: str, /) -> Taken:
        """Take a token out of a client's bucket."""

    async def close(self) -> None:
        """Give up connections."""


class MemoryBuckets:
    """Counted in this process."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """`clock`: seconds."""
        self._clock = clock
        self._kept: OrderedDict[tuple[str, str], tuple[float, float]] = OrderedDict()

    async def take(self, bucket: Bucket, client: str) -> Taken:
        """Take a token out of a client's bucket."""
        at = self._clock()
        left, since = self._kept.pop((bucket.name, client), (float(bucket.burst), at))
        left = min(float(bucket.burst), left + bucket.rate * max(0.0, at - since))
        allowed = left >= 1
        left -= allowed
        self._kept[bucket.name, client] = (left, at)
        if len(self._kept) > _MOST_KEPT:
            self._kept.popitem(last=False)
        return _taken(bucket, allowed, left)

    async def close(self) -> None:
        """Nothing is open."""


class RedisBuckets:
    """Counted in Redis; in this process while that is away."""

    def __init__(self, client: Client, namespace: str) -> None:
        """Connect nothing yet."""
        self._client = client
        self._prefix = f"{namespace}manifold:bucket:"
        self._script: Any = client.register_script(_TAKE)
        self._here = MemoryBuckets()
        self.guard = Guard(PART)

    async def take(self, bucket: Bucket, client: str) -> Taken:
        """Take a token out of a client's bucket."""
        if not self.guard.allows(now()):
            return await self._here.take(bucket, client)
        try:
            taken, left = await self._script(
                keys=[f"{self._prefix}{bucket.name}:{client}"], args=[bucket.rate, bucket.burst]
            )
        except (RedisError, OSError) as error:
            self.guard.failed(now(), f"no answer ({type(error).__name__})")
            return await self._here.take(bucket, client)
        self.guard.succeeded()
        return _taken(bucket, taken == 1, float(left))

    async def close(self) -> None:
        """Give up the connections."""
        await self._client.aclose()


def _taken(bucket: Bucket, allowed: bool, left: float) -> Taken:
    wait = 0 if left >= 1 else math.ceil((1 - left) / bucket.rate)
    return Taken(allowed, int(left), wait)
