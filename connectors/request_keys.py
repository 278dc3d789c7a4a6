"""What was answered to requests that carry a key, so that one sent twice is answered the same.

A key is taken with a fingerprint of what was asked; until the answer is known it is under way. One
that nobody finishes, its process having died, is free again after a lease.
"""

import secrets
import time
from contextlib import AbstractAsyncContextManager, nullcontext
from datetime import timedelta
from typing import Any, Protocol

from msgspec import Struct, json

from connectors.errors import Unavailable


class KeysAway(Unavailable):
    """Nothing is known of the key: try later."""


class Taken(Struct, frozen=True):
    """A key that somebody has taken."""

    fingerprint: str
    """Of what was asked."""
    answer: bytes | None = None
    """None while it is under way."""
    holder: str = ""
    """Tells the one who has it from everybody else."""

    @classmethod
    def anew(cls, fingerprint: str) -> "Taken":
        """What somebody takes a key with."""
        return cls(fingerprint, None, secrets.token_hex(8))


class RequestKeys(Protocol):
    """Keys and their answers."""

    def running(self) -> AbstractAsyncContextManager[Any]:
        """Within this they can be asked for."""

    def why_not(self) -> str | None:
        """What keeps keys from being known, as far as is known."""

    async def take(self, key: str, mine: Taken, /) -> Taken | None:
        """Take a key; None when it was free, else who has it. Raises KeysAway."""

    async def finish(self, key: str, mine: Taken, answer: bytes, /) -> None:
        """Keep the answer. Raises KeysAway."""

    async def release(self, key: str, mine: Taken, /) -> None:
        """Free a key whose request has come to nothing. Raises KeysAway."""


class KeysOfOneProcess:
    """Keys that no other process knows, and that end with this one: for development."""

    def __init__(self, keep: timedelta, lease: timedelta, most: int = 100_000) -> None:
        """`most` keys are kept; beyond, the oldest are forgotten."""
        self._keep = keep.total_seconds()
        self._lease = lease.total_seconds()
        self._most = most
        self._known: dict[str, tuple[float, Taken]] = {}

    def running(self) -> AbstractAsyncContextManager[Any]:
        """Nothing has to run."""
        return nullcontext()

    def why_not(self) -> str | None:
        """It is always there."""
        return None

    async def take(self, key: str, mine: Taken, /) -> Taken | None:
        """Take a key; None when it was free, else who has it."""
        until, found = self._known.get(key, (0.0, None))
        if found is not None and until > time.monotonic():
            return found
        self._put(key, mine, self._lease)
        return None

    async def finish(self, key: str, mine: Taken, answer: bytes, /) -> None:
        """Keep the answer."""
        self._put(key, Taken(mine.fingerprint, answer), self._keep)

    async def release(self, key: str, mine: Taken, /) -> None:
        """Free a key whose request has come to nothing."""
        if self._known.get(key, (0.0, None))[1] == mine:
            del self._known[key]

    def _put(self, key: str, taken: Taken, seconds: float) -> None:
        self._known.pop(key, None)
        while len(self._known) >= self._most:
            del self._known[next(iter(self._known))]
        self._known[key] = time.monotonic() + seconds, taken


encoded = json.encode
decoded = json.Decoder(Taken).decode
