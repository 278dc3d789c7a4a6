"""What a run looked like: the dashboards as Prometheus saw it, and how long decisions took."""

import time
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from dashboards.panel_drawing import Series
from dashboards.preview import Mark, draw
from tests.faults.checks.recovery import percentile
from tests.rescaling.phases import OBJECTIVE_S, Moment, Phase
from tests.rescaling.scene import Scene

BOARDS = ("overview", "lag")
_RATES_OVER = "10s"
"""Several scrapes, for a phase is too short for a minute."""
_SHADES = ("#f2f4f6", "#e4e8ec")
_LINES = {50: "#37872d", 95: "#e0802a", 99: "#c4162a"}


def dashboards(folder: Path, scene: Scene, phases: Sequence[Phase]) -> list[Path]:
    """Draw the dashboards over the phases."""
    begin, end = phases[0].began / 1_000, min(time.time(), phases[-1].ended / 1_000)
    namespace = scene.settings.namespace

    def ask(query: str) -> list[Series]:
        return [
            Series(
                {name: value.removeprefix(namespace) for name, value in each["metric"].items()},
                [(at, float(value)) for at, value in each["values"]],
            )
            for each in scene.prometheus.between(query, begin, end)
        ]

    marks = [
        Mark(phase.began / 1_000, str(number), f"{phase.name} ({phase.processes})")
        for number, phase in enumerate(phases, 1)
    ]
    return draw(folder, ask, _RATES_OVER, boards=BOARDS, marks=marks)


def latencies(path: Path, made: Sequence[Moment], phases: Sequence[Phase]) -> None:
    """Draw how long decisions took, second by second of their uploads."""
    matplotlib.rcParams.update({"svg.hashsalt": "manifold", "font.size": 8})
    figure = Figure(figsize=(9, 3.6), layout="constrained")
    axes: Axes = figure.add_subplot()
    zero = phases[0].began
    seconds: defaultdict[int, list[float]] = defaultdict(list)
    for each in made:
        seconds[(each.uploaded_at - zero) // 1_000].append(each.seconds)
    for percent, colour in _LINES.items():
        axes.plot(
            list(seconds),
            [percentile(took, percent) for took in seconds.values()],
            color=colour,
            lw=1.0,
            label=f"p{percent}",
        )
    axes.axhline(OBJECTIVE_S, color="#888", lw=0.8, ls="--", label="the objective of p95")
    top = 0.97
    for number, phase in enumerate(phases[:-1]):
        begin, end = (phase.began - zero) / 1_000, (phase.ended - zero) / 1_000
        axes.axvspan(begin, end, color=_SHADES[number % 2], lw=0, zorder=0)
        axes.text(
            begin + 1,
            top,
            f"{phase.name}\n{phase.processes} of each",
            va="top",
            transform=axes.get_xaxis_transform(),
        )
    axes.set_yscale("log")
    axes.set_ylim(0.02, 200)
    axes.margins(x=0)
    axes.set_xlabel("seconds since the first upload")
    axes.set_ylabel("upload to decision, seconds")
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:g}")
    axes.legend(loc="lower right", bbox_to_anchor=(1, 1), ncol=4, frameon=False)
    figure.savefig(path, metadata={"Date": None})
