"""How far consumer groups have read."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from confluent_kafka import (
    ConsumerGroupTopicPartitions,
    KafkaError,
    KafkaException,
    TopicPartition,
)
from confluent_kafka.admin import AdminClient
from msgspec import Struct

from connectors.browse import is_embedded
from connectors.kafka import client
from connectors.offsets import Where

_SECONDS = 15


def go_on_from(kafka: Mapping[str, str], group: str, offsets: Mapping[Where, int]) -> None:
    """Have a group without members go on from these offsets.

    Raises KafkaException while the group has members.
    """
    admin = AdminClient(client(kafka))
    wanted = [TopicPartition(*where, offset) for where, offset in offsets.items()]
    asked = ConsumerGroupTopicPartitions(group, wanted)
    answers: Mapping[str, Any] = admin.alter_consumer_group_offsets([asked], request_timeout=15)
    for each in next(iter(answers.values())).result().topic_partitions:
        if each.error is not None:
            raise KafkaException(each.error)


class Committed(Struct, frozen=True):
    """Where a group goes on in a partition."""

    offset: int
    note: str
    """What it has noted beside the offset."""


class Groups:
    """Asks with one client; whoever gets a KafkaException makes another."""

    def __init__(self, kafka: Mapping[str, str]) -> None:
        """Connect to nothing yet."""
        self._admin = AdminClient(client(kafka))

    def topics(self) -> dict[str, int]:
        """Every topic of the cluster with its number of partitions. Raises KafkaException."""
        topics = self._admin.list_topics(timeout=_SECONDS).topics
        return {name: len(topic.partitions) for name, topic in topics.items()}

    def embedded(self) -> bool:
        """Whether the broker is librdkafka's own, which keeps neither commits nor timestamps."""
        return is_embedded(self._admin)

    def names(self) -> list[str]:
        """Every consumer group of the cluster, also those without members.

        Raises KafkaException when a broker did not answer, for its groups would be missing.
        """
        listed = self._admin.list_consumer_groups(request_timeout=_SECONDS).result()
        for error in listed.errors:
            raise error if isinstance(error, KafkaException) else KafkaException(error)
        return sorted(each.group_id for each in listed.valid)

    def members(self, groups: Sequence[str]) -> dict[str, int | None]:
        """How many members each group has; None where the broker does not say."""
        if not groups:
            return {}
        answers = self._admin.describe_consumer_groups(list(groups), request_timeout=_SECONDS)
        counts: dict[str, int | None] = {}
        for group, answer in answers.items():
            try:
                counts[group] = len(answer.result().members)
            except KafkaException as error:
                gone = error.args[0].code() == KafkaError.GROUP_ID_NOT_FOUND
                counts[group] = 0 if gone else None
        return counts

    def committed(
        self, groups: Mapping[str, Sequence[Where] | None]
    ) -> dict[str, dict[Where, Committed]]:
        """What groups have committed, in some partitions or, for None, wherever they have.

        All are asked at once, each by a request of its own. Raises KafkaException.
        """
        asked = {
            group: self._committed(group, wheres)
            for group, wheres in groups.items()
            if wheres is None or wheres
        }
        nothing: dict[str, dict[Where, Committed]] = {group: {} for group in groups}
        return nothing | {
            group: {
                (each.topic, each.partition): Committed(each.offset, each.metadata or "")
                for each in answer.result().topic_partitions
                if each.offset >= 0
            }
            for group, answer in asked.items()
        }

    def _committed(self, group: str, wheres: Sequence[Where] | None) -> Any:
        partitions = None if wheres is None else [TopicPartition(*where) for where in wheres]
        request = [ConsumerGroupTopicPartitions(group, partitions)]
        listed: Any = self._admin.list_consumer_group_offsets
        return listed(request, request_timeout=_SECONDS)[group]


def committed(
    kafka: Mapping[str, str], group: str, partitions: Iterable[Where]
) -> dict[Where, int | None]:
    """The offset a group goes on from in each partition; None where it has committed nothing."""
    admin = AdminClient(client(kafka))
    asked = ConsumerGroupTopicPartitions(group, [TopicPartition(*each) for each in partitions])
    answers: Mapping[str, Any] = admin.list_consumer_group_offsets([asked], request_timeout=15)
    found = next(iter(answers.values())).result().topic_partitions
    return {
        (each.topic, each.partition): None if each.offset < 0 else each.offset for each in found
    }
