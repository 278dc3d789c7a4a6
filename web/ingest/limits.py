"""How much is taken at once: beyond, clients are told to come again, and what has begun goes on."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from msgspec import Struct

from web.problem import Problem

_COME_AGAIN = 1
"""Seconds."""


class Limits(Struct, frozen=True):
    """Of what is taken. Sizes in bytes."""

    most_bytes: int = 20_000_000
    """Of one invoice or document."""
    most_bytes_together: int = 200_000_000
    """Of all that are being taken."""
    most_under_way: int = 200
    """Invoices that are being taken."""
    read_limit: timedelta = timedelta(seconds=30)
    """For a client to send its body."""


class Room:
    """What is being taken, counted."""

    def __init__(self, limits: Limits) -> None:
        """All is free."""
        self.limits = limits
        self.under_way = 0
        self.bytes = 0

    @contextmanager
    def entered(self) -> Iterator[None]:
        """A request is being worked on. Raises Problem when too many are."""
        if self.under_way >= self.limits.most_under_way:
            raise busy("Too many invoices are being taken at once.")
        self.under_way += 1
        try:
            yield
        finally:
            self.under_way -= 1


class Held:
    """The bytes of one request, given back when it is over."""

    def __init__(self, room: Room) -> None:
        """None yet."""
        self._room = room
        self._bytes = 0

    def __enter__(self) -> "Held":
        return self

    def __exit__(self, *_: object) -> None:
        self._room.bytes -= self._bytes

    def more(self, count: int) -> None:
        """So many bytes have come. Raises Problem when they are too many."""
        limits = self._room.limits
        self._bytes += count
        self._room.bytes += count
        if self._bytes > limits.most_bytes:
            raise too_large(limits.most_bytes)
        if self._room.bytes > limits.most_bytes_together:
            raise busy("Too many large invoices are being taken at once.")


def busy(what: str) -> Problem:
    """Come again: nothing is wrong, there is only too much of it."""
    return Problem(
        429,
        "busy",
        "Too much at once",
        f"{what} Nothing was taken: send it again in {_COME_AGAIN} s.",
        retry_after=_COME_AGAIN,
        written="no",
    )


def too_large(most: int) -> Problem:
    """Larger than anything that is taken."""
    return Problem(
        413,
        "too-large",
        "The body is too large",
        f"At most {most:,} bytes are taken. Send a smaller file, or store the document where "
        "`documents.url` points and send where it is.",
        most_bytes=most,
    )
