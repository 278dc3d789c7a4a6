"""What was understood of documents, kept in Redis: the same document twice costs nothing.

It is only ever a saving: without Redis, while Redis is away, slow or full, and for what it holds
that cannot be used, a document is simply read.
"""

import hashlib
from collections.abc import Iterable
from typing import Generic, TypeVar

import msgspec
from redis import Redis as Client
from redis import RedisError

from connectors.clock import now
from connectors.errors import Unavailable
from connectors.guard import Guard
from connectors.redis_client import redis_client
from connectors.settings import Redis

PART = "document cache"

S = TypeVar("S", bound=msgspec.Struct)

_MOST_BYTES = 1_048_576
"""Of a value; larger ones are not kept."""


class DocumentCache(Generic[S]):
    """Values of one type by the documents they come from. Threads may share it."""

    def __init__(
        self, settings: Redis, type_: type[S], extractor: str, *, namespace: str = ""
    ) -> None:
        """Connect nothing yet. Raises InvalidSettings for an address that is none.

        `extractor`: its version, which has to change whenever the same document may be understood
        otherwise. What another version has understood, or another shape of the type, is not found.
        """
        shape = hashlib.sha256(msgspec.json.encode(msgspec.json.schema(type_))).hexdigest()[:8]
        self._prefix = f"{namespace}manifold:understood:{extractor}:{shape}:"
        self._seconds = round(settings.keep.total_seconds())
        self._decode = msgspec.json.Decoder(type_).decode
        self.guard = Guard(PART)
        self._client = None if settings.url is None else redis_client(settings)

    def get(self, sha256: str) -> S | None:
        """What is known of the document of this SHA-256."""
        client = self._allowed()
        if client is None:
            return None
        try:
            found = client.getrange(self._prefix + sha256, 0, _MOST_BYTES)
        except RedisError as error:
            self._failed(error)
            return None
        self.guard.succeeded()
        return self._decoded(found)

    def put(self, sha256: str, value: S) -> None:
        """Keep what was understood of the document of this SHA-256."""
        content = msgspec.json.encode(value)  # amounts can be larger than MessagePack's integers
        client = self._allowed() if len(content) <= _MOST_BYTES else None
        if client is None:
            return
        try:
            client.set(self._prefix + sha256, content, ex=self._seconds)
        except RedisError as error:
            self._failed(error)
        else:
            self.guard.succeeded()

    def close(self) -> None:
        """Give up the connections."""
        if self._client is not None:
            self._client.close()

    def _allowed(self) -> Client | None:
        return self._client if self._client is not None and self.guard.allows(now()) else None

    def _failed(self, error: RedisError) -> None:
        self.guard.failed(now(), f"no answer ({type(error).__name__})")

    def _decoded(self, content: bytes | str) -> S | None:
        if not content or len(content) > _MOST_BYTES:
            return None
        try:
            return self._decode(content)
        except msgspec.MsgspecError:
            return None


def forget_read(settings: Redis, namespace: str, hashes: Iterable[str], dry_run: bool) -> int:
    """Delete what was read from documents of these SHA-256; how much that is.

    Every version of the extractor is looked through. Raises Unavailable when Redis is away.
    """
    wanted = frozenset(hashes)
    if settings.url is None or not wanted:
        return 0
    client = redis_client(settings)
    try:
        found = [
            name
            for name in client.scan_iter(f"{namespace}manifold:understood:*", count=1_000)
            if name.rpartition(b":")[2].decode(errors="replace") in wanted
        ]
        for name in found if not dry_run else ():
            client.unlink(name)
    except RedisError as error:
        raise Unavailable(f"Redis does not answer ({type(error).__name__}): try again") from None
    finally:
        client.close()
    return len(found)
