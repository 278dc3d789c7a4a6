"""Figures as Grafana writes them, by its names of units."""

import math


def said(value: float, unit: str) -> str:
    """A value as Grafana would say it.

    >>> said(0.034, "s"), said(7200.0, "s"), said(0.5, "percentunit"), said(1234.0, "none")
    ('34 ms', '2 h', '50%', '1.23 k')
    """
    if not math.isfinite(value):
        return "–"
    if unit == "s":
        return _span(value)
    if unit == "percentunit":
        return f"{100 * value:.3g}%" if abs(value) < 1 else f"{100 * value:,.0f}%"
    suffix = unit.removeprefix("suffix:") if unit.startswith("suffix:") else ""
    suffix = {"bytes": "B", "Bps": "B/s"}.get(unit, suffix)
    size = abs(value)
    for factor, letter in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if size >= factor:
            return f"{value / factor:.3g} {letter}{suffix}"
    return f"{value:.3g}{' ' if suffix.startswith('B') else ''}{suffix}"


def _span(seconds: float) -> str:
    size = abs(seconds)
    for factor, unit in ((86_400.0, "d"), (3_600.0, "h"), (60.0, "min"), (1.0, "s")):
        if size >= factor:
            return f"{seconds / factor:.3g} {unit}"
    return f"{seconds * 1_000:.3g} ms" if size else "0 s"
