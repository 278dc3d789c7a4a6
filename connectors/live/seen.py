"""Of each record about a request, the few fields that somebody who watches wants to see.

Views: what they leave out is passed over unread, which makes a large invoice as cheap as a small
one.
"""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from msgspec import Struct

from connectors.codec import Codec
from connectors.contracts import Contracts
from operators.decide import NAMES
from operators.decision import Branch
from operators.money import Amount
from operators.progress import Happened
from operators.time import Instant

Reading: TypeAlias = Callable[[bytes, Instant], Happened]
"""What a record's value says; the instant is when it was written. Raises Undecodable."""


class _Totals(Struct):
    payable: Amount | None = None


class _Invoice(Struct):
    totals: _Totals
    number: str | None = None
    currency: str | None = None


class _Document(Struct):
    media_type: str


class Uploaded(Struct, tag="InvoiceUploaded"):
    """Of an upload, what it is and whose."""

    request_id: str
    attempt: int
    origin: str
    uploaded_at: Instant
    vendor_id: str | None = None
    invoice: _Invoice | None = None
    document: _Document | None = None
    tenant: str | None = None


class _Read(Struct, tag="InvoiceOcrCompleted"):
    request_id: str
    attempt: int
    uploaded_at: Instant
    vendor_id: str
    invoice: _Invoice


class _Answer(Struct):
    request_id: str
    attempt: int
    status: str
    decided_at: Instant
    unknown_reason: str | None = None


class _Decision(Struct, tag="InvoiceDecision"):
    request_id: str
    attempt: int
    revision: int
    status: str
    complete: bool
    decided_at: Instant
    uploaded_at: Instant
    missing: tuple[Branch, ...] = ()
    decided_by: str | None = None


class _Asked(Struct, tag="InvoiceReviewRequested"):
    request_id: str
    attempt: int
    revision: int
    opened_at: Instant


class _Reviewed(Struct, tag="InvoiceReviewCompleted"):
    request_id: str
    attempt: int
    revision: int
    outcome: str
    completed_at: Instant


class _Notified(Struct, tag="InvoiceNotification"):
    request_id: str
    attempt: int
    revision: int
    audience: str
    created_at: Instant


def readings(contracts: Contracts, codec: Codec) -> Mapping[str, Reading]:
    """By the name of each topic that is watched, what its records say."""
    made: dict[str, Reading] = {}

    def of(view: type[Any], told: Callable[[Any, Instant], Happened]) -> None:
        decode = codec.decoder(view)
        made[contracts.topic_of(view).name] = lambda value, at: told(decode(value), at)

    of(Uploaded, _uploaded)
    of(_Read, _read)
    for record, branch in NAMES.items():
        of(_answer_view(record.__name__), _answered(branch))
    of(_Decision, _decided)
    of(_Asked, _asked)
    of(_Reviewed, _reviewed)
    of(_Notified, _notified)
    return made


def _answer_view(record: str) -> type[_Answer]:
    class Answer(_Answer, tag=record):
        """Of a branch's result, what it answers."""

    return Answer


def _uploaded(seen: Uploaded, _: Instant) -> Happened:
    invoice = seen.invoice
    return Happened(
        "uploaded",
        seen.request_id,
        seen.attempt,
        seen.uploaded_at,
        document=invoice is None,
        vendor_id=seen.vendor_id,
        number=None if invoice is None else invoice.number,
        amount=None if invoice is None else invoice.totals.payable,
        currency=None if invoice is None else invoice.currency,
        origin=seen.origin,
        uploaded_at=seen.uploaded_at,
        tenant=seen.tenant,
    )


def _read(seen: _Read, at: Instant) -> Happened:
    return Happened(
        "read",
        seen.request_id,
        seen.attempt,
        at,
        vendor_id=seen.vendor_id,
        number=seen.invoice.number,
        amount=seen.invoice.totals.payable,
        currency=seen.invoice.currency,
        uploaded_at=seen.uploaded_at,
    )


def _answered(branch: Branch) -> Callable[[_Answer, Instant], Happened]:
    def told(seen: _Answer, _: Instant) -> Happened:
        return Happened(
            "answered",
            seen.request_id,
            seen.attempt,
            seen.decided_at,
            branch,
            seen.status,
            reason=seen.unknown_reason,
        )

    return told


def _decided(seen: _Decision, _: Instant) -> Happened:
    return Happened(
        "decided",
        seen.request_id,
        seen.attempt,
        seen.decided_at,
        None,
        seen.status,
        seen.revision,
        seen.complete,
        seen.missing,
        seen.decided_by,
        uploaded_at=seen.uploaded_at,
    )


def _asked(seen: _Asked, _: Instant) -> Happened:
    return Happened("asked", seen.request_id, seen.attempt, seen.opened_at, revision=seen.revision)


def _reviewed(seen: _Reviewed, _: Instant) -> Happened:
    return Happened(
        "reviewed",
        seen.request_id,
        seen.attempt,
        seen.completed_at,
        None,
        seen.outcome,
        seen.revision,
    )


def _notified(seen: _Notified, _: Instant) -> Happened:
    return Happened(
        "notified",
        seen.request_id,
        seen.attempt,
        seen.created_at,
        None,
        seen.audience,
        seen.revision,
    )
