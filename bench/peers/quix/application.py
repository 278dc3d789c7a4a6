"""A Quix application of the job, and its topics."""

# Quix Streams is not among the packages that are checked.
# mypy: disable-error-code="import-not-found, misc"

from collections.abc import Callable
from pathlib import Path
from typing import Any

from confluent_kafka import TopicPartition
from quixstreams import Application
from quixstreams.models import Deserializer, SerializationContext, Serializer, Topic

from bench.peers.avro import reader, writer
from bench.peers.place import Place

COMMIT_INTERVAL = 0.1
"""Seconds between transactions."""
_POLL = 0.02
"""Seconds the join gathers results for before it works on them."""


class _Told(Application):
    """Says "ready" when it has its first partitions."""

    ready = False

    def _on_assign(self, consumer: Any, partitions: list[TopicPartition]) -> None:
        super()._on_assign(consumer, partitions)
        if partitions and not self.ready:
            self.ready = True
            print("ready", flush=True)


class _Read(Deserializer):
    def __init__(self, read: Callable[[bytes], Any]) -> None:
        super().__init__()
        self._read = read

    def __call__(self, value: bytes, ctx: SerializationContext) -> Any:
        return self._read(value)


class _Write(Serializer):
    def __init__(self, write: Callable[[dict[str, Any]], bytes]) -> None:
        super().__init__()
        self._write = write

    def __call__(self, value: dict[str, Any], ctx: SerializationContext) -> bytes:
        return self._write(value)


def application(place: Place, name: str) -> Application:
    """The application of a branch or the join."""
    own = f"{place.namespace}{name}-{place.instance}"
    return _Told(
        place.bootstrap,
        consumer_group=f"{place.namespace}{name}",
        auto_offset_reset="earliest",
        processing_guarantee="exactly-once",
        commit_interval=COMMIT_INTERVAL,
        consumer_poll_timeout=_POLL,
        state_dir=Path(place.state) / place.instance,
        consumer_extra_config={"group.instance.id": own},
        producer_extra_config={"transactional.id": own},
        loglevel="WARNING",
    )


def read_from(app: Application, topic: str, record: str) -> Topic:
    """A topic whose values are records of that kind."""
    return app.topic(topic, value_deserializer=_Read(reader(record)))


def write_to(app: Application, topic: str, record: str) -> Topic:
    """A topic to which dictionaries are written as records of that kind."""
    return app.topic(topic, value_serializer=_Write(writer(record)))
