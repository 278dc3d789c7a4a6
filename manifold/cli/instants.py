"""Instants as people write them."""

from datetime import UTC, datetime

from manifold.cli.output import EXIT_USAGE, Failed
from operators.time import Instant


def instant(option: str, text: str) -> Instant:
    """Milliseconds since 1970 of a day or an instant in ISO 8601, UTC unless it says otherwise.

    Nothing is older than 1970.

    >>> instant("--from", "2026-03-02"), instant("--from", "2026-03-02T01:00:00+01:00")
    (1772409600000, 1772409600000)
    >>> instant("--from", "0001-01-01")
    0
    """
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise Failed(
            f"{option} {text}: write a day or an instant, as in 2026-03-02T09:15:00Z.", EXIT_USAGE
        ) from None
    if found.tzinfo is None:
        found = found.replace(tzinfo=UTC)
    return max(0, round(found.timestamp() * 1_000))
