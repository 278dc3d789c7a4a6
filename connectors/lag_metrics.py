"""What `manifold lag --serve` tells Prometheus."""

from collections.abc import Iterable, Iterator, Sequence

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric as Family
from prometheus_client.registry import Collector

from connectors import catalogue
from connectors.looked import looked
from connectors.metric import Metric
from connectors.telemetry_server import Page
from operators.lag import PartitionLag
from operators.time import Instant


class LagMetrics(Collector):
    """The latest look, as metrics; each look replaces the one before.

    So what is gone (a group, a topic) is no longer served.
    """

    def __init__(self) -> None:
        """No look yet."""
        self._latest: Sequence[PartitionLag] = ()
        self._at: Instant | None = None
        self._errors = 0

    def show(self, latest: Sequence[PartitionLag], at: Instant) -> None:
        """Serve a look from now on."""
        self._latest, self._at = latest, at

    def failed(self) -> None:
        """Count a look that failed; the one before stays."""
        self._errors += 1

    def pages(self, patience: int) -> dict[str, Page]:
        """Health, where a look may be `patience` ms old."""
        return looked(lambda: self._at, patience)

    def collect(self) -> Iterator[Family]:
        """What Prometheus is told."""
        latest, at = self._latest, self._at
        lags = [((each.group, each.topic, str(each.partition)), each) for each in latest]
        yield _gauge(catalogue.LAG_RECORDS, ((at, lag.lag) for at, lag in lags))
        yield _gauge(catalogue.LAG_SECONDS, ((at, lag.seconds) for at, lag in lags))
        yield _gauge(
            catalogue.LAG_STATE,
            ((at, lag.state.severity) for at, lag in lags if lag.state is not None),
        )
        yield _gauge(
            catalogue.LAG_COMMITTED_OFFSET,
            ((at, lag.committed) for at, lag in lags if lag.committed is not None),
        )
        ends = {(each.topic, str(each.partition)): each.end for each in latest}
        yield _gauge(catalogue.LAG_END_OFFSET, ends.items())
        members = {(each.group,): each.members for each in latest if each.members is not None}
        yield _gauge(catalogue.LAG_MEMBERS, members.items())
        if at is not None:
            yield _gauge(catalogue.LAG_LAST_SUCCESS, [((), at / 1_000)])
        errors = catalogue.LAG_ERRORS
        yield CounterMetricFamily(errors.name, errors.meaning, self._errors)


def _gauge(metric: Metric, samples: Iterable[tuple[Sequence[str], float]]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(metric.name, metric.meaning, labels=metric.labels)
    for labels, value in samples:
        family.add_metric(labels, value)
    return family
