"""A pipeline reads everything a second time: what it remembers is neither booked nor told twice."""

from pathlib import Path

from typer.testing import CliRunner

from flows import BRANCHES
from manifold.cli.app import app
from operators.decision import InvoiceDecision, InvoiceNotification
from operators.statistics import InvoiceStatistics
from tests.integration.pipeline import Pipeline, generated

FLOWS = (*BRANCHES, "decide", "collect", "enrich", "statistics")
RESET = ("offsets", "reset", "--to", "earliest", "--execute")
TOLD = (
    *("invoice.decision", "invoice.settled", "invoice.review.requested"),
    *("invoice.notification", "invoice.enriched"),
)
BOOKS = (
    *(("inventory", "reservations"), ("inventory", "requests")),
    *(("fraud", "vendors"), ("fraud", "seen")),
    *(("pricing", "volumes"), ("pricing", "requests")),
    *(("statistics", "counted"), ("enrich", "done")),
)


def test_what_is_remembered_is_neither_booked_nor_told_twice(
    bootstrap: str, tmp_path: Path
) -> None:
    with Pipeline(bootstrap, tmp_path) as pipeline:
        made, samples = generated(60)
        pipeline.publish_reference(made)
        pipeline.publish(*(sample.upload for sample in samples))
        processes = [pipeline.start(flow) for flow in FLOWS]
        pipeline.until(
            lambda: len(pipeline.seen.all(InvoiceDecision)) >= 60, "everything is decided", 180
        )
        pipeline.at_rest(*FLOWS)
        pipeline.stop(*processes)
        told, books = _told(pipeline), _books(pipeline)

        for flow in FLOWS:
            if flow != "collect":
                _start_over(pipeline, flow)
        processes = [pipeline.start(flow) for flow in FLOWS]
        pipeline.at_rest(*FLOWS)
        pipeline.stop(*processes)

        assert _told(pipeline) == told
        again = _books(pipeline)
        assert [name for name in books if again[name] != books[name]] == []
        assert _counted(pipeline) == 60

        refused = CliRunner().invoke(app, [*RESET, "collect"], env=pipeline.variables)
        assert refused.exit_code == 1
        assert "people are told twice" in refused.stderr
        _start_over(pipeline, "collect", "--forgotten")
        process = pipeline.start("collect")
        pipeline.at_rest("collect")
        pipeline.stop(process)
        told["invoice.notification"] *= 2
        assert _told(pipeline) == told
        notes = pipeline.seen.all(InvoiceNotification)
        assert 2 * len({note.notification_id for note in notes}) == len(notes)


def _told(pipeline: Pipeline) -> dict[str, int]:
    topics = pipeline.contracts.topics
    return {name: len(list(pipeline.read(topics[pipeline.namespace + name]))) for name in TOLD}


def _books(pipeline: Pipeline) -> dict[tuple[str, str], dict[int, dict[str, bytes]]]:
    return {(flow, name): pipeline.table(flow, name) for flow, name in BOOKS}


def _counted(pipeline: Pipeline) -> int:
    """Decisions in windows of a minute, by the latest record of each."""
    latest = {each.window_id: each for each in pipeline.seen.all(InvoiceStatistics)}
    return sum(each.decided for each in latest.values() if each.length == "MINUTE")


def _start_over(pipeline: Pipeline, flow: str, *options: str) -> None:
    """As soon as the session of its process has ended."""

    def done() -> bool:
        result = CliRunner().invoke(app, [*RESET, flow, *options], env=pipeline.variables)
        assert result.exit_code == 0 or "is a member until" in result.stderr, result.stderr
        return result.exit_code == 0

    pipeline.until(done, f"{flow} goes on from the beginning")
