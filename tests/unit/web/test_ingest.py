"""What comes in over HTTP: what it is taken as, and what a client is told when it is not."""

import json
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from connectors import catalogue
from connectors.async_producer import NotTaken, Unacknowledged
from connectors.database.attempts import Attempt
from connectors.object_store import DocumentRefused, StoreAway
from tests.unit.web.entrances import TRACE, Served
from web.principal import Everybody

INVOICE = {
    "number": "R-1",
    "currency": "EUR",
    "seller": {"name": "Example Supplies GmbH", "vat_id": "DE123456788"},
    "buyer": {},
    "lines": [],
    "totals": {"payable": "160.53"},
}
PDF = b"%PDF-1.7 and so on"
PNG = b"\x89PNG\r\n\x1a\n and so on"


def send(served: Served, content: bytes = json.dumps(INVOICE).encode(), **given: Any) -> Response:
    with TestClient(served.app) as client:
        return client.post("/invoices", content=content, **given)


def test_an_invoice_is_in_when_it_has_been_acknowledged() -> None:
    served = Served(access=Everybody("erp", "north"))
    told = send(served)
    assert told.status_code == 202
    [upload] = served.entrance.sent
    assert told.json()["request_id"] == upload.request_id
    assert told.headers["location"] == told.json()["status_url"] == f"/requests/{upload.request_id}"
    assert told.headers["traceparent"] == TRACE.decode()
    assert (upload.tenant, upload.vendor_id, upload.invoice_id, upload.attempt, upload.origin) == (
        "north",
        "DE123456788",
        "R-1",
        1,
        "API",
    )
    assert upload.invoice is not None


def test_what_the_query_says_goes_before_what_the_invoice_says() -> None:
    served = Served()
    body = json.dumps({"vendor_id": "V-1", "invoice_id": "a", "invoice": INVOICE}).encode()
    send(served, body)
    send(served, body, params={"vendor_id": "V-2", "invoice_id": "b", "origin": "EMAIL"})
    said = [(each.vendor_id, each.invoice_id, each.origin) for each in served.entrance.sent]
    assert said == [("V-1", "a", "API"), ("V-2", "b", "EMAIL")]


@pytest.mark.parametrize(("content", "media_type"), [(PDF, "application/pdf"), (PNG, "image/png")])
def test_a_document_is_kept_before_it_is_sent(content: bytes, media_type: str) -> None:
    served = Served()
    # What a header says of it is nothing to go by.
    told = send(served, content, headers={"content-type": "application/json"})
    assert told.status_code == 202
    [upload] = served.entrance.sent
    assert upload.document is not None
    assert upload.document.media_type == media_type
    assert served.entrance.kept[upload.document.uri] == content
    assert (upload.invoice, upload.vendor_id, upload.origin) == (None, None, "SCAN")


def test_a_form_holds_a_file_whose_name_is_only_a_label() -> None:
    served = Served()
    with TestClient(served.app) as client:
        told = client.post(
            "/invoices",
            files={"file": ("../../etc/scan 17.pdf", PDF, "text/html")},
            data={"vendor_id": "V-1", "origin": "PORTAL"},
        )
    assert told.status_code == 202
    [upload] = served.entrance.sent
    assert (upload.invoice_id, upload.vendor_id, upload.origin) == ("scan 17", "V-1", "PORTAL")
    assert upload.document is not None
    assert "etc" not in upload.document.uri


def test_a_form_with_two_files_or_none_is_refused() -> None:
    served = Served()
    with TestClient(served.app) as client:
        two = client.post("/invoices", files=[("a", ("a", PDF)), ("b", ("b", PDF))])
        none = client.post(
            "/invoices",
            content=b"--x--\r\n",
            headers={"content-type": "multipart/form-data; boundary=x"},
        )
        garbled = client.post(
            "/invoices", content=b"x", headers={"content-type": "multipart/form-data"}
        )
    assert [two.status_code, none.status_code, garbled.status_code] == [400, 400, 400]
    assert served.entrance.sent == []


def test_a_pointer_is_sent_as_it_is() -> None:
    served = Served()
    document = {"uri": "2026/1.pdf", "media_type": "application/pdf", "sha256": "AB" * 32}
    told = send(served, json.dumps({"document": document, "vendor_id": "V-1"}).encode())
    assert told.status_code == 202
    [upload] = served.entrance.sent
    assert upload.document is not None
    assert (upload.document.uri, upload.vendor_id) == ("2026/1.pdf", "V-1")


