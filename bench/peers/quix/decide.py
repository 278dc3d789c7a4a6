"""The join: four results become a decision.

Quix reads the four topics in the order of their timestamps, which are the instants of writing,
so the time of a partition is that of its latest result, and answers that only wait to be read
are not missed. Quix has no timers: a deadline that has passed is noticed with the next result
in the same partition.
"""

# Quix Streams is not among the packages that are checked.
# mypy: disable-error-code="import-not-found"

import time
from collections.abc import Iterator
from datetime import timedelta
from functools import reduce
from typing import Any

from quixstreams import State, message_context
from quixstreams.dataframe import StreamingDataFrame

from bench.peers.checks import Record
from bench.peers.decisions import DEADLINE_MS, REMEMBERED_MS, answered, overdue
from bench.peers.place import BRANCHES, DECIDE, Place
from bench.peers.quix.application import application, read_from, write_to
from bench.peers.quix.waiting import Waiting

_REMEMBER = timedelta(milliseconds=REMEMBERED_MS)


class _Join:
    def __init__(self, branches: dict[str, str], waiting: Waiting) -> None:
        self._branches = branches
        self._waiting = waiting

    def __call__(
        self, result: Record, key: bytes, timestamp: int, headers: Any, state: State[Any, Any]
    ) -> Iterator[tuple[Record, Any]]:
        """The decisions that follow, with their headers."""
        at, now = message_context(), time.time_ns() // 1_000_000
        attempt = b"%d" % result["attempt"]
        before = state.get(attempt)
        request, decision = answered(before, self._branches[at.topic], result, timestamp, now)
        if request is not None:
            if before is None:
                request["headers"] = [(name, value.decode()) for name, value in headers or ()]
                self._waiting.add(at.partition, key, attempt, timestamp)
            state.set(attempt, request, ttl=_REMEMBER)
        if decision is not None:
            self._waiting.discard(at.partition, key, attempt)
            yield decision, headers
        yield from self._overdue(at.partition, timestamp, now)

    def _overdue(self, partition: int, timestamp: int, now: int) -> Iterator[tuple[Record, Any]]:
        for key, attempt in self._waiting.before(partition, timestamp - DEADLINE_MS):
            state = self._waiting.state(partition, key, timestamp)
            request, decision = overdue(state.get(attempt) or {}, now)
            state.set(attempt, request, ttl=_REMEMBER)
            self._waiting.discard(partition, key, attempt)
            yield decision, [(name, value.encode()) for name, value in request["headers"]]


def decide(place: Place) -> None:
    """Run the join until it is asked to stop."""
    app = application(place, DECIDE)
    branches = {place.results(branch): branch for branch in BRANCHES}
    results = reduce(
        StreamingDataFrame.concat,
        [
            app.dataframe(read_from(app, topic, f"{branch}_result"))
            for topic, branch in branches.items()
        ],
    )
    join = _Join(branches, Waiting(results))
    decisions = results.apply(join, stateful=True, metadata=True, expand=True)
    decisions = decisions.set_headers(lambda value, *_: value[1]).apply(lambda value: value[0])
    decisions.to_topic(
        write_to(app, place.decisions, "invoice_decision"),
        key=lambda value: value["request_id"].encode(),
    )
    app.run()
