"""A transaction that no coordinator knows, as KIP-664 describes them, made on purpose.

A record of a transaction is written to a partition that the coordinator was never told of. Brokers
have refused that since KIP-890, so the check is switched off meanwhile.
"""

import socket
import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager

from confluent_kafka import Producer
from confluent_kafka.admin import (  # type: ignore[attr-defined]  # its module hands them on unlisted
    AdminClient,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    ResourceType,
)

from connectors.browse import read_all
from connectors.transaction_log import TOPIC

_CHECK = "transaction.partition.verification.enable"
_PRODUCE, _VERSION = 0, 8
"""Before version 12 a broker does not tell the coordinator by itself."""


def hang(bootstrap: str, topic: str, name: str) -> None:
    """Write a record to partition 0 of a topic, in a transaction that never ends."""
    Producer({"bootstrap.servers": bootstrap, "transactional.id": name}).init_transactions(30)
    producer_id, epoch = _identity(bootstrap, name)
    with _unchecked(bootstrap):
        _produce(bootstrap, topic, name, _batch(producer_id, epoch))


def _identity(bootstrap: str, name: str) -> tuple[int, int]:
    values = [
        record.value
        for record in read_all({"bootstrap.servers": bootstrap}, [TOPIC])
        if record.key is not None and record.key[4:] == name.encode() and record.value
    ]
    producer_id, epoch = struct.unpack_from(">qh", values[-1], 2)
    return producer_id, epoch


@contextmanager
def _unchecked(bootstrap: str) -> Iterator[None]:
    admin = AdminClient({"bootstrap.servers": bootstrap})
    brokers = admin.list_topics(timeout=30).brokers

    def alter(operation: AlterConfigOpType, value: str | None) -> None:
        entry = ConfigEntry(_CHECK, value, incremental_operation=operation)
        for broker in brokers:
            resource = ConfigResource(ResourceType.BROKER, str(broker), incremental_configs=[entry])
            for done in admin.incremental_alter_configs([resource]).values():
                done.result()

    alter(AlterConfigOpType.SET, "false")
    try:
        time.sleep(1)  # a broker applies it a moment after it has answered
        yield
    finally:
        alter(AlterConfigOpType.DELETE, None)


def _produce(bootstrap: str, topic: str, name: str, batch: bytes) -> None:
    body = (
        _text(name)
        + struct.pack(">hii", -1, 30_000, 1)
        + _text(topic)
        + struct.pack(">iii", 1, 0, len(batch))
        + batch
    )
    request = struct.pack(">hhi", _PRODUCE, _VERSION, 1) + _text("test") + body
    host, port = bootstrap.split(":")
    with socket.create_connection((host, int(port)), timeout=30) as connection:
        connection.sendall(struct.pack(">i", len(request)) + request)
        with connection.makefile("rb") as reply:
            (length,) = struct.unpack(">i", reply.read(4))
            answer = reply.read(length)
    (error,) = struct.unpack_from(">h", answer, 4 + 4 + len(_text(topic)) + 4 + 4)
    assert error == 0, f"the broker refused the record: error {error}"


def _text(text: str) -> bytes:
    return struct.pack(">h", len(text)) + text.encode()


def _batch(producer_id: int, epoch: int) -> bytes:
    record = bytes([0, 0, 0, 1, 8]) + b"hang" + bytes([0])
    record = bytes([2 * len(record)]) + record
    at = time.time_ns() // 1_000_000
    transactional = 0x10
    checked = (
        struct.pack(">hiqq", transactional, 0, at, at)
        + struct.pack(">qhii", producer_id, epoch, 0, 1)
        + record
    )
    rest = struct.pack(">ibI", -1, 2, _crc32c(checked)) + checked
    return struct.pack(">qi", 0, len(rest)) + rest


def _crc32c(raw: bytes) -> int:
    crc = 0xFFFFFFFF
    for byte in raw:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF
