"""Records as rows, and back."""

from collections.abc import Iterable
from hashlib import sha256
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import Table

from connectors.database.schema import decision, open_review, result, review, upload
from operators.audit import Event, InvoiceAudit
from operators.decision import Branch, InvoiceDecision
from operators.money import render
from operators.result import (
    FraudResult,
    InventoryDetails,
    InventoryResult,
    LineMatch,
    LinePrice,
    PricingDetails,
    PricingResult,
    Result,
    Saving,
    Source,
    ValidationResult,
)
from operators.review import InvoiceReviewCompleted, InvoiceReviewRequested
from operators.upload import InvoiceUploaded

Row = dict[str, Any]

BRANCH: dict[type[Result], Branch] = {
    ValidationResult: "VALIDATION",
    InventoryResult: "INVENTORY",
    FraudResult: "FRAUD",
    PricingResult: "PRICING",
}

AMOUNTS: dict[type[Struct], frozenset[str]] = {
    LineMatch: frozenset({"invoiced", "available", "reserved"}),
    LinePrice: frozenset(
        {
            "expected",
            "invoiced",
            "difference",
            "expected_net",
            "invoiced_net",
            "period_discount",
            "volume",
        }
    ),
    Saving: frozenset({"amount"}),
    PricingDetails: frozenset(
        {
            "amount",
            "amount_in_base",
            "exchange_rate",
            "expected_net",
            "invoiced_net",
            "savings_total",
        }
    ),
}
"""Amounts among the details: the tables show them as decimal text, not as scaled integers."""

_LONGEST_IDENTIFIER = 256


def storable(event: Event) -> Event:
    """The event with a request identifier that every database can hold and index.

    Nothing changes for identifiers of up to 256 characters without NUL. Of longer ones the
    beginning and a hash stand for the whole.
    """
    request_id = identifier(event.request_id)
    return event if request_id is event.request_id else replace(event, request_id=request_id)


def row(event: Event) -> tuple[Table, Row]:
    """The table and the row that an event's record goes to."""
    record = event.record
    if isinstance(record, InvoiceDecision):
        return decision, _decision(event, record)
    if isinstance(record, InvoiceUploaded):
        return upload, _upload(event, record)
    if isinstance(record, InvoiceReviewCompleted):
        return review, _review(event, record)
    if isinstance(record, InvoiceReviewRequested):
        return open_review, _asked(event, record)
    return result, _result(event, record)


def _upload(event: Event, record: InvoiceUploaded) -> Row:
    invoice, metadata = record.invoice, record.metadata
    if invoice is not None:
        number, currency = invoice.number, invoice.currency
        payable, issue_date = invoice.totals.payable, invoice.issue_date
    else:
        number, currency = None, metadata.currency
        payable, issue_date = metadata.amount, metadata.invoice_date
    return {
        "request_id": event.request_id,
        "attempt": record.attempt,
        "invoice_id": _text(record.invoice_id),
        "vendor_id": _text(record.vendor_id),
        "origin": record.origin,
        "uploaded_at": record.uploaded_at,
        "number": _text(number),
        "currency": _text(currency),
        "payable": payable,
        "issue_date": issue_date,
        "event_id": event.event_id,
        "tenant": _text(record.tenant),
        "document": record.document,
    }


def _result(event: Event, record: Result) -> Row:
    details: Struct = record.details
    source = record.source
    return {
        "request_id": event.request_id,
        "attempt": record.attempt,
        "branch": BRANCH[type(record)],
        "source_topic": source.topic,
        "source_partition": source.partition,
        "source_offset": source.offset,
        "invoice_id": _text(record.invoice_id),
        "vendor_id": _text(record.vendor_id),
        "status": record.status,
        "unknown_reason": _text(record.unknown_reason),
        "violations": record.violations,
        "details": readable(details),
        "policy_version": _text(record.policy_version),
        "uploaded_at": record.uploaded_at,
        "decided_at": record.decided_at,
        "record_offset": event.source.offset,
        "event_id": event.event_id,
    }


