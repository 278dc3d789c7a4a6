"""What statistics read of a decision, and what they say of a window."""

from typing import Literal, TypeAlias

from msgspec import Struct

from operators.decision import Branch, DecisionStatus
from operators.money import Amount
from operators.result import Severity
from operators.time import Instant


class BrokenRule(Struct, frozen=True, gc=False):
    """A rule that the invoice does not satisfy."""

    rule_id: str
    severity: Severity


class BranchLatency(Struct, frozen=True, gc=False):
    """One branch's answer."""

    branch: Branch
    violations: tuple[BrokenRule, ...]
    latency_ms: int


class JudgedRequest(Struct, frozen=True, kw_only=True, gc=False, tag="InvoiceDecision"):
    """A decision, as far as it is counted."""

    request_id: str
    attempt: int
    vendor_id: str
    revision: int
    status: DecisionStatus
    branches: tuple[BranchLatency, ...]
    opened_at: Instant
    latency_ms: int
    decided_by: str | None = None
    currency: str | None = None
    due: Amount | None = None


Length: TypeAlias = Literal["MINUTE", "HOUR", "UNKNOWN"]
"""How long a window is."""

Measured: TypeAlias = Literal["VALIDATION", "INVENTORY", "FRAUD", "PRICING", "DECISION", "UNKNOWN"]
"""A branch, or DECISION for the way from upload to first decision."""


class StatusCount(Struct, frozen=True, gc=False):
    """Requests of one status."""

    status: DecisionStatus
    """The decision in force."""
    count: int
    """How many requests have it."""


class RuleCount(Struct, frozen=True, gc=False):
    """Requests that do not satisfy one rule."""

    rule_id: str
    """The rule."""
    count: int
    """How many requests."""


class RowCount(Struct, frozen=True, gc=False):
    """Requests that one row of the decision table, or what else may, has decided."""

    row: str
    """The row's name, “a person”, “a later attempt” or “an expired review”."""
    count: int
    """How many requests."""


class CurrencyAmount(Struct, frozen=True, gc=False):
    """Amounts due of one currency and status."""

    currency: str
    """Currency of the invoices."""
    status: DecisionStatus
    """The decision in force."""
    count: int
    """How many requests."""
    amount: Amount
    """Sum of their amounts due."""


class LatencyBucket(Struct, frozen=True, gc=False):
    """Latencies that are about the same."""

    latency_ms: int
    """Milliseconds, within 1 % of each latency counted here."""
    count: int
    """How many."""


class LatencyQuantiles(Struct, frozen=True, gc=False):
    """How long something took."""

    measured: Measured
    """What took so long, from upload to its answer."""
    count: int
    """How many times it was measured."""
    p50: int
    """Milliseconds that half of them do not exceed, within 1 %."""
    p90: int
    """The same of nine in ten."""
    p99: int
    """The same of ninety-nine in a hundred."""
    buckets: tuple[LatencyBucket, ...]
    """All of them: those of several partitions or windows may be added up."""


class InvoiceStatistics(Struct, frozen=True, kw_only=True, gc=False):
    """What came of the requests that one partition opened in one window of time."""

    window_id: str
    """Length, beginning and partition, such as 1m/2026-03-02T09:15:00.000Z/3."""
    length: Length
    """How long the window is."""
    starts_at: Instant
    """First instant of the window."""
    ends_at: Instant
    """First instant behind it."""
    partition: int
    """Partition of the decisions counted."""
    revision: int
    """1 for the first record of this window and partition; the highest is in force."""
    closed: bool
    """True once all that was decided in time has been counted; corrections may still come."""
    decided: int
    """Requests that have been decided, each attempt once."""
    late: int
    """Decisions read meanwhile whose own window is no longer kept; counted nowhere else."""
    statuses: tuple[StatusCount, ...] = ()
    """By status."""
    rules: tuple[RuleCount, ...] = ()
    """By rule not satisfied, remarks left out."""
    rows: tuple[RowCount, ...] = ()
    """By what decided; those decided without a table are left out."""
    amounts: tuple[CurrencyAmount, ...] = ()
    """By currency and status."""
    without_amount: int
    """Requests of which no amount or no proper currency is known."""
    latencies: tuple[LatencyQuantiles, ...] = ()
    """By what was measured."""
