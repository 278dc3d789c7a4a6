"""Documents through a real broker: read once whatever is killed, and refused with a reason."""

import hashlib
import io
import os
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import psutil
import pytest
from PIL import Image

from flows import BRANCHES, EXTRACT, JOIN
from manifold.documents.document import document
from manifold.documents.plan import Kind, plans
from operators.decision import InvoiceDecision
from operators.upload import Document, InvoiceUploaded
from tests.clamd import EICAR, MOST, Clamd
from tests.integration.inbox import Inbox, outcomes, refused
from tests.integration.pipeline import Pipeline
from tests.unit.documents import encrypted, invoice_pdf
from tests.unit.test_documents_hostile import HOSTILE, png

MIXED: tuple[Kind, ...] = ("hybrid", "pdf") * 3 + ("hybrid", "receipt")
DOCUMENTS = int(os.environ.get("MANIFOLD_TEST_DOCUMENTS", "96"))
"""How many documents are sent while processes are killed."""
KILLS = 4


@pytest.fixture
def inbox(tmp_path: Path) -> Inbox:
    return Inbox(tmp_path)


@pytest.fixture
def pipeline(bootstrap: str, tmp_path: Path, inbox: Inbox) -> Iterator[Pipeline]:
    with Pipeline(bootstrap, tmp_path, MANIFOLD_DOCUMENTS__URL=inbox.settings.url) as made:
        yield made


def mixed(inbox: Inbox, count: int, different: int) -> list[InvoiceUploaded]:
    """So many uploads of documents of every kind, so many of them different."""
    made = [document(plan) for plan in plans("tuning", 1, different, MIXED)]
    return [
        inbox.upload(f"d-{number}", each.content, each.suffix)
        for number, each in ((number, made[number % different]) for number in range(count))
    ]


