"""Whose document it is, by what the document and the master data have in common."""

from operators.extraction.vendor import VendorFound, marks_of, vendor_of
from operators.invoice import Account, Party, Payment
from operators.reference import ReferenceVendor

IBAN = "DE89370400440532013000"
VENDORS: dict[str, list[ReferenceVendor]] = {}
for vendor in (
    ReferenceVendor("V-1", "Example Supplies GmbH", "DE123456788", "DE", (IBAN,)),
    ReferenceVendor("V-2", "Müller & Sohn", None, "DE"),
    ReferenceVendor("V-3", "Mueller Tools", None, "DE"),
    ReferenceVendor("V-4", "mueller tools", None, "AT"),
    ReferenceVendor("V-5", "Beispiel AG", "ATU12345675", "AT"),
):
    for mark in marks_of(vendor):
        VENDORS.setdefault(mark, []).append(vendor)


def paid_to(iban: str) -> tuple[Payment, ...]:
    return (Payment(account=Account(iban)),)


def test_a_vat_id_says_whose_it_is_however_it_is_written() -> None:
    assert vendor_of(Party(vat_id="de 123 456 788"), (), VENDORS) == VendorFound("V-1", "vat_id")


def test_an_account_says_so_where_no_vat_id_does() -> None:
    found = vendor_of(Party(name="Somebody"), paid_to("DE89 3704 0044 0532 0130 00"), VENDORS)

    assert found == VendorFound("V-1", "account")


def test_a_vat_id_counts_more_than_an_account() -> None:
    assert vendor_of(Party(vat_id="ATU12345675"), paid_to(IBAN), VENDORS) == VendorFound(
        "V-5", "vat_id"
    )


def test_a_name_says_so_without_case_and_punctuation() -> None:
    assert vendor_of(Party(name="MÜLLER + SOHN"), (), VENDORS) == VendorFound("V-2", "name")


def test_two_vendors_of_one_name_are_none() -> None:
    assert vendor_of(Party(name="Mueller Tools"), (), VENDORS) is None


def test_who_is_not_known_is_none() -> None:
    assert vendor_of(Party(), (), VENDORS) is None
    assert vendor_of(Party(name="...", vat_id="-"), (), VENDORS) is None
