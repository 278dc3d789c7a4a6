"""Records written as a flow would write them, byte for byte."""

from collections.abc import Iterable, Mapping

from confluent_kafka import KafkaError, Message, Producer

from connectors.kafka import PARTITIONER
from connectors.stream import Outgoing


def write(kafka: Mapping[str, str], records: Iterable[Outgoing]) -> None:
    """Write records and wait until the broker has them."""

    def check(error: KafkaError | None, _: Message) -> None:
        assert error is None, error

    producer = Producer({**kafka, "partitioner": PARTITIONER})
    for each in records:
        producer.produce(
            each.topic,
            each.value,
            each.key,
            each.partition,
            on_delivery=check,
            timestamp=each.timestamp,
            headers=list(each.headers),
        )
    assert producer.flush(30) == 0
