"""Statistics: the latest record of each window is a plain recount of the decisions.

The recount knows nothing of the operator: it looks at each attempt's revision in force, and at how
long its first decision took. Latencies are held against their buckets one by one.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from operators.decision import InvoiceDecision
from operators.statistics import InvoiceStatistics
from operators.time import Instant, isoformat
from tests.faults.checks.check import Check, Findings
from tests.faults.recorded import Recorded

NAME = "statistics are a recount of the decisions"

_LENGTHS = {"MINUTE": ("1m", 60_000), "HOUR": ("1h", 3_600_000)}
_PERCENT = 1
"""How far a latency may be from its bucket's, and a quantile from the true one."""


@dataclass
class _Window:
    """What the decisions of a window and partition come to."""

    length: str
    starts_at: Instant
    partition: int
    decided: int = 0
    without_amount: int = 0
    statuses: Counter[str] = field(default_factory=Counter)
    rules: Counter[str] = field(default_factory=Counter)
    rows: Counter[str] = field(default_factory=Counter)
    amounts: Counter[tuple[str, str]] = field(default_factory=Counter)
    sums: Counter[tuple[str, str]] = field(default_factory=Counter)
    latencies: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))

    def add(self, last: InvoiceDecision, first_latency: int | None) -> None:
        """Count an attempt by its revision in force."""
        self.decided += 1
        self.statuses[last.status] += 1
        violations = (each for answer in last.branches for each in answer.violations)
        self.rules.update({each.rule_id for each in violations if each.severity != "INFO"})
        if last.decided_by is not None:
            self.rows[last.decided_by] += 1
        if last.currency is None or last.due is None:
            self.without_amount += 1
        else:
            self.amounts[last.currency, last.status] += 1
            self.sums[last.currency, last.status] += last.due
        for answer in last.branches:
            self.latencies[answer.branch].append(answer.latency_ms)
        if first_latency is not None:
            self.latencies["DECISION"].append(first_latency)


def counted_again(recorded: Recorded) -> Check:
    """The records in force of every window, against all decisions."""
    findings = Findings(NAME)
    wanted: dict[str, _Window] = {}
    attempts = 0
    for number in recorded.partitions(InvoiceDecision):
        attempts += _recount(recorded.contents(InvoiceDecision, number), number, wanted)
    latest: dict[str, InvoiceStatistics] = {}
    records = 0
    for record in recorded.contents(InvoiceStatistics):
        records += 1
        before = latest.get(record.window_id)
        follows = 1 if before is None else before.revision + 1
        if record.revision != follows:
            findings.add(
                f"window {record.window_id}: revision {record.revision} stands where {follows} "
                "is due"
            )
        latest[record.window_id] = record
    for name in sorted({*wanted, *latest}):
        for problem in _problems(latest.get(name), wanted.get(name)):
            findings.add(f"window {name}: {problem}")
    for length in _LENGTHS:
        total = sum(each.decided for each in latest.values() if each.length == length)
        if total != attempts:
            findings.add(f"{length.lower()}s of all partitions: {total:,} decided of {attempts:,}")
    return findings.check(
        f"{records:,} records of {len(latest):,} windows and partitions, the last a recount of "
        f"{attempts:,} attempts"
    )


def _recount(
    decisions: Iterable[InvoiceDecision], partition: int, windows: dict[str, _Window]
) -> int:
    """Put one partition's attempts into their windows; how many there are."""
    last: dict[tuple[str, int], InvoiceDecision] = {}
    first: dict[tuple[str, int], int] = {}
    for decision in decisions:
        case = (decision.request_id, decision.attempt)
        if decision.revision == 1:
            first.setdefault(case, decision.latency_ms)
        if case not in last or last[case].revision < decision.revision:
            last[case] = decision
    for case, decision in last.items():
        for length, (short, lasts) in _LENGTHS.items():
            start = decision.opened_at - decision.opened_at % lasts
            name = f"{short}/{isoformat(start)}/{partition}"
            window = windows.setdefault(name, _Window(length, start, partition))
            window.add(decision, first.get(case))
    return len(last)


def _problems(found: InvoiceStatistics | None, wanted: _Window | None) -> Iterator[str]:
    if found is None or wanted is None:
        yield "nothing was counted in it" if wanted is None else "no record"
        return
    place = (wanted.length, wanted.starts_at, wanted.partition)
    if (found.length, found.starts_at, found.partition) != place:
        yield "it is of another time or partition than its name says"
    if found.ends_at - found.starts_at != _LENGTHS[wanted.length][1]:
        yield "it does not end when it should"
    if found.late:
        yield f"{found.late} decisions are called late, but none was"
    said: dict[str, tuple[object, object]] = {
        "decided": (found.decided, wanted.decided),
        "without amount": (found.without_amount, wanted.without_amount),
        "statuses": (_counts((e.status, e.count) for e in found.statuses), wanted.statuses),
        "rules": (_counts((e.rule_id, e.count) for e in found.rules), wanted.rules),
        "rows": (_counts((e.row, e.count) for e in found.rows), wanted.rows),
        "amounts counted": (
            _counts(((e.currency, e.status), e.count) for e in found.amounts),
            wanted.amounts,
        ),
        "amounts": (
            _counts(((e.currency, e.status), e.amount) for e in found.amounts),
            wanted.sums,
        ),
    }
    for name, (there, right) in said.items():
        if there != right:
            yield f"{name} {there}, a recount gives {right}"
    yield from _latency_problems(found, wanted.latencies)


def _latency_problems(
    found: InvoiceStatistics, wanted: Mapping[str, Sequence[int]]
) -> Iterator[str]:
    measured = {str(each.measured): each for each in found.latencies}
    if measured.keys() != wanted.keys() or len(measured) != len(found.latencies):
        yield f"latencies of {sorted(measured)}, a recount has {sorted(wanted)}"
        return
    for name, latencies in wanted.items():
        said, right = measured[name], sorted(latencies)
        spread = [each.latency_ms for each in said.buckets for _ in range(each.count)]
        if said.count != len(right) or len(spread) != len(right):
            yield f"{len(spread):,} latencies of {name.lower()}, a recount has {len(right):,}"
        elif not all(map(_near, sorted(spread), right)):
            yield f"latencies of {name.lower()} in buckets that are not theirs"
        else:
            for percent, value in ((50, said.p50), (90, said.p90), (99, said.p99)):
                true = right[-(-len(right) * percent // 100) - 1]
                if not _near(value, true):
                    yield f"p{percent} of {name.lower()} is {value} ms, a recount gives {true} ms"


def _near(said: int, true: int) -> bool:
    return abs(said - true) * 100 <= true * _PERCENT


def _counts(pairs: Iterable[tuple[object, int]]) -> dict[object, int]:
    return dict(pairs)
