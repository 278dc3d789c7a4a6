"""What people have answered, kept until it is published: for some seconds it can be taken back.

The answer stands in the database before the person is told so, and whichever process finds it due
claims it and publishes it. What was claimed once can no longer be taken back, whatever became of
who claimed it: it may be on its topic. Published twice it is the same answer, which changes
nothing.
"""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import uuid4

import msgspec
from msgspec import Struct
from sqlalchemy import and_, delete, or_, select, update

from connectors.database.connected import Connected
from connectors.database.rows import identifier
from connectors.database.schema import open_review, review_answer
from operators.invoice import Invoice
from operators.review import InvoiceReviewCompleted
from operators.time import DAY, Instant

_KEPT = DAY
"""How long is remembered what became of an answer."""


class Given(Struct, frozen=True):
    """An answer that somebody has given."""

    answer_id: str
    completed: InvoiceReviewCompleted
    due_at: Instant
    """When it is published, unless it is taken back before."""
    published_at: Instant | None
    refusal: str | None
    """Why it could not be taken, as dead letters name it."""
    refused_because: str | None
    """The same as a sentence."""


class ReviewAnswers:
    """Answers that have been given."""

    def __init__(self, database: Connected) -> None:
        """Nothing is connected to yet."""
        self._database = database
        self._sealing = database.sealing

    def give(self, said: InvoiceReviewCompleted, now: Instant, window: int) -> Given | None:
        """Keep an answer for `window` milliseconds, then have it published.

        None unless the revision it is about is still asked about and nobody else has it: that and
        the answer are one transaction, in which the item is given back. Given again by the same
        person, it is the answer that was given first.
        """
        row: dict[str, Any] = {
            "answer_id": uuid4().hex,
            "request_id": identifier(said.request_id),
            "attempt": said.attempt,
            "revision": said.revision,
            "vendor_id": said.vendor_id,
            "reviewer": said.reviewer,
            "outcome": said.outcome,
            "reason": said.reason,
            "corrected": said.corrected,
            "completed_at": said.completed_at,
            "due_at": now + window,
        }
        table = open_review.c
        mine = (
            update(open_review)
            .where(
                table.request_id == row["request_id"],
                table.attempt == said.attempt,
                table.revision == said.revision,
                or_(
                    table.holder.is_(None),
                    self._sealing.same(table.holder, said.reviewer),
                    table.held_until <= now,
                ),
            )
            .values(self._holding(row["request_id"], said.reviewer, now + window))
        )
        given = review_answer.c
        already = select(review_answer).where(
            given.request_id == row["request_id"],
            given.attempt == said.attempt,
            given.revision == said.revision,
            self._sealing.same(given.reviewer, said.reviewer),
            given.refusal.is_(None),
        )

        def call() -> Given | None:
            with self._database.writing.begin() as connection:
                asked = connection.execute(mine).rowcount == 1
                # Sent twice by an impatient hand, or since no answer came, it is one answer.
                first = connection.execute(already).mappings().first()
                if first is not None:
                    return self._given(first)
                if not asked:
                    return None
                connection.execute(review_answer.insert(), [self._sealing.row(review_answer, row)])
            return Given(str(row["answer_id"]), said, now + window, None, None, None)

        return self._database.asking(call)

    def take_back(self, answer_id: str, who: str, now: Instant, lease: int) -> str | None:
        """Take an answer back before anybody publishes it; the request, which is held again."""
        given = review_answer.c
        gone = (
            delete(review_answer)
            .where(
                given.answer_id == answer_id,
                self._sealing.same(given.reviewer, who),
                given.published_at.is_(None),
                given.sending_until.is_(None),
                given.due_at > now,
            )
            .returning(given.request_id)
        )

        def call() -> str | None:
            with self._database.writing.begin() as connection:
                found = connection.execute(gone).scalar_one_or_none()
                if found is None:
                    return None
                connection.execute(
                    update(open_review)
                    .where(open_review.c.request_id == found)
                    .values(self._holding(found, who, now + lease))
                )
                return str(found)

        return self._database.asking(call)

    def claim(self, now: Instant, lease: int, most: int = 100) -> list[Given]:
        """Answers that are due, for the caller to publish within `lease` milliseconds.

        Nobody else is given them meanwhile; afterwards they are due again, unless `published`.
        """
        given = review_answer.c
        free = or_(given.sending_until.is_(None), given.sending_until <= now)
        due = and_(given.published_at.is_(None), given.due_at <= now, free)
        some = select(review_answer).where(due).order_by(given.due_at).limit(most)

        def call() -> list[Given]:
            # Mostly nothing is due: SQLite need not be locked to see that.
            with self._database.reading.begin() as connection:
                if connection.execute(some.limit(1)).first() is None:
                    return []
            with self._database.writing.begin() as connection:
                locked = some.with_for_update(skip_locked=True)
                found = [self._given(each) for each in connection.execute(locked).mappings()]
                mine = given.answer_id.in_([each.answer_id for each in found])
                connection.execute(
                    update(review_answer).where(mine).values(sending_until=now + lease)
                )
            return found

        return self._database.asking(call)

    def give_back(self, some: Iterable[Given], now: Instant) -> None:
        """Let answers that were claimed and not published be claimed again at once."""
        given = review_answer.c
        mine = given.answer_id.in_([each.answer_id for each in some])
        self._write(
            update(review_answer)
            .where(mine, given.published_at.is_(None))
            .values(sending_until=now)
        )

    def published(self, answer_id: str, now: Instant) -> None:
        """Note that an answer is on its topic; the invoice in it need not be kept any longer."""
        self._write(
            update(review_answer)
            .where(review_answer.c.answer_id == answer_id)
            .values(published_at=now, corrected=None)
        )

    def refused(self, said: InvoiceReviewCompleted, reason: str, because: str) -> bool:
        """Note that an answer could not be taken; whether it is one that was given here."""
        given = review_answer.c
        return self._write(
            update(review_answer)
            .where(
                given.request_id == identifier(said.request_id),
                given.attempt == said.attempt,
                given.revision == said.revision,
                self._sealing.same(given.reviewer, said.reviewer),
                given.completed_at == said.completed_at,
            )
            .values(refusal=reason, refused_because=because)
        )

    def get(self, answer_id: str, who: str) -> Given | None:
        """An answer that somebody has given."""
        given = review_answer.c
        found = self._read(
            select(review_answer).where(
                given.answer_id == answer_id, self._sealing.same(given.reviewer, who)
            )
        )
        return found[0] if found else None

    def latest(self, who: str, most: int = 5) -> list[Given]:
        """What somebody has answered last, the newest first."""
        given = review_answer.c
        return self._read(
            select(review_answer)
            .where(self._sealing.same(given.reviewer, who))
            .order_by(given.completed_at.desc())
            .limit(most)
        )

    def forget(self, now: Instant) -> None:
        """Forget answers that have become decisions long ago."""
        given = review_answer.c
        old = and_(given.published_at.is_not(None), given.published_at < now - _KEPT)
        self._write(delete(review_answer).where(old))

    def _write(self, statement: Any) -> bool:
        def call() -> bool:
            with self._database.writing.begin() as connection:
                return bool(connection.execute(statement).rowcount)

        return self._database.asking(call)

    def _read(self, query: Any) -> list[Given]:
        def call() -> list[Given]:
            with self._database.reading.begin() as connection:
                return [self._given(each) for each in connection.execute(query).mappings()]

        return self._database.asking(call)

    def _holding(self, request_id: str, who: str, until: Instant) -> dict[str, Any]:
        """What is written to an open review that is somebody's until then."""
        values = {"holder": who, "held_until": until}
        return self._sealing.values(open_review, values, {"request_id": request_id})

    def _given(self, stored: Mapping[Any, Any]) -> Given:
        found = self._sealing.opened(review_answer, stored)
        corrected = found["corrected"]
        return Given(
            answer_id=found["answer_id"],
            completed=InvoiceReviewCompleted(
                request_id=found["request_id"],
                attempt=found["attempt"],
                revision=found["revision"],
                vendor_id=found["vendor_id"],
                outcome=found["outcome"],
                reviewer=found["reviewer"],
                reason=found["reason"],
                completed_at=found["completed_at"],
                corrected=None if corrected is None else msgspec.convert(corrected, Invoice),
            ),
            due_at=found["due_at"],
            published_at=found["published_at"],
            refusal=found["refusal"],
            refused_because=found["refused_because"],
        )
