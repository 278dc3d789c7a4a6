"""Writing records that no flow has caused: uploads and reference data.

Nothing counts as written before the broker has acknowledged it.
"""

from collections.abc import Callable, Mapping
from functools import partial
from types import TracebackType
from typing import Self, TypeAlias

from confluent_kafka import KafkaError, KafkaException, Message, Producer
from msgspec import Struct

from connectors.clock import now
from connectors.codec import Codec, TooLarge
from connectors.contracts import Contracts, Topic
from connectors.envelope import Envelope
from connectors.errors import Unavailable
from connectors.kafka import LARGEST, PARTITIONER, client
from connectors.reference import HEARTBEAT
from operators.result import Source

OnWritten: TypeAlias = Callable[[Source], None]
"""Takes where an acknowledged record stands."""

_PATIENCE = 30
"""Seconds within which a record must have been acknowledged."""


_UNFIT = {
    KafkaError.MSG_SIZE_TOO_LARGE,
    KafkaError.INVALID_MSG,
    KafkaError.INVALID_RECORD,
    KafkaError.INVALID_TIMESTAMP,
}
"""Refusals of a record for what it is: sent again, it is refused again."""


class NotWritten(Unavailable):
    """The broker has not acknowledged some of the records; the text says how many and why."""

    def __init__(self, sentence: str, *, unfit: bool = False) -> None:
        """`unfit`: each of them was refused for what it is."""
        super().__init__(sentence)
        self.unfit = unfit


class Publisher:
    """An idempotent producer of contract records. As a context manager it flushes at the end."""

    def __init__(
        self, kafka: Mapping[str, str], contracts: Contracts, codec: Codec, source: str = "cli"
    ) -> None:
        """`source` names the writer in `ce_source`. Connects in the background."""
        self._contracts = contracts
        self._codec = codec
        self._source = source
        self._routes: dict[type[Struct], tuple[Topic, Callable[[Struct], bytes], Envelope]] = {}
        self._refusals: list[KafkaError] = []
        """Since the last flush."""
        self._before = 0
        """Records that had an answer at the last flush."""
        self._refused = 0
        """Records that the broker has refused, ever."""
        self._producer = Producer(
            client(
                kafka,
                {
                    "enable.idempotence": True,
                    "partitioner": PARTITIONER,
                    "linger.ms": 5,
                    "compression.type": "lz4",
                    "message.timeout.ms": _PATIENCE * 1_000,
                    "message.max.bytes": LARGEST,
                },
            )
        )
        self.accepted = 0
        """Records given to `send`."""
        self.written = 0
        """Records that the broker has acknowledged."""

    def send(
        self, record: Struct, key: str | None = None, on_written: OnWritten | None = None
    ) -> None:
        """Put a record on its way, under its contract's key unless one is given.

        `on_written` is called once the broker has acknowledged it, from a later `send` or
        `flush`. Raises Unencodable or ContractError for a record that does not fit its
        contract, TooLarge for one that does not fit its topic, and NotWritten when the producer
        has given up: make a new one then.
        """
        topic, encode, envelope = self._routes.get(type(record)) or self._route(type(record))
        named = topic.key_of(record) if key is None else key
        value = encode(record)
        if len(value) > topic.most_value_bytes:
            raise TooLarge(type(record).__name__, len(value), topic.name)
        headers = envelope.headers(record, now())
        report = partial(self._delivered, on_written)
        while True:
            try:
                self._producer.produce(
                    topic.name, value, named.encode(), on_delivery=report, headers=list(headers)
                )
                break
            except BufferError:
                self._producer.poll(0.1)
            except KafkaException as error:
                raise _refused(topic, type(record), len(value), error.args[0]) from None
        self.accepted += 1
        self._producer.poll(0)

    def heartbeat(self, record: type[Struct]) -> None:
        """Say that there is no news of these reference records."""
        self.forget(record, HEARTBEAT)

    def forget(self, record: type[Struct], key: str) -> None:
        """Take back what stands under a key of a compacted topic."""
        topic = self._contracts.topic_of(record)
        report = partial(self._delivered, None)
        try:
            self._producer.produce(topic.name, None, key.encode(), on_delivery=report)
        except KafkaException as error:
            raise _refused(topic, record, len(key), error.args[0]) from None
        self.accepted += 1

    def flush(self) -> int:
        """Wait until everything sent is acknowledged; how many records that are by now.

        Raises NotWritten when some were not that were sent since the last flush.
        """
        self._producer.flush(_PATIENCE + 5)
        refusals, self._refusals = self._refusals, []
        answered = self.written + self._refused
        sent, silent = self.accepted - self._before, self.accepted - answered
        # Of those without an answer the next flush tells again.
        self._before = answered
        lost = len(refusals) + silent
        if lost:
            why = refusals[0].str() if refusals else "the broker did not answer in time"
            raise NotWritten(
                f"{lost} of {sent} records were not written: {why}",
                unfit=not silent and all(each.code() in _UNFIT for each in refusals),
            )
        return self.written

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is None:
            self.flush()
        else:
            # What was accepted is still written, so that `written` says the truth.
            self._producer.flush(_PATIENCE + 5)

    def _route(self, kind: type[Struct]) -> tuple[Topic, Callable[[Struct], bytes], Envelope]:
        topic = self._contracts.topic_of(kind)
        route = (topic, self._codec.encoder(kind), Envelope(self._source, topic.name))
        self._routes[kind] = route
        return route

    def _delivered(
        self, on_written: OnWritten | None, error: KafkaError | None, message: Message
    ) -> None:
        if error is not None:
            self._refused += 1
            self._refusals.append(error)
            return
        self.written += 1
        if on_written is not None:
            topic, partition, offset = message.topic(), message.partition(), message.offset()
            on_written(Source(str(topic), int(partition or 0), int(offset or 0)))


def _refused(topic: Topic, record: type[Struct], size: int, error: KafkaError) -> Exception:
    """Why the client has not even taken a record."""
    if error.code() == KafkaError.MSG_SIZE_TOO_LARGE:
        return TooLarge(record.__name__, size, topic.name)
    return NotWritten(f"a record for {topic.name} was not written: {error.str()}")
