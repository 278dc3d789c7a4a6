"""The job on Manifold: its connectors and its join, the job's checks in the branches."""

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeAlias, TypeVar

import bytewax.operators as op
from bytewax.dataflow import Dataflow
from msgspec import Struct

from bench.job import checks
from bench.job.views import (
    Billed,
    CheckedInvoice,
    History,
    OrderedInvoice,
    PricedInvoice,
    WeighedInvoice,
)
from connectors import steps
from connectors.changelog_table import TableType
from connectors.joined import TABLES, joined
from connectors.runtime import Runtime
from connectors.steps import OnCaughtUp, OnRecord, decode, judge, keep, write
from connectors.stream import Decoded, Produced
from connectors.tables import Tables
from operators.decision import InvoiceDecision
from operators.join import Join
from operators.judgement import Judgement
from operators.result import (
    FraudResult,
    InventoryResult,
    PricingResult,
    Result,
    ValidationResult,
)
from operators.time import Instant

R = TypeVar("R", bound=Result)
Written: TypeAlias = Iterable[steps.Written]

BILLED = TableType("reservations", Billed)
HISTORIES = TableType("vendors", History)
RESULTS = (ValidationResult, InventoryResult, FraudResult, PricingResult)
DEADLINE = timedelta(seconds=60)
REMEMBER = timedelta(hours=24)


class Upload(Struct, frozen=True, kw_only=True, gc=False):
    """What every branch reads of an upload."""

    request_id: str
    attempt: int = 1
    invoice_id: str
    vendor_id: str | None = None
    uploaded_at: Instant


class CheckedUpload(Upload, frozen=True, kw_only=True, gc=False, tag="InvoiceUploaded"):
    """An upload as `validation` reads it."""

    invoice: CheckedInvoice | None = None


class OrderedUpload(Upload, frozen=True, kw_only=True, gc=False, tag="InvoiceUploaded"):
    """An upload as `inventory` reads it."""

    invoice: OrderedInvoice | None = None


class WeighedUpload(Upload, frozen=True, kw_only=True, gc=False, tag="InvoiceUploaded"):
    """An upload as `fraud` reads it."""

    invoice: WeighedInvoice | None = None


class PricedUpload(Upload, frozen=True, kw_only=True, gc=False, tag="InvoiceUploaded"):
    """An upload as `pricing` reads it."""

    invoice: PricedInvoice | None = None


def _answer(kind: type[R], upload: Decoded[Any], judgement: Judgement[Any], at: Instant) -> Written:
    record = upload.record
    result = kind(
        request_id=record.request_id,
        attempt=record.attempt,
        invoice_id=record.invoice_id,
        vendor_id=record.vendor_id,
        status=judgement.status,
        unknown_reason=None,
        violations=judgement.violations,
        decided_at=at,
        uploaded_at=record.uploaded_at,
        policy_version="job",
        source=upload.received.source,
        details=judgement.details,
    )
    return (Produced(result, upload.received),)


def on_validation(upload: Decoded[CheckedUpload], at: Instant) -> Written:
    """Judge an upload."""
    assert upload.record.invoice is not None
    return _answer(ValidationResult, upload, checks.validation(upload.record.invoice), at)


def on_pricing(upload: Decoded[PricedUpload], at: Instant) -> Written:
    """Judge an upload."""
    assert upload.record.invoice is not None
    return _answer(PricingResult, upload, checks.pricing(upload.record.invoice), at)


def on_inventory(tables: Tables, upload: Decoded[OrderedUpload], at: Instant) -> Written:
    """Judge an upload by what has been billed of its order, and remember that."""
    invoice = upload.record.invoice
    assert invoice is not None
    key = f"{upload.record.vendor_id}/{invoice.purchase_order}"
    billed = tables["reservations"].get(key) if invoice.purchase_order else None
    judgement, billed = checks.inventory(invoice, billed)
    if billed is not None:
        tables["reservations"].put(key, billed)
    return _answer(InventoryResult, upload, judgement, at)


def on_fraud(tables: Tables, upload: Decoded[WeighedUpload], at: Instant) -> Written:
    """Judge an upload by what is remembered of its vendor, and remember it."""
    record = upload.record
    assert record.invoice is not None
    assert record.vendor_id is not None
    history = tables["vendors"].get(record.vendor_id)
    judgement, history = checks.fraud(
        record.request_id, record.invoice, _day(record.uploaded_at), history
    )
    tables["vendors"].put(record.vendor_id, history)
    return _answer(FraudResult, upload, judgement, at)


def _day(at: Instant) -> date:
    return datetime.fromtimestamp(at // 1_000, UTC).date()


def validation(runtime: Runtime) -> Dataflow:
    """The first branch."""
    return _branch(runtime, CheckedUpload, on_validation)


def pricing(runtime: Runtime) -> Dataflow:
    """The fourth branch."""
    return _branch(runtime, PricedUpload, on_pricing)


def inventory(runtime: Runtime) -> Dataflow:
    """The second branch."""
    return _keeping(runtime, OrderedUpload, BILLED, on_inventory)


def fraud(runtime: Runtime) -> Dataflow:
    """The third branch."""
    return _keeping(runtime, WeighedUpload, HISTORIES, on_fraud)


def _branch(runtime: Runtime, view: type[Any], function: Callable[..., Written]) -> Dataflow:
    wire = runtime.wire(view)
    flow = Dataflow(runtime.flow)
    uploads = decode("decode", op.input("source", flow, runtime.source()), wire, runtime.sink())
    write("results", judge("judge", uploads, function), wire, runtime.sink())
    return flow


def _keeping(
    runtime: Runtime, view: type[Any], table: TableType, function: Callable[..., Written]
) -> Dataflow:
    wire = runtime.wire(view)
    flow = Dataflow(runtime.flow)
    uploads = decode("decode", op.input("source", flow, runtime.source()), wire, runtime.sink())
    results = keep("judge", uploads, runtime.store(table), function)
    write("results", results, wire, runtime.sink())
    return flow


def deciding() -> tuple[OnRecord[Tables], OnCaughtUp[Tables]]:
    """The join; what it says of settling and reviews is left out."""
    on_result, on_caught_up = joined(
        Join(DEADLINE // timedelta(milliseconds=1), REMEMBER // timedelta(milliseconds=1))
    )

    def decided(tables: Tables, result: Decoded[Any], at: Instant) -> Written:
        written = on_result(tables, result, at)
        return _unsettled(written) if written else ()

    def caught_up(tables: Tables, until: Instant, now: Instant) -> Written:
        return _unsettled(on_caught_up(tables, until, now))

    return decided, caught_up


def decide(runtime: Runtime) -> Dataflow:
    """The join as a process of its own."""
    runtime.watch_ends(timedelta(seconds=1))
    wire = runtime.wire(*RESULTS)
    flow = Dataflow(runtime.flow)
    results = decode("decode", op.input("source", flow, runtime.source()), wire, runtime.sink())
    decisions = keep("join", results, runtime.store(*TABLES), *deciding())
    write("decisions", decisions, wire, runtime.sink())
    return flow


def _unsettled(written: Written) -> Written:
    return (
        each
        for each in written
        if not isinstance(each, Produced) or isinstance(each.record, InvoiceDecision)
    )
