"""When a dead letter whose reason may mend itself is tried again, and when it is given up.

The pauses double, so that what mends soon is soon done and what does not costs little; by chance
they are up to a quarter shorter, so that what failed together does not come back together.

>>> plan = Retries()
>>> [round(plan.next_try(attempts, 0, "a") / 60_000, 1) for attempts in (1, 2, 3, 4, 7)]
[0.8, 1.9, 3.1, 7.8, 58.6]
>>> plan.next_try(8, 0, "a") is None
True
"""

from zlib import crc32

from msgspec import Struct

from operators.time import Instant


class Retries(Struct, frozen=True):
    """How often something is tried, and how long from one attempt to the next."""

    shortest: Instant = 60_000
    """Milliseconds from the first failure to the second attempt."""
    longest: Instant = 3_600_000
    """Milliseconds that a pause grows to."""
    most: int = 8
    """Attempts in all, the very first among them; what has failed so often is for people."""

    def next_try(self, attempts: int, failed_at: Instant, seed: str) -> Instant | None:
        """When to try again what has failed so often, last at an instant; None: no more.

        `seed` is the chance in it: the same for the same letter, so that nobody has to note it.
        """
        if attempts >= self.most:
            return None
        whole = min(self.longest, self.shortest << min(max(0, attempts - 1), 32))
        return failed_at + whole - whole * (crc32(f"{seed}/{attempts}".encode()) % 1_000) // 4_000
