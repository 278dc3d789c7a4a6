"""The results as pictures: `python -m bench.harness.plots latest.json`, needs matplotlib.

The same results give the same bytes.
"""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import matplotlib  # type: ignore[import-not-found, unused-ignore]  # only where it is installed

matplotlib.use("svg")
matplotlib.rcParams.update(
    {"svg.hashsalt": "manifold", "svg.fonttype": "none", "font.size": 9, "axes.axisbelow": True}
)
from matplotlib import pyplot, ticker  # type: ignore[import-not-found, unused-ignore]  # noqa: E402

_BARS = (
    ("throughput", "decisions_per_s", "decisions a second, waiting invoices (more is better)"),
    ("throughput-cpu", "cpu_us_per_invoice", "CPU µs an invoice, all processes (less is better)"),
    ("throughput-memory", "rss_mb", "resident MiB, all processes (less is better)"),
    ("restart", "restart_s", "seconds from kill -9 until every partition is decided again"),
)
_TICKS = (5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000)
_COLOURS = {"exactly-once": "#2b6cb0", "at-least-once": "#a0aec0"}


def main() -> None:
    """Draw beside the results."""
    path = Path(sys.argv[1])
    for name in draw(json.loads(path.read_text()), path.parent):
        print(name)


def draw(results: Sequence[dict[str, Any]], folder: Path) -> list[str]:
    """Draw what there are figures for; the names of the files."""
    drawn = []
    for name, key, title in _BARS:
        measure = name.partition("-")[0]
        found = [
            entry for entry in results if entry["measure"] == measure and entry.get(key) is not None
        ]
        if found:
            drawn.append(_bars(found, key, title, folder / f"{name}.svg"))
    found = [each for each in results if each["measure"] == "latency" and each.get("p50_ms")]
    if found:
        drawn.append(_latency(found, folder / "latency.svg"))
    return drawn


def _bars(entries: Sequence[dict[str, Any]], key: str, title: str, path: Path) -> str:
    """A bar an entry with its median, a whisker from the least to the most."""
    labels = [" ".join(filter(None, (each["system"], each.get("process")))) for each in entries]
    middles = [each[key] for each in entries]
    spreads = [each["spread"][key] for each in entries]
    whiskers = [
        [middle - each["min"] for middle, each in zip(middles, spreads, strict=True)],
        [each["max"] - middle for middle, each in zip(middles, spreads, strict=True)],
    ]
    figure, axes = pyplot.subplots(figsize=(7.5, 0.9 + 0.32 * len(entries)))
    colours = [_COLOURS[each["guarantee"]] for each in entries]
    bars = axes.barh(labels, middles, xerr=whiskers, color=colours, ecolor="#1a202c", capsize=2)
    axes.bar_label(bars, [f"{middle:,g}" for middle in middles], padding=6)
    axes.invert_yaxis()
    axes.margins(x=0.15)
    axes.grid(axis="x", alpha=0.3)
    axes.set_title(title, loc="left", fontsize=10)
    return _save(figure, path)


def _latency(entries: Sequence[dict[str, Any]], path: Path) -> str:
    """For each rate a row a system: p50 and p99 on a logarithmic axis."""
    ordered = sorted(entries, key=lambda each: each["rate"])
    labels = [f"{each['rate']:,}/s {each['system']}" for each in ordered]
    rows = range(len(ordered))
    figure, axes = pyplot.subplots(figsize=(7.5, 1.0 + 0.3 * len(ordered)))
    lows, highs = ([each[key] for each in ordered] for key in ("p50_ms", "p99_ms"))
    axes.hlines(rows, lows, highs, color="#a0aec0")
    axes.scatter(lows, rows, color="#2b6cb0", label="p50", zorder=3)
    axes.scatter(highs, rows, color="#c05621", label="p99", zorder=3)
    axes.set_yticks(list(rows), labels)
    axes.set_xscale("log")
    axes.xaxis.set_major_formatter(ticker.ScalarFormatter())
    axes.xaxis.set_minor_formatter(ticker.NullFormatter())
    axes.set_xticks([tick for tick in _TICKS if min(lows) / 2 <= tick <= max(highs) * 2])
    axes.set_xlim(min(lows) / 1.5, max(highs) * 1.5)
    axes.margins(y=0.3 / len(ordered))
    axes.invert_yaxis()
    axes.grid(axis="x", alpha=0.3)
    axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), frameon=False)
    axes.set_title(
        "ms from upload to read_committed decision (less is better)", loc="left", fontsize=10
    )
    return _save(figure, path)


def _save(figure: Any, path: Path) -> str:
    figure.savefig(path, bbox_inches="tight", metadata={"Date": None})
    pyplot.close(figure)
    return path.name


if __name__ == "__main__":
    main()
