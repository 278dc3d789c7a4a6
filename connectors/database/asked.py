"""The queue of what people have to look at, kept by those who write what happened.

As on the topics: of a request's questions the last one is in force, and a later decision ends it.
Questions and decisions may arrive in any order.
"""

from collections.abc import Collection, Sequence
from itertools import islice
from typing import Any

from sqlalchemy import Connection, delete, exists, select, tuple_
from sqlalchemy.dialects import postgresql, sqlite

from connectors.database.schema import decision, open_review

_AT_ONCE = 500
_OF_PEOPLE = ("holder", "held_until", "postponed_until")
"""Columns that are about the reviewing, and begin anew with each question."""


def open_reviews(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Put questions in force, unless a later one of the same request is."""
    if not rows:
        return
    make = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    insert = make(open_review)
    new = insert.excluded
    changed: dict[str, Any] = {name: new[name] for name in rows[0] if name != "request_id"}
    changed |= dict.fromkeys(_OF_PEOPLE)
    connection.execute(
        insert.on_conflict_do_update(
            index_elements=[open_review.c.request_id],
            set_=changed,
            where=tuple_(new["attempt"], new["revision"])
            > tuple_(open_review.c.attempt, open_review.c.revision),
        ),
        list(rows),
    )


def close_reviews(connection: Connection, request_ids: Collection[str]) -> None:
    """Take what has been decided since out of the queue."""
    later = exists(
        select(decision.c.request_id).where(
            decision.c.request_id == open_review.c.request_id,
            tuple_(decision.c.attempt, decision.c.revision)
            > tuple_(open_review.c.attempt, open_review.c.revision),
        )
    )
    left = iter(request_ids)
    while some := list(islice(left, _AT_ONCE)):
        connection.execute(delete(open_review).where(open_review.c.request_id.in_(some), later))
