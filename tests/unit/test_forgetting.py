"""Of documents that several point at, which go with a vendor and which stay."""

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from connectors import forgetting
from connectors.forgetting import Traces, traces
from connectors.object_store import Store
from connectors.settings import Documents
from connectors.stream import Received
from operators.upload import Document, InvoiceUploaded, Metadata
from tests.contract.generated_records import AT, CODEC, CONTRACTS

PDF = "application/pdf"
INVENTED = "0" * 64


class Place:
    """A store, and uploads that point into it."""

    def __init__(self, folder: Path) -> None:
        self.store = Store(Documents(url=str(folder)))
        self.records: list[Received] = []

    def upload(self, request_id: str, vendor_id: str, document: Document, attempt: int = 1) -> None:
        uploaded = InvoiceUploaded(
            request_id=request_id,
            attempt=attempt,
            invoice_id="I",
            vendor_id=vendor_id,
            origin="API",
            uploaded_at=AT,
            document=document,
            metadata=Metadata(),
        )
        topic = CONTRACTS.topic_of(InvoiceUploaded).name
        value = CODEC.encoder(InvoiceUploaded)(uploaded)
        self.records.append(Received(topic, 0, len(self.records), b"", value, [], AT))

    def of(self, vendor: str) -> Traces:
        return traces({}, CONTRACTS, CODEC, self.store, vendor)


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    made = Place(tmp_path)

    def read_all(*_: Any, **__: Any) -> Iterator[Received]:
        return iter(made.records)

    monkeypatch.setattr(forgetting, "read_all", read_all)
    return made


def test_an_invented_hash_keeps_nothing_from_being_forgotten(place: Place) -> None:
    document = place.store.put(b"of V", PDF, AT)
    place.upload("r-1", "V", document)
    place.upload("r-2", "OTHER", Document(document.uri, PDF, INVENTED))
    found = place.of("V")
    assert found.documents == {document.uri}
    assert found.shared == 0
    assert found.hashes == {sha256(b"of V").hexdigest()}
    # Nor does it make it theirs.
    other = place.of("OTHER")
    assert (other.documents, other.shared, other.hashes) == (frozenset(), 0, frozenset())


def test_what_another_has_got_as_well_stays(place: Place) -> None:
    document = place.store.put(b"of both", PDF, AT)
    place.upload("r-1", "V", document)
    place.upload("r-2", "OTHER", Document(document.uri, PDF, document.sha256.upper()))
    place.upload("r-3", "OTHER", Document(document.uri, PDF, INVENTED))
    # Somebody's later attempt takes nothing of what the first one said.
    place.upload("r-2", "OTHER", Document(document.uri, PDF, INVENTED), attempt=2)
    found = place.of("V")
    assert (found.documents, found.shared) == (frozenset(), 1)


def test_what_nobody_says_the_truth_of_is_taken_as_it_is_said(place: Place) -> None:
    place.upload("r-1", "V", Document("gone.pdf", PDF, "1" * 64))
    place.upload("r-2", "OTHER", Document("gone.pdf", PDF, INVENTED))
    place.upload("r-3", "V", Document("alone.pdf", PDF, "2" * 64))
    found = place.of("V")
    assert (found.documents, found.shared) == (frozenset({"alone.pdf"}), 1)
    assert found.hashes == {"2" * 64}
