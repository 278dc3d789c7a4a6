"""The join over a stream of results: its tables, and what its outcomes become."""

from collections.abc import Iterable, Iterator
from typing import Any

from connectors.changelog_table import TableType
from connectors.steps import OnCaughtUp, OnRecord
from connectors.stream import Decoded, Produced, Received, Rejected
from connectors.tables import Tables
from operators.join import Decided, Duplicate, Forgotten, Join, Late, Outcome, Request
from operators.time import Instant

REQUESTS = TableType("requests", Request, in_pages=True)
"""Requests that wait for answers."""
CLOSED = TableType("closed", Decided | Forgotten, in_pages=True)
"""Requests that have been decided, while they are remembered."""


def joined(join: Join) -> tuple[OnRecord[Tables], OnCaughtUp[Tables]]:
    """What the join does with a result, and when everything up to an instant has been read."""

    def on_result(
        tables: Tables, result: Decoded[Any], at: Instant
    ) -> Iterable[Produced | Rejected]:
        received = result.received
        outcomes = join.answer(
            tables["requests"], tables["closed"], result.record, received.timestamp, at
        )
        return _written(outcomes, received) if outcomes else ()

    def on_caught_up(tables: Tables, until: Instant, at: Instant) -> Iterable[Produced | Rejected]:
        return _written(join.caught_up(tables["requests"], tables["closed"], until, at), None)

    return on_result, on_caught_up


def _written(
    outcomes: Iterable[Outcome], received: Received | None
) -> Iterator[Produced | Rejected]:
    for outcome in outcomes:
        if isinstance(outcome, Duplicate):
            continue
        if isinstance(outcome, Late):
            assert received is not None
            yield Rejected(received, "late_result", outcome.message)
        else:
            yield Produced(outcome, received)
