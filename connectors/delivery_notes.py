"""What was delivered but perhaps not committed, noted in Redis right after the delivery.

A note bridges the moment between a delivery and the commit that remembers it: after `kill -9` in
between, the next process finds the note and delivers nothing a second time. A note that a
delivery is under way keeps a process that has just got the partition from repeating what another
one is still at. Without Redis, and while it is away, everything is delivered all the same: told
twice is better than not told.
"""

from redis import RedisError

from connectors.clock import now
from connectors.guard import Guard
from connectors.receiver import Outcome
from connectors.redis_client import redis_client
from connectors.settings import Redis
from operators.time import Instant

PART = "delivery notes"

_UNDER_WAY = b"under way"
_DELIVERED = b"delivered "
_KEEP = 86_400
"""Seconds that a note of a delivery is kept: a commit follows within seconds."""


class DeliveryNotes:
    """The notes of one flow. Threads may share it."""

    def __init__(self, settings: Redis, prefix: str) -> None:
        """Connect nothing yet. `prefix`: the group; raises InvalidSettings for a wrong address."""
        self._prefix = f"{prefix}:delivery:"
        self.guard = Guard(PART)
        self._client = None if settings.url is None else redis_client(settings)

    def claim(self, delivery_id: str, lease: Instant) -> Outcome | None:
        """None when it may be delivered; else what is known of it. `lease`: milliseconds."""
        if self._client is None or not self.guard.allows(now()):
            return None
        key = self._prefix + delivery_id
        try:
            if self._client.set(key, _UNDER_WAY, nx=True, px=lease):
                self.guard.succeeded()
                return None
            found = self._client.get(key)
        except RedisError as error:
            self._failed(error)
            return None
        self.guard.succeeded()
        if isinstance(found, bytes) and found.startswith(_DELIVERED):
            return Outcome("DELIVERED", found.removeprefix(_DELIVERED).decode(errors="replace"))
        return Outcome("TAKEN", "another process is at it", lease if found else 0)

    def note(self, delivery_id: str, outcome: Outcome) -> None:
        """What has come of it."""
        if self._client is None or not self.guard.allows(now()):
            return
        key = self._prefix + delivery_id
        try:
            if outcome.kind == "DELIVERED":
                self._client.set(key, _DELIVERED + outcome.said.encode(), ex=_KEEP)
            else:
                self._client.delete(key)
        except RedisError as error:
            self._failed(error)
        else:
            self.guard.succeeded()

    def close(self) -> None:
        """Give up the connections."""
        if self._client is not None:
            self._client.close()

    def _failed(self, error: RedisError) -> None:
        self.guard.failed(now(), f"no answer ({type(error).__name__})")
