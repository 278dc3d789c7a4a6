"""The join over a stream of results and reviews: its tables, and what its outcomes become."""

from collections.abc import Iterable, Iterator
from typing import Any

from connectors.changelog_table import TableType
from connectors.steps import OnCaughtUp, OnRecord, Written
from connectors.stream import Decoded, Forwarded, Ignored, Produced, Received, Rejected
from connectors.tables import Tables
from operators.extraction.reviewing import BEFORE_DECISION
from operators.join import Duplicate, Join, Late, Outcome
from operators.people import Refused, Repeated
from operators.request import Remembered, Request, Review
from operators.review import InvoiceReviewCompleted
from operators.time import Instant

REQUESTS = TableType("requests", Request, in_pages=True)
"""Requests that wait for answers."""
CLOSED = TableType("closed", Remembered, in_pages=True)
"""Requests that have been settled, while they are remembered."""
REVIEWS = TableType("reviews", Review, encoded=True)
"""Requests that people look at: few, for long, and they end in any order, hence not in pages."""
TABLES = (REQUESTS, CLOSED, REVIEWS)
"""The tables of the join."""


def joined(join: Join, *, by_vendor: bool = False) -> tuple[OnRecord[Tables], OnCaughtUp[Tables]]:
    """What the join does with a result or a review, and when everything has been read.

    `by_vendor`: its partitions are those of the vendors instead of those of the requests. An answer
    of a person that nobody knows where it came is sent on to the partition where it belongs.
    """

    def key(completed: InvoiceReviewCompleted) -> bytes:
        return ((by_vendor and completed.vendor_id) or completed.request_id).encode()

    def on_record(tables: Tables, record: Decoded[Any], at: Instant) -> Iterable[Written]:
        received = record.received
        if isinstance(record.record, InvoiceReviewCompleted):
            if record.record.revision == BEFORE_DECISION:
                return ()
            said = join.review(tables["closed"], tables["reviews"], record.record, at)
            return _written(said, received, key(record.record))
        outcomes = join.answer(
            tables["requests"],
            tables["closed"],
            tables["reviews"],
            record.record,
            received.timestamp,
            at,
        )
        return _written(outcomes, received) if outcomes else ()

    def on_caught_up(tables: Tables, until: Instant, at: Instant) -> Iterable[Written]:
        return _written(
            join.caught_up(tables["requests"], tables["closed"], tables["reviews"], until, at), None
        )

    return on_record, on_caught_up


def _written(
    outcomes: Iterable[Outcome], received: Received | None, key: bytes | None = None
) -> Iterator[Written]:
    for outcome in outcomes:
        if isinstance(outcome, Duplicate | Repeated):
            assert received is not None
            yield Ignored(received)
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
