"""Processes stay within bounds of memory and open files, and do not grow beyond their state."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from statistics import median

from tests.faults.checks.check import Check, Findings
from tests.faults.history import Measured

NAME = "processes stay within bounds of memory and open files"

MEBIBYTE = 1 << 20
MEMORY = 256 * MEBIBYTE
"""What a process may use before it remembers anything."""
REMEMBERED = 2 * 1_024
"""What it may use on top for each invoice: its tables remember requests for a day."""
GROWTH = 64 * MEBIBYTE
"""What a process may grow by, beside what it remembers: caches and buffers that fill."""
OPEN_FILES = 256
MORE_FILES = 64
"""Open files that a process may have more at its end than at its beginning: one that began while no
broker answered had 11, and 35 to 60 once it was at work."""

_AT_WORK = 25
"""Open files of a process that has found its brokers. While it waits for them it has none of its
state yet, so what it uses then says nothing."""
_WARM = 20_000
"""Milliseconds from then until what it uses says something of its growth."""
_LONG_ENOUGH = 10
"""Measurements without which nothing is said of growth."""


def within_bounds(processes: Iterable[Measured], invoices: int) -> Check:
    """Every measurement against the bounds, and each process's end against its beginning."""
    findings = Findings(NAME)
    lives: dict[int, list[Measured]] = defaultdict(list)
    for measured in processes:
        lives[measured.pid].append(measured)
    if not lives:
        findings.add("no process was measured")
    state = REMEMBERED * invoices
    for life in lives.values():
        largest = max(each.rss for each in life)
        if largest > MEMORY + state:
            findings.add(
                f"{_named(life)}: {_mebibytes(largest)}, {_mebibytes(MEMORY + state)} are accepted"
            )
        files = max(each.open_files for each in life)
        if files > OPEN_FILES:
            findings.add(f"{_named(life)}: {files} open files, {OPEN_FILES} are accepted")
        _growth(life, state, findings)
    if findings.count:
        return findings.check("")
    most = max((each for life in lives.values() for each in life), key=lambda each: each.rss)
    files = max(each.open_files for life in lives.values() for each in life)
    return findings.check(
        f"{len(lives)} processes; at most {_mebibytes(most.rss)} ({most.flow}) of "
        f"{_mebibytes(MEMORY + state)}, {files} open files of {OPEN_FILES}"
    )


def _growth(life: Sequence[Measured], state: int, findings: Findings) -> None:
    began = min((each.at for each in life if each.open_files >= _AT_WORK), default=life[0].at)
    warm = [each for each in life if each.at >= began + _WARM]
    if len(warm) < _LONG_ENOUGH:
        return
    fifth = len(warm) // 5
    first, last = warm[:fifth], warm[-fifth:]
    grown = median(each.rss for each in last) - median(each.rss for each in first)
    if grown > GROWTH + state:
        findings.add(
            f"{_named(life)}: grew by {_mebibytes(grown)}, "
            f"{_mebibytes(GROWTH + state)} are accepted"
        )
    more = median(each.open_files for each in last) - median(each.open_files for each in first)
    if more > MORE_FILES:
        findings.add(f"{_named(life)}: {more:.0f} open files more at its end than at its beginning")


def _named(life: Sequence[Measured]) -> str:
    return f"{life[0].flow}/{life[0].instance} (process {life[0].pid})"


def _mebibytes(size: float) -> str:
    return f"{size / MEBIBYTE:,.0f} MiB"
