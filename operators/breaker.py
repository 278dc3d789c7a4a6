"""A circuit breaker: a service that fails is left alone for a while, then tried with one call.

>>> breaker = Breaker("rates", failures=2)
>>> for at in (0, 1):
...     assert breaker.allows(at); breaker.failed(at)
>>> breaker.state, breaker.allows(2), breaker.allows(2_000), breaker.state
('OPEN', False, True, 'HALF_OPEN')
>>> breaker.succeeded(); breaker.state
'CLOSED'
"""

from operators.resumption import State, pause
from operators.time import Instant

LONGEST: Instant = 5_000
"""Milliseconds a service is left alone; short, since those who wait for it are patient already."""


class Breaker:
    """Counts failures in a row; opens, half opens and closes. The clock is the caller's."""

    def __init__(self, name: str, failures: int = 3) -> None:
        """`failures` in a row open it; `name` makes its pauses different from others'."""
        self._name = name
        self._most = failures
        self._failures = 0
        self._until: Instant = 0
        self.state: State = "CLOSED"

    def allows(self, now: Instant) -> bool:
        """Whether a call may be made now; the first one after a pause is the only one until told.

        What came of an allowed call has to be told. A pause longer than any is a wrong clock's.
        """
        over = now >= self._until or self._until - now > LONGEST
        if self.state == "OPEN" and over:
            self.state = "HALF_OPEN"
            return True
        return self.state == "CLOSED"

    def succeeded(self) -> None:
        """A call came back as it should."""
        self.state, self._failures = "CLOSED", 0

    def failed(self, now: Instant) -> None:
        """A call failed. One begun before the breaker opened says nothing new."""
        if self.state == "OPEN":
            return
        self._failures += 1
        if self.state == "HALF_OPEN" or self._failures >= self._most:
            tries = max(0, self._failures - self._most)
            self.state = "OPEN"
            self._until = now + min(LONGEST, pause(tries, self._name))
