"""Where requests begin in what a Kafka client sends: enough of the protocol to tell them apart."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

END_TXN = 26
"""The request that ends a transaction."""

_HEADER = struct.Struct(">ihhih")
"""Length, API key, version, correlation id, length of the client's id."""


@dataclass(frozen=True)
class Request:
    """The beginning of a request."""

    key: int
    """Which API it asks."""
    client: str
    """The client's id."""


class Frames:
    """Follows one connection's bytes from its beginning.

    >>> body = struct.pack(">hhih3s", END_TXN, 1, 7, 3, b"two")
    >>> request = struct.pack(">i", len(body)) + body
    >>> frames = Frames()
    >>> list(frames.feed(request + request[:6]))
    [Request(key=26, client='two')]
    >>> list(frames.feed(request[6:]))
    [Request(key=26, client='two')]
    """

    def __init__(self) -> None:
        self._left = 0
        """Bytes of the current request that are still to come."""
        self._begun = b""
        """The beginning of a request whose header is not yet complete."""

    def feed(self, data: bytes) -> Iterator[Request]:
        """The requests whose headers are complete with these bytes."""
        position = 0
        while position < len(data):
            if self._left:
                taken = min(self._left, len(data) - position)
                self._left -= taken
                position += taken
                continue
            header = self._begun + data[position : position + 300]
            found = _request(header)
            if found is None:
                self._begun = header
                return
            (length,) = struct.unpack_from(">i", header)
            self._left = 4 + length - len(self._begun)
            self._begun = b""
            yield found


def _request(header: bytes) -> Request | None:
    if len(header) < _HEADER.size:
        return None
    _, key, _, _, length = _HEADER.unpack_from(header)
    end = _HEADER.size + max(0, length)
    if len(header) < end:
        return None
    return Request(key, header[_HEADER.size : end].decode(errors="replace"))
