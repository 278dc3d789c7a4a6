"""A producer for an event loop: many requests share a batch, and each waits for its own record.

librdkafka's threads send; the loop asks every few milliseconds what has been acknowledged, so that
there is neither a thread nor a lock of ours. Who is told that a record is not written can rely on
it; where nobody knows, that is what is said.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial
from typing import Literal, TypeAlias

from confluent_kafka import KafkaError, KafkaException, Message, Producer

from connectors.errors import Unavailable
from connectors.kafka import LARGEST, PARTITIONER, Statistics, client, no_statistics
from connectors.logs import Log
from connectors.stream import Outgoing
from operators.result import Source

log = Log(__name__)

Why: TypeAlias = Literal["busy", "away", "refused"]
"""`busy`: too much is on its way; `away`: no broker answers; `refused`: the broker says no."""

_EVERY = 0.002
"""Seconds between two looks while records are on their way."""
_IDLE = 0.1
"""The same while none is: for what the client says of itself."""
_PROBE = 0.5
"""Seconds between two looks for a broker that is away, and for its answer."""
_LINGER_MS = 2
_IN_A_ROW = 3
"""Records that were not acknowledged, after which the broker counts as away."""
_NOT_WRITTEN = frozenset(
    {
        KafkaError.MSG_SIZE_TOO_LARGE,
        KafkaError.INVALID_RECORD,
        KafkaError.POLICY_VIOLATION,
        KafkaError.TOPIC_AUTHORIZATION_FAILED,
        KafkaError.CLUSTER_AUTHORIZATION_FAILED,
        KafkaError.UNKNOWN_TOPIC_OR_PART,
        KafkaError._UNKNOWN_TOPIC,
        KafkaError._UNKNOWN_PARTITION,
    }
)
"""Errors after which nothing has been written, and trying again at once will not help."""


class NotTaken(Unavailable):
    """The record has not been written and will not be."""

    def __init__(self, why: Why, sentence: str) -> None:
        """`why`: for programs."""
        super().__init__(sentence)
        self.why: Why = why


class Unacknowledged(Unavailable):
    """Nobody knows whether the record has been written."""


class AsyncProducer:
    """An idempotent producer; it lives in the thread of one event loop."""

    def __init__(
        self,
        kafka: Mapping[str, str],
        patience: timedelta,
        most: int,
        statistics: Statistics = no_statistics,
    ) -> None:
        """Connect nothing yet.

        A record is acknowledged or given up within `patience`; at most `most` are on their way.
        """
        self._settings = client(
            kafka,
            {
                "enable.idempotence": True,
                "partitioner": PARTITIONER,
                "message.timeout.ms": round(patience.total_seconds() * 1_000),
                "message.max.bytes": LARGEST,
                "error_cb": self._troubled,
            },
            {"linger.ms": _LINGER_MS, "compression.type": "lz4"},
        )
        self._statistics = statistics
        self._patience = patience.total_seconds()
        self._most = most
        self._producers: list[Producer] = []
        """The first takes records; the others are asked for what they still have to say."""
        self._open = False
        self._next_look: asyncio.TimerHandle | None = None
        self._probing: asyncio.Task[None] | None = None
        self._unacknowledged = 0
        self._away = False
        self.under_way = 0
        """Records given and not answered yet."""

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Connect in the background; at the end wait for what is on its way."""
        self._producers = [self._made()]
        self._open = True
        self._look()
        try:
            yield
        finally:
            self._open = False
            while self.under_way:
                await asyncio.sleep(_EVERY)
            if self._next_look is not None:
                self._next_look.cancel()
            if self._probing is not None:
                self._probing.cancel()
            self._producers = []

    def why_not(self) -> str | None:
        """What keeps records from being written, as far as is known."""
        if not self._open:
            return "it is being started or stopped"
        return "no Kafka broker answers" if self._away else None

    async def send(self, outgoing: Outgoing) -> Source:
        """Where the record stands, once the broker has acknowledged it.

        Raises NotTaken at once, Unacknowledged within the patience.
        """
        why_not = self.why_not()
        if why_not is not None:
            raise NotTaken("away", why_not)
        if self.under_way >= self._most:
            raise NotTaken("busy", f"{self.under_way} records wait for the broker already")
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Source] = loop.create_future()
        try:
            self._producers[0].produce(
                outgoing.topic,
                outgoing.value,
                outgoing.key,
                headers=list(outgoing.headers),
                on_delivery=partial(self._answered, answer),
            )
        except BufferError:
            raise NotTaken("busy", "the Kafka client's buffer is full") from None
        except KafkaException as error:
            # One that has given up says so to `error_cb` as well, and is replaced there.
            raise NotTaken("refused", f"the Kafka client: {error.args[0].name()}") from None
        self.under_way += 1
        if self.under_way == 1 and self._next_look is not None:
            self._next_look.cancel()
            self._next_look = loop.call_later(_EVERY, self._look)
        return await answer

    def _look(self) -> None:
        """Take what the clients have to say."""
        for producer in list(self._producers):
            producer.poll(0)
        self._producers[1:] = [each for each in self._producers[1:] if len(each)]
        loop = asyncio.get_running_loop()
        if self._away and (self._probing is None or self._probing.done()):
            self._probing = loop.create_task(self._probe(self._producers[0]))
        self._next_look = loop.call_later(_EVERY if self.under_way else _IDLE, self._look)

    def _answered(
        self, answer: "asyncio.Future[Source]", error: KafkaError | None, message: Message
    ) -> None:
        """In the loop's thread: from within `poll`."""
        self.under_way -= 1
        if error is None:
            self._unacknowledged = 0
            topic, partition, offset = message.topic(), message.partition(), message.offset()
            if not answer.done():  # whoever waited may have gone
                answer.set_result(Source(str(topic), int(partition or 0), int(offset or 0)))
            return
        failure: NotTaken | Unacknowledged
        if error.code() in _NOT_WRITTEN:
            log.error("the broker refuses a record", topic=message.topic(), error=error.name())
            failure = NotTaken("refused", f"the broker refuses the record: {error.name()}")
        else:
            self._unacknowledged += 1
            self._found_away(self._unacknowledged >= _IN_A_ROW)
            failure = Unacknowledged(f"the broker has not acknowledged it: {error.name()}")
        if not answer.done():
            answer.set_exception(failure)

    def _troubled(self, error: KafkaError) -> None:
        if error.fatal():
            log.error("the producer has given up; another one is made", error=error.name())
            self._producers.insert(0, self._made())
        else:
            self._found_away(error.code() == KafkaError._ALL_BROKERS_DOWN)

    def _found_away(self, away: bool) -> None:
        if away and not self._away:
            self._away = True
            log.warning("no Kafka broker answers: invoices are refused until one does")

    async def _probe(self, producer: Producer) -> None:
        """Ask until a broker answers."""
        while self._away:
            try:
                await asyncio.to_thread(producer.list_topics, timeout=_PROBE)
            except KafkaException:
                await asyncio.sleep(_PROBE)
            else:
                self._away, self._unacknowledged = False, 0
                log.info("a Kafka broker answers again")

    def _made(self) -> Producer:
        return Producer({**self._settings, **self._statistics("producer")})
