"""Pictures of the dashboards without a Grafana: their panels, drawn from what a Prometheus knows.

`python -m dashboards.preview http://127.0.0.1:9090 FOLDER --minutes 60` draws the last hour.
"""

import argparse
import json
import re
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import Any, TypeAlias

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from msgspec import Struct
from PIL import Image

from dashboards.grafana.boards import files
from dashboards.panel_drawing import DRAWN, Series

Ask: TypeAlias = Callable[[str], Sequence[Series]]
"""A query's series over the time that is drawn."""


class Mark(Struct, frozen=True):
    """An instant that every panel with a time axis shows."""

    at: float
    """Unix time."""
    name: str
    """A number or a letter, above the panel."""
    means: str
    """Told once, beside the title."""


_COLUMN, _ROW = 0.75, 0.36
"""Inches of a column and of a row of Grafana's grid."""
_PAPER, _CARD, _INK = "#f4f5f5", "#ffffff", "#24292e"
_MARKED = "#8f3bb8"
_TIMED = ("timeseries", "state-timeline")
"""Panels with a time axis."""
_COLUMNS = 24
_FRAMED = (0.6, 0.5, 0.2, 0.42)
_MARGINS = {
    "stat": (0.15, 0.12, 0.15, 0.4),
    "state-timeline": (1.2, 0.5, 0.2, 0.42),
    "table": (0.25, 0.12, 0.15, 0.42),
}
"""Inches left, below, right and above what is drawn."""


def draw(
    folder: Path,
    ask: Ask,
    rate_interval: str,
    *,
    boards: Collection[str] = (),
    marks: Sequence[Mark] = (),
) -> list[Path]:
    """Draw every dashboard into a file of its own; a row that repeats is drawn once, for all.

    `boards`: only those of these names.
    """
    matplotlib.rcParams.update({"font.size": 7, "font.family": "DejaVu Sans", "text.color": _INK})
    folder.mkdir(parents=True, exist_ok=True)
    drawn = []
    for path, text in files(folder).items():
        if boards and path.stem not in boards:
            continue
        picture = path.with_suffix(".png")
        _board(json.loads(text), ask, rate_interval, marks).savefig(picture, dpi=90)
        with Image.open(picture) as full:
            full.convert("RGB").quantize(128).save(picture, optimize=True)
        drawn.append(picture)
    return drawn


def _board(board: Any, ask: Ask, rate_interval: str, marks: Sequence[Mark]) -> Figure:
    rows = max(panel["gridPos"]["y"] + panel["gridPos"]["h"] for panel in board["panels"])
    width, height = _COLUMNS * _COLUMN, (rows + 1.6) * _ROW
    figure = Figure(figsize=(width, height), facecolor=_PAPER)
    figure.text(0.006, 1 - 0.9 * _ROW / height, board["title"], size=13, weight="bold")
    told = "     ".join(f"{mark.name}  {mark.means}" for mark in marks)
    figure.text(0.2, 1 - 0.9 * _ROW / height, told, size=9, color=_MARKED)
    asked = {
        panel["id"]: [
            (query, found)
            for query in panel.get("targets", ())
            for found in ask(_filled(query["expr"], rate_interval))
        ]
        for panel in board["panels"]
    }
    moments = [at for found in asked.values() for _, each in found for at, _ in each.values]
    for panel in board["panels"]:
        at = panel["gridPos"]
        left, top = at["x"] * _COLUMN, height - (at["y"] + 1.6) * _ROW
        if panel["type"] == "row":
            title = panel["title"].replace("$", "each ")
            figure.text((left + 0.1) / width, (top - 0.27) / height, title, size=10, weight="bold")
            continue
        box = _box(left, top, at["w"] * _COLUMN, at["h"] * _ROW)
        card = figure.add_axes(_share(box, (0.05, 0.05, 0.05, 0.05), width, height))
        card.set(xticks=[], yticks=[], facecolor=_CARD)
        card.spines[:].set_color("#d8dadd")
        title = re.sub(r"\$\w+", "each", panel["title"])
        card.text(0.12 / box[2], 1 - 0.17 / box[3], title, va="center", weight="bold", size=8)
        margins = _MARGINS.get(panel["type"], _FRAMED)
        inside: Axes = figure.add_axes(_share(box, margins, width, height))
        if moments:
            inside.set_xlim(min(moments), max(moments) + 1e-6)
        DRAWN[panel["type"]](inside, panel, asked[panel["id"]])
        if panel["type"] in _TIMED and inside.axison:
            _marked(inside, marks)
    return figure


def _marked(axes: Axes, marks: Sequence[Mark]) -> None:
    begin, end = axes.get_xlim()
    for mark in marks:
        if begin <= mark.at <= end:
            axes.axvline(mark.at, color=_MARKED, lw=0.7, ls=":")
            where = (mark.at - begin) / (end - begin)
            axes.text(where, 1.01, mark.name, transform=axes.transAxes, size=6, color=_MARKED)


def _filled(query: str, rate_interval: str) -> str:
    """With everything picked."""
    return re.sub(r"\$\w+", ".*", query.replace("$__rate_interval", rate_interval))


def _box(left: float, top: float, width: float, height: float) -> tuple[float, float, float, float]:
    return left, top - height, width, height


def _share(
    box: tuple[float, float, float, float],
    margins: tuple[float, float, float, float],
    width: float,
    height: float,
) -> tuple[float, float, float, float]:
    """A box without margins (left, bottom, right, top), as shares of the figure."""
    left, bottom, right, top = margins
    return (
        (box[0] + left) / width,
        (box[1] + bottom) / height,
        (box[2] - left - right) / width,
        (box[3] - bottom - top) / height,
    )


def asking(url: str, seconds: float) -> Ask:
    """Asks a Prometheus about the time until now."""
    end = time.time()
    step = max(1, round(seconds / 300))

    def ask(query: str) -> Sequence[Series]:
        asked = urllib.parse.urlencode(
            {"query": query, "start": end - seconds, "end": end, "step": step}
        )
        with urllib.request.urlopen(f"{url}/api/v1/query_range?{asked}", timeout=60) as answer:
            return [
                Series(each["metric"], [(at, float(value)) for at, value in each["values"]])
                for each in json.load(answer)["data"]["result"]
            ]

    return ask


def main() -> None:
    """Draw what a Prometheus knows."""
    parser = argparse.ArgumentParser(prog="python -m dashboards.preview", description=__doc__)
    parser.add_argument("url", help="Where Prometheus answers.")
    parser.add_argument("folder", type=Path, help="Where the pictures go.")
    parser.add_argument("--minutes", type=float, default=60, help="How far back (default: 60).")
    parser.add_argument("--rate", default="1m", help="What rates are taken over (default: 1m).")
    given = parser.parse_args()
    for picture in draw(given.folder, asking(given.url, 60 * given.minutes), given.rate):
        print(picture)


if __name__ == "__main__":
    main()
