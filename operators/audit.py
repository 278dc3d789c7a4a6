"""The hash-chained audit trail."""

from msgspec import Struct

from operators.result import Source
from operators.time import Instant


class InvoiceAudit(Struct, frozen=True):
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
    """The decision's revision; 0 for other events."""
    status: str
    """Status the event carries; empty for uploads."""
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
