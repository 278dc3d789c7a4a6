"""How long to wait between two transactions.

Committing after every small poll keeps the broker busy with transactions instead of records;
waiting a little lets more records share one. The pause follows what commits cost, and
disappears when a backlog fills every poll.
"""

import time
from datetime import timedelta

_SHARE = 1.0
"""Pause at least this many times as long as a commit takes: with less, commits get in each other's
way, with more, records wait for nothing."""
_SMOOTHING = 0.2
_IDLE = 0.5
"""Seconds without a commit after which the flow has nothing to do."""
_LONGEST = 0.25
"""Seconds a pause may last, whatever commits cost."""


class Pacing:
    """The pause before the next poll."""

    def __init__(self, least: timedelta) -> None:
        """`least`: the shortest time from one commit to the next poll."""
        self._least = least.total_seconds()
        self._cost = 0.0
        self._committed_at = 0.0
        self.backlog = False
        """Whether polls are full."""

    def committed(self, seconds: float) -> None:
        """A commit has just succeeded and took this long."""
        self._cost += _SMOOTHING * (seconds - self._cost)
        self._committed_at = time.monotonic()

    def polled(self, records: int, most: int) -> None:
        """A poll brought this many records of the most it may bring."""
        self.backlog = records >= most // 2

    @property
    def idle(self) -> bool:
        """Whether nothing has been committed for a while."""
        return time.monotonic() - self._committed_at > _IDLE

    def pause(self) -> float:
        """Seconds to wait now."""
        if self.backlog:
            return 0.0
        pause = min(max(self._least, _SHARE * self._cost), _LONGEST)
        return max(0.0, self._committed_at + pause - time.monotonic())
