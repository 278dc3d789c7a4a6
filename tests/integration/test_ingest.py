"""Invoices that come in over HTTP, on a real broker."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from flows import FLOWS
from manifold.generator import Sample
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
            upload = upload_of(pipeline, sample)
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

        # A correction is an attempt more, once the database knows of the first.
        request, invoice = answers[0].json()["request_id"], upload_of(pipeline, samples[0])
        told: list[httpx2.Response] = []

        def corrected() -> bool:
            told.append(
                web.client.put(
                    f"/requests/{request}/attempts/2",
                    params={"vendor_id": invoice["vendor_id"]},
                    json=invoice["invoice"],
                )
            )
            return told[-1].status_code != 404

        pipeline.until(corrected, "the request is known")
        assert told[-1].status_code == 202, told[-1].text
        pipeline.until(
            lambda: any(each.attempt == 2 for each in pipeline.seen.all(InvoiceDecision)),
            "the correction is decided",
        )
    expected = sorted(sample.decision for sample in samples)
    decisions = [each for each in pipeline.seen.all(InvoiceDecision) if each.attempt == 1]
    assert sorted(each.status for each in decisions) == expected


def upload_of(pipeline: Pipeline, sample: Sample) -> dict[str, Any]:
    return pipeline.codec.to_json(sample.upload)
