"""Which reviews are open: what was asked for, less what has been decided since."""

from collections.abc import Iterable, Iterator

from connectors.browse import every_partition, partitions_of, read_between, start_offsets
from connectors.codec import Undecodable
from connectors.content import text_header
from connectors.murmur2 import partition_of
from connectors.offsets import Where
from connectors.stream import Received
from manifold.cli.cluster import Cluster, progress
from manifold.cli.output import Failed
from operators.decision import InvoiceDecision
from operators.review import InvoiceReviewRequested
from operators.time import Instant

_Place = tuple[int, int]
"""Attempt and revision."""


def open_reviews(there: Cluster) -> list[InvoiceReviewRequested]:
    """Every open review, the oldest first."""
    found = _open(there, None)
    return sorted(found, key=lambda each: (each.opened_at, each.request_id))


def open_review(there: Cluster, request_id: str) -> InvoiceReviewRequested:
    """The open review of a request; Failed when there is none."""
    for found in _open(there, request_id):
        return found
    raise Failed(
        f"No review of {request_id} is open. `manifold review list` shows those that are, "
        f"`manifold explain {request_id}` how it was decided."
    )


def partitions_about(there: Cluster, record: type, request_id: str | None) -> list[Where]:
    """Where a topic keyed by request has what is said about one, or about any."""
    topic = there.topic(record).name
    count = partitions_of(there.kafka, [topic])[topic]
    if request_id is None:
        return every_partition({topic: count})
    return [(topic, partition_of(request_id.encode(), count))]


def _open(there: Cluster, request_id: str | None) -> Iterable[InvoiceReviewRequested]:
    asked: dict[str, InvoiceReviewRequested] = {}
    since: Instant | None = None
    decode = there.codec.decoder(InvoiceReviewRequested)
    for received in _records(there, InvoiceReviewRequested, request_id, None):
        try:
            request = decode(received.value or b"")
        except Undecodable:
            continue
        before = asked.get(request.request_id)
        if before is None or _place(request) >= _place(before):
            asked[request.request_id] = request
            since = received.timestamp if since is None else min(since, received.timestamp)
    if not asked:
        return ()
    for received in _records(there, InvoiceDecision, request_id, since):
        found = asked.get((received.key or b"").decode(errors="replace"))
        if found is not None and _place_of(there, received) > _place(found):
            del asked[found.request_id]
    return asked.values()


def _records(
    there: Cluster, record: type, request_id: str | None, since: Instant | None
) -> Iterator[Received]:
    starts = start_offsets(there.kafka, partitions_about(there, record, request_id), since)
    with progress("reading") as tell:
        for received in read_between(there.kafka, starts, tell=tell):
            if request_id is None or received.key == request_id.encode():
                yield received


def _place(request: InvoiceReviewRequested) -> _Place:
    return request.attempt, request.revision


def _place_of(there: Cluster, received: Received) -> _Place:
    """Attempt and revision of a decision, from its header, or else its content."""
    numbers = (text_header(received, "ce_id") or "").rsplit(":", 2)[1:]
    if len(numbers) == 2 and all(each.isdecimal() for each in numbers):
        return int(numbers[0]), int(numbers[1])
    try:
        decision = there.codec.decoder(InvoiceDecision)(received.value or b"")
    except Undecodable:
        return 0, 0
    return decision.attempt, decision.revision
