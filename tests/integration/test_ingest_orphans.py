"""Documents whose event was never sent are found and deleted; no other ever is."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors.clock import now
from connectors.object_store import Store
from connectors.orphans import Orphans
from connectors.settings import Documents
from operators.time import DAY
from operators.upload import Document, InvoiceUploaded, Metadata
from tests.integration.pipeline import Pipeline
from tests.integration.web_process import WebProcess

HOUR = DAY // 24
PDF = b"%PDF-1.7 "

DIES = """
import os, sys
from connectors.entrance import Entrance
def dies(*_): os.kill(os.getpid(), 9)
Entrance.send = dies
from manifold.cli.app import main
sys.argv = ["manifold", *sys.argv[1:]]
main()
"""
"""The web application, which ends as by `kill -9` when a document is stored and not yet sent."""


@pytest.fixture
def pipeline(bootstrap: str, tmp_path: Path) -> Iterator[Pipeline]:
    folder = tmp_path / "pipeline"
    folder.mkdir()
    with Pipeline(
        bootstrap, folder, MANIFOLD_DOCUMENTS__URL=str(tmp_path / "documents")
    ) as pipeline:
        yield pipeline


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(Documents(url=str(tmp_path / "documents")))


def keys(store: Store) -> set[str]:
    return {stored.key for stored in store.listed("inbox")}


def orphans(pipeline: Pipeline, store: Store, days_later: int) -> set[str]:
    looking = Orphans(pipeline.kafka, pipeline.contracts, pipeline.codec, store)
    found = looking.found(now() + days_later * DAY, DAY)
    return {stored.key for stored in found}


def test_who_dies_between_storing_and_sending_leaves_an_orphan_that_is_found(
    pipeline: Pipeline, store: Store, tmp_path: Path
) -> None:
    with WebProcess(pipeline.variables, tmp_path / "web.log") as web:
        assert web.client.post("/invoices", content=PDF + b"sent").status_code == 202
    sent = keys(store)
    with WebProcess(pipeline.variables, tmp_path / "dies.log", ("-c", DIES)) as dying:
        with pytest.raises(Exception, match="disconnected"):
            dying.client.post("/invoices", content=PDF + b"not sent")
        assert dying.wait() == -9
    [orphan] = keys(store) - sent

    assert orphans(pipeline, store, days_later=0) == set(), "its day is not over"
    assert orphans(pipeline, store, days_later=1) == set(), "its day has just ended"
    assert orphans(pipeline, store, days_later=3) == {orphan}
    assert orphans(pipeline, store, days_later=70) == set(), "its upload may be gone from the topic"

    # Sent again, it is no orphan any more.
    with WebProcess(pipeline.variables, tmp_path / "again.log") as web:
        assert web.client.post("/invoices", content=PDF + b"not sent").status_code == 202
    assert orphans(pipeline, store, days_later=3) == set()


def test_what_others_have_stored_and_what_is_pointed_at_is_left(
    pipeline: Pipeline, store: Store, tmp_path: Path
) -> None:
    old = now() - 5 * DAY
    pointed, late, lost = (
        store.put(PDF + name, "application/pdf", old) for name in (b"1", b"2", b"3")
    )
    (tmp_path / "documents" / "inbox" / "mine.pdf").write_bytes(PDF)
    full = Document(f"file://{tmp_path}/documents/{pointed.uri}", "application/pdf", pointed.sha256)
    for number, document in enumerate((full, late)):
        pipeline.publish(
            InvoiceUploaded(
                request_id=f"r-{number}",
                invoice_id="i",
                origin="SCAN",
                uploaded_at=now(),
                document=document,
                metadata=Metadata(),
            )
        )
    assert orphans(pipeline, store, days_later=2) == {lost.uri}
    assert len(keys(store)) == 4
    store.delete(lost.uri)
    store.delete(lost.uri)
    assert orphans(pipeline, store, days_later=2) == set()
    assert len(keys(store)) == 3
