"""The join over a stream of results and reviews: its tables, and what its outcomes become."""

from collections.abc import Iterable, Iterator
from typing import Any

from connectors.changelog_table import TableType
from connectors.steps import OnCaughtUp, OnRecord, Written
from connectors.stream import Decoded, Forwarded, Ignored, Produced, Received, Rejected
from connectors.tables import Tables
from operators.extraction.reviewing import BEFORE_DECISION
from operators.join import Duplicate, Join, Late, Outcome, Unanswered, Unheeded
from operators.people import Refused, Repeated
from operators.request import Cancellation, Remembered, Request, Review
from operators.review import InvoiceReviewCompleted
from operators.time import Instant

REQUESTS = TableType("requests", Request, in_pages=True)
"""Requests that wait for answers."""
CLOSED = TableType("closed", Remembered, in_pages=True)
"""Requests that have been settled, while they are remembered."""
CANCELLED = TableType("cancelled", Cancellation)
"""Requests that were taken back before any branch had answered: few, and for a moment."""
REVIEWS = TableType("reviews", Review, encoded=True)
"""Requests that people look at: few, for long, and they end in any order, hence not in pages."""
TABLES = (REQUESTS, CLOSED, REVIEWS, CANCELLED)
"""The tables of the join."""


def joined(join: Join, *, by_vendor: bool = False) -> tuple[OnRecord[Tables], OnCaughtUp[Tables]]:
    """What the join does with a result or a review, and when everything has been read.

    `by_vendor`: its partitions are those of the vendors instead of those of the requests. An answer
    of a person that nobody knows where it came is sent on to the partition where it belongs.
    """

    def key(completed: InvoiceReviewCompleted) -> bytes:
        return ((by_vendor and completed.vendor_id) or completed.request_id).encode()

    def cancelled(
        tables: Tables, record: Decoded[InvoiceReviewCompleted], at: Instant
    ) -> Iterable[Written]:
        said, received = record.record, record.received
        outcomes = join.cancel(tables["requests"], tables["closed"], tables["reviews"], said, at)
        if outcomes is None:
            home = key(said)
            if received.key != home:
                return (Forwarded(received, home),)
            assert received.value is not None, "it has been decoded"
            outcomes = join.keep(tables["cancelled"], said, received.source, received.value, at)
        return _written(outcomes, received, key(said))

    def on_record(tables: Tables, record: Decoded[Any], at: Instant) -> Iterable[Written]:
        received = record.received
        if isinstance(record.record, InvoiceReviewCompleted):
            if record.record.revision == BEFORE_DECISION:
                return ()
            if record.record.cancelled:
                return cancelled(tables, record, at)
            said = join.review(tables["closed"], tables["reviews"], record.record, at)
            return _written(said, received, key(record.record))
        outcomes = join.answer(
            tables["requests"],
            tables["closed"],
            tables["reviews"],
            tables["cancelled"],
            record.record,
            received.timestamp,
            at,
        )
        return _written(outcomes, received) if outcomes else ()

    def on_caught_up(tables: Tables, until: Instant, at: Instant) -> Iterable[Written]:
        requests, closed, reviews, kept = (tables[each.name] for each in TABLES)
        return _written(join.caught_up(requests, closed, reviews, kept, until, at), None)

    return on_record, on_caught_up


def _written(
    outcomes: Iterable[Outcome], received: Received | None, key: bytes | None = None
) -> Iterator[Written]:
    for outcome in outcomes:
        if isinstance(outcome, Duplicate | Repeated):
            assert received is not None
            yield Ignored(received)
        elif isinstance(outcome, Unheeded):
            assert received is not None
            yield Ignored(received, late=True)
        elif isinstance(outcome, Unanswered):
            yield Rejected(_as_read(outcome.cancellation), "review_unknown", outcome.message)
        elif isinstance(outcome, Late):
            assert received is not None
            yield Rejected(received, "late_result", outcome.message)
        elif isinstance(outcome, Refused):
            assert received is not None
            if outcome.reason == "review_unknown" and key is not None and received.key != key:
                yield Forwarded(received, key)
            else:
                yield Rejected(received, outcome.reason, outcome.message)
        else:
            yield Produced(outcome, received)


def _as_read(kept: Cancellation) -> Received:
    """The record of a cancellation as it stands in its topic, but for its headers."""
    topic, partition, offset = kept.source.topic, kept.source.partition, kept.source.offset
    key = kept.request_id.encode()
    return Received(topic, partition, offset, key, kept.value, (), kept.note.at)
