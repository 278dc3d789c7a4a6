"""What a run has shown, in words and tables: on the terminal, and in docs/rescaling.md."""

import re
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from bench.harness.machine import described
from tests.integration.flow_process import REPOSITORY
from tests.rescaling.audit import Audit
from tests.rescaling.performance import Plan, Run
from tests.rescaling.phases import Figures

PAGE = REPOSITORY / "docs" / "rescaling.md"
PICTURES = REPOSITORY / "docs" / "rescaling"
_DRAWN = ("overview.png", "lag.png", "latencies.svg")
BEGIN = "<!-- measured by `make rescale`: begin -->"
END = "<!-- measured by `make rescale`: end -->"
_MARKED = re.compile(f"(?<={re.escape(BEGIN)}\n).*?(?={re.escape(END)})", re.DOTALL)
_COLUMNS = (
    *("phase", "processes", "seconds", "uploads/s", "p50 s", "p95 s", "p99 s", "longest s"),
    *("within 30 s", "behind"),
)
_MACHINE = ("date", "commit", "machine", "load before", "Kafka", "Java", "Python", "librdkafka")


def summary(plan: Plan, run: Run, audit: Audit, rows: Sequence[Figures]) -> Iterator[str]:
    """What has come of it, in Markdown."""
    yield (
        f"{run.uploads:,} invoices at {plan.rate:g}/s: {audit.lost} lost, {audit.doubled} doubled, "
        f"{audit.incomplete} first decided with an answer missing. "
        f"{_ends(run)} {_alerts(run)}"
    )
    yield ""
    yield f"| {' | '.join(_COLUMNS)} |"
    yield f"|{'---|' * len(_COLUMNS)}"
    for row in rows:
        measured = (
            (
                f"{row.per_second:g}",
                *(f"{each:.2f}" for each in (row.p50, row.p95, row.p99, row.longest)),
                f"{row.in_time:.2%}",
            )
            if row.uploads
            else ("–",) * 6
        )
        cells = (row.phase, row.processes, f"{row.seconds:.0f}", *measured, f"{row.behind:,}")
        yield f"| {' | '.join(cells)} |"
    yield ""


def _ends(run: Run) -> str:
    told = sum(run.exits.values())
    clean = run.exits.get(0, 0)
    unasked = sum(run.restarts.values())
    well = f"all {told}" if clean == told else f"{clean} of {told}"
    return f"Of the processes told to end {well} ended cleanly; {unasked or 'none'} ended unasked."


def _alerts(run: Run) -> str:
    return f"Alerts that fired: {', '.join(run.alerts) or 'none'}."


def published(
    plan: Plan, run: Run, audit: Audit, rows: Sequence[Figures], folder: Path
) -> list[Path]:
    """Write the measured part of the page anew, with its pictures and figures."""
    machine = {name: value for name, value in described().items() if name in _MACHINE}
    lines = [
        *summary(plan, run, audit, rows),
        *(f"- {check.name}: {check.detail}" for check in audit.checks),
        "",
        f"Phases of at least {plan.seconds:g} s, seed {plan.seed}; "
        + ", ".join(f"{name} {value}" for name, value in machine.items()),
        "",
    ]
    text = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(_MARKED.sub(lambda _: "\n".join(lines), text), encoding="utf-8")
    PICTURES.mkdir(exist_ok=True)
    for name in _DRAWN:
        shutil.copyfile(folder / name, PICTURES / name)
    measured = {
        "rate": plan.rate,
        "seconds": plan.seconds,
        "seed": plan.seed,
        "uploads": run.uploads,
        "lost": audit.lost,
        "doubled": audit.doubled,
        "incomplete": audit.incomplete,
        "restarts": run.restarts,
        "alerts": run.alerts,
        "phases": rows,
        "checks": {check.name: check.detail for check in audit.checks},
        "made_on": machine,
    }
    encoded = msgspec.json.format(msgspec.json.encode(measured), indent=2)
    (PICTURES / "measured.json").write_bytes(encoded + b"\n")
    return [PAGE, *(PICTURES / name for name in (*_DRAWN, "measured.json"))]
