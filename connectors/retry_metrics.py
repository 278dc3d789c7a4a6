"""What `manifold dlq retry --watch` tells Prometheus and whoever restarts it."""

from collections import Counter

from connectors import catalogue
from connectors.looked import looked
from connectors.measures import Measures
from connectors.retrying import Retrier
from connectors.stream import TRANSIENT
from connectors.telemetry_server import Page
from operators.time import Instant


class RetryMetrics:
    """The latest look, as metrics."""

    def __init__(self, measures: Measures) -> None:
        """No look yet; counters stand at 0, so that the first event is a rise."""
        self._measures = measures
        self._told: Counter[str] = Counter()
        self._at: Instant | None = None
        measures.begin(catalogue.RETRIES_ERRORS)
        measures.begin(catalogue.RETRIES)

    def show(self, retrier: Retrier, at: Instant) -> None:
        """Tell what a look at an instant has found and done."""
        self._at = at
        waiting, given_up = retrier.waiting, retrier.given_up
        for reason in TRANSIENT:
            sent = retrier.replayed[reason]
            self._measures.add(catalogue.RETRIES, sent - self._told[reason], reason)
            self._told[reason] = sent
            self._measures.set(catalogue.RETRIES_WAITING, waiting[reason], reason)
            self._measures.set(catalogue.RETRIES_GIVEN_UP, given_up[reason], reason)
        self._measures.set(catalogue.RETRIES_LAST_SUCCESS, at / 1_000)

    def failed(self) -> None:
        """Count a look that failed; what the one before found stays."""
        self._measures.add(catalogue.RETRIES_ERRORS, 1)

    def pages(self, patience: Instant) -> dict[str, Page]:
        """Health, where a look may be `patience` ms old."""
        return looked(lambda: self._at, patience)