@pytest.mark.timeout(120 + DOCUMENTS * 3)
def test_every_document_is_read_once_whatever_is_killed(pipeline: Pipeline, inbox: Inbox) -> None:
    uploads = mixed(inbox, DOCUMENTS, different=max(2 * len(MIXED), DOCUMENTS // 4))
    victims = [pipeline.start(EXTRACT, name) for name in ("one", "two")]
    pipeline.publish(*uploads)
    for number in range(KILLS):
        done = outcomes(pipeline).total()
        enough = min(done + DOCUMENTS // (2 * KILLS), DOCUMENTS * (number + 1) // (KILLS + 1))
        pipeline.until(partial(so_many, pipeline, enough), f"{enough} documents read")
        victims.append(pipeline.killed(victims.pop(0)))
    pipeline.until(partial(so_many, pipeline, DOCUMENTS), "every document read", DOCUMENTS * 3)
    pipeline.at_rest(EXTRACT)
    assert outcomes(pipeline) == {each.request_id: 1 for each in uploads}
    assert not refused(pipeline)
    assert not [each for each in psutil.process_iter(["cmdline"]) if orphaned(each)]


def so_many(pipeline: Pipeline, count: int) -> bool:
    return outcomes(pipeline).total() >= count


def orphaned(process: psutil.Process) -> bool:
    told = " ".join(process.info["cmdline"] or ())
    return "connectors.worker_main" in told and process.ppid() == 1


def test_what_cannot_be_read_is_refused_with_its_reason_and_the_flow_goes_on(
    pipeline: Pipeline, inbox: Inbox
) -> None:
    hostile = {name: make() for name, (_, make) in HOSTILE.items()}
    hostile["a password"] = encrypted(invoice_pdf(), user="secret")
    hostile["20,000 x 20,000"] = png(20_000)
    uploads = [inbox.upload(name, content) for name, content in hostile.items()]
    missing = Document("inbox/none.pdf", "application/pdf", "0" * 64)
    kept = uploads[0].document
    assert kept is not None
    other = Document(kept.uri, kept.media_type, hashlib.sha256(b"other").hexdigest())
    uploads += [inbox.pointer("missing", missing), inbox.pointer("changed", other)]
    good = next(iter(plans("tuning", 1, 1, ("hybrid",))))
    uploads.append(inbox.upload("good", document(good).content))

    process = pipeline.start(EXTRACT)
    pipeline.publish(*uploads)
    pipeline.at_rest(EXTRACT)

    found = refused(pipeline)
    assert found.pop("missing") == "document_missing"
    assert found.pop("changed") == "document_changed"
    assert set(found.values()) == {"document_unreadable"}
    assert set(found) == set(hostile)
    assert outcomes(pipeline)["good"] == 1
    assert process.code is None
    assert pipeline.restarts.total() == 0


def test_a_document_that_takes_too_long_is_poison_and_the_flow_goes_on(
    bootstrap: str, tmp_path: Path, inbox: Inbox
) -> None:
    photo = document(next(iter(plans("tuning", 1, 1, ("photo",)))))
    slow = many_pages(photo.content)
    pdf = document(next(iter(plans("tuning", 1, 1, ("hybrid",)))))
    limits = {
        "MANIFOLD_DOCUMENTS__URL": inbox.settings.url,
        "MANIFOLD_DOCUMENTS__READ_LIMIT": "3",
    }
    with Pipeline(bootstrap, tmp_path, **limits) as pipeline:
        process = pipeline.start(EXTRACT)
        pipeline.publish(inbox.upload("slow", slow))
        pipeline.publish(inbox.upload("quick", pdf.content))
        pipeline.at_rest(EXTRACT)

        assert refused(pipeline) == {"slow": "poison"}
        assert outcomes(pipeline) == {"slow": 1, "quick": 1}
        assert process.code is None


def test_what_a_scanner_knows_is_not_opened_and_nothing_is_while_it_is_away(
    bootstrap: str, tmp_path: Path, inbox: Inbox
) -> None:
    pdf = invoice_pdf()
    scanner = Clamd(tmp_path / "clamd")
    limits = {
        "MANIFOLD_DOCUMENTS__URL": inbox.settings.url,
        "MANIFOLD_DOCUMENTS__SCANNER__ADDRESS": scanner.address,
        "MANIFOLD_DOCUMENTS__SCANNER__TIME_LIMIT": "5",
    }
    with Pipeline(bootstrap, tmp_path, **limits) as pipeline:
        process = pipeline.start(EXTRACT)
        pipeline.publish(
            inbox.upload("good", pdf),
            inbox.upload("harmful", pdf + EICAR),
            inbox.upload("large", pdf + bytes(MOST)),
        )
        pipeline.until(lambda: pipeline.restarts.total() >= 2, "it ends and is started again")
        assert not outcomes(pipeline)
        assert "the virus scanner does not answer" in process.log.read_text()
        with scanner:
            pipeline.at_rest(EXTRACT)

        assert refused(pipeline) == {"harmful": "document_harmful", "large": "document_unscanned"}
        assert outcomes(pipeline) == {"good": 1, "harmful": 1, "large": 1}


def many_pages(picture: bytes) -> bytes:
    """A PDF of twenty photos, whose reading takes half a minute."""
    image = Image.open(io.BytesIO(picture))
    made = io.BytesIO()
    image.save(made, "PDF", save_all=True, append_images=[image] * 19)
    return made.getvalue()


def test_a_document_is_decided_like_any_other_invoice(pipeline: Pipeline, inbox: Inbox) -> None:
    pdf = document(next(iter(plans("tuning", 1, 1, ("hybrid",)))))
    pipeline.running(EXTRACT, *BRANCHES, JOIN)
    pipeline.publish(inbox.upload("one", pdf.content))
    pipeline.until(pipeline.more(InvoiceDecision), "the decision")
    (decision,) = pipeline.seen.all(InvoiceDecision)
    assert (decision.request_id, decision.complete) == ("one", True)
    assert {each.branch for each in decision.branches} == {each.upper() for each in BRANCHES}