@pytest.mark.parametrize(
    ("content", "status", "what"),
    [
        (b"", 422, "empty"),
        (b'{"number": ', 422, "not JSON"),
        (b"<Invoice", 422, "XML"),
        (b"<Order/>", 415, "root is"),
        (b"hello", 415, "neither XML nor JSON"),
        (b"PK\x03\x04", 415, "archive"),
        (b'{"number": "1", "surprise": 2}', 422, "surprise"),
        (json.dumps([INVOICE, INVOICE]).encode(), 422, "a request of its own"),
        (json.dumps({"invoice": INVOICE, "request_id": "x"}).encode(), 422, "given by the server"),
        (json.dumps({"invoice": INVOICE, "attempt": 2}).encode(), 422, "given by the server"),
        (json.dumps({"invoice": INVOICE, "origin": "REVIEW"}).encode(), 422, "origin"),
        (json.dumps({**INVOICE, "seller": {}}).encode(), 422, "vendor_id"),
        (b'{"document": {"uri": "x"}}', 422, "media_type"),
        (
            json.dumps(
                {"document": {"uri": "x", "media_type": "a/b", "sha256": "../../etc/passwd"}}
            ).encode(),
            422,
            "hexadecimal",
        ),
    ],
)
def test_what_cannot_be_read_is_refused_with_what_to_do(
    content: bytes, status: int, what: str
) -> None:
    served = Served()
    told = send(served, content)
    assert (told.status_code, served.entrance.sent) == (status, [])
    assert told.headers["content-type"] == "application/problem+json"
    assert what in told.text


@pytest.mark.parametrize(
    "params",
    [
        {"vendor_id": ""},
        {"vendor_id": "x" * 201},
        {"invoice_id": "a\0b"},
        {"origin": "REVIEW"},
        {"attempt": "7"},
    ],
)
def test_what_is_said_beside_an_invoice_is_looked_at(params: dict[str, str]) -> None:
    served = Served()
    assert send(served, params=params).status_code == 422
    assert served.entrance.sent == []


def test_a_body_that_is_too_large_is_not_read() -> None:
    served = Served(most_bytes=1_000)
    announced = send(served, b"x" * 1_001)

    def unannounced() -> Any:
        for _ in range(20):
            yield b"%PDF" * 25

    with TestClient(served.app) as client:
        streamed = client.post("/invoices", content=unannounced())
        form = client.post("/invoices", files={"file": ("a", PDF * 100)})
    assert [announced.status_code, streamed.status_code, form.status_code] == [413, 413, 413]
    assert announced.json()["most_bytes"] == 1_000
    assert served.entrance.kept == {}


def test_bodies_that_are_too_large_together_have_to_wait() -> None:
    served = Served(most_bytes_together=10)
    told = send(served)
    assert (told.status_code, told.headers["retry-after"]) == (429, "1")
    # What was held is given back: it is no sum of everything that ever came.
    assert send(served, b"%PDF-1.7").status_code == 202
    assert send(served, b"%PDF-1.7").status_code == 202


def test_a_compressed_body_is_refused() -> None:
    assert send(Served(), headers={"content-encoding": "gzip"}).status_code == 415


def test_nothing_is_taken_beyond_what_may_be_under_way() -> None:
    served = Served(most_under_way=1)
    with served_room(served):
        told = send(served)
    assert told.status_code == 429
    assert told.json()["written"] == "no"
    assert told.headers["retry-after"] == "1"
    assert served.measures.value(catalogue.WEB_REFUSED, "busy") == 1
    assert send(served).status_code == 202


def served_room(served: Served) -> Any:
    return served.area.room.entered()


