"""The join: four results become a decision.

A deadline is counted from the moment the first answer is read, and looked at with every batch.
"""

import time
from collections import deque
from collections.abc import Iterator
from typing import Any

from confluent_kafka import Message

from bench.peers.avro import reader, writer
from bench.peers.checks import Record
from bench.peers.decisions import DEADLINE_MS, REMEMBERED_MS, answered, overdue
from bench.peers.place import BRANCHES, DECIDE, Place
from bench.peers.plain.loop import Headers, Written, run, traced


def decide(place: Place) -> None:
    """Run the join until it is asked to stop."""
    topic = place.decisions
    branches = {place.results(branch): (branch, reader(f"{branch}_result")) for branch in BRANCHES}
    write = writer("invoice_decision")
    requests: dict[str, Record] = {}
    waiting: deque[tuple[int, str, Headers]] = deque()
    decided: deque[tuple[int, str]] = deque()

    def written(decision: Record, headers: Headers) -> Written:
        return topic, decision["request_id"].encode(), write(decision), headers

    def work(messages: list[Message]) -> Iterator[Written]:
        now = time.time_ns() // 1_000_000
        for message in messages:
            value: Any = message.value()
            branch, read = branches[message.topic() or ""]
            result = read(value)
            key = f"{result['request_id']}/{result['attempt']}"
            before = requests.get(key)
            request, decision = answered(before, branch, result, message.timestamp()[1], now)
            if request is None:
                continue
            requests[key] = request
            if before is None:
                waiting.append((now + DEADLINE_MS, key, traced(message)))
            if decision is not None:
                decided.append((now + REMEMBERED_MS, key))
                yield written(decision, traced(message))
        while waiting and waiting[0][0] < now:
            _, key, headers = waiting.popleft()
            request = requests.get(key, {})
            if request.get("revision") == 0:
                requests[key], decision = overdue(request, now)
                decided.append((now + REMEMBERED_MS, key))
                yield written(decision, headers)
        while decided and decided[0][0] < now:
            requests.pop(decided.popleft()[1], None)

    run(place, DECIDE, list(branches), work)
