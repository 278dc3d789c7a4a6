"""Topics are created from contracts, differences are told, and nothing is changed or deleted."""

from collections.abc import Iterator

import pytest
from confluent_kafka.admin import AdminClient, NewTopic  # type: ignore[attr-defined]  # its module hands them on unlisted
from msgspec.structs import replace

from connectors.contracts import Contracts, Topic
from connectors.topics import BrokerError, Topics


@pytest.fixture
def topics(bootstrap: str, unique: str) -> Iterator[list[Topic]]:
    """The contracts' topics under names of this test, deleted afterwards."""
    contracts = Contracts.load().every_topic()
    kinds = {topic.kind: topic for topic in contracts}
    ours = [replace(topic, name=unique + topic.name) for topic in kinds.values()]
    yield ours
    admin = AdminClient({"bootstrap.servers": bootstrap})
    existing = admin.list_topics(timeout=10).topics
    for future in admin.delete_topics(
        [topic.name for topic in ours if topic.name in existing] or [unique]
    ).values():
        future.exception()


def test_missing_topics_are_created_as_agreed(bootstrap: str, topics: list[Topic]) -> None:
    cluster = Topics({"bootstrap.servers": bootstrap})
    plan = cluster.plan(topics)
    names = {topic.name for topic in topics}
    assert {topic.kind for topic in topics} == {"stream", "reference", "changelog", "dead_letter"}
    assert {topic.name for topic in plan.missing} == names
    assert set(cluster.create(plan)) == names
    after = cluster.plan(topics)
    assert (after.missing, after.different) == ((), ())
    assert set(after.same) == names
    assert cluster.create(plan) == ()


def test_differences_are_told_and_left(bootstrap: str, topics: list[Topic]) -> None:
    admin = AdminClient({"bootstrap.servers": bootstrap})
    stream = next(topic for topic in topics if topic.kind == "stream")
    changelog = next(topic for topic in topics if topic.kind == "changelog")
    for future in admin.create_topics(
        [
            NewTopic(stream.name, 3, 1, config={"retention.ms": "1000"}),
            NewTopic(changelog.name, 4, 1),
        ],
        operation_timeout=10,
    ).values():
        future.result()
    cluster = Topics({"bootstrap.servers": bootstrap})
    cluster.wait_for([stream.name, changelog.name])
    told = {(each.topic, each.what): each.found for each in cluster.plan(topics).different}
    assert told == {
        (stream.name, "partitions"): "3",
        (stream.name, "retention.ms"): "1000",
        (changelog.name, "cleanup.policy"): "delete",
    }
    cluster.create(cluster.plan(topics))
    again = {(each.topic, each.what): each.found for each in cluster.plan(topics).different}
    assert again == told


def test_a_broker_that_is_away_is_named() -> None:
    with pytest.raises(BrokerError, match=r"no broker answers on 127\.0\.0\.1:1"):
        Topics(
            {"bootstrap.servers": "127.0.0.1:1", "socket.connection.setup.timeout.ms": "1000"}
        ).plan(Contracts.load().every_topic())
