"""How far a consumer group is behind in a partition: in offsets, in records and in seconds."""

from collections import deque
from collections.abc import Sequence

from msgspec import Struct

from operators.lag_state import MOST_COMMITS, Commit, State, is_back, state
from operators.time import Instant, elapsed

_MOST_ENDS = 2 * MOST_COMMITS + 1


class Position(Struct, frozen=True):
    """Where a group stands in a partition that reaches from `start` to `end`.

    >>> Position(committed=40, start=0, end=45).lag
    5
    >>> Position(committed=None, start=10, end=45).lag
    35
    >>> behind = Position(committed=40, start=60, end=65)
    >>> behind.lag, behind.expired
    (5, 20)
    """

    committed: int | None
    """None before the first commit."""
    start: int
    """The first offset that is still kept."""
    end: int
    """The offset behind the last record, those of open transactions included."""

    @property
    def next(self) -> int:
        """The offset it goes on from: without a commit, or where that has expired, the start."""
        return max(self.start, self.committed or 0)

    @property
    def lag(self) -> int:
        """Offsets from there to the end."""
        return max(0, self.end - self.next)

    @property
    def behind(self) -> int:
        """Offsets from the commit to the end, as Kafka's own tools count."""
        return max(0, self.end - (self.start if self.committed is None else self.committed))

    @property
    def expired(self) -> int:
        """Offsets behind the commit that were deleted before it has read them."""
        return 0 if self.committed is None else max(0, self.start - self.committed)


class Ends:
    """Where a partition has ended lately.

    >>> ends = Ends(apart=1_000)
    >>> for at, end in ((1_000, 5), (2_000, 7), (2_500, 8), (3_000, 9)): ends.add(at, end)
    >>> ends.at(1_500), ends.at(500), ends.at(4_000), len(ends)
    (6, 5, 9, 3)
    """

    def __init__(self, apart: int) -> None:
        """Know nothing; of ends less than `apart` milliseconds from each other, one is kept."""
        self._apart = apart
        self._known: deque[tuple[Instant, int]] = deque(maxlen=_MOST_ENDS)

    def add(self, at: Instant, end: int) -> None:
        """It ended there at an instant that is later than those before."""
        if len(self._known) > 1 and self._known[-1][0] - self._known[-2][0] < self._apart:
            self._known.pop()
        self._known.append((at, end))

    def at(self, at: Instant) -> int:
        """Where it ended at an instant: between two known ends, as if it had grown evenly."""
        before = self._known[0]
        for known in self._known:
            if known[0] > at:
                between = known[0] - before[0]
                grown = (known[1] - before[1]) * (at - before[0]) // between if between > 0 else 0
                return before[1] + max(0, grown)
            before = known
        return before[1]

    @property
    def since(self) -> Instant:
        """When the first of those that are known was."""
        return self._known[0][0]

    def __len__(self) -> int:
        """How many are known."""
        return len(self._known)


class Pace(Struct, frozen=True):
    """How fast a group reads and how fast others write, in offsets a second."""

    reads: float
    writes: float

    def seconds_left(self, lag: int) -> float | None:
        """Seconds until a lag is gone; None for never at this rate.

        >>> Pace(reads=30.0, writes=10.0).seconds_left(100)
        5.0
        >>> Pace(reads=10.0, writes=10.0).seconds_left(100) is None
        True
        """
        if lag == 0:
            return 0.0
        gained = self.reads - self.writes
        return lag / gained if gained > 0 else None


def pace_of(commits: Sequence[Commit], ends: Ends, end: int, now: Instant) -> Pace | None:
    """How fast a group has read since the first of these commits, and how fast others wrote.

    A group without any has read nothing for as long as `ends` reaches back. None when that is not
    known, or when the group has gone back.
    """
    if is_back(commits):
        return None
    if commits:
        since, read = commits[0].at, commits[-1].offset - commits[0].offset
        begin = commits[0].offset + commits[0].lag
    else:
        since, read = ends.since, 0
        begin = ends.at(since)
    if since >= now:
        return None
    seconds = (now - since) / 1_000
    return Pace(read / seconds, max(0, end - begin) / seconds)


class Next(Struct, frozen=True):
    """What a reader of committed records finds from an offset on."""

    written_at: Instant | None
    """Timestamp of the next record; None when there is none that can be read."""
    reached: int
    """The offset where that was seen: of the record, or where reading ends for now."""


class PartitionLag(Struct, frozen=True, kw_only=True):
    """How a group does in a partition."""

    group: str
    topic: str
    partition: int
    members: int | None
    """Of the group; None when the broker does not say."""
    state: State | None
    """None when not enough is known of its commits."""
    lag: int
    """Offsets that are left, with all that takes one: records, markers, what was compacted away.

    0 when no record is among them that can be read.
    """
    waiting: int
    """How much of that has waited for the whole window; when nothing has, it keeps pace."""
    seconds: float
    """Age of the first record that is left, by its timestamp; 0 when there is none."""
    behind: int
    """Offsets from the commit to the end, whatever they are, as Kafka's own tools count."""
    in_open_transactions: int
    """How many of those stand at or behind the first record of a transaction that is not over."""
    expired: int
    """Offsets that were deleted before the group has read them."""
    committed: int | None
    start: int
    end: int
    committed_at: Instant | None
    """When it was last seen to commit."""
    reads: float | None
    """Offsets a second that it reads; None when not known."""
    writes: float | None
    """Offsets a second that others write."""
    seconds_left: float | None
    """Seconds until it has caught up; None for never at this rate, or not known."""


def judge(
    at: tuple[str, str, int],
    position: Position,
    commits: Sequence[Commit],
    ends: Ends,
    following: Next | None,
    now: Instant,
    window: int,
    *,
    members: int | None,
    enough: bool = True,
) -> PartitionLag:
    """How a group does in a partition: `at` says which, in which topic and partition.

    `following` is what comes next, None when that is not known. Without `enough` knowledge of its
    commits nothing is said of its state.
    """
    group, topic, partition = at
    readable = following is None or following.written_at is not None
    lag = position.lag if readable else 0
    written_at = following.written_at if following else None
    waiting = max(0, ends.at(now - window) - position.next) if readable else 0
    pace = pace_of(commits, ends, position.end, now) if enough else None
    open_from = position.end if following is None or readable else following.reached
    return PartitionLag(
        group=group,
        topic=topic,
        partition=partition,
        members=members,
        state=state(commits, lag, waiting, now, window) if enough else None,
        lag=lag,
        waiting=waiting,
        seconds=0.0 if written_at is None else elapsed(written_at, now) / 1_000,
        behind=position.behind,
        in_open_transactions=max(0, position.end - open_from),
        expired=position.expired,
        committed=position.committed,
        start=position.start,
        end=position.end,
        committed_at=commits[-1].at if commits else None,
        reads=None if pace is None else pace.reads,
        writes=None if pace is None else pace.writes,
        seconds_left=0.0 if lag == 0 else None if pace is None else pace.seconds_left(lag),
    )
