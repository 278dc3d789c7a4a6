"""`kill -9` of the flow that writes a database: the trail has every event once, unbroken."""

from itertools import groupby

from flows import FLOWS
from operators.audit import InvoiceAudit, verify
from operators.decision import InvoiceDecision, InvoiceNotification
from operators.notification import notification
from tests.faults.exactness import assert_each_once
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
    assert_each_once(pipeline, sent)

    entries = sorted(pipeline.seen.all(InvoiceAudit), key=lambda each: (each.chain, each.sequence))
    chains = [list(found) for _, found in groupby(entries, lambda each: each.chain)]
    assert [verify(found) for found in chains] == [None] * len(chains)
    assert len({entry.event_id for entry in entries}) == len(entries) == 6 * len(sent)
    notes = [note for note in map(notification, pipeline.seen.all(InvoiceDecision)) if note]
    told = pipeline.seen.all(InvoiceNotification)
    assert sorted(each.notification_id for each in told) == sorted(
        each.notification_id for each in notes
    )
    with pipeline.store() as store:
        assert store.verify() is None
        assert store.stats().rows["audit_entry"] == 6 * len(sent)
        assert store.stats().rows["decision"] == len(sent)
