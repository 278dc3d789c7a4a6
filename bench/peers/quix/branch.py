"""A branch: every upload is answered with one result."""

# Quix Streams is not among the packages that are checked.
# mypy: disable-error-code="import-not-found"

import time
from collections.abc import Sequence
from typing import Any

from quixstreams import State, message_context

from bench.peers.branches import STATEFUL, STATELESS, result
from bench.peers.checks import Answer, Record
from bench.peers.place import Place
from bench.peers.quix.application import application, read_from, write_to

_Headers = Sequence[tuple[str, str | bytes]]


def branch(place: Place, name: str) -> None:
    """Run the branch until it is asked to stop. State is kept by the key of the uploads."""
    app = application(place, name)
    uploads = app.dataframe(read_from(app, place.uploads, "invoice_uploaded"))
    if name in STATEFUL:
        judge = STATEFUL[name]

        def remembering(upload: Record, vendor: State[Any, Any]) -> Record:
            return _result(upload, judge(upload, vendor))

        results = uploads.apply(remembering, stateful=True)
    else:
        check = STATELESS[name]
        results = uploads.apply(lambda upload: _result(upload, check(upload)))
    results = results.set_timestamp(lambda value, *_: value["decided_at"]).set_headers(_traced)
    results.to_topic(
        write_to(app, place.results(name), f"{name}_result"),
        key=lambda value: value["request_id"].encode(),
    )
    app.run()


def _result(upload: Record, answer: Answer) -> Record:
    at = message_context()
    now = time.time_ns() // 1_000_000
    return result(upload, answer, (at.topic, at.partition, at.offset), now)


def _traced(_value: Any, _key: Any, _timestamp: int, headers: _Headers) -> _Headers:
    return [(name, value) for name, value in headers or () if name == "traceparent"]
