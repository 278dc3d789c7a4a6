"""Documents that people have to read: asked for by a doubtful reading, ended by their answer.

What a person says of a document comes before any branch has seen it. So an approval lets the
invoice go as it was read, a correction is the next attempt, and a rejection or nobody's answer in
time is the decision.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import takewhile
from typing import TypeAlias, TypeVar

from msgspec import Struct

from operators.decide import BRANCHES
from operators.decision import DecisionStatus, InvoiceDecision, ReviewNote
from operators.extraction.gate import NEEDED
from operators.extraction.paths import value_at
from operators.invoice import Invoice
from operators.people import Refused
from operators.review import (
    EXPIRED,
    PERSON,
    REPLACED,
    InvoiceReviewCompleted,
    InvoiceReviewRequested,
    corrected,
    fault,
    fingerprint,
)
from operators.table import Table
from operators.time import DAY, Instant, elapsed
from operators.upload import InvoiceOcrCompleted, InvoiceUploaded, Origin

BEFORE_DECISION = 0
"""Revision of what people are asked about a document: nothing has been decided yet."""


REMEMBERED = DAY
"""How long an answer is remembered, so that the same upload or answer again changes nothing."""


class Answered(Struct, frozen=True, array_like=True, gc=False):
    """A document that a person has looked at."""

    attempt: int
    """The attempt it came with."""
    fingerprint: str
    """Of the answer."""
    at: Instant
    """When it was taken over."""


class Overtaken(Struct, frozen=True, array_like=True, gc=False):
    """A request of which nobody need look at earlier attempts any more."""

    attempt: int
    """The latest attempt."""
    at: Instant
    """When it was there."""


Noted = TypeVar("Noted", Answered, Overtaken)


class Readings(Struct, frozen=True):
    """Documents that people look at, or no longer need to, by request."""

    opened: Table["OpenReading"]
    answered: Table[Answered]
    overtaken: Table[Overtaken]


class OpenReading(Struct, frozen=True, array_like=True, gc=False):
    """A document that a person has to look at."""

    asked: InvoiceReviewRequested
    """What the person was asked."""
    origin: Origin
    """How the document came in."""
    uploaded_at: Instant
    """When."""
    vendor_id: str | None = None
    """Vendor it is from: as the upload says, else as was read."""
    words: bytes | None = None
    """The words of the document, encoded: what a correction teaches is looked for in them."""


VendorOf: TypeAlias = Callable[[Invoice], str | None]
"""Whose an invoice is; None when it does not say."""
Reviewed: TypeAlias = InvoiceOcrCompleted | InvoiceUploaded | InvoiceDecision | Refused
"""What follows from a person's answer."""


def ask(readings: Readings, open_reading: OpenReading) -> Sequence[InvoiceReviewRequested]:
    """Ask a person.

    An attempt that has been asked about or answered already, or that a later one has overtaken,
    asks nothing.
    """
    asked = open_reading.asked
    answered = readings.answered.get(asked.request_id)
    if answered is not None and answered.attempt >= asked.attempt:
        return ()
    before = readings.opened.get(asked.request_id)
    if before is not None and before.asked.attempt >= asked.attempt:
        return ()
    overtaken = readings.overtaken.get(asked.request_id)
    if overtaken is not None and overtaken.attempt > asked.attempt:
        return ()
    readings.opened.put(asked.request_id, open_reading)
    return (asked,)


def overtake(
    readings: Readings, request_id: str, attempt: int, now: Instant
) -> Sequence[InvoiceDecision]:
    """End what is asked about earlier attempts, now that there is this one; it is remembered."""
    known = readings.overtaken.get(request_id)
    if known is None or known.attempt < attempt:
        readings.overtaken.put(request_id, Overtaken(attempt, now))
    before = readings.opened.get(request_id)
    if before is None or before.asked.attempt >= attempt:
        return ()
    readings.opened.delete(request_id)
    return (_decision(before, "REPLACED", REPLACED, _OVERTAKEN, (), now),)


def answer(
    readings: Readings, completed: InvoiceReviewCompleted, vendor_of: VendorOf, now: Instant
) -> Sequence[Reviewed]:
    """Take over what a person says about a document; the same again changes nothing.

    A corrected invoice is of the vendor that the upload named, else of the one that it names.
    """
    wrong = fault(completed)
    if wrong is not None:
        return (Refused(completed, "contract_broken", wrong),)
    found = readings.opened.get(completed.request_id)
    if found is None:
        return _not_open(readings, completed)
    if found.asked.attempt != completed.attempt:
        return (
            Refused(
                completed,
                "review_outdated",
                f"it is about attempt {completed.attempt}, and {found.asked.attempt} is to be "
                f"read: look at it with `manifold review show {completed.request_id}`",
            ),
        )
    note = ReviewNote(
        completed.reviewer, completed.outcome, completed.reason, completed.completed_at
    )
    match completed.outcome:
        case "APPROVED":
            lacks = _lacks(found)
            if lacks:
                return (Refused(completed, "contract_broken", lacks),)
            followed: tuple[Reviewed, ...] = (_as_read(found),)
        case "CORRECTED":
            assert completed.corrected is not None
            vendor_id = found.asked.vendor_id or vendor_of(completed.corrected)
            if vendor_id is None:
                return (Refused(completed, "contract_broken", _NO_VENDOR),)
            reason = f"Read by a person as attempt {completed.attempt + 1}: {completed.reason}"
            followed = (
                _decision(found, "REPLACED", REPLACED, reason, (note,), now),
                corrected(completed, found.asked.invoice_id, vendor_id, now),
            )
        case _:
            followed = (_decision(found, "REJECTED", PERSON, completed.reason, (note,), now),)
    readings.opened.delete(completed.request_id)
    answered = Answered(completed.attempt, fingerprint(completed), now)
    readings.answered.put(completed.request_id, answered)
    return followed


