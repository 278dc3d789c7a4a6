"""How one panel of each kind is drawn."""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from itertools import groupby, pairwise
from typing import Any, TypeAlias

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator
from msgspec import Struct

from dashboards.figures import said


class Series(Struct, frozen=True):
    """One series of an answer, by Unix time."""

    labels: Mapping[str, str]
    values: Sequence[tuple[float, float]]


Asked: TypeAlias = Sequence[tuple[Any, Series]]
"""Each series with the query of the panel that it answers."""

_COLOURS = {
    "green": "#37872d",
    "orange": "#e0802a",
    "red": "#c4162a",
    "blue": "#1f60c4",
    "yellow": "#e0b400",
    "purple": "#8f3bb8",
}
_LINES = "#3274d9 #37872d #e0802a #8f3bb8 #c4162a #0a97a8 #b38600 #6b7280 #d44a9b #5d8f2f".split()
_MOST_LINES = 9


def _colour(panel: Any, value: float) -> str:
    found = "blue"
    for step in panel["fieldConfig"]["defaults"]["thresholds"]["steps"]:
        if step.get("value") is None or value >= step["value"]:
            found = step["color"]
    return _COLOURS[found]


def _named(query: Any, series: Series) -> str:
    legend = query.get("legendFormat", "")
    name = re.sub(r"{{(\w+)}}", lambda found: series.labels.get(found[1], ""), legend)
    return name or "value"


def _step(series: Series) -> float:
    """Seconds between two of its values, where none is missing."""
    return min((then[0] - at[0] for at, then in pairwise(series.values)), default=1.0)


def _broken(series: Series) -> tuple[list[float], list[float]]:
    """Its values by time, with a gap where some are missing."""
    step, moments, values = _step(series), list[float](), list[float]()
    last = math.inf
    for at, value in series.values:
        if at - last > 1.5 * step:
            moments.append(last + step)
            values.append(math.nan)
        moments.append(at)
        values.append(value if math.isfinite(value) else math.nan)
        last = at
    return moments, values


def _nothing(axes: Axes) -> None:
    axes.axis("off")
    _middle(axes, "nothing to show", 8)


def _middle(axes: Axes, text: str, size: int) -> None:
    axes.text(
        0.5,
        0.5,
        text,
        ha="center",
        va="center",
        size=size,
        color="#9aa0a6",
        transform=axes.transAxes,
    )


def stat(axes: Axes, panel: Any, asked: Asked) -> None:
    """The last figure, with how it has been behind it."""
    axes.axis("off")
    known = [(at, value) for _, each in asked for at, value in each.values if value == value]
    if not known:
        _middle(axes, "–", 20)
        return
    unit = panel["fieldConfig"]["defaults"]["unit"]
    colour = _colour(panel, known[-1][1])
    if len(known) > 1:
        at, values = np.array(known).T
        axes.fill_between(at, values, min(0.0, values.min()), color=colour, alpha=0.12, lw=0)
        axes.plot(at, values, color=colour, lw=0.8, alpha=0.5)
        low, high = min(0.0, values.min()), max(values.max(), 1e-9)
        axes.set_ylim(low, low + 3 * (high - low))
        axes.margins(x=0)
    axes.text(
        0.5,
        0.64,
        said(known[-1][1], unit),
        ha="center",
        va="center",
        size=19,
        weight="bold",
        color=colour,
        transform=axes.transAxes,
    )


def graph(axes: Axes, panel: Any, asked: Asked) -> None:
    """Lines, or areas upon each other."""
    defaults = panel["fieldConfig"]["defaults"]
    shown = [each for each in asked if any(value == value for _, value in each[1].values)]
    if not shown:
        _nothing(axes)
        return
    if defaults["custom"].get("stacking", {}).get("mode") == "normal":
        at = sorted({moment for _, each in shown for moment, _ in each.values})
        layers = [[dict(each.values).get(moment, 0.0) for moment in at] for _, each in shown]
        axes.stackplot(
            at,
            np.nan_to_num(np.array(layers)),
            labels=[_named(*each) for each in shown],
            colors=_LINES,
            alpha=0.75,
        )
    else:
        for index, each in enumerate(shown):
            colour = _LINES[index % len(_LINES)]
            axes.plot(*_broken(each[1]), lw=1.1, color=colour, label=_named(*each))
    low, high = axes.get_ylim()
    if "min" in defaults:
        low = defaults["min"]
    high = max(high, low + 1e-9)
    for step in defaults["thresholds"]["steps"]:
        value = step.get("value")
        # One far above what is drawn would make a flat line of it.
        if value is not None and low <= value < 3 * high:
            high = max(high, value * 1.08)
            axes.axhline(value, color=_COLOURS[step["color"]], lw=0.9, ls="--")
    axes.set_ylim(low, high)
    _framed(axes)
    if defaults["unit"] == "s":
        axes.yaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 3, 6, 10]))
    axes.yaxis.set_major_formatter(lambda value, _: said(value, defaults["unit"]))
    _legend(axes, *axes.get_legend_handles_labels())


