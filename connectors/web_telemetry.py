"""What `manifold serve` tells of itself on a port of its own: metrics, and whether it is ready."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from prometheus_client import Metric as Family
from prometheus_client.registry import Collector

from connectors import catalogue
from connectors.catalogue import CATALOGUE
from connectors.logs import Log
from connectors.measures import Measures
from connectors.settings import Telemetry
from connectors.telemetry_server import Answer, TelemetryServer, registry

log = Log(__name__)


class _Collected(Collector):
    """What has been counted, and which parts are away at the moment."""

    def __init__(self, measures: Measures, parts: Mapping[str, Callable[[], str | None]]) -> None:
        self._measures = measures
        self._parts = parts
        for metric in CATALOGUE:
            # From the beginning, so that the first event is a rise.
            if metric.server == "web" and not metric.labels:
                if metric.kind == "histogram":
                    measures.observe(metric, ())
                else:
                    measures.add(metric, 0)

    def collect(self) -> Iterator[Family]:
        """Every metric as it stands, for Prometheus."""
        for part, why_not in self._parts.items():
            self._measures.set(catalogue.WEB_PART_AWAY, why_not() is not None, part)
        yield from self._measures.collect()


@contextmanager
def served(
    settings: Telemetry,
    measures: Measures,
    parts: Mapping[str, Callable[[], str | None]],
    ready: Callable[[], Answer],
) -> Iterator[None]:
    """Serve it, if the settings name a port. Raises PortBusy."""
    if settings.port is None:
        yield
        return
    pages = {
        "/health/ready": ready,
        "/health/live": lambda: (True, {"check": "live", "status": "ok", "reasons": []}),
    }
    shown = registry(_Collected(measures, parts))
    server = TelemetryServer(settings.host, settings.port, shown, pages)
    log.info("telemetry is served", host=settings.host, port=server.port)
    try:
        yield
    finally:
        server.close()
