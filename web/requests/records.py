"""The records that say what happened to a request, read again from where the audit trail says."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from confluent_kafka import KafkaException

from connectors.codec import Codec, Undecodable
from connectors.database.requests import Known
from connectors.refetch import NotFetched, Refetch
from connectors.stream import Received
from operators.time import isoformat
from web.problem import Problem

_LIMIT = 5.0
_MOST = 200
"""Records of one request that are read; hardly any has more than a dozen."""


class Records:
    """Reads them, one request at a time."""

    def __init__(self, kafka: Mapping[str, str], codec: Codec) -> None:
        self._refetch = Refetch(kafka, limit=_LIMIT)
        self._codec = codec
        self._turn = asyncio.Lock()

    async def of(self, known: Known) -> list[dict[str, Any]]:
        """The records in the order of time, as readable JSON. Raises Problem."""
        async with self._turn:
            try:
                return await asyncio.to_thread(self._read, known)
            except (NotFetched, KafkaException):
                detail = (
                    "Kafka does not hand the records over just now. Try again in a few seconds."
                )
                raise Problem(503, "kafka-away", "Not read", detail, retry_after=5) from None

    def close(self) -> None:
        """Give the connection back."""
        self._refetch.close()

    def _read(self, known: Known) -> list[dict[str, Any]]:
        wanted: dict[tuple[str, int], list[int]] = defaultdict(list)
        for entry in known.audit[:_MOST]:
            source = entry.source
            wanted[source.topic, source.partition].append(source.offset)
        found = [
            self._told(received)
            for (topic, partition), offsets in wanted.items()
            for received in self._refetch.fetch(topic, partition, offsets)
        ]
        return sorted(found, key=lambda each: each["written_at"])

    def _told(self, received: Received) -> dict[str, Any]:
        told: dict[str, Any] = {
            "topic": received.topic,
            "partition": received.partition,
            "offset": received.offset,
            "written_at": isoformat(received.timestamp),
            "bytes": len(received.value or b""),
            "headers": {
                name: value.decode("utf-8", "replace") for name, value in received.headers if value
            },
        }
        try:
            kind, record = self._codec.decode_any(received.value or b"")
        except Undecodable as error:
            return {**told, "problem": str(error)}
        return {**told, "kind": kind, "record": record}