def _legend(axes: Axes, handles: list[Any], names: list[str]) -> None:
    """Two lines of names below, and how many more there are."""
    columns = max(1, min(5, 90 // (max(map(len, names)) + 6)))
    if len(names) > 2 * columns:
        most = 2 * columns - 1
        handles, names = handles[: most + 1], [*names[:most], f"and {len(names) - most} more"]
    axes.legend(
        handles,
        names,
        loc="upper center",
        bbox_to_anchor=(0.5, -0.08),
        ncol=columns,
        fontsize=6,
        frameon=False,
        handlelength=1.0,
        columnspacing=1.0,
        borderpad=0,
    )


def _framed(axes: Axes) -> None:
    axes.grid(axis="y", color="#e7e9eb", lw=0.6)
    axes.set_axisbelow(True)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.spines["bottom"].set_color("#d8dadd")
    axes.tick_params(length=0, labelsize=6, colors="#5c6368")
    axes.margins(x=0)
    begin, end = axes.get_xlim()
    clock = "%H:%M:%S" if end - begin < 600 else "%H:%M" if end - begin < 90_000 else "%d. %H:%M"
    axes.xaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 3, 6, 10]))
    axes.xaxis.set_major_formatter(lambda at, _: datetime.fromtimestamp(at, UTC).strftime(clock))


def states(axes: Axes, panel: Any, asked: Asked) -> None:
    """A bar for each series, coloured by its state."""
    if not asked:
        _nothing(axes)
        return
    [mapping] = panel["fieldConfig"]["defaults"]["mappings"]
    texts = {float(value): told for value, told in mapping["options"].items()}
    named = sorted(((_named(*each), each[1]) for each in asked), key=lambda each: each[0])
    for row, (_, series) in enumerate(named):
        step = _step(series)
        for value, run in groupby(series.values, key=lambda each: each[1]):
            moments = [at for at, _ in run]
            begin, end = moments[0], moments[-1] + step
            colour = _COLOURS[texts[value]["color"]]
            axes.barh(row, end - begin, left=begin, height=0.7, color=colour, alpha=0.8, lw=0)
    _framed(axes)
    axes.grid(visible=False)
    axes.set_yticks(range(len(named)), [name for name, _ in named])
    axes.set_ylim(len(named) - 0.5, -0.5)
    seen = {value for _, series in named for _, value in series.values}
    handles = [Patch(color=_COLOURS[texts[value]["color"]]) for value in sorted(seen)]
    _legend(axes, handles, [texts[value]["text"] for value in sorted(seen)])


def table(axes: Axes, panel: Any, asked: Asked) -> None:
    """The series as they stand, the largest first."""
    axes.axis("off")
    unit = panel["fieldConfig"]["defaults"]["unit"]
    columns = panel["transformations"][0]["options"]["include"]["names"]
    standing = sorted(asked, key=lambda each: -each[1].values[-1][1])[:_MOST_LINES]
    for line, row in enumerate(
        [
            [name.lower() for name in columns],
            *(
                [
                    said(each.values[-1][1], unit) if name == "Value" else each.labels.get(name, "")
                    for name in columns
                ]
                for _, each in standing
            ),
        ]
    ):
        for index, text in enumerate(row):
            axes.text(
                index / len(columns),
                1 - line / (_MOST_LINES + 1),
                text,
                va="top",
                size=7,
                weight="bold" if line == 0 else "normal",
                transform=axes.transAxes,
            )


DRAWN: Mapping[str, Callable[[Axes, Any, Asked], None]] = {
    "stat": stat,
    "timeseries": graph,
    "state-timeline": states,
    "table": table,
}
