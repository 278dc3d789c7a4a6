"""The catalogue keeps to the conventions that dashboards and alerts rely on."""

import re
from typing import get_args

import pytest

from connectors import catalogue
from connectors.catalogue import CATALOGUE
from connectors.measured import Measured
from connectors.measured_documents import _REASONS
from connectors.metric import Metric
from connectors.probing import Outcome
from connectors.settings import Settings, Telemetry
from connectors.stream import TRANSIENT

UNITS = ("_seconds", "_bytes", "_ratio", "_records", "_info")


def test_every_metric_stands_in_the_catalogue_once() -> None:
    defined = [each for each in vars(catalogue).values() if isinstance(each, Metric)]
    assert sorted(defined, key=str) == sorted(CATALOGUE, key=str)
    assert len({metric.name for metric in CATALOGUE}) == len(CATALOGUE)


@pytest.mark.parametrize("metric", CATALOGUE, ids=lambda metric: metric.name)
def test_names_follow_prometheus_conventions(metric: Metric) -> None:
    assert re.fullmatch("manifold_[a-z]+(_[a-z]+)*", metric.name)
    assert metric.name.endswith("_total") == (metric.kind == "counter")
    assert not re.search("milli|micro|minute|hour|percent|kilo", metric.name)
    assert len(set(metric.labels)) == len(metric.labels)
    assert not {"le", "instance", "job"} & set(metric.labels), "Prometheus sets these"
    assert metric.meaning.endswith(".")


@pytest.mark.parametrize(
    "metric", [each for each in CATALOGUE if each.kind == "histogram"], ids=lambda each: each.name
)
def test_histograms_say_their_unit_and_have_ordered_buckets(metric: Metric) -> None:
    assert metric.name.endswith(UNITS)
    assert list(metric.buckets) == sorted(set(metric.buckets))
    assert metric.buckets[0] > 0


def test_the_objective_is_a_bound_of_the_latency() -> None:
    assert 30.0 in catalogue.DECISION_LATENCY.buckets


@pytest.mark.parametrize("metric", CATALOGUE, ids=lambda metric: metric.name)
def test_no_label_is_an_identifier(metric: Metric) -> None:
    assert not [label for label in metric.labels if label.endswith("_id") or label == "vendor"]


def test_values_that_are_known_beforehand_are_those_that_are_counted() -> None:
    assert set(catalogue.RETRIES.every) == TRANSIENT
    assert set(catalogue.PROBES.every) == set(get_args(Outcome))
    assert set(catalogue.EXTRACTION_ATTEMPTS_FAILED.every) == {*_REASONS, "raised"}


def test_counters_of_which_values_are_known_stand_at_zero_for_each() -> None:
    measures = Measured("decide", Settings(telemetry=Telemetry(port=0))).telemetry.measures
    [late] = [family for family in measures.collect() if family.name == "manifold_late_results"]
    found = {sample.labels["outcome"]: sample.value for sample in late.samples}
    assert found == {"revised": 0, "ignored": 0, "dead_letter": 0}
