"""What every Kafka client of Manifold shares: settings, and waiting for a broker."""

import logging
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future
from operator import methodcaller
from types import MappingProxyType
from typing import Any, Literal, TypeAlias

from confluent_kafka import OFFSET_INVALID, KafkaError, KafkaException, Message
from confluent_kafka.admin import AdminClient, OffsetSpec  # type: ignore[attr-defined]  # its module hands them on unlisted

from connectors.errors import Misconfigured
from connectors.logs import Log

log = Log(__name__)

_NONE: Mapping[str, object] = MappingProxyType({})
_quiet = logging.getLogger("librdkafka")

Statistics: TypeAlias = Callable[[Literal["consumer", "producer"]], Mapping[str, object]]
"""Settings with which a client of a kind tells of itself."""

PARTITIONER = "murmur2_random"
"""The Java clients' partitioner, so that any producer's keys land together."""

_EVERY: Mapping[str, object] = MappingProxyType({"reconnect.backoff.max.ms": 1_000})
"""Defaults of every client. Left alone, it waits up to 10 s before it tries a broker again."""

LARGEST = 10_485_760
"""Bytes of a record that our producers take; topics have limits of their own."""

_AWAY = {
    KafkaError._ALL_BROKERS_DOWN,
    KafkaError._TRANSPORT,
    KafkaError._TIMED_OUT,
    KafkaError._RESOLVE,
}
_WRONG = {
    KafkaError._INVALID_ARG,
    KafkaError._CONFLICT,
    KafkaError._UNKNOWN_PROTOCOL,
}


_NO_LEADER = {
    KafkaError.LEADER_NOT_AVAILABLE,
    KafkaError.NOT_LEADER_FOR_PARTITION,
    KafkaError.UNKNOWN_TOPIC_OR_PART,
    KafkaError.FENCED_LEADER_EPOCH,
    KafkaError.UNKNOWN_LEADER_EPOCH,
    KafkaError.OFFSET_NOT_AVAILABLE,
    KafkaError._NOENT,
}


class Stopped(Exception):
    """The process was asked to stop while it waited for something."""


class TopicsMissing(Misconfigured):
    """Topics that the flow reads or writes do not exist, or do not fit together."""


def no_statistics(_: str) -> Mapping[str, object]:
    """A client tells nothing."""
    return _NONE


def client(
    kafka: Mapping[str, str],
    required: Mapping[str, object] = _NONE,
    defaults: Mapping[str, object] = _NONE,
) -> dict[str, Any]:
    """librdkafka settings of one client.

    The user's go before the `defaults`; what is `required` goes before the user's.
    """
    return {**_EVERY, **defaults, **kafka, **required, "logger": _quiet}


def place(message: Message) -> tuple[str, int, int]:
    """Topic, partition and offset of a message that came from a broker."""
    known: Any = message
    return known.topic(), known.partition(), known.offset()


_headers = methodcaller("headers")
"""The client may return headers and an exception at once, which a plain call does not notice."""


def headers_of(message: Message) -> tuple[list[tuple[str, bytes]], str | None]:
    """A message's headers; none, and why, when the client cannot hand them over."""
    try:
        headers: Any = _headers(message)
    except (UnicodeDecodeError, SystemError):
        return [], "the name of a header is not UTF-8"
    return headers or [], None


def bootstrap(kafka: Mapping[str, str]) -> str:
    """The address of the cluster, for messages."""
    return kafka.get("bootstrap.servers", "127.0.0.1:9092")


def latest() -> Any:
    """The offset behind the last record, for `AdminClient.list_offsets`."""
    return OffsetSpec.latest()  # type: ignore[no-untyped-call]  # the client leaves it untyped


def earliest() -> Any:
    """The first offset that is kept, for `AdminClient.list_offsets`."""
    return OffsetSpec.earliest()  # type: ignore[no-untyped-call]  # the client leaves it untyped


def offset_of(answer: Future[Any]) -> int:
    """The offset in an answer of `AdminClient.list_offsets`.

    When a connection breaks meanwhile, librdkafka answers with an invalid offset and no error:
    taken for an end, it would make a partition look empty. Raises KafkaException.
    """
    offset: int = answer.result().offset
    if offset == OFFSET_INVALID:
        unknown = KafkaError(KafkaError.OFFSET_NOT_AVAILABLE, "the connection broke meanwhile")
        raise KafkaException(unknown)
    return offset


def is_away(error: KafkaException) -> bool:
    """Whether an error says that no broker can be reached, as opposed to refusing something."""
    return error.args[0].code() in _AWAY


def has_no_leader(error: Exception) -> bool:
    """Whether an error says that a partition's leader is being chosen or has just changed."""
    return isinstance(error, KafkaException) and error.args[0].code() in _NO_LEADER


def is_misconfigured(error: KafkaException) -> bool:
    """Whether an error says that the client's settings cannot be used."""
    return error.args[0].code() in _WRONG


def wait_for_broker(
    kafka: Mapping[str, str], stopping: Callable[[], bool], *, every: float = 2.0
) -> dict[str, int]:
    """Wait until a broker answers; the number of partitions of each topic it has.

    Raises Stopped when `stopping` becomes true first.
    """
    admin = AdminClient(client(kafka))
    told = False
    while not stopping():
        try:
            metadata = admin.list_topics(timeout=every)
        except KafkaException as error:
            if not is_away(error):
                raise
            if not told:
                log.warning("waiting for the broker", bootstrap=bootstrap(kafka))
                told = True
            time.sleep(min(every, 0.5))
            continue
        return {name: len(topic.partitions) for name, topic in metadata.topics.items()}
    raise Stopped("stopped while waiting for the broker")


def find_topics(
    kafka: Mapping[str, str], existing: Mapping[str, int], wanted: Iterable[str]
) -> dict[str, int]:
    """The number of partitions of the wanted topics, `existing` being those already known.

    Brokers that create topics on first use are given the chance to. Raises TopicsMissing.
    """
    found: dict[str, int] = {}
    missing: list[str] = []
    admin = AdminClient(client(kafka, {"allow.auto.create.topics": True}))
    for topic in dict.fromkeys(wanted):
        count = existing.get(topic)
        if count is None:
            metadata = admin.list_topics(topic, timeout=10).topics[topic]
            count = len(metadata.partitions) if metadata.error is None else None
        if count is None:
            missing.append(topic)
        else:
            found[topic] = count
    if missing:
        raise TopicsMissing(
            f"missing on {bootstrap(kafka)}: {', '.join(sorted(missing))}; "
            "create them with `manifold topics apply`"
        )
    return found


def wait_for_topics(
    kafka: Mapping[str, str],
    together: Iterable[str],
    others: Iterable[str],
    stopping: Callable[[], bool],
) -> None:
    """Wait for the broker and check the topics of a flow.

    `together` are those whose partition numbers mean the same: what the flow reads, and the
    changelogs of its tables.

    Raises TopicsMissing when a topic is missing or those differ in their partitions.
    """
    together = tuple(together)
    counts = find_topics(kafka, wait_for_broker(kafka, stopping), (*together, *others))
    if len({counts[topic] for topic in together}) > 1:
        told = ", ".join(f"{topic} has {counts[topic]}" for topic in sorted(together))
        raise TopicsMissing(
            "the topics that a flow reads and the changelogs of its tables must have the same "
            f"number of partitions: {told}"
        )
