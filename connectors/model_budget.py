"""What the language model may cost in a day, counted for one process or for all.

An amount is reserved before a call and settled after it, so that calls at the same time cannot
spend together what each of them alone was allowed.
"""

import threading
from typing import Protocol

from redis import Redis, RedisError

from connectors import settings
from connectors.errors import Unavailable
from connectors.logs import Log
from connectors.redis_client import redis_client
from operators.money import Amount
from operators.time import DAY, Instant, isoformat

log = Log(__name__)


class BudgetUnknown(Unavailable):
    """It cannot be told what has been spent, so nothing may be."""


class DayBudget(Protocol):
    """Money of a day, which ends at midnight UTC."""

    def reserve(self, amount: Amount, at: Instant, /) -> bool:
        """Take an amount of what the day has left; False, and nothing taken, when it has less.

        Raises BudgetUnknown.
        """

    def settle(self, reserved: Amount, cost: Amount, at: Instant, /) -> None:
        """Put what a call has cost in place of what was reserved for it; `at`: as for `reserve`."""

    def spent(self, at: Instant, /) -> Amount:
        """What is spent or reserved of the day. Raises BudgetUnknown."""

    def close(self) -> None:
        """Let go of the connections."""


def day_budget(redis: settings.Redis, limit: Amount, namespace: str = "") -> DayBudget:
    """A budget of all processes where there is a Redis, else of this one.

    Raises InvalidSettings for an address that is none.
    """
    if redis.url is None:
        return MemoryBudget(limit)
    return RedisBudget(redis_client(redis), limit, namespace)


class MemoryBudget:
    """A budget of this process alone."""

    def __init__(self, limit: Amount) -> None:
        """`limit`: of each day."""
        self._limit = limit
        self._day = 0
        self._spent: Amount = 0
        self._lock = threading.Lock()

    def reserve(self, amount: Amount, at: Instant) -> bool:
        """Take an amount of what the day has left."""
        with self._lock:
            if at // DAY != self._day:
                self._day, self._spent = at // DAY, 0
            if self._spent + amount > self._limit:
                return False
            self._spent += amount
            return True

    def settle(self, reserved: Amount, cost: Amount, at: Instant) -> None:
        """Put what a call has cost in place of what was reserved."""
        with self._lock:
            if at // DAY == self._day:
                self._spent += cost - reserved

    def spent(self, at: Instant) -> Amount:
        """What is spent or reserved of the day."""
        return self._spent if at // DAY == self._day else 0

    def close(self) -> None:
        """There are none."""


class RedisBudget:
    """A budget that all processes share: one counter in Redis for each day.

    The counter goes away at midnight by itself. A refusal may come a moment too early, while
    another process takes back what it could not have; never too late.
    """

    def __init__(self, client: Redis, limit: Amount, namespace: str = "") -> None:
        """`client`: with time limits. `namespace`: goes before the counters' names."""
        self._client = client
        self._limit = limit
        self._prefix = f"{namespace}manifold:model:spent:"

    def reserve(self, amount: Amount, at: Instant) -> bool:
        """Take an amount of what the day has left. Raises BudgetUnknown."""
        try:
            if self._add(amount, at) <= self._limit:
                return True
            self._add(-amount, at)
        except RedisError as error:
            raise BudgetUnknown(f"Redis does not answer ({type(error).__name__})") from None
        return False

    def settle(self, reserved: Amount, cost: Amount, at: Instant) -> None:
        """Put what a call has cost in place of what was reserved.

        When Redis is away what was reserved stays counted.
        """
        try:
            self._add(cost - reserved, at)
        except RedisError as error:
            log.warning("a cost could not be settled", because=type(error).__name__)

    def spent(self, at: Instant) -> Amount:
        """What is spent or reserved of the day. Raises BudgetUnknown."""
        try:
            return int(self._client.get(self._key(at)) or 0)
        except (RedisError, ValueError) as error:
            raise BudgetUnknown(f"Redis does not answer ({type(error).__name__})") from None

    def close(self) -> None:
        """Give up the connections."""
        self._client.close()

    def _add(self, amount: Amount, at: Instant) -> Amount:
        """Add to the day's counter and say what it holds."""
        key = self._key(at)
        calls = self._client.pipeline(transaction=True)
        calls.incrby(key, amount)
        calls.pexpire(key, DAY - at % DAY)
        spent: Amount = calls.execute()[0]
        return spent

    def _key(self, at: Instant) -> str:
        return self._prefix + isoformat(at)[:10]
