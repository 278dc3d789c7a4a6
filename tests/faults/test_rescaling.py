"""Processes join and leave under load, and every result is as if there had been one."""

from operators.decision import InvoiceDecision
from tests.faults.exactness import assert_exact
from tests.integration.pipeline import Pipeline, generated

PER_SECOND = 60
RESCALED = ("fraud", "decide")


def test_two_then_three_then_two_processes(pipeline: Pipeline) -> None:
    world, samples = generated(4_000)
    pipeline.publish_reference(world)
    for flow in ("validation", "inventory", "pricing"):
        pipeline.start(flow)
    first = [pipeline.start(flow, instance="one") for flow in RESCALED]
    for flow in RESCALED:
        pipeline.start(flow, instance="two")
    with pipeline.load(samples, PER_SECOND) as sent:
        pipeline.until(pipeline.more(InvoiceDecision, 100), "decisions of two processes")
        third = [pipeline.start(flow, instance="three") for flow in RESCALED]
        pipeline.until(
            lambda: all("restored" in process.log.read_text() for process in third),
            "the third processes have taken over partitions",
        )
        pipeline.until(pipeline.more(InvoiceDecision, 100), "decisions of three processes")
        pipeline.stop(*first)
        pipeline.until(pipeline.more(InvoiceDecision, 100), "decisions of two processes again")
    pipeline.at_rest("validation", "inventory", "fraud", "pricing", "decide")
    assert_exact(pipeline, world, sent)
