"""Synthetic invoices through everything, and nothing that follows from them."""

import time
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from connectors import catalogue, publish
from connectors.measures import Measures
from connectors.probing import Prober
from flows import FLOWS
from operators.decision import InvoiceDecision, InvoiceNotification, InvoiceSettled
from operators.enrichment import InvoiceEnriched
from operators.statistics import InvoiceStatistics
from tests.integration.interrupting import Interrupting
from tests.integration.pipeline import Pipeline, generated

PATIENCE = 60.0


@pytest.fixture(scope="module")
def pipeline(bootstrap: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pipeline]:
    world, _ = generated(1)
    with Pipeline(bootstrap, tmp_path_factory.mktemp("probe")) as pipeline:
        pipeline.publish_reference(world)
        for flow in FLOWS:
            pipeline.start(flow, MANIFOLD_JOIN__DEADLINE="2")
        yield pipeline


@pytest.fixture
def measures() -> Measures:
    return Measures()


@pytest.fixture
def prober(pipeline: Pipeline, measures: Measures) -> Iterator[Prober]:
    with Prober(pipeline.kafka, pipeline.contracts, pipeline.codec, measures) as prober:
        yield prober


def test_one_is_decided_as_it_must_be_and_nothing_follows(
    pipeline: Pipeline, prober: Prober, measures: Measures
) -> None:
    first, second = prober.probe(PATIENCE), prober.probe(PATIENCE)
    assert (first.outcome, second.outcome) == ("correct", "correct")
    assert measures.value(catalogue.PROBES, "correct") == 2
    assert measures.value(catalogue.PROBE_LAST_SUCCESS) > 0
    pipeline.at_rest()
    seen = pipeline.seen
    assert [each.status for each in seen.all(InvoiceDecision)] == ["REJECTED"] * 2
    assert [each.outcome for each in seen.all(InvoiceSettled)] == ["REJECTED"] * 2
    for what in (InvoiceNotification, InvoiceEnriched, InvoiceStatistics):
        assert not seen.all(what)


def test_one_is_sent_again_when_the_broker_is_back(
    pipeline: Pipeline, bootstrap: str, measures: Measures, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publish, "_PATIENCE", 2)
    with ExitStack() as stack:
        proxy = stack.enter_context(Interrupting(bootstrap))
        kafka = {**pipeline.kafka, "bootstrap.servers": proxy.address}
        prober = Prober(kafka, pipeline.contracts, pipeline.codec, measures)
        stack.enter_context(prober)
        assert prober.probe(PATIENCE).outcome == "correct"
        with proxy.away():
            assert prober.probe(PATIENCE).outcome == "not_sent"
        until = time.monotonic() + PATIENCE
        while (found := prober.probe(PATIENCE).outcome) == "not_sent" and time.monotonic() < until:
            pass
    assert found == "correct"


def test_one_that_a_branch_does_not_answer_is_wrong_and_one_that_nobody_decides_too_late(
    pipeline: Pipeline, prober: Prober, measures: Measures
) -> None:
    [fraud] = [each for each in pipeline.processes if each.flow == "fraud"]
    pipeline.stop(fraud)
    probed = prober.probe(PATIENCE)
    assert probed.outcome == "wrong"
    assert probed.decision is not None
    assert probed.decision.missing == ("FRAUD",)
    [join] = [each for each in pipeline.processes if each.flow == "decide"]
    pipeline.stop(join)
    assert prober.probe(1.0).outcome == "timeout"
    assert measures.value(catalogue.PROBES, "wrong") == 1
    assert measures.value(catalogue.PROBES, "timeout") == 1
    assert measures.value(catalogue.PROBE_LAST_SUCCESS) == 0
