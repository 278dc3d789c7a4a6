import pytest
from confluent_kafka import Producer

from connectors.kafka import PARTITIONER
from connectors.murmur2 import murmur2, partition_of

# From Kafka's own UtilsTest.testMurmur2.
VECTORS = {
    b"21": -973932308,
    b"foobar": -790332482,
    b"a-little-bit-long-string": -985981536,
    b"a-little-bit-longer-string": -1486304829,
    b"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8": -58897971,
    b"abc": 479470107,
}


@pytest.mark.parametrize("key", VECTORS)
def test_it_is_the_hash_of_the_java_clients(key: bytes) -> None:
    assert murmur2(key) == VECTORS[key] % 2**32


def test_it_finds_the_partition_that_our_producers_choose() -> None:
    producer = Producer({"test.mock.num.brokers": 1, "partitioner": PARTITIONER, "log_level": 0})
    partitions = len(producer.list_topics("keys", timeout=10).topics["keys"].partitions)
    chosen: dict[bytes, int] = {}
    for number in range(64):
        producer.produce(
            "keys",
            b"",
            f"request-{number}".encode(),
            on_delivery=lambda _, sent: chosen.update({sent.key() or b"": sent.partition() or 0}),
        )
    producer.flush(10)
    assert len(chosen) == 64
    assert {key: partition_of(key, partitions) for key in chosen} == chosen
