"""What the process of a flow tells of itself; its parts are measured from outside.

One for each process, and only where telemetry is served: without it nothing is measured.
"""

import platform
import time
from collections.abc import Callable, Iterator
from importlib.metadata import PackageNotFoundError, version

import confluent_kafka
from prometheus_client import Metric as Family
from prometheus_client.registry import Collector

from connectors import catalogue
from connectors.catalogue import CATALOGUE
from connectors.certificates import expiries
from connectors.client_statistics import ClientStatistics
from connectors.health import CHECKS, Check, Health
from connectors.measures import Measures
from connectors.metric import Server
from connectors.native import available
from connectors.open_epoch import OpenEpoch
from connectors.restoring import What
from connectors.settings import Settings
from connectors.spans import Spans
from connectors.telemetry_server import Answer, Page

_SAMPLED_EVERY = 1.0
"""Seconds between two looks at what is not counted but looked at."""


class Telemetry(Collector):
    """Metrics and health of one flow's process."""

    def __init__(self, flow: str, settings: Settings) -> None:
        """Nothing has happened yet."""
        self.flow = flow
        self.measures = Measures()
        self.epoch = OpenEpoch(self.measures, _spans(flow, settings))
        self.statistics = ClientStatistics(self.measures, flow)
        self.health = Health(
            settings.telemetry.stalled_after.total_seconds(),
            settings.telemetry.ready_lag.total_seconds(),
        )
        self.health.away = lambda: self.statistics.away
        self._samples: list[Callable[[], None]] = []
        self._sampled_at = 0.0
        self._restoring: What = "state"
        self._restoring_since = 0.0
        self._begin(settings)

    def _begin(self, settings: Settings) -> None:
        """What stands from the beginning: counters at 0, so that the first event is a rise."""
        servers = _servers(self.flow)
        for metric in CATALOGUE:
            if metric.server not in servers:
                continue
            single = metric.labels == ("flow",)
            if metric.kind == "counter" and (single or metric.every):
                self.measures.begin(metric, self.flow)
            elif metric.kind == "histogram" and single:
                self.measures.observe(metric, (), self.flow)
        self.measures.set(
            catalogue.BUILD_INFO,
            1,
            self.flow,
            _version(),
            platform.python_version(),
            confluent_kafka.libversion()[0],
            "native" if available else "python",
        )
        for setting, at in expiries(settings.kafka):
            self.measures.set(catalogue.CERTIFICATE_EXPIRY, at, self.flow, setting)

    def sampled(self, sample: Callable[[], None]) -> None:
        """Have the flow's thread call `sample` about every second, between epochs."""
        self._samples.append(sample)

    def sample(self) -> None:
        """Look at what is not counted, unless that was done a moment ago."""
        at = time.monotonic()
        if at - self._sampled_at < _SAMPLED_EVERY:
            return
        self._sampled_at = at
        self.measures.set(catalogue.LAST_POLL, time.time(), self.flow)
        for sample in self._samples:
            sample()

    def pages(self) -> dict[str, Page]:
        """What is told under `/health`, by path."""
        return {f"/health/{check}": self._page(check) for check in CHECKS}

    def _page(self, check: Check) -> Page:
        def page() -> Answer:
            found = self.health.look(check)
            status = "ok" if found.passed else "failed"
            told = {"flow": self.flow, "check": check, "status": status}
            return found.passed, {**told, "reasons": found.reasons, **found.facts}

        return page

    def collect(self) -> Iterator[Family]:
        """Every metric as it stands, for Prometheus."""
        for check in CHECKS:
            passed = self.health.look(check).passed
            self.measures.set(catalogue.HEALTH, passed, self.flow, check)
        yield from self.measures.collect()

    # A `connectors.restoring.Watcher`.

    def began(self, what: What, /) -> None:
        """A restore begins."""
        self._restoring, self._restoring_since = what, time.monotonic()
        self.health.began(what)
        self.measures.set(catalogue.RESTORE_PROGRESS, 0, self.flow)

    def progressed(self, records: int, ratio: float, /) -> None:
        """It goes on."""
        self.health.progressed(records, ratio)
        self.measures.set(catalogue.RESTORE_PROGRESS, ratio, self.flow)

    def ended(self, records: int, /) -> None:
        """It is done."""
        seconds = time.monotonic() - self._restoring_since
        self.health.restored()
        self.measures.set(catalogue.RESTORE_PROGRESS, 1, self.flow)
        # Reference data is read at a start alone, which is no sign of a group that is restless.
        if self._restoring != "state":
            return
        self.measures.add(catalogue.RESTORES, 1, self.flow)
        self.measures.add(catalogue.RESTORED_RECORDS, records, self.flow)
        self.measures.observe(catalogue.RESTORE_DURATION, (seconds,), self.flow)


def _servers(flow: str) -> frozenset[Server]:
    """What the process of a flow has beside what every one has."""
    own: dict[str, tuple[Server, ...]] = {
        "extract": ("extract",),
        "decide": ("join",),
        "fused": ("branches", "join"),
        "notify": ("deliveries",),
        "deliver": ("deliveries",),
    }
    return frozenset(("flow", *own.get(flow, ())))


def _spans(flow: str, settings: Settings) -> Spans | None:
    where = settings.telemetry
    if where.otlp_url is None:
        return None
    # Only those who send spans wait for the library to be imported.
    from connectors.otlp import OtlpExporter

    exporter = OtlpExporter(where.otlp_url, flow, settings.instance)
    return Spans(flow, exporter, where.trace_share, round(where.trace_slow.total_seconds() * 1_000))


def _version() -> str:
    try:
        return version("manifold")
    except PackageNotFoundError:
        return "unknown"
