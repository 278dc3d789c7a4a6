"""What collect does when the database will not take a record."""

import pytest
from msgspec.structs import replace

from connectors.codec import Codec, LockIds
from connectors.collected import Collected
from connectors.contracts import Contracts
from connectors.errors import Unavailable
from connectors.failures import RecordFailed
from connectors.stream import Decoded, Forwarded, Received
from connectors.wire import FORWARDED, Wire
from operators.audit import START, Event, InvoiceAudit, enter
from operators.upload import InvoiceUploaded, Metadata

CONTRACTS = Contracts.load()


class Picky:
    """A trail that takes nothing of one request."""

    def __init__(self, refused: str, error: Exception) -> None:
        self._refused, self._error = refused, error

    def append(self, chain: str, events: list[Event]) -> list[InvoiceAudit]:
        if any(event.request_id == self._refused for event in events):
            raise self._error
        return [enter(chain, number, START, event) for number, event in enumerate(events, 1)]


def uploads(*requests: str) -> list[Decoded[InvoiceUploaded]]:
    return [
        Decoded(
            InvoiceUploaded(
                request_id=request,
                invoice_id="i",
                origin="API",
                uploaded_at=1,
                metadata=Metadata(),
            ),
            Received("t", 0, offset, None, b"", [], 1),
        )
        for offset, request in enumerate(requests)
    ]


def test_the_record_the_database_refuses_is_named() -> None:
    collected = Collected("collect", Picky("b", ValueError("no such date")))
    with pytest.raises(RecordFailed) as failed:
        list(collected(0, uploads("a", "b", "c"), 1))
    assert failed.value.received.offset == 1


def test_a_database_that_is_away_is_nobodys_fault() -> None:
    collected = Collected("collect", Picky("b", Unavailable("it does not answer")))
    with pytest.raises(Unavailable):
        list(collected(0, uploads("a", "b", "c"), 1))


def test_a_record_that_was_sent_on_is_kept_once() -> None:
    first, other = uploads("a", "b")
    wire = Wire("fused", CONTRACTS, Codec(CONTRACTS, LockIds(CONTRACTS)))
    sent = wire.encode(Forwarded(first.received, b"vendor"), 1)
    again = replace(first.received, offset=7, key=sent.key, headers=sent.headers)
    collected = Collected("collect", Picky("", Unavailable("")))
    kept = list(collected(0, [first, other, Decoded(first.record, again)], 1))
    assert [each.cause for each in kept] == [first.received, other.received]
    assert again.header(FORWARDED) == b"0:0"