def _decision(event: Event, record: InvoiceDecision) -> Row:
    return {
        "request_id": event.request_id,
        "attempt": record.attempt,
        "revision": record.revision,
        "invoice_id": _text(record.invoice_id),
        "vendor_id": _text(record.vendor_id),
        "status": record.status,
        "complete": record.complete,
        "missing": record.missing,
        "branches": record.branches,
        "changes": record.changes,
        "opened_at": record.opened_at,
        "decided_at": record.decided_at,
        "uploaded_at": record.uploaded_at,
        "latency_ms": record.latency_ms,
        "event_id": event.event_id,
        "amount": record.amount,
        "vendor_class": _text(record.vendor_class),
        "decided_by": _text(record.decided_by),
        "approvers": _text(record.approvers),
        "reason": _text(record.reason),
        "policy_version": _text(record.policy_version),
        "currency": _text(record.currency),
        "due": record.due,
        "reviews": record.reviews,
    }


def _review(event: Event, record: InvoiceReviewCompleted) -> Row:
    return {
        "event_id": event.event_id,
        "request_id": event.request_id,
        "attempt": record.attempt,
        "revision": record.revision,
        "outcome": record.outcome,
        "reviewer": _text(record.reviewer),
        "reason": _text(record.reason),
        "completed_at": record.completed_at,
    }


def _asked(event: Event, record: InvoiceReviewRequested) -> Row:
    invoice = record.invoice
    amount, currency, name = record.amount, None, None
    if invoice is not None:
        totals = invoice.totals
        amount = totals.gross if totals.payable is None else totals.payable
        currency, name = invoice.currency, invoice.seller.name
    rules = dict.fromkeys(each.rule_id for each in record.violations)
    return {
        "request_id": event.request_id,
        "attempt": record.attempt,
        "revision": record.revision,
        "kind": record.kind,
        "invoice_id": _text(record.invoice_id),
        "vendor_id": _text(record.vendor_id),
        "vendor_name": _text(name),
        "amount": amount,
        "currency": _text(currency),
        "approvers": _text(record.approvers),
        "reason": _text(record.reason),
        # With a space around each, so that one can be looked for.
        "rules": f" {' '.join(rules)} ",
        "needed": record.needed,
        "approved_by": [note.reviewer for note in record.approvals],
        "opened_at": record.opened_at,
        "expires_at": record.expires_at,
        "asked": record,
        "event_id": event.event_id,
    }


def readable(details: Struct) -> Struct | Row:
    """A branch's details with amounts as decimal text: 19.90 rather than 1990000000."""
    if isinstance(details, InventoryDetails):
        return {
            "purchase_order": details.purchase_order,
            "lines": [_rendered(line) for line in details.lines],
        }
    if isinstance(details, PricingDetails):
        return _rendered(details) | {"lines": [_rendered(line) for line in details.lines]}
    return details


def _rendered(details: Struct) -> Row:
    amounts = AMOUNTS[type(details)]
    shown = {}
    for name in details.__struct_fields__:
        value = getattr(details, name)
        shown[name] = render(value) if name in amounts and value is not None else value
    return shown


def audit_row(entry: InvoiceAudit) -> Row:
    """An audit entry as a row."""
    source = entry.source
    return {
        "chain": entry.chain,
        "sequence": entry.sequence,
        "event_id": entry.event_id,
        "kind": entry.kind,
        "request_id": entry.request_id,
        "attempt": entry.attempt,
        "revision": entry.revision,
        "status": entry.status,
        "at": entry.at,
        "source_topic": source.topic,
        "source_partition": source.partition,
        "source_offset": source.offset,
        "payload_sha256": entry.payload_sha256,
        "previous_hash": entry.previous_hash,
        "hash": entry.hash,
    }


def audit_entries(found: Iterable[Any]) -> Iterable[InvoiceAudit]:
    """Rows of `audit_entry`, columns in the table's order, as entries."""
    for values in found:
        yield InvoiceAudit(*(*values[:9], Source(*values[9:12]), *values[12:]))


def decided(found: Row) -> InvoiceDecision:
    """A row of `decision`, opened, as the record it came from."""
    # Those of before there were reviews have none.
    return msgspec.convert(found | {"reviews": found["reviews"] or ()}, InvoiceDecision)


def identifier(value: str) -> str:
    """A request's identifier as it is stored."""
    if len(value) > _LONGEST_IDENTIFIER:
        digest = sha256(value.encode("utf-8", "surrogatepass")).hexdigest()
        value = f"{value[: _LONGEST_IDENTIFIER - 65]}#{digest}"
    return value.replace("\x00", "\ufffd") if "\x00" in value else value


def _text(value: str | None) -> str | None:
    return value.replace("\x00", "\ufffd") if value is not None and "\x00" in value else value
