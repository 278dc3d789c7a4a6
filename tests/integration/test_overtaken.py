"""What is asked about a document ends when a later attempt is there, in whichever partition."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace
from typer.testing import CliRunner

from connectors.clock import now
from connectors.dead_letters import ERROR_REASON, MESSAGE
from connectors.murmur2 import partition_of
from flows import EXTRACT
from manifold.cli.app import app
from operators.decision import InvoiceDecision
from operators.review import InvoiceReviewCompleted, InvoiceReviewRequested
from operators.upload import InvoiceUploaded
from tests.integration.inbox import Inbox, doubtful
from tests.integration.pipeline import Pipeline, generated


@pytest.fixture
def inbox(tmp_path: Path) -> Inbox:
    return Inbox(tmp_path)


@pytest.fixture
def pipeline(
    bootstrap: str, tmp_path: Path, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Pipeline]:
    with Pipeline(bootstrap, tmp_path, MANIFOLD_DOCUMENTS__URL=inbox.settings.url) as made:
        monkeypatch.setenv("MANIFOLD_NAMESPACE", made.namespace)
        monkeypatch.setenv("MANIFOLD_KAFKA__BOOTSTRAP_SERVERS", bootstrap)
        # Loggers would keep the captured standard error, which is closed after each command.
        monkeypatch.setattr("connectors.logs.configure", lambda **_: None)
        yield made


def run(*arguments: str) -> str:
    result = CliRunner().invoke(app, [*arguments])
    assert result.exit_code == 0, result.output
    return result.stdout


def elsewhere(pipeline: Pipeline, vendor_id: str) -> str:
    """A request whose partition is not the vendor's."""
    count = pipeline.contracts.topic_of(InvoiceUploaded).partitions
    names = (f"r-{number}" for number in range(100))
    there = partition_of(vendor_id.encode(), count)
    return next(each for each in names if partition_of(each.encode(), count) != there)


@pytest.mark.parametrize("as_document", [False, True])
def test_a_question_that_a_later_attempt_has_overtaken_is_open_no_more(
    pipeline: Pipeline, inbox: Inbox, as_document: bool
) -> None:
    _, (sample,) = generated(1, fault_rate=0)
    request = elsewhere(pipeline, sample.upload.vendor_id or "")
    pipeline.start(EXTRACT, "one")
    pipeline.start(EXTRACT, "two")
    pipeline.publish(inbox.upload(request, doubtful(1)))
    pipeline.until(pipeline.more(InvoiceReviewRequested), "a person is asked")
    (asked,) = pipeline.seen.all(InvoiceReviewRequested)
    assert request in run("review", "list")

    later = replace(sample.upload, request_id=request, attempt=2)
    if as_document:
        kept = inbox.upload(request, doubtful(2)).document
        later = replace(later, invoice=None, document=kept)
    pipeline.publish(later)

    pipeline.until(pipeline.more(InvoiceDecision), "the first attempt is ended")
    (ended,) = pipeline.seen.all(InvoiceDecision)
    assert (ended.request_id, ended.attempt, ended.status) == (request, 1, "REPLACED")
    pipeline.at_rest(EXTRACT)
    questions = [each.attempt for each in pipeline.seen.all(InvoiceReviewRequested)]
    assert questions == ([1, 2] if as_document else [1])
    assert f"{len(questions) - 1} review" in run("review", "list")

    pipeline.publish(
        InvoiceReviewCompleted(
            request_id=request,
            revision=asked.revision,
            outcome="REJECTED",
            reviewer="anna",
            reason="Looked at.",
            completed_at=now(),
        )
    )
    pipeline.until(lambda: bool(pipeline.seen.letters()), "the answer is refused")
    (letter,) = pipeline.seen.letters()
    assert letter.header(ERROR_REASON) == b"review_outdated"
    assert b"2 has taken its place" in (letter.header(MESSAGE) or b"")
