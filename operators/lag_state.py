"""Whether a consumer group is getting anywhere in a partition.

The states are those of LinkedIn's Burrow (its wiki, "Consumer Lag Evaluation Rules", with the
later checks for what has waited only a short while and for rewinds from a lag of zero). No
threshold of records is needed: what tells a slow group from a stopped one is how its commits
and its lag have moved.
"""

from collections.abc import Iterable, Sequence
from enum import StrEnum

from msgspec import Struct

from operators.time import Instant

MOST_COMMITS = 10
"""Commits of a partition that are looked at, as in Burrow."""


class State(StrEnum):
    """How a group does in a partition, from good to bad."""

    OK = "OK"
    """It has read everything, or is catching up."""
    WARN = "WARN"
    """It reads, but its lag only grows."""
    STALL = "STALL"
    """It commits, and always the same offset, though there is something to read."""
    STOP = "STOP"
    """It has committed nothing for longer than the window, though something waits as long."""
    REWIND = "REWIND"
    """It has gone back, and has not come to where it was."""

    @property
    def severity(self) -> int:
        """From 0 for the best.

        >>> State.STOP.severity > State.WARN.severity
        True
        """
        return list(State).index(self)


class Commit(Struct, frozen=True):
    """An offset that a group has committed."""

    offset: int
    """From which it goes on."""
    at: Instant
    """When it was committed."""
    lag: int
    """Offsets that were left then."""


def latest(commits: Iterable[Commit], apart: int) -> tuple[Commit, ...]:
    """The latest commits, in order of time, at least `apart` milliseconds from each other.

    The last one is always among them, and there are at most `MOST_COMMITS`. To go on with more
    commits, put them behind what was returned before.

    >>> seconds = [Commit(each, each * 1_000, 0) for each in range(100)]
    >>> [each.offset for each in latest(seconds, 20_000)]
    [0, 20, 40, 60, 80, 99]
    """
    kept: list[Commit] = []
    for commit in commits:
        if len(kept) > 1 and kept[-1].at - kept[-2].at < apart:
            kept[-1] = commit
        else:
            kept.append(commit)
    return tuple(kept[-MOST_COMMITS:])


def state(commits: Sequence[Commit], lag: int, waiting: int, now: Instant, window: int) -> State:
    """How a group does in a partition.

    `commits` are the latest, in order of time; `lag` is what is left now, and `waiting` how much
    of that has waited for the whole `window` (milliseconds).
    """
    if lag == 0:
        return State.OK
    silent = now - commits[-1].at if commits else window + 1
    seen = commits[-1].at - commits[0].at if commits else 0
    if waiting > 0 and silent > max(seen, window):
        return State.STOP
    if is_back(commits):
        return State.REWIND
    if waiting == 0 or len(commits) < 2 or any(commit.lag == 0 for commit in commits):
        return State.OK
    if all(commit.offset == commits[0].offset for commit in commits):
        return State.STALL
    lags = [commit.lag for commit in commits]
    # Burrow warns of a lag that stays the same as well. A reader of a transactional topic that
    # leaves the last marker unread has a lag of 1 at every commit, and nothing is wrong with it.
    if lags == sorted(lags) and lags[-1] > lags[0]:
        return State.WARN
    return State.OK


def is_back(commits: Sequence[Commit]) -> bool:
    """Whether a group has gone back, and not come to where it was."""
    return bool(commits) and commits[-1].offset < max(commit.offset for commit in commits)


def worst(states: Iterable[State]) -> State:
    """The worst of several; OK when there are none.

    >>> worst([State.OK, State.STALL, State.WARN])
    <State.STALL: 'STALL'>
    """
    return max(states, key=lambda each: each.severity, default=State.OK)
