"""What is counted of decisions, as sums that add up in any order and split.

>>> one, other = Totals(decided=2, statuses={"APPROVED": 2}), Totals(decided=1)
>>> one.merge(other); one.decided, one.statuses
(3, {'APPROVED': 2})
"""

from collections.abc import Iterable, Mapping
from typing import Any, cast, get_args

import msgspec
from msgspec import Struct

from operators.decision import DecisionStatus
from operators.money import ONE, bounded
from operators.statistics.latency import bucket_of, quantile
from operators.statistics.record import (
    CurrencyAmount,
    InvoiceStatistics,
    JudgedRequest,
    LatencyBucket,
    LatencyQuantiles,
    Measured,
    RowCount,
    RuleCount,
    StatusCount,
)
from operators.time import Instant

_DECISION = "DECISION"
_LARGEST = 2**63 - 1
"""Of the amounts that are added up: 92 billion, as in decisions."""
_ORDER = get_args(Measured)


class Share(Struct, frozen=True, array_like=True, gc=False):
    """What a request adds to its window, as long as the same revision is in force."""

    status: str
    rules: tuple[str, ...]
    row: str | None
    money: tuple[str, int, int] | None
    """Currency, and the amount due in whole units and the rest of one."""
    latencies: tuple[tuple[str, int], ...]
    """Branch and bucket."""


class Counted(Struct, frozen=True, array_like=True, gc=False):
    """What is remembered of a request that has been counted."""

    opened_at: Instant
    revision: int
    timed: bool
    """Whether the latency of its first decision is counted."""
    share: bytes
    """Its share, encoded: it is looked at only when a correction comes."""


def share_of(decision: JudgedRequest) -> Share:
    """What a decision adds to its window."""
    rules: dict[str, None] = {}
    for answer in decision.branches:
        for violation in answer.violations:
            if violation.severity != "INFO":
                rules[violation.rule_id] = None
    currency, due = decision.currency, decision.due
    money: tuple[str, int, int] | None = None
    if due is not None and abs(due) <= _LARGEST and currency is not None and _is_code(currency):
        money = (currency, *divmod(due, ONE))
    return Share(
        decision.status,
        tuple(rules),
        decision.decided_by,
        money,
        tuple((answer.branch, bucket_of(answer.latency_ms)) for answer in decision.branches),
    )


encoded = msgspec.msgpack.Encoder().encode
decoded = msgspec.msgpack.Decoder(Share).decode


class Totals(Struct, array_like=True):
    """Sums over requests. What has come to nothing has no entry."""

    decided: int = 0
    late: int = 0
    without_amount: int = 0
    statuses: dict[str, int] = {}
    rules: dict[str, int] = {}
    rows: dict[str, int] = {}
    amounts: dict[str, tuple[int, int, int]] = {}
    """Currency/status to requests, whole units and 10⁻⁸ units."""
    latencies: dict[str, dict[int, int]] = {}
    """Buckets by what was measured."""

    def add(self, share: Share, sign: int = 1) -> None:
        """Count a request's share, or take it back."""
        self.decided += sign
        _count(self.statuses, share.status, sign)
        for rule in share.rules:
            _count(self.rules, rule, sign)
        if share.row is not None:
            _count(self.rows, share.row, sign)
        if share.money is None:
            self.without_amount += sign
        else:
            currency, whole, part = share.money
            self._add_amount(f"{currency}/{share.status}", sign, sign * whole, sign * part)
        for branch, bucket in share.latencies:
            self._add_latency(branch, bucket, sign)

    def add_first_decision(self, latency_ms: int) -> None:
        """Count how long a request's first decision took."""
        self._add_latency(_DECISION, bucket_of(latency_ms), 1)

    def merge(self, other: "Totals") -> None:
        """Add other sums."""
        self.decided += other.decided
        self.late += other.late
        self.without_amount += other.without_amount
        for mine, theirs in (
            (self.statuses, other.statuses),
            (self.rules, other.rules),
            (self.rows, other.rows),
        ):
            for key, count in theirs.items():
                _count(mine, key, count)
        for key, (count, whole, part) in other.amounts.items():
            self._add_amount(key, count, whole, part)
        for measured, buckets in other.latencies.items():
            for bucket, count in buckets.items():
                self._add_latency(measured, bucket, count)

    def copy(self) -> "Totals":
        """The same sums, to be changed on their own."""
        same = Totals()
        same.merge(self)
        return same

    def _add_amount(self, key: str, count: int, whole: int, part: int) -> None:
        before = self.amounts.get(key, (0, 0, 0))
        units, rest = divmod(before[2] + part, ONE)
        after = (before[0] + count, before[1] + whole + units, rest)
        if after[0]:
            self.amounts[key] = after
        else:
            self.amounts.pop(key, None)

    def _add_latency(self, measured: str, bucket: int, by: int) -> None:
        buckets = self.latencies.setdefault(measured, {})
        _count(buckets, bucket, by)
        if not buckets:
            del self.latencies[measured]

    def fields(self) -> dict[str, Any]:
        """The sums as the fields of a record."""
        return {
            "decided": self.decided,
            "late": self.late,
            "without_amount": self.without_amount,
            "statuses": tuple(StatusCount(*each) for each in _sorted(self.statuses)),
            "rules": tuple(RuleCount(*each) for each in _sorted(self.rules)),
            "rows": tuple(RowCount(*each) for each in _sorted(self.rows)),
            "amounts": tuple(_amount(key, *sums) for key, sums in sorted(self.amounts.items())),
            "latencies": tuple(
                _quantiles(measured, self.latencies[measured])
                for measured in _ORDER
                if measured in self.latencies
            ),
        }

    @classmethod
    def of(cls, records: Iterable[InvoiceStatistics]) -> "Totals":
        """The sums of several records, of other partitions or other windows."""
        totals = cls()
        for record in records:
            totals.merge(_sums(record))
        return totals


def _sums(record: InvoiceStatistics) -> Totals:
    return Totals(
        record.decided,
        record.late,
        record.without_amount,
        {each.status: each.count for each in record.statuses},
        {each.rule_id: each.count for each in record.rules},
        {each.row: each.count for each in record.rows},
        {
            f"{each.currency}/{each.status}": (each.count, *divmod(each.amount, ONE))
            for each in record.amounts
        },
        {
            each.measured: {bucket.latency_ms: bucket.count for bucket in each.buckets}
            for each in record.latencies
        },
    )


def _quantiles(measured: str, buckets: Mapping[int, int]) -> LatencyQuantiles:
    p50, p90, p99 = (quantile(buckets, percent) or 0 for percent in (50, 90, 99))
    counted = tuple(LatencyBucket(*each) for each in sorted(buckets.items()))
    return LatencyQuantiles(cast(Measured, measured), sum(buckets.values()), p50, p90, p99, counted)


def _amount(key: str, count: int, whole: int, part: int) -> CurrencyAmount:
    currency, _, status = key.partition("/")
    return CurrencyAmount(
        currency, cast(DecisionStatus, status), count, bounded(whole * ONE + part)
    )


def _sorted(counts: Mapping[str, int]) -> list[tuple[Any, int]]:
    """The most first."""
    return sorted(counts.items(), key=lambda each: (-each[1], each[0]))


def _is_code(text: str) -> bool:
    """Whether a text can be an ISO 4217 code: what else invoices say would have no bounds."""
    return len(text) == 3 and text.isascii() and text.isalpha() and text.isupper()


def _count(counts: dict[Any, int], key: Any, by: int) -> None:
    after = counts.get(key, 0) + by
    if after:
        counts[key] = after
    else:
        counts.pop(key, None)
