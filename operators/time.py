"""Instants and dates: always UTC, always passed in, never read from a clock here."""

from datetime import UTC, datetime, timedelta
from typing import TypeAlias

Instant: TypeAlias = int
"""Milliseconds since 1970-01-01T00:00:00Z, as Avro's `timestamp-millis` has it."""

SECOND: Instant = 1_000
DAY: Instant = 86_400_000

_LONGEST = 2**63 - 1
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def isoformat(at: Instant) -> str:
    """RFC 3339 text of an instant, to the millisecond.

    >>> isoformat(1_700_000_000_123)
    '2023-11-14T22:13:20.123Z'
    """
    seconds, milliseconds = divmod(at, 1_000)
    text = datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    return f"{text}.{milliseconds:03d}Z"


def instant_of(text: str) -> Instant | None:
    """The instant that RFC 3339 text with its offset says; None for anything else.

    >>> instant_of("2023-11-14T22:13:20.123Z"), instant_of("2023-11-14T22:13:20"), instant_of("?")
    (1700000000123, None, None)
    """
    try:
        found = datetime.fromisoformat(text)
        return None if found.tzinfo is None else (found - _BEGINNING) // _MILLISECOND
    except (ValueError, OverflowError):
        return None


def elapsed(since: Instant, until: Instant) -> int:
    """Milliseconds between two instants, whatever a producer's clock has said of them.

    Not less than 0, and never more than a record can carry.

    >>> elapsed(1_000, 1_250), elapsed(1_250, 1_000), elapsed(-(2**63), 1_000) == 2**63 - 1
    (250, 0, True)
    """
    between = until - since
    if 0 <= between <= _LONGEST:
        return between
    return 0 if between < 0 else _LONGEST