def expire(
    readings: Readings, shortest: int, at: Instant, now: Instant
) -> Iterator[InvoiceDecision]:
    """Reject what nobody has looked at in time, everything written before `at` being read.

    `shortest`: days after which a question may expire at the earliest.
    """
    due: list[OpenReading] = []
    # In the order in which they were put: the first that has time left in any case ends the search.
    for _, found in readings.opened.items():
        if found.asked.opened_at + shortest * DAY >= at:
            break
        if found.asked.expires_at < at:
            due.append(found)
    for found in due:
        days = (found.asked.expires_at - found.asked.opened_at) // DAY
        readings.opened.delete(found.asked.request_id)
        yield _decision(
            found, "REJECTED", EXPIRED, f"Nobody has read it within {days} days.", (), now
        )


def forget(readings: Readings, longest: int, at: Instant) -> None:
    """Forget what has been remembered long enough.

    `longest`: days that a question about an earlier attempt may still be open elsewhere.
    """
    _forget(readings.answered, REMEMBERED, at)
    _forget(readings.overtaken, longest * DAY, at)


def _forget(table: Table[Noted], remembered: Instant, at: Instant) -> None:
    old = takewhile(lambda each: each[1].at + remembered < at, table.items())
    for request_id in [request_id for request_id, _ in old]:
        table.delete(request_id)


def _not_open(readings: Readings, completed: InvoiceReviewCompleted) -> Sequence[Refused]:
    """What becomes of an answer about a document that nobody has to look at."""
    answered = readings.answered.get(completed.request_id)
    if answered is not None and answered.attempt == completed.attempt:
        if answered.fingerprint == fingerprint(completed):
            return ()
        return (Refused(completed, "review_settled", _SETTLED),)
    later = readings.overtaken.get(completed.request_id)
    if later is not None and later.attempt > completed.attempt:
        return (
            Refused(
                completed,
                "review_outdated",
                f"it is about attempt {completed.attempt}, and {later.attempt} has taken its "
                f"place: `manifold explain {completed.request_id}` says what became of that",
            ),
        )
    return (Refused(completed, "review_unknown", _NEVER_ASKED),)


_OVERTAKEN = "A later attempt has taken its place."
_SETTLED = (
    "another answer has been taken over: `manifold trace` shows what followed; what has to be "
    "corrected now is a new attempt (`manifold submit --request --attempt`)"
)
_NEVER_ASKED = (
    "nobody has been asked to read a document of this request, or it has been read: "
    "`manifold review list` shows what is open, `manifold trace` what became of it"
)
_NO_VENDOR = (
    "the vendor is not known: give the seller's name or VAT identifier in the corrected invoice, "
    "or upload the document again with its vendor_id"
)


def _lacks(found: OpenReading) -> str | None:
    """Why what was read cannot go as it is; None when it can."""
    if found.vendor_id is None:
        return _NO_VENDOR
    invoice, reading = found.asked.invoice, found.asked.reading
    if invoice is None or reading is None:
        return "nothing could be read of it: give the whole invoice as a correction"
    missing = [field for field in NEEDED.get(reading.kind, ()) if value_at(invoice, field) is None]
    if missing:
        return f"{', '.join(missing)} could not be read: give the whole invoice as a correction"
    return None


def _as_read(found: OpenReading) -> InvoiceOcrCompleted:
    asked = found.asked
    assert asked.invoice is not None
    assert found.vendor_id is not None
    return InvoiceOcrCompleted(
        request_id=asked.request_id,
        attempt=asked.attempt,
        invoice_id=asked.invoice_id,
        vendor_id=found.vendor_id,
        origin=found.origin,
        uploaded_at=found.uploaded_at,
        invoice=asked.invoice,
        confidence=1.0,
        document=asked.document,
        reading=asked.reading,
    )


def _decision(
    found: OpenReading,
    status: DecisionStatus,
    decided_by: str,
    reason: str,
    notes: tuple[ReviewNote, ...],
    now: Instant,
) -> InvoiceDecision:
    """The one decision on an attempt that no branch has judged."""
    asked = found.asked
    return InvoiceDecision(
        request_id=asked.request_id,
        attempt=asked.attempt,
        invoice_id=asked.invoice_id,
        vendor_id=found.vendor_id or "",
        revision=1,
        status=status,
        complete=False,
        missing=BRANCHES,
        opened_at=asked.opened_at,
        decided_at=now,
        uploaded_at=found.uploaded_at,
        latency_ms=elapsed(found.uploaded_at, now),
        decided_by=decided_by,
        reason=reason,
        reviews=notes,
    )
