"""What a process has counted so far, as Prometheus collects it.

Made for a thread that counts many records at once and never waits for those who read: a batch
costs one addition a series, whatever its size.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import accumulate, pairwise
from threading import Lock
from typing import TypeAlias

from prometheus_client import Metric as Family
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
)
from prometheus_client.registry import Collector

from connectors.metric import Metric
from operators.time import Instant

Labels: TypeAlias = tuple[str, ...]
Sample: TypeAlias = Callable[[], None]


class Measures(Collector):
    """The series of one process, by metric and the values of its labels."""

    def __init__(self) -> None:
        """Start empty."""
        self._lock = Lock()
        self._values: dict[Metric, dict[Labels, float]] = {}
        self._histograms: dict[Metric, dict[Labels, _Histogram]] = {}

    def add(self, metric: Metric, amount: float, *labels: str) -> None:
        """Let a counter grow."""
        with self._lock:
            series = self._values.setdefault(metric, {})
            series[labels] = series.get(labels, 0.0) + amount

    def begin(self, metric: Metric, *labels: str) -> None:
        """Have a counter stand at 0, for every value of its last label that is known beforehand."""
        for value in metric.every:
            self.add(metric, 0, *labels, value)
        if not metric.every:
            self.add(metric, 0, *labels)

    def set(self, metric: Metric, value: float, *labels: str) -> None:
        """Set a gauge, or a counter that somebody else counts."""
        with self._lock:
            self._values.setdefault(metric, {})[labels] = value

    def observe(self, metric: Metric, values: Iterable[float], *labels: str) -> None:
        """Put values into the buckets of a histogram."""
        found = sorted(values)
        with self._lock:
            self._histogram(metric, labels).observe(found)

    def since(self, metric: Metric, instants: Iterable[Instant], at: Instant, *labels: str) -> None:
        """Put the seconds from instants to `at` into the buckets; 0 for what is still to come.

        The same as to observe each of them, in a fraction of the time.
        """
        found = sorted(instants)
        ahead = bisect_right(found, at)
        found[ahead:] = [at] * (len(found) - ahead)
        with self._lock:
            self._histogram(metric, labels).since(found, at)

    def _histogram(self, metric: Metric, labels: Labels) -> "_Histogram":
        series = self._histograms.setdefault(metric, {})
        histogram = series.get(labels)
        if histogram is None:
            histogram = series[labels] = _Histogram(metric.buckets)
        return histogram

    def value(self, metric: Metric, *labels: str) -> float:
        """Of a counter or gauge; 0 when there is none."""
        with self._lock:
            return self._values.get(metric, {}).get(labels, 0.0)

    def collect(self) -> Iterator[Family]:
        """Every series, for Prometheus."""
        with self._lock:
            values = {metric: dict(series) for metric, series in self._values.items()}
            histograms = {
                metric: {labels: each.copied() for labels, each in series.items()}
                for metric, series in self._histograms.items()
            }
        for metric, series in values.items():
            kind = CounterMetricFamily if metric.kind == "counter" else GaugeMetricFamily
            family = kind(metric.name, metric.meaning, labels=metric.labels)
            for labels, value in series.items():
                family.add_metric(labels, value)
            yield family
        for metric, found in histograms.items():
            shown = HistogramMetricFamily(metric.name, metric.meaning, labels=metric.labels)
            for labels, histogram in found.items():
                shown.add_metric(labels, histogram.buckets(), histogram.total)
            yield shown


class _Histogram:
    def __init__(self, bounds: Sequence[float]) -> None:
        self._bounds = bounds
        self._counts = [0] * (len(bounds) + 1)
        self.total = 0.0

    def observe(self, ascending: Sequence[float]) -> None:
        """A bound belongs to its bucket."""
        places = [0, *(bisect_right(ascending, bound) for bound in self._bounds), len(ascending)]
        for bucket, (start, end) in enumerate(pairwise(places)):
            self._counts[bucket] += end - start
        self.total += sum(ascending)

    def since(self, ascending: Sequence[Instant], at: Instant) -> None:
        """The same for what has lasted from instants, given as they came, to another."""
        starts = [bisect_left(ascending, at - bound * 1_000) for bound in self._bounds]
        places = [len(ascending), *starts, 0]
        for bucket, (end, start) in enumerate(pairwise(places)):
            self._counts[bucket] += end - start
        self.total += (at * len(ascending) - sum(ascending)) / 1_000

    def copied(self) -> "_Histogram":
        copy = _Histogram(self._bounds)
        copy._counts = list(self._counts)
        copy.total = self.total
        return copy

    def buckets(self) -> list[tuple[str, float]]:
        bounds = [*map(str, self._bounds), "+Inf"]
        return list(zip(bounds, accumulate(self._counts), strict=True))
