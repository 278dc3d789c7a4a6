"""The wall clock, read at the edges and nowhere else."""

import time

from operators.time import Instant


def now() -> Instant:
    """Milliseconds since the epoch, UTC."""
    return time.time_ns() // 1_000_000
