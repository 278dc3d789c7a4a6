"""Messages between two processes over a socket: bounded, and each awaited until a deadline.

The other side may be in the hands of a hostile document.
"""

import math
import socket
import struct
import time

_SIZE = struct.Struct(">Q")
_MOST_BYTES = 1_500_000_000
"""Of a message, if nothing else is said: the largest document there may be, in Base64."""
_GRACE = 0.05
"""Seconds that what has arrived may take to be read, however late we are ourselves."""

NEVER = math.inf
"""A deadline."""


class Gone(Exception):
    """The other side has closed the channel, or says what no side would."""


class Channel:
    """One end."""

    def __init__(self, end: socket.socket) -> None:
        """`end`: of a stream socket; the channel owns it."""
        self._end = end

    def send(self, message: bytes, until: float = NEVER) -> None:
        """Have the other side read a message; `until`: of the monotonic clock.

        Raises TimeoutError and Gone.
        """
        try:
            self._end.settimeout(_left(until))
            self._end.sendall(_SIZE.pack(len(message)) + message)
        except TimeoutError:
            raise
        except OSError:
            raise Gone from None

    def receive(self, until: float = NEVER, most: int = _MOST_BYTES) -> bytes:
        """The next message, of so many bytes at most. Raises TimeoutError and Gone."""
        until = max(until, time.monotonic() + _GRACE)
        (size,) = _SIZE.unpack(self._read(_SIZE.size, until))
        if size > most:
            raise Gone
        return self._read(size, until)

    def _read(self, size: int, until: float) -> bytes:
        content = bytearray(size)
        rest = memoryview(content)
        while rest:
            try:
                self._end.settimeout(_left(until))
                count = self._end.recv_into(rest)
            except TimeoutError:
                raise
            except OSError:
                raise Gone from None
            if not count:
                raise Gone
            rest = rest[count:]
        return bytes(content)

    def close(self) -> None:
        """Tell the other side that there will be nothing more."""
        self._end.close()


def _left(until: float) -> float | None:
    if until == NEVER:
        return None
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left
