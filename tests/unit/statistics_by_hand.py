"""What statistics must come to: the topic as its readers add it up, and each decision in force."""

from collections.abc import Iterable

from operators.decision import InvoiceDecision
from operators.money import ONE
from operators.statistics import InvoiceStatistics, JudgedRequest, Totals
from operators.statistics.latency import bucket_of
from operators.time import Instant

MINUTE, HOUR = 60_000, 3_600_000
_CURRENCIES = ("EUR", "PLN", "USD", "GBP", "CHF")


def latest(records: Iterable[InvoiceStatistics]) -> list[InvoiceStatistics]:
    """The record in force of each key, as a reader of the topic has them."""
    found: dict[str, InvoiceStatistics] = {}
    for record in records:
        before = found.get(record.window_id)
        assert record.revision == (before.revision if before else 0) + 1
        found[record.window_id] = record
    return list(found.values())


def merged(records: Iterable[InvoiceStatistics]) -> dict[tuple[str, Instant], Totals]:
    """The sums of each window over all partitions."""
    windows: dict[tuple[str, Instant], list[InvoiceStatistics]] = {}
    for record in records:
        windows.setdefault((record.length, record.starts_at), []).append(record)
    return {key: Totals.of(each) for key, each in windows.items()}


def wanted(history: Iterable[JudgedRequest | InvoiceDecision]) -> dict[tuple[str, Instant], Totals]:
    """The same by looking at each attempt's revision in force alone."""
    attempts: dict[tuple[str, int], list[JudgedRequest | InvoiceDecision]] = {}
    for each in history:
        attempts.setdefault((each.request_id, each.attempt), []).append(each)
    windows: dict[tuple[str, Instant], Totals] = {}
    for revisions in attempts.values():
        last = max(revisions, key=lambda each: each.revision)
        first = min(revisions, key=lambda each: each.revision)
        for length, lasts in (("MINUTE", MINUTE), ("HOUR", HOUR)):
            start = last.opened_at // lasts * lasts
            found = windows.setdefault((length, start), Totals())
            found.decided += 1
            found.statuses[last.status] = found.statuses.get(last.status, 0) + 1
            if last.decided_by:
                found.rows[last.decided_by] = found.rows.get(last.decided_by, 0) + 1
            for rule in {
                broken.rule_id
                for branch in last.branches
                for broken in branch.violations
                if broken.severity != "INFO"
            }:
                found.rules[rule] = found.rules.get(rule, 0) + 1
            if last.due is not None and last.currency in _CURRENCIES:
                key = f"{last.currency}/{last.status}"
                count, whole, part = found.amounts.get(key, (0, 0, 0))
                due = whole * ONE + part + last.due
                found.amounts[key] = (count + 1, *divmod(due, ONE))
            else:
                found.without_amount += 1
            measured = [(each.branch, each.latency_ms) for each in last.branches]
            for name, latency in [*measured, ("DECISION", first.latency_ms)]:
                buckets = found.latencies.setdefault(name, {})
                bucket = bucket_of(latency)
                buckets[bucket] = buckets.get(bucket, 0) + 1
    return windows
