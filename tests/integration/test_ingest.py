"""Invoices that come in over HTTP, on a real broker."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from flows import FLOWS
from operators.decision import InvoiceDecision
from operators.upload import InvoiceUploaded
from tests.integration.pipeline import Pipeline, generated
from tests.integration.web_process import WebProcess


@pytest.fixture
def pipeline(bootstrap: str, tmp_path: Path) -> Iterator[Pipeline]:
    folder = tmp_path / "pipeline"
    folder.mkdir()
    with Pipeline(
        bootstrap, folder, MANIFOLD_DOCUMENTS__URL=str(tmp_path / "documents")
    ) as pipeline:
        yield pipeline


def test_an_invoice_that_is_sent_is_decided(pipeline: Pipeline, tmp_path: Path) -> None:
    world, samples = generated(3, fault_rate=0)
    pipeline.publish_reference(world)
    pipeline.running(*FLOWS)
    asked = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    with WebProcess(pipeline.variables, tmp_path / "web.log") as web:
        answers = []
        for sample in samples:
            upload = pipeline.codec.to_json(sample.upload)
            answers.append(
                web.client.post(
                    "/invoices",
                    params={"vendor_id": upload["vendor_id"]},
                    json=upload["invoice"],
                    headers={"traceparent": asked},
                )
            )
        assert [answer.status_code for answer in answers] == [202] * 3, answers[0].text
        sent = {answer.json()["request_id"] for answer in answers}
        assert {answer.headers["location"] for answer in answers} == {
            f"/requests/{request}" for request in sent
        }
        # What has been answered stands in the topic, in the trace of who asked.
        topic = pipeline.contracts.topic_of(InvoiceUploaded)
        records = list(pipeline.read(topic))
        decode = pipeline.codec.decoder(InvoiceUploaded)
        assert {decode(record.value or b"").request_id for record in records} == sent
        assert {(record.header("traceparent") or b"")[:36] for record in records} == {
            asked[:36].encode()
        }
        pipeline.until(lambda: set(pipeline.decided()) == sent, "every invoice is decided")
    expected = sorted(sample.decision for sample in samples)
    assert sorted(each.status for each in pipeline.seen.all(InvoiceDecision)) == expected
