"""Health of a process that looks at something again and again."""

from collections.abc import Callable

from connectors.clock import now
from connectors.telemetry_server import Answer, Page
from operators.time import Instant, isoformat


def looked(at: Callable[[], Instant | None], patience: Instant) -> dict[str, Page]:
    """Started after the first look, ready when one succeeded `patience` milliseconds ago.

    It lives as long as it answers: a look that fails is tried again. `at`: when one succeeded last.
    """

    def told(well: bool) -> Answer:
        last = at()
        return well, {"looked_at": None if last is None else isoformat(last)}

    def ready() -> Answer:
        last = at()
        return told(last is not None and now() - last <= patience)

    return {
        "/health/startup": lambda: told(at() is not None),
        "/health/ready": ready,
        "/health/live": lambda: told(True),
    }
