"""Between Kafka's records and ours: what a group reads is decoded, what it writes encoded."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from msgspec import Struct

from connectors.codec import Codec, TooLarge, Undecodable
from connectors.contracts import Contracts
from connectors.dead_letters import TARGET_GROUP, DeadLetters
from connectors.envelope import Envelope
from connectors.failures import RecordFailed
from connectors.stream import (
    Decoded,
    Forwarded,
    HandedOn,
    Ignored,
    Outgoing,
    Produced,
    Received,
    Rejected,
    Removed,
)
from operators.time import Instant

FORWARDED = "manifold.forwarded"
"""Header of a record that stands in its topic twice, since it was sent on: where it stood first."""


class _Route(Struct, frozen=True):
    """How records of one type are written."""

    topic: str
    most: int
    """Bytes of a value."""
    key: Callable[[Any], str]
    encode: Callable[[Any], bytes]
    envelope: Envelope


class Wire:
    """The decoders of the records a group reads, and a route for each it writes."""

    def __init__(
        self, group: str, contracts: Contracts, codec: Codec, reads: Sequence[type[Any]] = ()
    ) -> None:
        """`reads`: the records decoded, one for each topic; views are welcome."""
        self.group = group
        self._target = group.encode()
        self._contracts = contracts
        self._codec = codec
        self._decoders = {
            contracts.topic_of(record).name: codec.decoder(record) for record in reads
        }
        self._routes: dict[type[Any], _Route] = {}
        self._dead_letters = DeadLetters(group, contracts.dead_letters_of)

    def decode_all(self, received: Iterable[Received]) -> tuple[list[Decoded[Any]], list[Rejected]]:
        """Those that can be decoded and those that cannot; without what is for another group."""
        good: list[Decoded[Any]] = []
        bad: list[Rejected] = []
        for record in received:
            decoded = self.decode(record)
            if isinstance(decoded, Decoded):
                good.append(decoded)
            elif decoded is not None:
                bad.append(decoded)
        return good, bad

    def decode(self, received: Received) -> Decoded[Any] | Rejected | None:
        """A record's content, why there is none, or None when it is meant for another group."""
        for name, value in received.headers:
            if name == TARGET_GROUP and value != self._target and value is not None:
                return None
        if received.unreadable is not None:
            return Rejected(received, "undecodable", received.unreadable)
        if received.poison is not None:
            return Rejected(received, "poison", received.poison.message)
        if received.value is None:
            return Rejected(received, "empty", "the record has no value")
        try:
            return Decoded(self._decoders[received.topic](received.value), received)
        except Undecodable as error:
            return Rejected(received, error.reason, str(error))

    def encode_all(
        self,
        written: Iterable[Produced | Rejected | Forwarded | Removed | HandedOn | Ignored],
        at: Instant,
    ) -> list[Outgoing]:
        """The records to write; raises RecordFailed where one cannot be encoded."""
        encoded: list[Outgoing] = []
        for record in written:
            if isinstance(record, HandedOn | Ignored):
                continue
            try:
                encoded.append(self.encode(record, at))
            except Exception as error:
                if not isinstance(record, Produced) or record.cause is None:
                    raise
                raise RecordFailed(record.cause, error) from error
        return encoded

    def encode(self, written: Produced | Rejected | Forwarded | Removed, at: Instant) -> Outgoing:
        """The record to write, with its key and headers."""
        if not isinstance(written, Produced):
            if isinstance(written, Rejected):
                return self._dead_letters.make(written, at)
            if isinstance(written, Removed):
                topic = self._contracts.topic_of(written.record).name
                return Outgoing(topic, written.key.encode(), None, [])
            return self._sent_on(written)
        record, cause = written.record, written.cause
        route = self._routes.get(type(record)) or self._route(type(record))
        value = route.encode(record)
        if len(value) > route.most:
            raise TooLarge(type(record).__name__, len(value), route.topic)
        return Outgoing(
            route.topic,
            route.key(record).encode(),
            value,
            route.envelope.headers(record, at, cause),
        )

    def _sent_on(self, forwarded: Forwarded) -> Outgoing:
        received = forwarded.received
        headers = received.headers
        if received.header(FORWARDED) is None:
            first = f"{received.partition}:{received.offset}".encode()
            headers = [*headers, (FORWARDED, first)]
        if forwarded.alone:
            headers = [*headers, (TARGET_GROUP, self._target)]
        return Outgoing(
            received.topic,
            forwarded.key,
            received.value,
            headers,
            timestamp=received.timestamp,
        )

    def _route(self, record: type[Any]) -> _Route:
        topic = self._contracts.topic_of(record)
        route = _Route(
            topic.name,
            topic.most_value_bytes,
            topic.key_reader(),
            self._codec.encoder(record),
            Envelope(self.group, topic.name.removeprefix(self._contracts.namespace)),
        )
        self._routes[record] = route
        return route
