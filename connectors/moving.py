"""Taking a table's entries along when other processes are to go on with them."""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from confluent_kafka import Producer

from connectors.browse import every_partition, partitions_of
from connectors.changelog import read_whole
from connectors.changelog_table import TableType
from connectors.kafka import LARGEST, client
from connectors.murmur2 import partition_of
from connectors.offsets import end_offsets

_TIMEOUT = 60.0


def move(
    kafka: Mapping[str, str],
    table: TableType,
    source: str,
    target: str,
    key: Callable[[Any], str],
    transactional_id: str,
) -> int:
    """Move all entries of a changelog to another one, in one transaction; how many.

    Each goes to the partition that `key` of its value says. Nobody may be using either. For tables
    with a record for each key.
    """
    assert not table.in_pages
    counts = partitions_of(kafka, [source, target])
    found: dict[int, dict[bytes, bytes]] = {each: {} for each in range(counts[source])}

    def into(entries: dict[bytes, bytes]) -> Callable[[bytes, bytes | None], None]:
        def apply(name: bytes, value: bytes | None) -> None:
            entries.pop(name, None)
            if value is not None:
                entries[name] = value

        return apply

    ends = end_offsets(kafka, every_partition({source: counts[source]}))
    read_whole(kafka, ends, {where: into(found[where[1]]) for where in ends})
    count = sum(map(len, found.values()))
    if not count:
        return 0
    decode = msgspec.msgpack.Decoder(table.value).decode
    producer = Producer(
        client(kafka, {"transactional.id": transactional_id, "message.max.bytes": LARGEST})
    )
    producer.init_transactions(_TIMEOUT)
    producer.begin_transaction()
    for number, entries in found.items():
        for name, value in entries.items():
            place = partition_of(key(decode(value)).encode(), counts[target])
            for topic, kept, partition in ((target, value, place), (source, None, number)):
                while True:
                    try:
                        producer.produce(topic, kept, name, partition=partition)
                        break
                    except BufferError:
                        producer.poll(0.1)
            producer.poll(0)
    producer.commit_transaction(_TIMEOUT)
    return count
