"""One page of results for a fault run: Markdown for people, JSON for comparison."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import msgspec

from bench.harness.machine import described
from tests.faults.checks.check import Check
from tests.faults.checks.recovery import LONGEST_S, USUAL_S, Recovery, percentile
from tests.faults.history import Run
from tests.faults.verdict import evidence_of, felt, verdict
from tests.integration.flow_process import REPOSITORY

RESULTS = REPOSITORY / "tests" / "faults" / "results"
_SLOWEST = 5


def publish(run: Run, folder: Path = RESULTS) -> list[Check]:
    """Judge a run as `judge` does, and write its page; what the checkers said."""
    evidence = evidence_of(run)
    checks, recoveries = verdict(evidence), felt(evidence)
    write(run, checks, recoveries, described(), folder)
    return checks


def write(
    run: Run,
    checks: Sequence[Check],
    recoveries: Sequence[Recovery],
    machine: dict[str, str],
    folder: Path,
) -> None:
    """Write `latest.json` and `latest.md`; `machine` says what the run was made on and with."""
    folder.mkdir(parents=True, exist_ok=True)
    figures = msgspec.json.encode(results(run, checks, recoveries, machine))
    (folder / "latest.json").write_bytes(msgspec.json.format(figures, indent=2) + b"\n")
    page = "\n".join(_page(run, checks, recoveries, machine)) + "\n"
    (folder / "latest.md").write_text(page, encoding="utf-8")


def results(
    run: Run, checks: Sequence[Check], recoveries: Sequence[Recovery], machine: dict[str, str]
) -> dict[str, object]:
    """The figures of a run by name."""
    return {
        "seed": run.seed,
        "seconds": round(run.seconds, 1),
        "invoices": len(run.samples),
        "kills": run.kills,
        "faults": dict(sorted(Counter(fault.kind for fault in run.faults).items())),
        "checks": {
            check.name: {"passed": check.passed, "detail": check.detail} for check in checks
        },
        "recovery_p95_s": round(percentile(_seconds(recoveries), 95), 2),
        "recovery_max_s": round(max(_seconds(recoveries), default=0.0), 2),
        "recovery": {
            kind: {
                "faults": len(found),
                "alone": sum(each.alone for each in found),
                "p50_s": round(percentile(_seconds(found), 50), 2),
                "p95_s": round(percentile(_seconds(found), 95), 2),
                "max_s": round(max(_seconds(found)), 2),
                "as_it_was_max_s": round(max(each.as_it_was for each in found), 2),
            }
            for kind, found in _by_kind(recoveries)
        },
        "restarts": dict(sorted(run.restarts.items())),
        "made_on": machine,
    }


def _page(
    run: Run, checks: Sequence[Check], recoveries: Sequence[Recovery], machine: dict[str, str]
) -> Iterator[str]:
    passed = sum(check.passed for check in checks)
    yield "# Fault run"
    yield ""
    yield (
        f"{len(run.samples):,} invoices in {run.seconds:,.0f} s, {len(run.faults)} faults, "
        f"{run.kills} of them kills. {passed} of {len(checks)} checks passed."
    )
    yield ""
    yield f"Seed {run.seed}: the same seed gives the same invoices and the same schedule."
    yield ""
    yield from _table(("", "made on and with"), sorted(machine.items()))
    yield "## What was checked"
    yield ""
    yield from _table(
        ("", "check", "what was found"),
        (("✓" if check.passed else "✗", check.name, check.detail) for check in checks),
    )
    yield "## How long each fault was felt"
    yield ""
    yield (
        "Seconds from the moment at which what was broken was given back, or the process killed, "
        "until every invoice uploaded before that moment had been decided, as a reader of "
        "committed records saw it; where only `collect` or the database was hit, until the audit "
        "entries of those decisions were there; where only `enrich` was, until the enriched "
        "invoices were. Faults of `statistics`, for which no invoice waits, are left out. Time in "
        "which another fault lasted is taken off, "
        "for nobody can say what it held up; the last column takes nothing off. Targets: p95 ≤ "
        f"{USUAL_S:g} s, none over {LONGEST_S:g} s."
    )
    yield ""
    yield from _table(
        ("fault", "times", "nothing taken off", "p50", "p95", "longest", "with all overlaps"),
        map(_recovery_row, [*_by_kind(recoveries), ("all", list(recoveries))]),
    )
    yield "The longest:"
    yield ""
    slowest = sorted(recoveries, key=lambda each: each.seconds, reverse=True)
    yield from _table(
        ("fault", "of", "seconds", "until request"),
        (
            (each.fault.kind, each.fault.target, f"{each.seconds:.1f}", each.last)
            for each in slowest[:_SLOWEST]
        ),
    )
    yield "## Processes started again"
    yield ""
    yield ", ".join(f"{name} {count}" for name, count in sorted(run.restarts.items())) or "none"


def _recovery_row(named: tuple[str, Sequence[Recovery]]) -> tuple[str, ...]:
    kind, found = named
    seconds = _seconds(found)
    return (
        kind,
        str(len(found)),
        str(sum(each.alone for each in found)),
        f"{percentile(seconds, 50):.1f}",
        f"{percentile(seconds, 95):.1f}",
        f"{max(seconds, default=0.0):.1f}",
        f"{max((each.as_it_was for each in found), default=0.0):.1f}",
    )


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    for row in rows:
        yield f"| {' | '.join(cell.replace('|', '/') for cell in row)} |"
    yield ""


def _by_kind(recoveries: Sequence[Recovery]) -> list[tuple[str, list[Recovery]]]:
    found: dict[str, list[Recovery]] = defaultdict(list)
    for each in recoveries:
        found[each.fault.kind].append(each)
    return sorted(found.items())


def _seconds(recoveries: Sequence[Recovery]) -> list[float]:
    return [each.seconds for each in recoveries]
