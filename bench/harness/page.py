"""The results as a page of tables."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from bench.harness.system import System

Entry = Mapping[str, Any]

_TABLES: Mapping[str, tuple[str, tuple[tuple[str, str], ...]]] = {
    "throughput": (
        "Waiting invoices worked off",
        (
            ("decisions/s", "decisions_per_s"),
            ("from process start", "decisions_per_s_from_start"),
            ("CPU µs an invoice", "cpu_us_per_invoice"),
            ("without start", "cpu_us_per_invoice_after_start"),
            ("RSS MiB", "rss_mb"),
            ("PSS MiB", "pss_mb"),
            ("log bytes an invoice", "log_bytes_per_invoice"),
        ),
    ),
    "latency": (
        "Upload to decision",
        (
            ("rate/s", "rate"),
            ("p50 ms", "p50_ms"),
            ("p95 ms", "p95_ms"),
            ("p99 ms", "p99_ms"),
            ("max ms", "max_ms"),
            ("CPU µs an invoice", "cpu_us_per_invoice"),
        ),
    ),
    "restart": (
        "After `kill -9`",
        (
            ("process", "process"),
            ("every partition again, s", "restart_s"),
            ("next decision, s", "next_decision_s"),
        ),
    ),
    "standing": (
        "Start and idle",
        (
            ("start to decisions, s", "start_s"),
            ("CPU of it, s", "start_cpu_s"),
            ("idle, % of a core", "idle_cpu_percent"),
            ("busiest process, %", "idle_cpu_percent_of_busiest"),
            ("RSS MiB", "rss_mb"),
            ("PSS MiB", "pss_mb"),
        ),
    ),
    "state": (
        "Start with decided requests to remember",
        (
            ("requests", "keys"),
            ("start to decisions, s", "start_s"),
            ("CPU of it, s", "start_cpu_s"),
            ("RSS MiB", "rss_mb"),
            ("before the restart", "rss_mb_before"),
            ("PSS MiB", "pss_mb"),
        ),
    ),
}


def page(
    systems: Sequence[System],
    results: Sequence[Entry],
    machine: Mapping[str, str],
    method: str,
    plots: Sequence[str],
) -> str:
    """The page in Markdown."""
    lines = ["# Results", "", method, ""]
    lines += [f"{name}: {value}  " for name, value in machine.items()]
    lines += ["", "| system | is | guarantee |", "|---|---|---|"]
    lines += [f"| {each.name} | {each.title} | {each.guarantee} |" for each in systems]
    for measure, (title, columns) in _TABLES.items():
        of_measure = [entry for entry in results if entry["measure"] == measure]
        if of_measure:
            lines += ["", f"## {title}", "", *_table(of_measure, columns)]
            lines += [f"\n![{title}]({plot})" for plot in plots if plot.startswith(measure)]
    notes = [
        f"- {entry['system']}, {entry['measure']}: {printable(note)}"
        for entry in results
        for note in entry.get("notes", ())
    ]
    if notes:
        lines += ["", "## Notes", "", *dict.fromkeys(notes)]
    return "\n".join(lines) + "\n"


_COUNTS = {
    "incomplete": "incomplete",
    "lost": "lost",
    "doubled": "duplicated",
    "wrong": "wrong",
    "rounds": "rounds",
}


def _table(entries: Sequence[Entry], columns: Sequence[tuple[str, str]]) -> list[str]:
    heads = ["system", *(head for head, _ in columns), *_COUNTS]
    rows = ["| " + " | ".join(heads) + " |", "|---" * len(heads) + "|"]
    for entry in sorted(entries, key=_rank(columns)):
        name = entry["system"]
        if entry["guarantee"] != "exactly-once":
            name += f" ({entry['guarantee']})"
        cells = [name, *(_cell(entry, key) for _, key in columns)]
        cells += [_plain(entry[key]) for key in _COUNTS.values()]
        rows.append("| " + " | ".join(cells) + " |")
    return rows


def _rank(columns: Sequence[tuple[str, str]]) -> Callable[[Entry], Any]:
    """Tables that have a rate are read rate by rate."""
    by_rate = any(key == "rate" for _, key in columns)
    return lambda entry: (entry["rate"] or 0) if by_rate else 0


def _cell(entry: Entry, key: str) -> str:
    value = _plain(entry.get(key))
    spread = entry["spread"].get(key)
    if spread is None or spread["min"] == spread["max"]:
        return value
    return f"{value} ({_plain(spread['min'])} to {_plain(spread['max'])})"


def _plain(value: Any) -> str:
    if value is None:
        return "–"
    return value if isinstance(value, str) else f"{value:,}"


def printable(note: str) -> str:
    """A note on one line."""
    return " ".join(note.split())
