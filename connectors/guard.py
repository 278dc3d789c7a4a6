"""A part of the world that may be away: its circuit breaker, and what the log says of it."""

from threading import Lock

from connectors.logs import Log
from operators.breaker import Breaker
from operators.resumption import State
from operators.time import Instant

log = Log(__name__)


class Guard:
    """Says whether a part may be asked now. Threads may share it."""

    def __init__(self, part: str) -> None:
        """`part`: as people call it."""
        self.part = part
        self.reason = ""
        """Why it failed last; never an address or a secret."""
        self.opened = 0
        """How often its breaker has opened."""
        self._breaker = Breaker(part)
        self._lock = Lock()

    @property
    def state(self) -> State:
        """Of the breaker."""
        return self._breaker.state

    def allows(self, now: Instant) -> bool:
        """Whether the part may be asked; what comes of it has to be told."""
        with self._lock:
            return self._breaker.allows(now)

    def succeeded(self) -> None:
        """It has answered as it should."""
        with self._lock:
            before = self._breaker.state
            self._breaker.succeeded()
        if before != "CLOSED":
            log.info("a service is back", service=self.part)

    def failed(self, now: Instant, reason: str) -> None:
        """It has not answered as it should."""
        with self._lock:
            self.reason = reason
            before = self._breaker.state
            self._breaker.failed(now)
            opened = before == "CLOSED" and self._breaker.state == "OPEN"
        if opened:
            self.opened += 1
            log.warning("a service is away", service=self.part, reason=reason)
