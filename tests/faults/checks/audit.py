"""The audit trail: all that happened to a request entered once, in unbroken chains."""

from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from operators.audit import InvoiceAudit, verify, witness
from operators.decision import InvoiceDecision
from operators.result import FraudResult, InventoryResult, PricingResult, ValidationResult
from operators.review import InvoiceReviewCompleted, InvoiceReviewRequested
from operators.upload import InvoiceUploaded
from tests.faults.checks.check import Check, Findings
from tests.faults.recorded import Recorded

NAME = "the audit trail is unbroken and complete"

COLLECTED: tuple[type[Any], ...] = (
    InvoiceUploaded,
    ValidationResult,
    InventoryResult,
    FraudResult,
    PricingResult,
    InvoiceDecision,
    InvoiceReviewRequested,
    InvoiceReviewCompleted,
)
"""What `collect` enters."""


class _Link(Struct, tag="InvoiceAudit"):
    """Of an entry, which chain it belongs to."""

    chain: str


def unbroken_and_complete(recorded: Recorded) -> Check:
    """Each chain from its first entry, and its entries against the records they stand for."""
    findings = Findings(NAME)
    chains = {link.chain for link in recorded.contents(_Link)}
    count = 0
    for number in recorded.partitions(InvoiceUploaded):
        chain = f"{recorded.contracts.namespace}collect-{number}"
        chains.discard(chain)
        entries = sorted(_entries(recorded, chain), key=lambda entry: entry.sequence)
        count += len(entries)
        breach = verify(entries)
        if breach is not None:
            known = {entry.event_id: entry.request_id for entry in entries}
            about = known.get(breach.event_id, "unknown")
            findings.add(
                f"chain {chain} entry {breach.sequence} (request {about}): {breach.reason}"
            )
        for problem in _incomplete(entries, _events(recorded, number)):
            findings.add(f"chain {chain}: {problem}")
    for chain in sorted(chains):
        findings.add(f"chain {chain}: nobody should have written it")
    return findings.check(f"{count:,} entries, each continuing the one before")


def _entries(recorded: Recorded, chain: str) -> Iterator[InvoiceAudit]:
    """One chain's entries; all chains together may not fit into memory."""
    link, whole = recorded.decoder(_Link), recorded.decoder(InvoiceAudit)
    for received in recorded.raw(recorded.contracts.topic_of(InvoiceAudit)):
        value = received.value or b""
        if link(value).chain == chain:
            yield whole(value)


def _incomplete(
    entries: list[InvoiceAudit], events: Iterator[tuple[str, tuple[Any, ...]]]
) -> Iterator[str]:
    entered: dict[str, tuple[Any, ...]] = {}
    for entry in entries:
        if entry.event_id in entered:
            yield f"request {entry.request_id}: {entry.event_id} is entered twice"
        entered[entry.event_id] = _said(entry)
    for event_id, said in events:
        found = entered.pop(event_id, None)
        if found is None:
            yield f"request {said[1]}: {event_id} is not entered"
        elif found != said:
            yield f"request {said[1]}: {event_id} is entered otherwise than it happened"
    for event_id, said in entered.items():
        yield f"request {said[1]}: {event_id} is entered, but never happened"


def _events(recorded: Recorded, number: int) -> Iterator[tuple[str, tuple[Any, ...]]]:
    """What happened in a partition, by event, as its entries have to say it."""
    for kind in COLLECTED:
        for decoded in recorded.of(kind, number):
            received = decoded.received
            event = witness(received.topic, decoded.record, received.source, received.value or b"")
            yield event.event_id, _said(event)


def _said(entry: Any) -> tuple[Any, ...]:
    return (
        entry.kind,
        entry.request_id,
        entry.attempt,
        entry.revision,
        entry.status,
        entry.at,
        entry.source,
        entry.payload_sha256,
    )
