"""From the readings of all rounds to the entries of `latest.json`."""

from collections.abc import Iterable, Sequence
from statistics import median
from typing import Any

from msgspec import Struct

from bench.harness.ground import Reading
from bench.harness.system import System

COLUMNS = ("decisions_per_s", "cpu_us_per_invoice", "p50_ms", "p99_ms", "restart_s", "rss_mb")
"""Figures that every entry names, null where they were not measured."""


class Round(Struct, frozen=True):
    """What one system gave in one round of one measure."""

    number: int
    """The round, from 1."""
    system: str
    """The system."""
    readings: tuple[Reading, ...] = ()
    """What was measured."""
    failed: str = ""
    """Why nothing was."""
    measure: str = ""
    """The measure."""


def entries(systems: Sequence[System], rounds: Iterable[Round]) -> list[dict[str, Any]]:
    """One entry for each system, measure and case: medians, with their spread beside them."""
    made: dict[tuple[str, str, str], list[tuple[int, Reading]]] = {}
    failures: dict[tuple[str, str, str], str] = {}
    for each in rounds:
        for reading in each.readings:
            key = (each.system, reading.measure, reading.case)
            made.setdefault(key, []).append((each.number, reading))
        if each.failed:
            failures[each.system, each.measure, ""] = each.failed
    started = _start_costs(made)
    titles = {system.name: system for system in systems}
    found = [
        _entry(titles[system], measure, case, readings, started)
        for (system, measure, case), readings in made.items()
    ]
    found += [
        _failure(titles[system], measure, why)
        for (system, measure, _), why in failures.items()
        if not any(key[:2] == (system, measure) for key in made)
    ]
    order = {system.name: number for number, system in enumerate(systems)}
    return sorted(found, key=lambda entry: order[entry["system"]])


def _start_costs(
    made: dict[tuple[str, str, str], list[tuple[int, Reading]]],
) -> dict[str, float]:
    """CPU seconds of a start, by system."""
    return {
        system: median(
            cost for _, each in readings if (cost := each.values.get("start_cpu_s")) is not None
        )
        for (system, measure, _), readings in made.items()
        if measure == "standing"
    }


def _entry(
    system: System,
    measure: str,
    case: str,
    readings: Sequence[tuple[int, Reading]],
    started: dict[str, float],
) -> dict[str, Any]:
    entry = _empty(system, measure)
    entry["rate"] = int(case) if measure == "latency" else None
    if measure == "restart":
        entry["process"] = case
    spread: dict[str, Any] = {}
    for name in dict.fromkeys(name for _, each in readings for name in each.values):
        values = [each.values[name] for _, each in readings]
        known = [value for value in values if value is not None]
        entry[name] = _rounded(median(known)) if known else None
        if known:
            spread[name] = {
                "min": _rounded(min(known)),
                "median": _rounded(median(known)),
                "max": _rounded(max(known)),
            }
    verdicts = [each.verdict for _, each in readings]
    entry["uploads"] = max(verdict.uploads for verdict in verdicts)
    for name in ("lost", "duplicated", "wrong", "incomplete", "untraced"):
        entry[name] = sum(getattr(verdict, name) for verdict in verdicts)
    entry["rounds"] = len({number for number, _ in readings})
    entry["spread"] = spread
    notes = [f"round {number}: {each.note}" for number, each in readings if each.note]
    notes += [
        f"round {number}: {each}" for number, one in readings for each in one.verdict.examples
    ]
    notes += [
        f"round {number}: {each.verdict.untraced} records lack the trace of their upload"
        for number, each in readings
        if each.verdict.untraced
    ]
    entry["notes"] = notes
    if measure == "throughput" and system.name in started:
        cost = started[system.name] / entry["uploads"] * 1e6
        entry["cpu_us_per_invoice_after_start"] = _rounded(entry["cpu_us_per_invoice"] - cost)
    return entry


def _failure(system: System, measure: str, why: str) -> dict[str, Any]:
    return {**_empty(system, measure), "notes": [why]}


def _empty(system: System, measure: str) -> dict[str, Any]:
    return {
        "system": system.name,
        "title": system.title,
        "guarantee": system.guarantee,
        "measure": measure,
        "rate": None,
        **dict.fromkeys(COLUMNS),
        "lost": None,
        "duplicated": None,
        "wrong": None,
        "incomplete": None,
        "untraced": None,
        "rounds": 0,
        "spread": {},
    }


def _rounded(value: float) -> float:
    """Three significant digits, or whole numbers.

    >>> _rounded(13604.2), _rounded(0.01234), _rounded(141.26)
    (13604, 0.0123, 141)
    """
    return round(value) if abs(value) >= 100 else float(f"{value:.3g}")
