"""What the open epoch has counted: it becomes visible with the commit, or not at all.

So a record that is read twice, because its epoch was given up, is counted once, and a latency
ends when readers can see the answer.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from connectors.measures import Labels, Measures
from connectors.metric import Metric
from connectors.spans import Spans
from operators.time import Instant


class OpenEpoch:
    """Counts of the flow's own thread."""

    def __init__(self, measures: Measures, spans: Spans | None = None) -> None:
        """Nothing counted yet. `spans` are told with the commit as well."""
        self._measures = measures
        self.spans = spans
        self._counts: Counter[tuple[Metric, Labels]] = Counter()
        self._since: dict[tuple[Metric, Labels], list[Instant]] = {}
        self._values: dict[tuple[Metric, Labels], list[float]] = {}

    def add(self, metric: Metric, amount: int, *labels: str) -> None:
        """Let a counter grow."""
        self._counts[metric, labels] += amount

    def each(self, metric: Metric, amounts: Mapping[Any, int], *labels: str) -> None:
        """Let the counters of several values of the last label grow."""
        for value, amount in amounts.items():
            self._counts[metric, (*labels, value)] += amount

    def since(self, metric: Metric, instants: Iterable[Instant], *labels: str) -> None:
        """Observe the seconds from instants to the commit."""
        self._since.setdefault((metric, labels), []).extend(instants)

    def observe(self, metric: Metric, values: Iterable[float], *labels: str) -> None:
        """Observe values."""
        self._values.setdefault((metric, labels), []).extend(values)

    def committed(self, at: Instant) -> None:
        """Readers can see from now on what was written. A producer's clock may be ahead of ours."""
        measures = self._measures
        for (metric, labels), amount in self._counts.items():
            measures.add(metric, amount, *labels)
        for (metric, labels), instants in self._since.items():
            measures.since(metric, instants, at, *labels)
        for (metric, labels), values in self._values.items():
            measures.observe(metric, values, *labels)
        if self.spans is not None:
            self.spans.committed(at)
        self.given_up()

    def given_up(self) -> None:
        """Nothing of it has happened."""
        if self.spans is not None:
            self.spans.given_up()
        self._counts.clear()
        self._since.clear()
        self._values.clear()
