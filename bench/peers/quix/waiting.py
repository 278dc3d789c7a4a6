"""Which requests wait for answers: an index beside the state, which Quix can ask only by key.

It is in memory, and read again from the store when a partition is assigned.
"""

# Quix Streams is not among the packages that are checked.
# mypy: disable-error-code="import-not-found"

import json
from typing import Any

from quixstreams.dataframe import StreamingDataFrame
from quixstreams.state.base import State
from quixstreams.state.rocksdb.ttl_codec import decode_ttl_value

_SEPARATOR = b"|"


class Waiting:
    """The requests of the assigned partitions that have no decision yet, oldest first."""

    def __init__(self, dataframe: StreamingDataFrame) -> None:
        """For the default store of a data frame whose values are all set with a time to live."""
        self._dataframe = dataframe
        self._stores: dict[int, Any] = {}
        self._opened: dict[int, dict[tuple[bytes, bytes], int]] = {}

    def add(self, partition: int, request: bytes, attempt: bytes, opened_at: int) -> None:
        """A request has been opened."""
        self._of(partition)[request, attempt] = opened_at

    def discard(self, partition: int, request: bytes, attempt: bytes) -> None:
        """A request has been decided."""
        self._of(partition).pop((request, attempt), None)

    def before(self, partition: int, instant: int) -> list[tuple[bytes, bytes]]:
        """Requests that were opened before an instant."""
        found = []
        for place, opened_at in self._of(partition).items():
            if opened_at >= instant:
                break
            found.append(place)
        return found

    def state(self, partition: int, request: bytes, timestamp: int) -> State[Any, Any]:
        """The state of a request that is not the one at hand."""
        checkpoint = self._dataframe.processing_context.checkpoint
        transaction = checkpoint.get_store_transaction(self._dataframe.stream_id, partition)
        state: State[Any, Any] = transaction.as_state(request, timestamp)
        return state

    def _of(self, partition: int) -> dict[tuple[bytes, bytes], int]:
        context, stream = self._dataframe.processing_context, self._dataframe.stream_id
        stores = context.state_manager.get_store(stream).partitions
        if stores != self._stores:
            self._stores = dict(stores)
            self._opened = {}
        if partition not in self._opened:
            self._opened[partition] = _opened(self._stores[partition])
        return self._opened[partition]


def _opened(store: Any) -> dict[tuple[bytes, bytes], int]:
    found = []
    for key, value in store.iter_items(b""):
        request = json.loads(decode_ttl_value(value)[1])
        if request.get("revision") == 0:
            name, _, attempt = key.rpartition(_SEPARATOR)
            found.append((request["opened_at"], (name, attempt)))
    return {place: opened_at for opened_at, place in sorted(found)}
