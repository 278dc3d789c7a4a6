import json
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace

import cv2
import numpy as np
import pytest

from connectors.codec import TooLarge
from connectors.einvoice.uploaded import Given
from manifold.cli import submit
from manifold.cli.uploads import Unusable, uploads
from operators.invoice import Party
from operators.probe import synthetic
from operators.upload import Document, InvoiceUploaded
from operators.vendor_id import implied_by

INVOICE = {
    "number": "R-1",
    "currency": "EUR",
    "seller": {"name": "Example Supplies GmbH", "vat_id": "DE123456788"},
    "buyer": {},
    "lines": [],
    "totals": {"payable": "160.53"},
}


def kept(content: bytes, media_type: str) -> Document:
    return Document(f"{len(content)} bytes", media_type, sha256(content).hexdigest())


def sent(*files: Path, given: Given = Given()) -> list[InvoiceUploaded]:  # noqa: B008
    found = list(uploads(map(str, files), given, kept))
    assert not [each for each in found if isinstance(each, Unusable)]
    return [each[1] for each in found if not isinstance(each, Unusable)]


@pytest.mark.parametrize(
    ("seller", "vendor_id"),
    [
        (Party(name="N", legal_id="HRB 1", identifier="4 711", vat_id="de 1"), "DE1"),
        (Party(name="N", legal_id="HRB 1", identifier=" 4711 "), "4711"),
        (Party(name="N", legal_id="HRB 1"), "hrb-1"),
        (Party(name="Łódź—Æther & Co."), "łodz-æther-co"),
        (Party(vat_id=" "), None),
    ],
)
def test_the_vendor_is_named_by_the_best_that_is_known(
    seller: Party, vendor_id: str | None
) -> None:
    assert implied_by(seller) == vendor_id


def test_every_line_of_a_file_is_a_request_of_its_own(tmp_path: Path) -> None:
    file = tmp_path / "day.jsonl"
    file.write_text("\n".join([json.dumps(INVOICE)] * 3))
    found = sent(file)
    assert len({upload.request_id for upload in found}) == 3
    assert {upload.vendor_id for upload in found} == {"DE123456788"}
    assert found[0].metadata.amount == 160_53 * 10**6


def test_the_command_line_goes_before_the_file(tmp_path: Path) -> None:
    file = tmp_path / "one.json"
    said = {"request_id": "q", "vendor_id": "V-1", "origin": "EDI", "attempt": 2}
    file.write_text(json.dumps({**said, "invoice": INVOICE}))
    [plain] = sent(file)
    assert (plain.request_id, plain.vendor_id, plain.origin, plain.attempt) == (
        "q",
        "V-1",
        "EDI",
        2,
    )
    [given] = sent(file, given=Given("V-2", "r", 3, "EMAIL"))
    assert (given.request_id, given.vendor_id, given.origin, given.attempt) == (
        "r",
        "V-2",
        "EMAIL",
        3,
    )


def test_an_invoice_without_a_number_is_called_as_its_file(tmp_path: Path) -> None:
    file = tmp_path / "2026-117.json"
    file.write_text(json.dumps({**INVOICE, "number": None}))
    assert sent(file)[0].invoice_id == "2026-117"


def test_an_invoice_without_a_seller_says_what_to_add(tmp_path: Path) -> None:
    file = tmp_path / "one.json"
    file.write_text(json.dumps({**INVOICE, "seller": {}}))
    [found] = uploads([str(file)], Given(), kept)
    assert isinstance(found, Unusable)
    assert "--vendor" in found.message
    assert sent(file, given=Given("V-1"))[0].vendor_id == "V-1"


def test_a_directory_stands_for_its_invoices(tmp_path: Path) -> None:
    for name in ("b.json", "a.json", "notes.txt"):
        (tmp_path / name).write_text(json.dumps({**INVOICE, "number": name}))
    assert [upload.invoice_id for upload in sent(tmp_path)] == ["a.json", "b.json"]
    empty = tmp_path / "empty"
    empty.mkdir()
    [found] = uploads([str(empty)], Given(), kept)
    assert isinstance(found, Unusable)


def test_a_document_is_kept_and_pointed_at(tmp_path: Path) -> None:
    file = tmp_path / "scan-17.png"
    ok, png = cv2.imencode(".png", np.full((60, 40, 3), 255, np.uint8))
    assert ok
    file.write_bytes(png.tobytes())
    [found] = sent(tmp_path)
    content = file.read_bytes()
    assert found.document == kept(content, "image/png")
    assert (found.invoice, found.invoice_id, found.origin) == (None, "scan-17", "SCAN")
    assert found.vendor_id is None, "whose it is is read in it"


def test_a_document_that_cannot_be_read_is_not_kept(tmp_path: Path) -> None:
    file = tmp_path / "broken.pdf"
    file.write_bytes(b"%PDF-1.7\n1 0 obj\n")
    kept_any: list[bytes] = []

    def keep(content: bytes, media_type: str) -> Document:
        kept_any.append(content)
        return kept(content, media_type)

    [found] = uploads([str(file)], Given(), keep)
    assert isinstance(found, Unusable)
    assert found.reason == "damaged"
    assert not kept_any


def test_one_too_large_for_its_topic_is_told_and_the_others_are_sent(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[str] = []

    class Taking:
        def __init__(self, *_: object) -> None: ...

        def __enter__(self) -> "Taking":
            return self

        def __exit__(self, *_: object) -> None: ...

        def send(self, record: InvoiceUploaded, on_written: object) -> None:
            if record.request_id == "r-large":
                raise TooLarge("InvoiceUploaded", 1_200_000, "invoice.uploaded")
            sent.append(record.request_id)

    monkeypatch.setattr(submit, "Publisher", Taking)
    submission = submit._Submission(SimpleNamespace(kafka={}, contracts=None, codec=None), True)  # type: ignore[arg-type]  # nothing is connected to
    found = [(f"{each}.json", synthetic(each, 0)) for each in ("r-large", "r-2")]
    submission._publish(iter(found))
    assert sent == ["r-2"]
    assert submission._failed
    told = json.loads(capsys.readouterr().out)
    assert (told["file"], told["error"]["reason"]) == ("r-large.json", "too_large")
