"""The door while Kafka does not answer: nothing is lost, nothing is in twice, and it says so."""

from pathlib import Path

import httpx2

from operators.upload import InvoiceUploaded
from tests.integration.own_broker import OwnBroker
from tests.integration.pipeline import Pipeline
from tests.integration.web_process import WebProcess

INVOICE = {
    "number": "R-1",
    "currency": "EUR",
    "seller": {"vat_id": "DE123456788"},
    "buyer": {},
    "lines": [],
    "totals": {"payable": "160.53"},
}


def send(web: WebProcess, key: str | None = None) -> httpx2.Response:
    headers = {} if key is None else {"idempotency-key": f'"{key}"'}
    return web.client.post("/invoices", json=INVOICE, headers=headers)


def test_while_kafka_is_away_invoices_are_refused_and_after_that_taken(tmp_path: Path) -> None:
    folder = tmp_path / "pipeline"
    folder.mkdir()
    with (
        OwnBroker() as broker,
        Pipeline(
            broker.bootstrap,
            folder,
            MANIFOLD_DOCUMENTS__URL=str(tmp_path / "documents"),
            MANIFOLD_WEB__ACKNOWLEDGE_LIMIT="2",
        ) as pipeline,
        WebProcess(pipeline.variables, tmp_path / "web.log") as web,
    ):
        while (first := send(web)).status_code != 202:
            assert first.json()["written"] == "unknown", "a broker that is new takes its time"
        taken = [first]

        # It stands still: what has been handed over may be in, and is the same when sent again.
        broker.pause()
        unknown = send(web)
        assert (unknown.status_code, unknown.json()["written"]) == (503, "unknown")
        while (told := send(web)).json()["written"] == "unknown":
            assert told.headers["retry-after"]
        assert (told.status_code, told.json()["type"]) == (503, "urn:manifold:problem:kafka-away")
        assert web.until_it_answers("/health/ready", 503).json()["reasons"]
        broker.resume()
        web.until_it_answers("/health/ready", 200)
        again = send(web, unknown.json()["idempotency_key"])
        assert again.status_code == 202
        assert again.json()["request_id"] == unknown.json()["request_id"]
        taken.append(again)

        # It is gone: nothing is handed over, and everybody is told at once.
        broker.stop()
        web.until_it_answers("/health/ready", 503)
        gone = send(web, "mine")
        assert (gone.status_code, gone.json()["written"]) == (503, "no")
        broker.start()
        web.until_it_answers("/health/ready", 200)
        back = send(web, "mine")
        assert back.status_code == 202
        taken.append(back)

        decode = pipeline.codec.decoder(InvoiceUploaded)
        records = pipeline.read(pipeline.contracts.topic_of(InvoiceUploaded))
        found = [decode(record.value or b"").request_id for record in records]
        assert set(found) >= {each.json()["request_id"] for each in taken}
