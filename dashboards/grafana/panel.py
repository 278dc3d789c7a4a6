"""What a panel is: its words, its queries, its unit and its size; nothing of Grafana's JSON."""

from collections.abc import Mapping
from typing import Literal, TypeAlias

from msgspec import Struct

Kind: TypeAlias = Literal["stat", "graph", "states", "table"]
Steps: TypeAlias = tuple[tuple[float, str], ...]
"""From which value on which colour; what is below the first has none."""

WIDTH = 24
"""Columns of a dashboard."""


class Query(Struct, frozen=True):
    """What Prometheus is asked, and what the answer is called."""

    expr: str
    legend: str = ""


class Panel(Struct, frozen=True):
    """One panel. Every one has a title, a description and a unit (Grafana's names of units)."""

    kind: Kind
    title: str
    description: str
    unit: str
    queries: tuple[Query, ...]
    width: int
    height: int
    steps: Steps = ()
    stacked: bool = False
    signed: bool = False
    """Whether below zero says something as well."""
    texts: Mapping[int, tuple[str, str]] = {}
    """What a value is called, and its colour."""
    columns: tuple[str, ...] = ()
    """Labels that a table shows beside the value."""


class Row(Struct, frozen=True):
    """Panels under a heading; one for each value of a variable when `each` names it."""

    title: str
    panels: tuple[Panel, ...]
    each: str | None = None


class Variable(Struct, frozen=True):
    """What a reader picks: values of a label. All, unless picked."""

    name: str
    label: str
    metric: str


class Board(Struct, frozen=True):
    """One dashboard; its name makes its address, which never changes."""

    name: str
    title: str
    description: str
    rows: tuple[Row, ...]
    variables: tuple[Variable, ...] = ()
    since: str = "now-3h"

    @property
    def uid(self) -> str:
        """By which Grafana and links know it."""
        return f"manifold-{self.name}"


GOOD, ODD, BAD, PLAIN = "green", "orange", "red", "blue"


def stat(
    title: str, description: str, unit: str, expr: str, *, steps: Steps = (), width: int = 4
) -> Panel:
    """One figure, coloured by its steps."""
    return Panel("stat", title, description, unit, (Query(expr),), width, 4, steps=steps)


def graph(
    title: str,
    description: str,
    unit: str,
    *queries: tuple[str, str],
    steps: Steps = (),
    stacked: bool = False,
    signed: bool = False,
    width: int = 8,
) -> Panel:
    """Lines over time, from (query, legend); steps are drawn as lines across."""
    asked = tuple(Query(expr, legend) for expr, legend in queries)
    return Panel(
        *("graph", title, description, unit, asked, width, 8),
        steps=steps,
        stacked=stacked,
        signed=signed,
    )


def states(
    title: str,
    description: str,
    query: tuple[str, str],
    texts: Mapping[int, tuple[str, str]],
    *,
    width: int = 8,
) -> Panel:
    """What has been in which state when; `texts`: name and colour of each."""
    asked = (Query(*query),)
    return Panel("states", title, description, "none", asked, width, 8, texts=texts)


def table(
    title: str,
    description: str,
    unit: str,
    expr: str,
    columns: tuple[str, ...],
    *,
    width: int = 24,
) -> Panel:
    """A line for each series as it stands, with these of its labels."""
    return Panel("table", title, description, unit, (Query(expr),), width, 8, columns=columns)


def quantiles(metric: str, where: str = "", by: str = "") -> tuple[tuple[str, str], ...]:
    """Median, 95th and 99th percentile of a histogram; by a label, the 95th of each alone."""
    named = f"le, {by}" if by else "le"
    rate = f"sum by ({named}) (rate({metric}_bucket{where}[$__rate_interval]))"
    if by:
        return ((f"histogram_quantile(0.95, {rate})", f"{{{{{by}}}}}"),)
    return tuple(
        (f"histogram_quantile({share}, {rate})", legend)
        for share, legend in ((0.5, "median"), (0.95, "p95"), (0.99, "p99"))
    )


def rate(metric: str, by: str, where: str = "") -> tuple[str, str]:
    """How fast a counter grows, by a label, which is the legend too."""
    return f"sum by ({by}) (rate({metric}{where}[$__rate_interval]))", f"{{{{{by}}}}}"
