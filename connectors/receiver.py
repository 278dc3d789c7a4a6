"""What takes a delivery outside Kafka, and what it may say of it."""

from collections.abc import Sequence
from typing import Any, Literal, Protocol, TypeAlias

from msgspec import Struct

from connectors.guard import Guard
from operators.time import Instant

Kind: TypeAlias = Literal["DELIVERED", "REFUSED", "BUSY", "AWAY", "TAKEN"]
"""It has it; it will never take it; it is there and does not take it now; it is not there; another
process is at it, or was when it was killed."""


class Outcome(Struct, frozen=True):
    """What came of a delivery. Its text never holds an address, a secret or a value of a record."""

    kind: Kind
    said: str = ""
    """Why not; of what was delivered, what the receiver calls it, as far as it says."""
    wait: Instant | None = None
    """Milliseconds that it wants to be left alone."""
    at: Instant = 0
    """When that was known; a poll may have begun well before."""


class Receiver(Protocol):
    """Somebody who is delivered to. Threads may share it."""

    guard: Guard
    """Its circuit breaker."""
    longest: Instant
    """Milliseconds that one delivery may take."""

    def deliver(self, delivery_id: str, records: Sequence[Any], /) -> Outcome:
        """Deliver these in one. The receiver sees the same identifier for the same delivery."""

    def close(self) -> None:
        """Give up the connections."""
