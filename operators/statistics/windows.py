"""Tumbling windows of one partition: counts decisions, corrects them, says what has changed.

A request counts in the minute, and the hour, in which it opened: when its first answer was
written. All revisions of an attempt share that instant, so a later one moves the request within
its window from one status to the other, in whatever order they come. An hour is the sum of its
minutes. What a request was counted as is remembered until its window is no longer kept.
"""

from collections.abc import Iterable, Iterator
from typing import Final

from msgspec import Struct, field
from msgspec.structs import replace

from operators.statistics.record import InvoiceStatistics, JudgedRequest, Length
from operators.statistics.totals import Counted, Totals, decoded, encoded, share_of
from operators.table import Table
from operators.time import DAY, SECOND, Instant, isoformat

_MINUTE: Final[Instant] = 60 * SECOND
_HOUR: Final[Instant] = 60 * _MINUTE
_PROGRESS = "progress"

LENGTHS: dict[Length, tuple[str, Instant]] = {"MINUTE": ("1m", _MINUTE), "HOUR": ("1h", _HOUR)}
"""How each length of a window is written, and its milliseconds."""
_OF_NAME = {name: (length, lasts) for length, (name, lasts) in LENGTHS.items()}


class Window(Struct, frozen=True, array_like=True):
    """A window of one partition."""

    revision: int = 0
    """Of the last record written of it."""
    totals: Totals = field(default_factory=Totals)
    """Of a minute; an hour is summed up when it is written."""


class Progress(Struct, frozen=True, array_like=True):
    """How far a partition has come."""

    partition: int
    kept_from: Instant = 0
    """Windows that begin earlier are no longer kept."""
    closed_to: Instant = 0
    """Windows that end by then are closed."""
    written_at: Instant = 0
    changed: tuple[str, ...] = ()
    """Windows that are different from their last record."""


class Kept(Struct, frozen=True):
    """The tables of one partition."""

    windows: Table[Window]
    counted: Table[Counted]
    progress: Table[Progress]


