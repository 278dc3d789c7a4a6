"""Instants and dates: always UTC, always passed in, never read from a clock here."""

from datetime import UTC, datetime
from typing import TypeAlias

Instant: TypeAlias = int
"""Milliseconds since 1970-01-01T00:00:00Z, as Avro's `timestamp-millis` has it."""

SECOND: Instant = 1_000
DAY: Instant = 86_400_000


def isoformat(at: Instant) -> str:
    """RFC 3339 text of an instant, to the millisecond.

    >>> isoformat(1_700_000_000_123)
    '2023-11-14T22:13:20.123Z'
    """
    seconds, milliseconds = divmod(at, 1_000)
    text = datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    return f"{text}.{milliseconds:03d}Z"
