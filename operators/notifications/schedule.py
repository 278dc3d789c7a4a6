"""When something may be told: at once, at the hour, at a time of the day, outside quiet hours.

Times of the day are those of the clock on the recipient's wall, so that 08:00 stays 08:00 when
the clocks change.

>>> from operators.notifications.route import NotificationRoute
>>> daily = NotificationRoute("r", "MAIL", ("a@b",), digest="DAILY", time_zone="Europe/Berlin")
>>> from operators.time import isoformat
>>> isoformat(due(daily, 1_774_750_000_000))  # the day on which summer time begins
'2026-03-29T06:00:00.000Z'
"""

from datetime import UTC, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from operators.notifications.route import Digest
from operators.time import Instant

HOUR: Instant = 3_600_000
_DAY = 1_440


class Schedule(Protocol):
    """What says when: a route, or what was addressed by it."""

    @property
    def digest(self) -> Digest:
        """Each at once, or together."""

    @property
    def daily_at(self) -> int:
        """Minute of the day."""

    @property
    def quiet_from(self) -> int | None:
        """Minute of the day."""

    @property
    def quiet_until(self) -> int | None:
        """Minute of the day."""

    @property
    def time_zone(self) -> str:
        """IANA name."""


def fault(schedule: Schedule) -> str | None:
    """Why nobody can say when it is due; None when that can be said."""
    try:
        ZoneInfo(schedule.time_zone)
    except (KeyError, ValueError, OSError):  # unknown, not a name at all, or no name of a file
        return "its time zone is none of the IANA's: correct the route in the policy"
    return None


def due(schedule: Schedule, at: Instant) -> Instant:
    """The first instant, not before `at`, at which it may be told.

    Of a digest: the first that lies behind `at`, so that what is due has all that belongs to it.
    """
    match schedule.digest:
        case "HOURLY":
            at = (at // HOUR + 1) * HOUR
        case "DAILY":
            at = _next(at + 1, schedule.daily_at, schedule.time_zone)
    return after_quiet(schedule, at)


def after_quiet(schedule: Schedule, at: Instant) -> Instant:
    """The same instant, or the end of the quiet hours that it lies in."""
    begin, end = schedule.quiet_from, schedule.quiet_until
    if begin is None or end is None or begin == end:
        return at
    local = datetime.fromtimestamp(at / 1_000, ZoneInfo(schedule.time_zone))
    minute = local.hour * 60 + local.minute
    quiet = begin <= minute < end if begin < end else minute >= begin or minute < end
    return _next(at, end, schedule.time_zone) if quiet else at


def _next(at: Instant, minute: int, time_zone: str) -> Instant:
    """The first instant, not before `at`, when a wall clock shows a minute of the day.

    Where the clocks are put forward over that minute, as much later as they are put forward.
    """
    zone = ZoneInfo(time_zone)
    day = datetime.fromtimestamp(at / 1_000, zone).date()
    while True:
        clock = timedelta(minutes=minute % _DAY)
        there = datetime.combine(day, datetime.min.time(), zone) + clock
        found = round(there.astimezone(UTC).timestamp() * 1_000)
        if found >= at:
            return found
        day += timedelta(days=1)
