"""What readers outside get of decisions, while the processes that write it are killed."""

from collections import Counter
from pathlib import Path

from flows import BRANCHES, JOIN, OUTPUTS
from manifold.generator import Sample, World
from operators.decision import InvoiceDecision, InvoiceSettled
from operators.enrichment import InvoiceEnriched
from operators.statistics import InvoiceStatistics
from tests.integration.pipeline import Pipeline, generated
from tests.unit.statistics_by_hand import latest, merged, wanted


def test_statistics_and_enriched_invoices_are_exact_under_kill_9(
    bootstrap: str, tmp_path: Path
) -> None:
    world, samples = generated(2_500, fault_rate=0.3)
    with Pipeline(
        bootstrap, tmp_path, MANIFOLD_STATISTICS__WRITE_EVERY="0.3", MANIFOLD_JOIN__DEADLINE="3"
    ) as pipeline:
        pipeline.publish_reference(world)
        pipeline.running(*BRANCHES, JOIN)
        victims = [pipeline.start(flow, name) for flow in OUTPUTS for name in ("one", "two")]
        with pipeline.load(samples, per_second=60) as sent:
            for number in range(8):
                more = pipeline.more(InvoiceDecision, 60)
                pipeline.until(more, "decisions since the last kill")
                victim = victims.pop(0)
                victims.append(pipeline.killed(victim))
                if number == 3:
                    # Late answers: decisions of which there will be another revision.
                    pricing = next(each for each in pipeline.processes if each.flow == "pricing")
                    pricing.pause()
                if number == 5:
                    pricing.resume()
        pipeline.at_rest(*BRANCHES, JOIN, *OUTPUTS)
        decisions = pipeline.seen.all(InvoiceDecision)
        assert {each.request_id for each in decisions} == {each.upload.request_id for each in sent}
        assert max(each.revision for each in decisions) > 1
        found = pipeline.seen.all(InvoiceStatistics)
        # What has changed last is written in the end, though nothing more comes.
        pipeline.until(lambda: counted(found) == wanted(decisions), "statistics of every decision")
        assert all(record.late == 0 for record in found)
        assert_enriched(pipeline, world, sent)


def counted(found: list[InvoiceStatistics]) -> object:
    """What the topic comes to."""
    return merged(latest(found))


def assert_enriched(pipeline: Pipeline, world: World, samples: list[Sample]) -> None:
    """Every approved request is there once, with what it was uploaded with and ordered on."""
    enriched = pipeline.seen.all(InvoiceEnriched)
    settled = pipeline.seen.all(InvoiceSettled)
    approved = {each.request_id for each in settled if each.outcome == "APPROVED"}
    assert Counter(each.request_id for each in enriched) == Counter(approved)
    uploads = {each.upload.request_id: each.upload for each in samples}
    orders = {each.purchase_order: each for each in world.purchase_orders}
    vendors = {each.vendor_id: each for each in world.vendors}
    for each in enriched:
        invoice = uploads[each.request_id].invoice
        assert invoice is not None
        assert each.vendor is not None
        assert (each.number, each.totals, each.vendor.name) == (
            invoice.number,
            invoice.totals,
            vendors[each.vendor_id].name,
        )
        ordered = {line.line: line for line in orders[each.purchase_order or ""].lines}
        for line, billed in zip(each.lines, invoice.lines, strict=True):
            assert (line.net, line.order_line) == (billed.net, billed.order_line)
            account = (
                ordered[line.order_line or ""].gl_account or vendors[each.vendor_id].gl_account
            )
            assert line.coding.gl_account.value == account
        sides = Counter[str]()
        for posting in each.postings:
            sides[posting.side] += posting.amount
        assert sides["DEBIT"] == sides["CREDIT"]
        assert not [posting for posting in each.postings if posting.kind == "DIFFERENCE"]
