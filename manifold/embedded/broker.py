"""A Kafka broker inside this process, for demos and development.

It is librdkafka's mock cluster: groups, commits and transactions work, topics appear on first
use with four partitions, about five megabytes are kept of each. It is not atomic under
`kill -9`: what Manifold promises is promised on a real broker.
"""

from collections.abc import Iterable

from confluent_kafka import Producer

from connectors.kafka import client


class EmbeddedBroker:
    """A broker that lives as long as this object."""

    def __init__(self) -> None:
        """Start it on a free port of this machine."""
        self._cluster = Producer(client({}, {"test.mock.num.brokers": 1, "log_level": 3}))
        broker = next(iter(self._cluster.list_topics(timeout=10).brokers.values()))
        self.bootstrap = f"{broker.host}:{broker.port}"

    def create(self, topics: Iterable[str]) -> None:
        """Make topics appear."""
        for topic in topics:
            self._cluster.list_topics(topic, timeout=10)
