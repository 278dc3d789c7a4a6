"""Lags as a table for people."""

from collections.abc import Iterable, Sequence
from itertools import groupby

from rich.table import Table
from rich.text import Text

from manifold.cli.output import printable, table
from operators.lag import PartitionLag
from operators.lag_state import State, worst

_COLOURS = {
    State.OK: "green",
    State.WARN: "yellow",
    State.STALL: "red",
    State.STOP: "red",
    State.REWIND: "magenta",
}


_BESIDE = 3
"""Signs between two columns, and at both edges together."""
_RATES = (">in/s", ">out/s")
"""Columns that are left out where there is no room."""


def lag_table(
    found: Sequence[PartitionLag], partitions: bool, prefix: str = "", width: int = 1_000
) -> Table:
    """A line for each group and topic, or for each of their partitions.

    `prefix`: what names of groups and topics begin with and need not be said. `width`: signs of a
    line; names of topics are shortened to what is left of it, and rates left out if need be.
    """
    rows = [_row(names, lags, prefix) for names, lags in _together(found, partitions)]
    names = ("group", "topic", *((">p",) if partitions else ()))
    columns = [*names, ">members", "state", ">lag", ">age", *_RATES, ">left"]
    if any(_notes([lag]) for lag in found):
        columns.append("")
    room = _room(columns, rows, width)
    if any(len(shortened(str(row[1]), room)) > room for row in rows):
        left = [number for number, column in enumerate(columns) if column not in _RATES]
        rows = [[row[number] for number in left] for row in rows]
        columns = [columns[number] for number in left]
        room = _room(columns, rows, width)
    shown = table(*columns)
    for column in shown.columns[2:10]:
        column.no_wrap = True
    for row in rows:
        shown.add_row(row[0], shortened(str(row[1]), room), *row[2 : len(columns)])
    return shown


def _row(names: Sequence[str], lags: Sequence[PartitionLag], prefix: str) -> list[str | Text]:
    state = worst(lag.state for lag in lags if lag.state is not None)
    known = all(lag.state is not None for lag in lags)
    return [
        *(printable(name.removeprefix(prefix)) for name in names),
        "?" if lags[0].members is None else str(lags[0].members),
        Text(state if known else "?", style=_COLOURS[state] if known else ""),
        f"{sum(lag.lag for lag in lags):,}",
        duration(max((lag.seconds for lag in lags), default=0.0)),
        _rate(lag.writes for lag in lags),
        _rate(lag.reads for lag in lags),
        _left(lags),
        _notes(lags),
    ]


def _room(columns: Sequence[str], rows: Sequence[Sequence[str | Text]], width: int) -> int:
    """Signs that are left for topics."""
    taken = [
        max(len(column.removeprefix(">")), *(len(row[number]) for row in rows), 0)
        for number, column in enumerate(columns)
        if number != 1
    ]
    return width - sum(taken) - _BESIDE * len(columns)


def shortened(name: str, most: int) -> str:
    """A topic's name in so many signs, its first parts by their first letters where it must be.

    >>> [shortened("invoice.validation.result", most) for most in (30, 20, 10)]
    ['invoice.validation.result', 'i.validation.result', 'i.v.result']
    """
    parts = name.split(".")
    for number in range(len(parts) - 1):
        if len(".".join(parts)) <= most:
            break
        parts[number] = parts[number][:1]
    return ".".join(parts)


def duration(seconds: float) -> str:
    """A length of time in one or two units.

    >>> [duration(each) for each in (0, 0.4, 75, 5_400, 200_000)]
    ['0 s', '0.4 s', '1 min 15 s', '1 h 30 min', '2 d 7 h']
    """
    if seconds < 10:
        return f"{seconds:.1f} s" if seconds else "0 s"
    left, parts = round(seconds), []
    for unit, length in (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1)):
        count, left = divmod(left, length)
        if count:
            parts.append(f"{count} {unit}")
    return " ".join(parts[:2])


def _together(
    found: Sequence[PartitionLag], partitions: bool
) -> Iterable[tuple[tuple[str, ...], list[PartitionLag]]]:
    def names(lag: PartitionLag) -> tuple[str, ...]:
        return (lag.group, lag.topic, str(lag.partition)) if partitions else (lag.group, lag.topic)

    return ((key, list(lags)) for key, lags in groupby(found, names))


def _rate(rates: Iterable[float | None]) -> str:
    known = [rate for rate in rates if rate is not None]
    return f"{sum(known):,.1f}" if known else "–"


def _left(lags: Sequence[PartitionLag]) -> str:
    """Until it is caught up: of the partition that takes longest. A dash for what keeps pace."""
    behind = [lag for lag in lags if lag.waiting]
    if not behind:
        return "–"
    if any(lag.seconds_left is None for lag in behind):
        return "never" if any(lag.reads is not None for lag in behind) else "?"
    return duration(max(lag.seconds_left or 0.0 for lag in behind))


def _notes(lags: Sequence[PartitionLag]) -> str:
    notes = []
    if waiting := sum(lag.in_open_transactions for lag in lags):
        notes.append(f"{waiting:,} uncommitted")
    if expired := sum(lag.expired for lag in lags):
        notes.append(f"{expired:,} expired")
    return ", ".join(notes)
