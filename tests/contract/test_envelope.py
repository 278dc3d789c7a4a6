"""Headers follow CloudEvents and Trace Context, and are the same when written again."""

import re

from hypothesis import given
from hypothesis import strategies as st

from connectors.envelope import Envelope, traceparent
from connectors.stream import Received
from operators.decision import InvoiceSettled
from tests.contract.samples import upload

INCOMING = b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
SETTLED = InvoiceSettled(
    request_id="r-1", attempt=2, invoice_id="i-1", vendor_id="v-1", outcome="APPROVED", settled_at=5
)


def received(offset: int, *headers: tuple[str, bytes]) -> Received:
    return Received("invoice.uploaded", 1, offset, b"k", b"v", list(headers), 0)


def test_cloudevents_in_binary_mode() -> None:
    headers = dict(Envelope("decide", "invoice.settled").headers(SETTLED, 1_700_000_000_123))
    assert re.fullmatch(rb"00-[0-9a-f]{32}-[0-9a-f]{16}-01", headers.pop("traceparent"))
    assert headers == {
        "ce_specversion": b"1.0",
        "content-type": b"application/avro",
        "ce_source": b"/manifold/decide",
        "ce_type": b"invoice.settled",
        "ce_id": b"r-1:2",
        "ce_time": b"2023-11-14T22:13:20.123Z",
    }


def test_the_trace_goes_on_with_a_span_of_its_own() -> None:
    envelope = Envelope("pricing", "invoice.pricing.result")
    spans = set()
    for cause in (received(1, ("traceparent", INCOMING)), received(2, ("traceparent", INCOMING))):
        made = dict(envelope.headers(upload(), 5, cause))["traceparent"]
        assert made[:36] == INCOMING[:36]
        assert made[53:] == b"01"
        assert dict(envelope.headers(upload(), 9, cause))["traceparent"] == made
        spans.add(made[36:52])
    assert len(spans | {INCOMING[36:52]}) == 3


def test_branches_join_one_trace_when_the_upload_has_none() -> None:
    cause = received(7)
    made = [
        dict(Envelope(group, group).headers(upload(), 5, cause))["traceparent"]
        for group in ("fraud", "pricing")
    ]
    assert made[0][:36] == made[1][:36]
    assert made[0] != made[1]


@given(st.binary(max_size=60))
def test_a_wrong_traceparent_begins_a_new_trace(incoming: bytes) -> None:
    assert re.fullmatch(rb"00-[0-9a-f]{32}-[0-9a-f]{16}-01", traceparent(incoming, 1, "a"))


def test_invalid_traces_are_not_continued() -> None:
    for wrong in (
        b"00-" + b"0" * 32 + INCOMING[35:],
        INCOMING[:36] + b"0" * 16 + b"-01",
        INCOMING.upper(),
        b"ff" + INCOMING[2:],
    ):
        assert traceparent(wrong, 1, "a") == traceparent(None, 1, "a")
