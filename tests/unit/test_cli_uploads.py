import json
from pathlib import Path

import pytest

from manifold.cli.uploads import Given, Unusable, uploads, vendor_of
from operators.invoice import Party
from operators.upload import InvoiceUploaded

INVOICE = {
    "number": "R-1",
    "currency": "EUR",
    "seller": {"name": "Example Supplies GmbH", "vat_id": "DE123456788"},
    "buyer": {},
    "lines": [],
    "totals": {"payable": "160.53"},
}


def sent(*files: Path, given: Given = Given()) -> list[InvoiceUploaded]:  # noqa: B008
    found = list(uploads(map(str, files), given))
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
    assert vendor_of(seller) == vendor_id


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
    [found] = uploads([str(file)], Given())
    assert isinstance(found, Unusable)
    assert "--vendor" in found.message
    assert sent(file, given=Given("V-1"))[0].vendor_id == "V-1"


def test_a_directory_stands_for_its_invoices(tmp_path: Path) -> None:
    for name in ("b.json", "a.json", "notes.txt"):
        (tmp_path / name).write_text(json.dumps({**INVOICE, "number": name}))
    assert [upload.invoice_id for upload in sent(tmp_path)] == ["a.json", "b.json"]
    empty = tmp_path / "empty"
    empty.mkdir()
    [found] = uploads([str(empty)], Given())
    assert isinstance(found, Unusable)
