"""The topics of a real broker against those the contracts want."""

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec
from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import (  # type: ignore[attr-defined]  # its module hands them on unlisted
    AdminClient,
    ConfigResource,
    NewTopic,
    ResourceType,
)

from connectors.contracts import Topic
from connectors.errors import Unavailable
from connectors.kafka import bootstrap, client, is_away

_SECONDS = 10
_REPLICAS = 3
_HOUR_MS = "3600000"
_CHANGELOG_SEGMENT = str(64 * 1024 * 1024)
_REFUSED = {KafkaError.TOPIC_AUTHORIZATION_FAILED, KafkaError.CLUSTER_AUTHORIZATION_FAILED}


class BrokerError(Unavailable):
    """The broker does not answer or refuses; the text says what to do."""


class Difference(msgspec.Struct, frozen=True):
    """Something about a topic that is not as its contract says."""

    topic: str
    """The topic."""
    what: str
    """`missing`, `partitions`, or the name of a topic setting."""
    wanted: str
    """By contract."""
    found: str
    """On the broker; empty when the topic is missing."""


class Plan(msgspec.Struct, frozen=True):
    """What a broker lacks and what is different on it."""

    brokers: int
    """Number of brokers."""
    missing: tuple[Topic, ...]
    """Topics to be created."""
    different: tuple[Difference, ...]
    """What is different about those that exist; never changed from here."""
    same: tuple[str, ...]
    """Topics that are as they should be."""


def settings_of(topic: Topic) -> dict[str, str]:
    """The topic settings that a contract asks for.

    Compacted topics roll their segments early, so that a restore reads few outdated entries.
    """
    wanted = {
        "cleanup.policy": topic.cleanup,
        "retention.ms": str(topic.retention_ms),
        "max.message.bytes": str(topic.max_message_bytes),
    }
    if topic.cleanup != "delete":
        wanted |= {
            "segment.bytes": _CHANGELOG_SEGMENT,
            "segment.ms": _HOUR_MS,
            "min.cleanable.dirty.ratio": "0.1",
        }
    return wanted


class Topics:
    """The topics of one cluster."""

    def __init__(self, kafka: Mapping[str, str]) -> None:
        """Connect nothing yet; `kafka` are librdkafka's settings."""
        self._where = bootstrap(kafka)
        self._admin = AdminClient(client(kafka))

    def plan(self, topics: Sequence[Topic]) -> Plan:
        """What the broker lacks of these topics and what is different. Changes nothing.

        Raises BrokerError.
        """
        try:
            metadata = self._admin.list_topics(timeout=_SECONDS)
            existing = [topic for topic in topics if topic.name in metadata.topics]
            found = self._settings([topic.name for topic in existing])
        except KafkaException as error:
            raise self._explained(error) from error
        different: list[Difference] = []
        for topic in existing:
            partitions = len(metadata.topics[topic.name].partitions)
            different += _differences(topic, partitions, found[topic.name])
        differing = {each.topic for each in different}
        return Plan(
            brokers=len(metadata.brokers),
            missing=tuple(topic for topic in topics if topic.name not in metadata.topics),
            different=tuple(different),
            same=tuple(topic.name for topic in existing if topic.name not in differing),
        )

    def create(self, plan: Plan, replication: int | None = None) -> tuple[str, ...]:
        """Create what the plan says is missing; the names of the topics created.

        `replication` is 3, or the number of brokers if there are fewer, unless given. A topic
        that somebody else has created meanwhile is left as it is. Raises BrokerError.
        """
        if not plan.missing:
            return ()
        factor = replication or min(_REPLICAS, plan.brokers)
        safe = {"min.insync.replicas": "2"} if factor >= _REPLICAS else {}
        wanted = [
            NewTopic(
                topic.name,
                num_partitions=topic.partitions,
                replication_factor=factor,
                config=settings_of(topic) | safe,
            )
            for topic in plan.missing
        ]
        created = []
        for name, future in self._admin.create_topics(
            wanted, operation_timeout=_SECONDS, request_timeout=_SECONDS
        ).items():
            try:
                future.result()
                created.append(name)
            except KafkaException as error:
                if error.args[0].code() != KafkaError.TOPIC_ALREADY_EXISTS:
                    raise self._explained(error, name) from error
        self.wait_for(topic.name for topic in plan.missing)
        return tuple(created)

    def wait_for(self, names: Iterable[str]) -> None:
        """Wait until every partition of topics just created has a leader.

        Brokers learn of a new topic a moment after its creation has been answered. Raises
        BrokerError when that takes too long.
        """
        waiting = set(names)
        until = time.monotonic() + _SECONDS
        while waiting:
            metadata = self._admin.list_topics(timeout=_SECONDS).topics
            waiting = {name for name in waiting if not _led(metadata.get(name))}
            if waiting and time.monotonic() > until:
                raise BrokerError(f"{min(waiting)} was created, but has no leader yet: try again")
            if waiting:
                time.sleep(0.1)

    def _settings(self, names: Sequence[str]) -> dict[str, dict[str, str]]:
        if not names:
            return {}
        resources = [ConfigResource(ResourceType.TOPIC, name) for name in names]
        futures = self._admin.describe_configs(resources, request_timeout=_SECONDS)
        return {
            resource.name: {name: entry.value for name, entry in future.result().items()}
            for resource, future in futures.items()
        }

    def _explained(self, error: KafkaException, topic: str = "") -> BrokerError:
        about = f"{topic}: " if topic else ""
        if is_away(error):
            return BrokerError(
                f"no broker answers on {self._where}: start one, or set kafka.bootstrap.servers"
            )
        if error.args[0].code() in _REFUSED:
            return BrokerError(
                f"{about}{self._where} does not let this user: it needs the permissions "
                "Create on the cluster and Describe, DescribeConfigs on the topics"
            )
        return BrokerError(f"{about}{self._where} answers: {error.args[0].str()}")


def _led(topic: Any) -> bool:
    return bool(
        topic is not None
        and topic.error is None
        and topic.partitions
        and all(partition.leader >= 0 for partition in topic.partitions.values())
    )


def _differences(topic: Topic, partitions: int, found: Mapping[str, Any]) -> Iterator[Difference]:
    if partitions != topic.partitions:
        yield Difference(topic.name, "partitions", str(topic.partitions), str(partitions))
    wanted = settings_of(topic)
    for name in ("cleanup.policy", "retention.ms"):
        if name == "retention.ms" and topic.cleanup == "compact":
            continue
        if found.get(name) != wanted[name]:
            yield Difference(topic.name, name, wanted[name], str(found.get(name)))
