"""`kill -9` of the flow that writes a database: the trail has every event once, unbroken."""

from flows import FLOWS
from operators.audit import InvoiceAudit
from operators.review import InvoiceReviewRequested
from tests.faults.exactness import assert_collected, assert_exact
from tests.integration.pipeline import Pipeline, generated

PER_SECOND = 50
KILLS = 6


def test_the_audit_trail_outlives_kills(pipeline: Pipeline) -> None:
    world, samples = generated(4_000)
    pipeline.publish_reference(world)
    pipeline.running(*FLOWS)
    with pipeline.load(samples, PER_SECOND) as sent:
        for _ in range(KILLS):
            pipeline.until(pipeline.more(InvoiceAudit, 100), "entries since the last kill")
            [collect] = [each for each in pipeline.processes if each.flow == "collect"]
            pipeline.killed(collect)
    pipeline.at_rest()
    assert_exact(pipeline, world, sent)
    assert_collected(pipeline)
    with pipeline.store() as store:
        asked = len(pipeline.seen.all(InvoiceReviewRequested))
        assert asked
        assert store.stats().rows["audit_entry"] == 6 * len(sent) + asked