class Windows:
    """The rules of counting; their state is in the tables they are given."""

    def __init__(self, every: Instant, remember: Instant, patience: Instant) -> None:
        """Changes are written every so many milliseconds, and windows kept for `remember` of them.

        A window is closed once everything decided up to `patience` milliseconds after it is read.
        """
        self._every = every
        self._remember = remember
        self._patience = patience

    def count(
        self, kept: Kept, partition: int, decisions: Iterable[JudgedRequest], now: Instant
    ) -> list[InvoiceStatistics]:
        """Take decisions of one partition over; the records that are due."""
        state = kept.progress.get(_PROGRESS) or Progress(partition)
        minutes: dict[Instant, Totals] = {}

        def minute_of(at: Instant) -> Totals:
            start = at // _MINUTE * _MINUTE
            if start not in minutes:
                minutes[start] = (kept.windows.get(_key("1m", start)) or Window()).totals.copy()
            return minutes[start]

        for decision in decisions:
            if state.kept_from <= decision.opened_at <= now + DAY:
                _count(minute_of(decision.opened_at), kept.counted, decision)
            else:
                minute_of(now).late += 1
        changed = dict.fromkeys(state.changed)
        for start, totals in minutes.items():
            key = _key("1m", start)
            before = kept.windows.get(key) or Window()
            if before.totals != totals:
                kept.windows.put(key, replace(before, totals=totals))
                changed[key] = changed[_key("1h", start // _HOUR * _HOUR)] = None
        state = replace(state, changed=tuple(changed))
        written: list[InvoiceStatistics] = []
        if changed and now - state.written_at >= self._every:
            written, state = _written(kept.windows, state, changed, now)
        kept.progress.put(_PROGRESS, state)
        return written

    def caught_up(self, kept: Kept, until: Instant, now: Instant) -> list[InvoiceStatistics]:
        """Everything written before `until` has been counted: close windows, drop the oldest."""
        before = state = kept.progress.get(_PROGRESS) or Progress(-1)
        if state.partition < 0:
            return []
        over: list[str] = []
        closed_to = (until - self._patience) // _MINUTE * _MINUTE
        if closed_to > state.closed_to:
            over = list(_ending(kept.windows, state.closed_to, closed_to))
            state = replace(state, closed_to=closed_to)
        due = now - state.written_at >= self._every
        wanted = dict.fromkeys((*state.changed, *over) if due else over)
        written: list[InvoiceStatistics] = []
        if wanted:
            written, state = _written(kept.windows, state, wanted, now)
        kept_from = (until - self._remember) // _HOUR * _HOUR
        if kept_from > state.kept_from and not state.changed:
            _forget(kept, kept_from)
            state = replace(state, kept_from=kept_from)
        if state != before:
            kept.progress.put(_PROGRESS, state)
        return written


def _count(minute: Totals, counted: Table[Counted], decision: JudgedRequest) -> None:
    """Count a decision, or what it is different in from the revision counted before."""
    key = f"{decision.request_id}/{decision.attempt}"
    before = counted.get(key)
    revision, first = decision.revision, decision.revision == 1
    if first and (before is None or not before.timed):
        minute.add_first_decision(decision.latency_ms)
    elif before is not None and revision <= before.revision:
        return
    if before is not None and revision < before.revision:
        counted.put(key, replace(before, timed=True))
        return
    if before is not None:
        minute.add(decoded(before.share), -1)
    share = share_of(decision)
    minute.add(share)
    timed = first or (before is not None and before.timed)
    counted.put(key, Counted(decision.opened_at, revision, timed, encoded(share)))


def _written(
    windows: Table[Window], state: Progress, keys: Iterable[str], now: Instant
) -> tuple[list[InvoiceStatistics], Progress]:
    """The records of windows, and the progress behind them."""
    left = dict.fromkeys(state.changed)
    written: list[InvoiceStatistics] = []
    for key in keys:
        left.pop(key, None)
        name, start = _parts(key)
        length, lasts = _OF_NAME[name]
        window = windows.get(key) or Window()
        window = replace(window, revision=window.revision + 1)
        windows.put(key, window)
        totals = window.totals if length == "MINUTE" else _hour(windows, start)
        written.append(
            InvoiceStatistics(
                window_id=f"{name}/{isoformat(start)}/{state.partition}",
                length=length,
                starts_at=start,
                ends_at=start + lasts,
                partition=state.partition,
                revision=window.revision,
                closed=start + lasts <= state.closed_to,
                **totals.fields(),
            )
        )
    return written, replace(state, changed=tuple(left), written_at=now)


def _hour(windows: Table[Window], start: Instant) -> Totals:
    totals = Totals()
    for minute in range(start, start + _HOUR, _MINUTE):
        window = windows.get(_key("1m", minute))
        if window is not None:
            totals.merge(window.totals)
    return totals


def _ending(windows: Table[Window], after: Instant, until: Instant) -> Iterator[str]:
    """The windows that end after the one instant and not after the other."""
    if until - after > DAY:
        for key, _ in windows.items():
            name, start = _parts(key)
            if after < start + _OF_NAME[name][1] <= until:
                yield key
        return
    for name, (_, lasts) in _OF_NAME.items():
        for end in range(after // lasts * lasts + lasts, until + 1, lasts):
            if windows.get(_key(name, end - lasts)) is not None:
                yield _key(name, end - lasts)


def _forget(kept: Kept, kept_from: Instant) -> None:
    """Drop the windows that begin before an instant, and the requests counted in them."""
    for key in [key for key, _ in kept.windows.items() if _parts(key)[1] < kept_from]:
        kept.windows.delete(key)
    old: list[str] = []
    for key, counted in kept.counted.items():
        if counted.opened_at >= kept_from:
            break
        old.append(key)
    for key in old:
        kept.counted.delete(key)


def _key(name: str, start: Instant) -> str:
    return f"{name}/{start}"


def _parts(key: str) -> tuple[str, Instant]:
    name, _, start = key.partition("/")
    return name, int(start)