@pytest.mark.parametrize(
    ("failure", "status", "kind", "written"),
    [
        (NotTaken("busy", "full"), 429, "busy", "no"),
        (NotTaken("away", "no Kafka broker answers"), 503, "kafka-away", "no"),
        (NotTaken("refused", "it says no"), 503, "kafka-refuses", "no"),
        (Unacknowledged("…"), 503, "unacknowledged", "unknown"),
        (StoreAway("the document store is away"), 503, "store-away", "no"),
        (DocumentRefused("document_missing", "there is none"), 422, "document-missing", None),
    ],
)
def test_a_client_knows_whether_an_invoice_may_be_in(
    failure: Exception, status: int, kind: str, written: str | None
) -> None:
    served = Served()
    served.entrance.failures = [failure]
    told = send(served)
    assert told.status_code == status
    assert told.json()["type"] == f"urn:manifold:problem:{kind}"
    assert told.json().get("written") == written
    assert ("retry-after" in told.headers) == (written is not None)
    assert served.measures.value(catalogue.WEB_REFUSED, kind) == 1


def test_an_error_of_ours_tells_nothing_of_the_invoice() -> None:
    served = Served()
    served.entrance.failures = [RuntimeError("DE89370400440532013000")]
    told = send(served, headers={"x-request-id": "abc"})
    assert told.status_code == 500
    assert told.headers["content-type"] == "application/problem+json"
    assert told.json()["request_id"] == told.headers["x-request-id"] == "abc"
    assert "DE89" not in told.text


def test_every_exchange_has_an_id() -> None:
    served = Served()
    given = send(served, headers={"x-request-id": "erp-4711"})
    unfit = send(served, headers={"x-request-id": "<script>"})
    assert given.headers["x-request-id"] == "erp-4711"
    assert unfit.headers["x-request-id"] not in ("", "<script>")
    assert served.measures.value(catalogue.WEB_REQUESTS, "/invoices", "POST", "2xx") == 2


def test_a_trace_is_handed_on() -> None:
    served = Served()
    send(served, headers={"traceparent": TRACE.decode()})
    assert served.entrance.traces == [TRACE]


def test_the_description_tells_the_truth() -> None:
    served = Served()
    with TestClient(served.app) as client:
        described = client.get("/openapi.json").json()
        assert described["openapi"].startswith("3.1")
        operation = described["paths"]["/invoices"]["post"]
        for media_type, body in operation["requestBody"]["content"].items():
            for name, example in body.get("examples", {}).items():
                value = example["value"]
                content = value if isinstance(value, str) else json.dumps(value)
                told = client.post("/invoices", content=content)
                assert told.status_code == 202, (media_type, name, told.text)
                shown = operation["responses"]["202"]["content"]["application/json"]
                assert told.json().keys() == shown["examples"]["accepted"]["value"].keys()
    assert {*operation["responses"]} >= {"202", "409", "413", "415", "422", "429", "503"}


def correct(served: Served, request: str, attempt: object, body: bytes) -> Response:
    with TestClient(served.app) as client:
        return client.put(f"/requests/{request}/attempts/{attempt}", content=body)


def test_a_correction_is_the_next_attempt_of_a_request_of_ones_own() -> None:
    served = Served(access=Everybody("erp", "north"))
    served.known = {"r": [Attempt(1, "north")], "theirs": [Attempt(1, "south")]}
    body = json.dumps(INVOICE).encode()
    first = correct(served, "r", 2, body)
    again = correct(served, "r", 2, body)
    other = correct(served, "r", 2, json.dumps({**INVOICE, "number": "R-2"}).encode())
    assert (first.status_code, again.status_code, other.status_code) == (202, 202, 422)
    assert first.json() == again.json()
    assert (first.json()["request_id"], first.json()["attempt"]) == ("r", 2)
    [upload] = served.entrance.sent
    assert (upload.request_id, upload.attempt, upload.tenant) == ("r", 2, "north")

    early = correct(served, "r", 4, body)
    assert (early.status_code, early.json()["next_attempt"]) == (409, 2)
    served.known["r"].append(Attempt(2, "north"))
    assert correct(served, "r", 3, body).status_code == 202
    # Another tenant's request is no other answer than none at all.
    theirs, nobodys = correct(served, "theirs", 2, body), correct(served, "nobodys", 2, body)
    assert (theirs.status_code, theirs.text) == (404, nobodys.text)
    assert {correct(served, "r", wrong, body).status_code for wrong in (0, 1, "x")} == {422}
    assert len(served.entrance.sent) == 2


def test_a_body_of_several_megabytes_is_taken() -> None:
    served = Served()
    assert send(served, PDF + b"x" * 5_000_000).status_code == 202
