"""What the job must write about given uploads: a plain replay of the checks and the join.

It reads whole invoices, not the views, so that a view that lacks a field is found out.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from typing import Any, TypeVar, cast

from msgspec import Struct
from msgspec.structs import replace

from bench.job import checks
from bench.job.views import Billed, History
from connectors.codec import Codec, LockIds
from connectors.contracts import Contracts
from operators.answer import answer
from operators.decision import InvoiceDecision
from operators.join import Join
from operators.judgement import Judgement
from operators.request import Cancellation, Remembered, Request, Review
from operators.result import (
    FraudResult,
    InventoryResult,
    PricingResult,
    Result,
    Source,
    ValidationResult,
)
from operators.table import MemoryTable
from operators.time import DAY, SECOND, Instant
from operators.upload import InvoiceUploaded

POLICY_VERSION = "job"
DEADLINE: Instant = 60 * SECOND
REMEMBERED: Instant = DAY

R = TypeVar("R", bound=Result | InvoiceDecision)


class Expected(Struct, frozen=True):
    """How often each record must have been written, its times being 0."""

    results: Counter[Result]
    decisions: Counter[InvoiceDecision]


def expected(uploads: Iterable[tuple[Source, bytes]]) -> Expected:
    """The results and decisions that follow from uploads, when no answer misses its deadline.

    `uploads` are the values of the input topic and where they stand: those of one partition
    in the order of their offsets, the partitions one after the other or mixed.
    """
    contracts = Contracts.load()
    decode = Codec(contracts, LockIds(contracts)).decoder(InvoiceUploaded)
    branches, join = Branches(), Join(DEADLINE, REMEMBERED)
    tables = (
        MemoryTable[Request](),
        MemoryTable[Remembered](),
        MemoryTable[Review](),
        MemoryTable[Cancellation](),
    )
    found = Expected(Counter(), Counter())
    for source, value in uploads:
        for result in branches.results(decode(value), source):
            found.results[result] += 1
            for outcome in join.answer(*tables, result, 0, 0):
                if isinstance(outcome, InvoiceDecision):
                    found.decisions[timeless(outcome)] += 1
    return found


class Branches:
    """The four branches and what they remember."""

    def __init__(self) -> None:
        self._billed: dict[str, Billed] = {}
        self._histories: dict[str, History] = {}

    def results(self, upload: InvoiceUploaded, source: Source) -> Iterator[Result]:
        """The four answers to an upload, decided at 0."""
        invoice = cast(Any, upload.invoice)
        vendor = upload.vendor_id or ""

        def result(kind: type[Result], judgement: Judgement[Any]) -> Result:
            return answer(
                kind, upload, source, judgement, decided_at=0, policy_version=POLICY_VERSION
            )

        yield result(ValidationResult, checks.validation(invoice))
        order = f"{vendor}/{invoice.purchase_order}"
        matched, billed = checks.inventory(invoice, self._billed.get(order))
        if billed is not None:
            self._billed[order] = billed
        yield result(InventoryResult, matched)
        weighed, self._histories[vendor] = checks.fraud(
            upload.request_id, invoice, _day(upload.uploaded_at), self._histories.get(vendor)
        )
        yield result(FraudResult, weighed)
        yield result(PricingResult, checks.pricing(invoice))


def timeless(record: R) -> R:
    """A result or decision with the times at which it was made set to 0, fit to be compared."""
    if isinstance(record, Result):
        return replace(record, decided_at=0)
    branches = tuple(replace(each, decided_at=0, latency_ms=0) for each in record.branches)
    return replace(record, branches=branches, opened_at=0, decided_at=0, latency_ms=0)


def differences(wanted: Counter[R], found: Counter[R]) -> Iterator[str]:
    """What is missing and what should not be there, a sentence each.

    `found` are records that have gone through `timeless`.
    """
    for record, times in (wanted - found).items():
        yield f"missing {times} ×: {record}"
    for record, times in (found - wanted).items():
        yield f"{times} × too many: {record}"


def _day(at: Instant) -> date:
    return datetime.fromtimestamp(at // SECOND, UTC).date()
