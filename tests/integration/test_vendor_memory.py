"""What reviewers teach about one vendor at the same time, in different processes, is all there."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from connectors.clock import now
from flows import EXTRACT
from operators.extraction.lesson_learned import InvoiceLessonLearned
from operators.extraction.memory import VendorMemory
from operators.review import InvoiceReviewCompleted, InvoiceReviewRequested
from tests.integration.inbox import Inbox, doubtful
from tests.integration.pipeline import Pipeline

DOCUMENTS = 8
VENDOR = "V-77"


@pytest.fixture
def inbox(tmp_path: Path) -> Inbox:
    return Inbox(tmp_path)


@pytest.fixture
def pipeline(bootstrap: str, tmp_path: Path, inbox: Inbox) -> Iterator[Pipeline]:
    with Pipeline(bootstrap, tmp_path, MANIFOLD_DOCUMENTS__URL=inbox.settings.url) as made:
        yield made


def corrected(asked: InvoiceReviewRequested, which: int) -> InvoiceReviewCompleted:
    """An answer that names an account of the vendor which no other one names."""
    invoice = asked.invoice
    assert invoice is not None
    seller = replace(invoice.seller, identifier=VENDOR, legal_id=f"HRB {1_000 + which}")
    return InvoiceReviewCompleted(
        request_id=asked.request_id,
        revision=asked.revision,
        outcome="CORRECTED",
        reviewer=f"person-{which}",
        reason="Looked at.",
        completed_at=now(),
        corrected=replace(invoice, number="QX/47", seller=seller),
    )


def memories(pipeline: Pipeline) -> list[VendorMemory]:
    decode = pipeline.codec.decoder(VendorMemory)
    topic = pipeline.contracts.topic_of(VendorMemory)
    return [decode(each.value) for each in pipeline.read(topic) if each.value is not None]


def test_what_many_reviewers_correct_at_once_is_all_remembered(
    pipeline: Pipeline, inbox: Inbox
) -> None:
    processes = [pipeline.start(EXTRACT, name) for name in ("one", "two")]
    pipeline.publish(*(inbox.upload(f"r-{which}", doubtful(which)) for which in range(DOCUMENTS)))
    pipeline.until(pipeline.more(InvoiceReviewRequested, DOCUMENTS), "people are asked")
    asked = pipeline.seen.all(InvoiceReviewRequested)

    pipeline.publish(*(corrected(each, int(each.request_id[2:])) for each in asked))
    pipeline.until(pipeline.more(InvoiceLessonLearned), "something is learned")
    pipeline.killed(processes[0])
    pipeline.until(
        lambda: len(pipeline.seen.all(InvoiceLessonLearned)) == DOCUMENTS, "everything is learned"
    )
    pipeline.at_rest(EXTRACT)

    memory = memories(pipeline)[-1]
    assert memory.vendor_id == VENDOR
    ids = {each.value: each.learned for each in memory.marks if each.kind == "legal_id"}
    assert sorted(ids) == [f"hrb{1_000 + which}" for which in range(DOCUMENTS)]
    assert {each.request_id for each in ids.values()} == {each.request_id for each in asked}
    (name,) = (each for each in memory.marks if each.kind == "name")
    assert name.learned.confirmed == DOCUMENTS - 1
