"""How many streams there are at a time: of one subject, and of all together.

Whoever reads would otherwise hold every connection there is, and nobody could send an invoice.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from web.principal import Principal
from web.problem import Problem

_AGAIN = 5


class Streams:
    """Counts those that are open, and refuses further ones. It belongs to the event loop."""

    def __init__(self, most: int, of_subject: int) -> None:
        """`most`: of all together."""
        self._most = most
        self._of_subject = of_subject
        self._open: Counter[tuple[str | None, str]] = Counter()
        self._together = 0

    @contextmanager
    def opened(self, who: Principal) -> Iterator[None]:
        """A stream of somebody's, for as long as it lasts. Raises Problem 429 or 503."""
        whose = who.tenant, who.subject
        if self._open[whose] >= self._of_subject:
            raise Problem(
                429,
                "streams-of-subject",
                "Too many streams",
                f"You have {self._of_subject} open: end one, or watch several requests through one "
                "WebSocket.",
                retry_after=_AGAIN,
            )
        if self._together >= self._most:
            detail = "As many are watched as this service takes. Try again in a few seconds."
            raise Problem(503, "streams", "Too many streams", detail, retry_after=_AGAIN)
        self._open[whose] += 1
        self._together += 1
        try:
            yield
        finally:
            self._together -= 1
            self._open[whose] -= 1
            if not self._open[whose]:
                del self._open[whose]
