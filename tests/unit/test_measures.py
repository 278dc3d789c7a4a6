"""Counting many records at once gives what counting each of them would."""

from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry, Histogram

from connectors import catalogue
from connectors.measures import Measures
from connectors.open_epoch import OpenEpoch

METRIC = catalogue.DECISION_LATENCY


def told(measures: Measures) -> dict[tuple[str, str], float]:
    return {
        (sample.name, sample.labels.get("le", "")): sample.value
        for family in measures.collect()
        for sample in family.samples
        if sample.name.startswith(METRIC.name)
    }


def by_the_library(values: list[float]) -> dict[tuple[str, str], float]:
    registry = CollectorRegistry()
    histogram = Histogram(
        METRIC.name, "x", METRIC.labels, buckets=METRIC.buckets, registry=registry
    )
    child = histogram.labels("decide")
    for value in values:
        child.observe(value)
    return {
        (sample.name, sample.labels.get("le", "")): round(sample.value, 6)
        for family in registry.collect()
        for sample in family.samples
        if not sample.name.endswith("_created")
    }


def rounded(found: dict[tuple[str, str], float]) -> dict[tuple[str, str], float]:
    return {name: round(value, 6) for name, value in found.items()}


AT = 10_000_000
BOUNDS = [AT - round(bound * 1_000) for bound in METRIC.buckets]


@given(st.lists(st.integers(0, AT) | st.sampled_from(BOUNDS), max_size=50))
def test_latencies_until_a_commit(instants: list[int]) -> None:
    measures = Measures()
    half = len(instants) // 2
    measures.since(METRIC, instants[:half], AT, "decide")
    measures.since(METRIC, instants[half:], AT, "decide")
    expected = by_the_library([(AT - each) / 1_000 for each in instants])
    assert rounded(told(measures)) == expected


@given(st.lists(st.floats(0, 10_000) | st.sampled_from(METRIC.buckets), max_size=50))
def test_values(values: list[float]) -> None:
    measures = Measures()
    measures.observe(METRIC, values, "decide")
    found = told(measures)
    expected = by_the_library(values)
    total = (f"{METRIC.name}_sum", "")
    assert abs(found.pop(total) - expected.pop(total)) < 1e-3
    assert found == expected


def test_a_producers_clock_that_is_ahead_takes_no_time() -> None:
    measures = Measures()
    measures.since(METRIC, [AT + 5_000, AT - 1_000], AT, "decide")
    found = told(measures)
    assert found[f"{METRIC.name}_count", ""] == 2
    assert found[f"{METRIC.name}_sum", ""] == 1.0
    assert found[f"{METRIC.name}_bucket", "0.025"] == 1


def test_what_an_epoch_has_counted_is_there_with_its_commit() -> None:
    measures = Measures()
    epoch = OpenEpoch(measures)
    epoch.add(catalogue.COMMITS, 2, "decide")
    epoch.since(METRIC, [AT - 500], "decide")
    assert measures.value(catalogue.COMMITS, "decide") == 0
    assert not told(measures)
    epoch.committed(AT)
    assert measures.value(catalogue.COMMITS, "decide") == 2
    assert told(measures)[f"{METRIC.name}_sum", ""] == 0.5


def test_an_epoch_that_is_given_up_has_counted_nothing() -> None:
    measures = Measures()
    epoch = OpenEpoch(measures)
    epoch.each(catalogue.ANSWERS, {"PASS": 3}, "fraud", "fraud")
    epoch.since(METRIC, [AT - 500], "decide")
    epoch.given_up()
    epoch.committed(AT)
    assert not list(measures.collect())
