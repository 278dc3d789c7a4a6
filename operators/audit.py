"""The hash-chained audit trail: what is entered, in which form it is hashed, how it is checked.

An entry's canonical form is a JSON array in UTF-8, without white space, of

    chain, sequence, event_id, kind, request_id, attempt, revision, status, at,
    source.topic, source.partition, source.offset, payload_sha256

with integers in plain decimal and strings escaped as RFC 8785 has it (nothing but the quote,
the backslash and control characters). Its hash is the SHA-256 of the 64 hexadecimal digits of
the previous hash followed by that form; the first entry continues 64 zeros.

>>> from operators.upload import Metadata
>>> upload = InvoiceUploaded(request_id="r-1", invoice_id="i-1", origin="API",
...                          uploaded_at=1_700_000_000_123, metadata=Metadata())
>>> entry = enter("collect-0", 1, START, witness("uploaded", upload, Source("t", 0, 7), b"..."))
>>> canonical(entry).decode()[:66]
'["collect-0",1,"t/0/7","uploaded","r-1",1,0,"",1700000000123,"t",0'
>>> entry.hash[:16]
'98b04c49f86bf277'
>>> verify([entry])
>>> breach = verify([replace(entry, status="APPROVED")])
>>> breach.sequence, breach.reason
(1, 'its hash is not that of its content')
"""

from collections.abc import Iterable
from hashlib import sha256
from typing import TypeAlias

from msgspec import Struct
from msgspec.json import Encoder
from msgspec.structs import replace

from operators.decision import InvoiceDecision
from operators.result import Result, Source
from operators.review import InvoiceReviewCompleted, InvoiceReviewRequested
from operators.time import Instant
from operators.upload import InvoiceUploaded

Recorded: TypeAlias = (
    InvoiceUploaded | Result | InvoiceDecision | InvoiceReviewRequested | InvoiceReviewCompleted
)
"""What is entered."""

START = "0" * 64
"""What the first entry of a chain continues."""


class InvoiceAudit(Struct, frozen=True, gc=False):
    """One entry of the hash-chained audit trail."""

    chain: str
    """Name of the chain; each has one writer at a time."""
    sequence: int
    """Position in the chain, from 1 without gaps."""
    event_id: str
    """Identifies what happened; entered once."""
    kind: str
    """What happened: the CloudEvents type."""
    request_id: str
    """The request."""
    attempt: int
    """The attempt."""
    revision: int
    """The decision's revision; of a review the one it is about; 0 for other events."""
    status: str
    """Status the event carries; of a review its outcome, of a question its kind; empty for
    uploads."""
    at: Instant
    """When it happened."""
    source: Source
    """The record that says so."""
    payload_sha256: str
    """SHA-256 of that record's value, lower-case hex."""
    previous_hash: str
    """Hash of the entry before; 64 zeros for the first."""
    hash: str
    """SHA-256 over previous_hash and this entry, lower-case hex."""


class Event(Struct, frozen=True, kw_only=True, gc=False):
    """Something that happened to a request, with the record that says so."""

    event_id: str
    """Where the record stands: `topic/partition/offset`."""
    kind: str
    """What happened: the CloudEvents type."""
    request_id: str
    """The request."""
    attempt: int
    """The attempt."""
    revision: int = 0
    """The decision's revision; of a review the one it is about; 0 for other events."""
    status: str = ""
    """Status the record carries; of a review its outcome, of a question its kind; empty for
    uploads."""
    at: Instant
    """When it happened."""
    source: Source
    """Where the record stands."""
    payload_sha256: str
    """SHA-256 of the record's value, lower-case hex."""
    record: Recorded
    """The record."""


class Breach(Struct, frozen=True, gc=False):
    """The first place where a chain is not what was once written."""

    chain: str
    """The chain."""
    sequence: int
    """The entry, or the entry that is missing."""
    event_id: str
    """Its event; empty when the entry is missing."""
    reason: str
    """What is wrong with it."""


def witness(
    kind: str,
    record: Recorded,
    source: Source,
    payload: bytes,
) -> Event:
    """The event that a record stands for; `source` and `payload` are the record's own."""
    if isinstance(record, InvoiceUploaded):
        status, at = "", record.uploaded_at
    elif isinstance(record, InvoiceReviewCompleted):
        status, at = record.outcome, record.completed_at
    elif isinstance(record, InvoiceReviewRequested):
        status, at = record.kind, record.opened_at
    else:
        status, at = record.status, record.decided_at
    return Event(
        event_id=f"{source.topic}/{source.partition}/{source.offset}",
        kind=kind,
        request_id=record.request_id,
        attempt=record.attempt,
        revision=(record.revision if isinstance(record, _OF_A_REVISION) else 0),
        status=status,
        at=at,
        source=source,
        payload_sha256=sha256(payload).hexdigest(),
        record=record,
    )


def enter(chain: str, sequence: int, previous_hash: str, event: Event) -> InvoiceAudit:
    """The chain's next entry."""
    entry = InvoiceAudit(
        chain=chain,
        sequence=sequence,
        event_id=event.event_id,
        kind=event.kind,
        request_id=event.request_id,
        attempt=event.attempt,
        revision=event.revision,
        status=event.status,
        at=event.at,
        source=event.source,
        payload_sha256=event.payload_sha256,
        previous_hash=previous_hash,
        hash="",
    )
    return replace(entry, hash=hash_of(entry))


def canonical(entry: InvoiceAudit) -> bytes:
    """The bytes of an entry that its hash covers, without the previous hash."""
    source = entry.source
    return _form(
        (
            entry.chain,
            entry.sequence,
            entry.event_id,
            entry.kind,
            entry.request_id,
            entry.attempt,
            entry.revision,
            entry.status,
            entry.at,
            source.topic,
            source.partition,
            source.offset,
            entry.payload_sha256,
        )
    )


def hash_of(entry: InvoiceAudit) -> str:
    """The hash an entry ought to have: lower-case hex."""
    return sha256(entry.previous_hash.encode() + canonical(entry)).hexdigest()


def verify(entries: Iterable[InvoiceAudit]) -> Breach | None:
    """The first breach of one chain, whose entries come in order from its first; None if sound.

    What was cut off at the end cannot be seen from the entries alone: compare the last one with
    a copy kept elsewhere.
    """
    previous_hash, chain = START, None
    for sequence, entry in enumerate(entries, 1):
        chain = entry.chain if chain is None else chain
        if entry.sequence != sequence:
            return Breach(chain, sequence, "", f"it is missing: entry {entry.sequence} comes next")
        reason = _fault(entry, chain, previous_hash)
        if reason is not None:
            return Breach(chain, sequence, entry.event_id, reason)
        previous_hash = entry.hash
    return None


def _fault(entry: InvoiceAudit, chain: str, previous_hash: str) -> str | None:
    if entry.chain != chain:
        return f"it belongs to chain {entry.chain}"
    if entry.previous_hash != previous_hash:
        return "it does not continue the entry before"
    if entry.hash != hash_of(entry):
        return "its hash is not that of its content"
    return None


_OF_A_REVISION = (InvoiceDecision, InvoiceReviewRequested, InvoiceReviewCompleted)
_form = Encoder().encode
