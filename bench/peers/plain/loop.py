"""The loop of every process: read a batch, write what follows from it, commit now and then."""

import signal
import time
from collections.abc import Callable, Iterable
from typing import Any, TypeAlias

from confluent_kafka import Consumer, KafkaError, KafkaException, Message, Producer

from bench.peers.place import Place

Headers: TypeAlias = list[tuple[str, str | bytes | None]]
Written: TypeAlias = tuple[str, bytes, bytes, Headers]
"""Topic, key, value and headers."""

_BATCH = 2_000
_WAIT = 0.05
_COMMIT_EVERY = 1.0
_PATIENCE = 30.0


class NotWritten(Exception):
    """The broker has not taken a record: the process must end and start anew."""


def run(
    place: Place, name: str, topics: list[str], work: Callable[[list[Message]], Iterable[Written]]
) -> None:
    """Give `work` batches of the topics' messages, maybe empty, and write what it returns."""
    running = True
    refused: list[KafkaError] = []

    def stop(*_: object) -> None:
        nonlocal running
        running = False

    def assigned(_: Consumer, partitions: list[Any]) -> None:
        if partitions:
            print("ready", flush=True)

    def delivered(error: KafkaError | None, _: Message) -> None:
        if error is not None:
            refused.append(error)

    signal.signal(signal.SIGTERM, stop)
    consumer = _consumer(place, name)
    producer = _producer(place, delivered)
    consumer.subscribe(topics, on_assign=assigned)
    committed = time.monotonic()
    uncommitted = False
    try:
        while running:
            messages = _batch(consumer)
            for written in work(messages):
                _produce(producer, written)
            producer.poll(0)
            if refused:
                raise NotWritten(refused[0])
            uncommitted = uncommitted or bool(messages)
            if uncommitted and time.monotonic() - committed >= _COMMIT_EVERY:
                _commit(consumer, producer)
                committed, uncommitted = time.monotonic(), False
        if uncommitted:
            _commit(consumer, producer)
    finally:
        consumer.close()


def traced(message: Message) -> Headers:
    """The headers of what follows from a message: its trace goes on."""
    headers: Any = message.headers() or ()
    return [(name, value) for name, value in headers if name == "traceparent"]


def _batch(consumer: Consumer) -> list[Message]:
    # consume() alone would wait until its batch is full or its time is over.
    first = consumer.poll(_WAIT)
    if first is None:
        return []
    messages = [first, *consumer.consume(_BATCH, 0)]
    for message in messages:
        error = message.error()
        if error is not None:
            raise KafkaException(error)
    return messages


def _produce(producer: Producer, written: Written) -> None:
    topic, key, value, headers = written
    while True:
        try:
            producer.produce(topic, value, key, headers=headers)
            return
        except BufferError:
            producer.poll(0.1)


def _commit(consumer: Consumer, producer: Producer) -> None:
    if producer.flush(_PATIENCE):
        raise NotWritten(f"not everything was written within {_PATIENCE:g} s")
    consumer.commit(asynchronous=False)


def _consumer(place: Place, name: str) -> Consumer:
    return Consumer(
        {
            "bootstrap.servers": place.bootstrap,
            "group.id": f"{place.namespace}{name}",
            "group.instance.id": f"{place.namespace}{name}-{place.instance}",
            "auto.offset.reset": "earliest",
            "enable.auto.commit": False,
            "partition.assignment.strategy": "range",
        }
    )


def _producer(place: Place, delivered: Callable[[KafkaError | None, Message], None]) -> Producer:
    return Producer(
        {
            "bootstrap.servers": place.bootstrap,
            "enable.idempotence": True,
            "partitioner": "murmur2_random",
            "linger.ms": 5,
            "delivery.report.only.error": True,
            "on_delivery": delivered,
        }
    )
