"""How far consumer groups have read."""

from collections.abc import Iterable, Mapping
from typing import Any

from confluent_kafka import ConsumerGroupTopicPartitions, KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient

from connectors.kafka import client
from connectors.offsets import Where


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
