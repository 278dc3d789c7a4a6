"""Sending a record of a topic a second time, for one group only."""

from collections.abc import Mapping
from types import TracebackType
from typing import Self

from confluent_kafka import KafkaError, Message, Producer

from connectors.dead_letters import TARGET_GROUP
from connectors.handing_over import RESENT
from connectors.kafka import client
from connectors.publish import NotWritten
from connectors.stream import Received

_PATIENCE = 30.0
_OURS = frozenset({TARGET_GROUP, RESENT})


class Resending:
    """Writes records again to where they stand."""

    def __init__(self, kafka: Mapping[str, str]) -> None:
        """Connects in the background."""
        self._producer = Producer(
            client(kafka, {"enable.idempotence": True, "message.timeout.ms": 30_000})
        )
        self._refusal: KafkaError | None = None

    def resend(self, received: Received, group: str) -> None:
        """Write it to its partition; returns once the broker has it. Raises NotWritten."""
        own = [each for each in received.headers if each[0] not in _OURS]
        self._producer.produce(
            received.topic,
            received.value,
            received.key,
            received.partition,
            headers=[*own, (TARGET_GROUP, group.encode()), (RESENT, b"1")],
            on_delivery=self._delivered,
        )
        if self._producer.flush(_PATIENCE) or self._refusal is not None:
            raise NotWritten("the broker has not taken the record: is it there? Try again")

    def _delivered(self, error: KafkaError | None, _: Message) -> None:
        self._refusal = error or self._refusal

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._producer.flush(_PATIENCE)
