"""A request that its producer takes back: the answer of a person, that says no.

Until it is settled it is rejected by the one who sent it, in the way in which anybody who may
review it would: by a record that `decide` or `extract` takes once, that gives back what has been
reserved, and that stands in the decision and in the audit trail. The record is about the attempt,
whatever revision is in force when it is read, and about one that is still judged; `decide` keeps
it when no branch has answered yet. What is settled stands.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Mapping

from connectors.clock import now
from connectors.codec import Codec
from connectors.contracts import Contracts
from connectors.database.requests import Upload
from connectors.logs import Log
from connectors.publish import Publisher
from operators.extraction.reviewing import BEFORE_DECISION
from operators.progress import Happened, Progress
from operators.review import PERSON, InvoiceReviewCompleted
from web.principal import Principal
from web.problem import Problem
from web.requests.looking import Look

log = Log(__name__)

CANCELLED = "Cancelled by the producer"
_KEPT = 1_000
"""Cancellations that are remembered, so that the same one again is the same record."""
_SOON = 3


class Withdrawing:
    """Publishes cancellations, each acknowledged by Kafka before it is answered."""

    def __init__(self, kafka: Mapping[str, str], contracts: Contracts, codec: Codec) -> None:
        """Connect nothing yet."""
        self._parts = (kafka, contracts, codec)
        self._publisher: Publisher | None = None
        self._said: OrderedDict[tuple[str, int], InvoiceReviewCompleted] = OrderedDict()
        self._turn = asyncio.Lock()

    async def withdraw(self, found: Look, who: Principal, reason: str | None) -> None:
        """Publish that a request is taken back, once. Raises Problem when that cannot be."""
        progress = found.progress
        if was_cancelled(found):
            return
        if progress.state in ("DECIDED", "REPLACED"):
            if _is_rejected_for_a_reason_that_is_not_here_yet(found):
                if self._of(progress) in self._said:
                    return
                raise _not_yet()
            raise Problem(
                409,
                "settled",
                "Too late",
                f"It has been settled as {progress.status}. What has to be changed now is a new "
                "attempt, or for those who pay.",
                decision={
                    "attempt": progress.attempt,
                    "revision": progress.revision,
                    "status": progress.status,
                    "decided_by": progress.decided_by,
                },
            )
        if progress.state == "READING":
            raise _not_yet()
        async with self._turn:
            await asyncio.to_thread(self._publish, self._saying(found, who, reason))

    def _saying(self, found: Look, who: Principal, reason: str | None) -> InvoiceReviewCompleted:
        progress = found.progress
        key = self._of(progress)
        asked_about_document = progress.state == "WAITING" and not progress.revision
        said = self._said.get(key)
        if said is not None and (said.revision == BEFORE_DECISION) != asked_about_document:
            # Its document has been read since: those who judge it have to hear of it.
            said = None
        if said is None:
            said = self._said[key] = InvoiceReviewCompleted(
                request_id=progress.request_id,
                attempt=progress.attempt,
                # Branches are heard by those who make the first revision, if there is none yet.
                revision=BEFORE_DECISION if asked_about_document else max(1, progress.revision),
                vendor_id=_asked_under(found),
                outcome="REJECTED",
                reviewer=who.subject,
                reason=f"{CANCELLED}: {reason}" if reason else f"{CANCELLED}.",
                completed_at=now(),
                cancelled=True,
            )
            while len(self._said) > _KEPT:
                self._said.popitem(last=False)
        return said

    @staticmethod
    def _of(progress: Progress) -> tuple[str, int]:
        return progress.request_id, progress.attempt

    def _publish(self, said: InvoiceReviewCompleted) -> None:
        try:
            if self._publisher is None:
                self._publisher = Publisher(*self._parts, "api")
            self._publisher.send(said)
            self._publisher.flush()
        except Exception as error:
            # A producer that has given up a record, or has failed for good, is not used again.
            self._publisher = None
            log.error("a cancellation was not written", exc_info=error, quoting=False)
            raise Problem(
                503,
                "kafka-away",
                "Not cancelled",
                "Kafka has not taken it over. Try again in a few seconds.",
                retry_after=5,
            ) from None


def _asked_under(found: Look) -> str | None:
    """The vendor under whose key the question stands; None when it stands under the request's.

    An answer that comes under another key finds no question, and would be a dead letter. So it is
    the vendor of this very question, and never that of an earlier attempt. Raises Problem when that
    is not known yet.
    """
    progress, known, watched = found.progress, found.known, found.watched
    attempt, revision = progress.attempt, progress.revision
    judged = progress.state in ("RECEIVED", "JUDGING")
    if known is not None:
        asked = known.asked
        if asked is not None and (asked.attempt, asked.revision) == (attempt, revision):
            return asked.vendor_id
        for decision in reversed(known.decisions):
            # A document is asked about under what its upload says, before it has been read.
            if decision.attempt == attempt and revision != BEFORE_DECISION:
                return decision.vendor_id
    uploads: list[Upload | Happened] = [] if known is None else [*reversed(known.uploads)]
    if watched is not None and watched.upload is not None:
        uploads.append(watched.upload)
    for upload in uploads:
        # A decision names a vendor always: one that was read, where the upload names none.
        of_upload = revision == BEFORE_DECISION and not judged
        if upload.attempt == attempt and (upload.vendor_id or of_upload):
            return upload.vendor_id
    raise _not_yet()


def _is_rejected_for_a_reason_that_is_not_here_yet(found: Look) -> bool:
    """Whether a person has rejected it a moment ago: that may have been this cancellation."""
    progress, known = found.progress, found.known
    stored = known.decisions[-1] if known is not None and known.decisions else None
    is_stored = stored is not None and (stored.attempt, stored.revision) >= (
        progress.attempt,
        progress.revision,
    )
    return progress.status == "REJECTED" and progress.decided_by == PERSON and not is_stored


def _not_yet() -> Problem:
    return Problem(
        409,
        "being-judged",
        "Not yet",
        "Its document is being read, or what is known of it is on its way here. It can be "
        "cancelled in a moment.",
        retry_after=_SOON,
    )


def was_cancelled(found: Look) -> bool:
    """Whether it is settled because it was cancelled: asked again, that is what was wanted."""
    known = found.known
    if known is None or not known.decisions:
        return False
    last = known.decisions[-1]
    return (
        last.attempt == found.progress.attempt
        and last.status == "REJECTED"
        and any(note.reason.startswith(CANCELLED) for note in last.reviews)
    )
