"""A branch: every upload is answered with one result."""

import time
from collections import defaultdict
from collections.abc import Iterator
from functools import partial
from typing import Any

from confluent_kafka import Message

from bench.peers.avro import reader, writer
from bench.peers.branches import STATEFUL, STATELESS, result
from bench.peers.checks import Answer, Record
from bench.peers.place import Place
from bench.peers.plain.loop import Written, run, traced


class Vendor(dict[str, Any]):
    """What is remembered of a vendor."""

    set = dict.__setitem__


def branch(place: Place, name: str) -> None:
    """Run the branch until it is asked to stop."""
    topic = place.results(name)
    read, write = reader("invoice_uploaded"), writer(f"{name}_result")
    judge = STATELESS.get(name) or partial(_judge, name, defaultdict(Vendor))

    def work(messages: list[Message]) -> Iterator[Written]:
        now = time.time_ns() // 1_000_000
        for message in messages:
            value: Any = message.value()
            source: Any = (message.topic(), message.partition(), message.offset())
            upload = read(value)
            answer = write(result(upload, judge(upload), source, now))
            yield topic, upload["request_id"].encode(), answer, traced(message)

    run(place, name, [place.uploads], work)


def _judge(name: str, vendors: defaultdict[str, Vendor], upload: Record) -> Answer:
    return STATEFUL[name](upload, vendors[upload["vendor_id"]])
