"""One process for four branches and the join, and from five processes to it and back."""

from collections import Counter
from pathlib import Path

import pytest

from connectors.settings import Settings
from flows import BRANCHES, JOIN
from manifold.generator import Sample
from manifold.handover import Handover, Unfinished
from operators.decision import InvoiceDecision, InvoiceSettled
from operators.result import FraudResult, InventoryResult, PricingResult, ValidationResult
from tests.integration.pipeline import Pipeline, generated

APART = (*BRANCHES, JOIN)
RESULTS = (ValidationResult, InventoryResult, FraudResult, PricingResult)


def test_each_way_of_running_goes_on_where_the_other_has_ended(
    bootstrap: str, tmp_path: Path
) -> None:
    world, samples = generated(450, fault_rate=0.3)
    first, second, third = samples[:150], samples[150:300], samples[300:]
    with Pipeline(bootstrap, tmp_path) as pipeline:
        settings = Settings.load(kafka=pipeline.kafka, namespace=pipeline.namespace)
        pipeline.publish_reference(world)
        assert not Handover(settings).to_fused()
        assert not Handover(settings).to_apart()

        pipeline.running(*APART)
        publish(pipeline, first)
        pipeline.at_rest(*APART)
        pipeline.running()
        assert Handover(settings).to_fused()
        assert not Handover(settings).to_apart()

        pipeline.running("fused")
        publish(pipeline, second)
        pipeline.at_rest("fused")
        pipeline.running()
        assert Handover(settings).to_apart()

        pipeline.running(*APART)
        publish(pipeline, third)
        pipeline.at_rest(*APART)
        assert_each_once(pipeline, samples)


def test_what_is_not_finished_is_not_handed_over(bootstrap: str, tmp_path: Path) -> None:
    world, samples = generated(60)
    with Pipeline(bootstrap, tmp_path) as pipeline:
        settings = Settings.load(kafka=pipeline.kafka, namespace=pipeline.namespace)
        pipeline.publish_reference(world)
        publish(pipeline, samples)
        pipeline.running("validation", "inventory", "fraud")
        pipeline.at_rest("validation", "inventory", "fraud")
        pipeline.running()
        with pytest.raises(Unfinished, match="the branches have not read the same uploads"):
            Handover(settings).to_fused()
        pipeline.running("pricing")
        pipeline.at_rest("pricing")
        pipeline.running()
        with pytest.raises(Unfinished, match="results wait for the join"):
            Handover(settings).to_fused()


def test_killed_again_and_again(bootstrap: str, tmp_path: Path) -> None:
    world, samples = generated(4_000)
    with Pipeline(bootstrap, tmp_path, MANIFOLD_JOIN__DEADLINE="600") as pipeline:
        pipeline.publish_reference(world)
        victims = [pipeline.start("fused", instance) for instance in ("one", "two")]
        with pipeline.load(samples, per_second=60) as sent:
            for number in range(6):
                pipeline.until(pipeline.more(InvoiceDecision, 50), "decisions since the last kill")
                victims[number % 2] = pipeline.killed(victims[number % 2])
        pipeline.at_rest("fused")
        assert_each_once(pipeline, sent)


def publish(pipeline: Pipeline, samples: list[Sample]) -> None:
    """Send uploads."""
    pipeline.publish(*(sample.upload for sample in samples))


def assert_each_once(pipeline: Pipeline, samples: list[Sample]) -> None:
    """Every upload answered once by every branch, decided once, completely and rightly."""
    once = Counter(sample.upload.request_id for sample in samples)
    for kind in RESULTS:
        assert Counter(each.request_id for each in pipeline.seen.all(kind)) == once
    assert pipeline.decided() == once
    decisions = {each.request_id: each for each in pipeline.seen.all(InvoiceDecision)}
    assert all(each.complete and each.revision == 1 for each in decisions.values())
    statuses = {sample.upload.request_id: sample.decision for sample in samples}
    assert {key: each.status for key, each in decisions.items()} == statuses
    final = Counter(key for key, status in statuses.items() if status != "REVIEW")
    assert Counter(each.request_id for each in pipeline.seen.all(InvoiceSettled)) == final
    assert pipeline.seen.letters() == []
