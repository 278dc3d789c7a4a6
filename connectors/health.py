"""Whether a flow's process lives, has started, and is ready: each with its reasons."""

import time
from collections.abc import Callable
from typing import Any, Literal, TypeAlias

from msgspec import Struct

Check: TypeAlias = Literal["startup", "live", "ready"]
CHECKS: tuple[Check, ...] = ("startup", "live", "ready")

Clock: TypeAlias = Callable[[], float]


class Finding(Struct, frozen=True):
    """What one check has found."""

    passed: bool
    reasons: tuple[str, ...]
    """Why not, in sentences; empty when it is passed."""
    facts: dict[str, Any]
    """What it looked at; durations in seconds."""


class Restoring(Struct):
    """How far a process has come in reading state."""

    what: str
    """Such as `state` or `reference data`."""
    began: float
    records: int = 0
    ratio: float = 0.0
    """How much has been read, from 0 to 1."""


class Health:
    """What the flow's thread says of itself, for those who ask from other threads.

    Every attribute is written as a whole by the flow's thread alone.
    """

    def __init__(
        self, stalled_after: float, most_lag: float, clock: Clock = time.monotonic
    ) -> None:
        """Seconds without a sign of life, and behind the newest record, that are too many."""
        self._stalled_after = stalled_after
        self._most_lag = most_lag
        self._clock = clock
        self._moved_at = clock()
        self._waits = "waiting for the broker and its topics"
        self.polled = False
        """Whether it has asked for records with everything restored."""
        self.joined = False
        """Whether its group has given it partitions, or said that there are none for it."""
        self.lag = 0.0
        """Seconds that it is behind what is written, as far as it can see."""
        self.away: Callable[[], bool] = lambda: False
        """Whether no broker can be reached."""
        self.restoring: Restoring | None = None

    def moves(self) -> None:
        """The flow's thread is about to do something new."""
        self._moved_at = self._clock()

    def patience(self, seconds: float) -> None:
        """Steps of the flow may take that long."""
        self._stalled_after = max(self._stalled_after, seconds)

    def began(self, what: str) -> Restoring:
        """Reading of state begins."""
        self.moves()
        self.restoring = Restoring(what, self._clock())
        return self.restoring

    def progressed(self, records: int, ratio: float) -> None:
        """It goes on."""
        if self.restoring is not None:
            self.restoring.records, self.restoring.ratio = records, ratio
        self.moves()

    def restored(self) -> None:
        """It has come to its end."""
        self.restoring, self._waits = None, "joining its group"
        self.moves()

    def look(self, check: Check) -> Finding:
        """What a check finds now."""
        match check:
            case "startup":
                return self._startup()
            case "live":
                return self._live()
            case "ready":
                return self._ready()

    def _startup(self) -> Finding:
        restoring = self.restoring
        facts = {} if restoring is None else {"restore": self._progress(restoring)}
        if self.polled:
            return Finding(True, (), facts)
        reason = self._waits if restoring is None else f"reading {restoring.what}"
        return Finding(False, (f"the flow has not started yet: {reason}",), facts)

    def _progress(self, restoring: Restoring) -> dict[str, Any]:
        seconds = max(self._clock() - restoring.began, 1e-6)
        return {
            "what": restoring.what,
            "percent": round(100 * restoring.ratio, 1),
            "records": restoring.records,
            "records_per_second": round(restoring.records / seconds),
            "seconds": round(seconds, 1),
        }

    def _live(self) -> Finding:
        still = self._clock() - self._moved_at
        facts = {"seconds_since_it_moved": round(still, 1), "stalled_after": self._stalled_after}
        # How long a start may take is for the startup check to say: it may wait for a broker.
        if not self.polled or still <= self._stalled_after:
            return Finding(True, (), facts)
        return Finding(False, (f"the flow's thread has not moved for {still:.0f} s",), facts)

    def _ready(self) -> Finding:
        reasons = list(self._startup().reasons)
        if not reasons and self.restoring is not None:
            reasons.append(f"reading {self.restoring.what}")
        if not self.joined:
            reasons.append("the group has not given it partitions yet")
        if self.away():
            reasons.append("no broker can be reached")
        if self.lag > self._most_lag:
            reasons.append(f"it is {self.lag:.0f} s behind what is written")
        facts = {"lag_seconds": round(self.lag, 1), "most_lag": self._most_lag}
        return Finding(not reasons, tuple(reasons), facts)
