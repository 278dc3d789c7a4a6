"""Invoices and uploads as JSON."""

import json
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.einvoice import Unreadable, Upload, read, read_uploads, to_json
from operators.invoice import (
    Account,
    Address,
    AllowanceCharge,
    Identifier,
    Invoice,
    ItemAttribute,
    Line,
    Party,
    Payment,
    Period,
    PrecedingInvoice,
    SupportingDocument,
    TaxRepresentative,
    Totals,
    VatSubtotal,
)
from operators.money import parse
from operators.upload import Metadata

TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["C"]), min_size=1).filter(
    lambda text: text == text.strip()
)
SPACELESS = TEXT.filter(lambda text: not any(sign.isspace() for sign in text))
AMOUNT = st.integers(-(10**28) + 1, 10**28 - 1)


def parts(kind: type[Any], **special: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Any record of the kind that reading could have made."""
    by_type = {
        "str | None": TEXT,
        "int | None": AMOUNT,
        "date | None": st.dates(),
        "tuple[str, ...]": st.lists(TEXT, max_size=2).map(tuple),
    }
    fields = {}
    for name in kind.__struct_fields__:
        hint = kind.__annotations__[name]
        named = str(hint).replace("datetime.", "")
        if name in special:
            fields[name] = special[name]
        elif named in by_type and named.endswith("None"):
            fields[name] = st.none() | by_type[named]
        else:
            fields[name] = by_type[named]
    return st.builds(kind, **fields)


def several(kind: type[Any]) -> st.SearchStrategy[Any]:
    return st.lists(parts(kind), max_size=2).map(tuple)


CHARGES = st.lists(parts(AllowanceCharge, charge=st.booleans()), max_size=2).map(tuple)
PARTY = parts(
    Party,
    address=st.none() | parts(Address),
    vat_id=st.none() | SPACELESS,
    endpoint=st.none() | parts(Identifier),
)
LINES = st.lists(
    parts(
        Line,
        allowances_charges=CHARGES,
        period=st.none() | parts(Period),
        standard_id=st.none() | parts(Identifier),
        classifications=several(Identifier),
        attributes=several(ItemAttribute),
    ),
    max_size=2,
).map(tuple)
PAYMENT = parts(
    Payment,
    account=st.none() | parts(Account, id=st.none() | SPACELESS),
    debited_account=st.none() | SPACELESS,
)
INVOICES = parts(
    Invoice,
    period=st.none() | parts(Period),
    payments=st.lists(PAYMENT, max_size=2).map(tuple),
    preceding_invoices=several(PrecedingInvoice),
    supporting_documents=several(SupportingDocument),
    tax_representative=st.none()
    | parts(TaxRepresentative, vat_id=st.none() | SPACELESS, address=st.none() | parts(Address)),
    delivery_address=st.none() | parts(Address),
    seller=PARTY,
    buyer=PARTY,
    totals=parts(Totals),
    lines=LINES,
    allowances_charges=CHARGES,
    vat_breakdown=st.lists(parts(VatSubtotal), max_size=2).map(tuple),
)


@given(INVOICES)
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_what_is_written_is_read_back_unchanged(invoice: Invoice) -> None:
    assert read(json.dumps(to_json(invoice)).encode()).invoice == invoice


def test_json_is_plain_and_readable() -> None:
    invoice = Invoice(
        number="1",
        issue_date=date(2024, 3, 1),
        seller=Party(name="Seller"),
        buyer=Party(),
        lines=(Line(id="1", quantity=parse("2"), price=parse("0.125"), vat_rate=parse("19")),),
        allowances_charges=(AllowanceCharge(charge=False, amount=parse("5")),),
        totals=Totals(payable=parse("19.9")),
    )

    assert to_json(invoice) == {
        "number": "1",
        "issue_date": "2024-03-01",
        "seller": {"name": "Seller"},
        "buyer": {},
        "lines": [{"id": "1", "quantity": "2", "price": "0.125", "vat_rate": "19"}],
        "allowances_charges": [{"charge": False, "amount": "5.00"}],
        "totals": {"payable": "19.90"},
    }


@pytest.mark.parametrize(
    ("written", "amount"),
    [
        ("19.90", "19.9"),
        ('"19.90"', "19.9"),
        ("0.1", "0.1"),
        ("12345678901234567890.12345678", "12345678901234567890.12345678"),
        ("-0", "0"),
        ("1.23456789E7", "12345678.9"),
        ("1e-8", "0.00000001"),
    ],
)
def test_numbers_are_taken_digit_by_digit(written: str, amount: str) -> None:
    document = f'{{"totals": {{"payable": {written}}}}}'

    assert read(document.encode()).invoice.totals.payable == parse(amount)


def test_missing_and_null_and_blank_are_none() -> None:
    document = b'{"number": null, "currency": " ", "seller": null, "totals": {}, "lines": null}'

    assert read(document).invoice == Invoice(seller=Party(), buyer=Party(), totals=Totals())
    assert read(b"{}").syntax == "JSON"


def test_accounts_and_vat_ids_are_without_spaces() -> None:
    document = (
        b'{"seller": {"vat_id": " DE 1 ", "name": " A  B "},'
        b' "payments": [{"account": {"id": "DE75 5121 0800"}}]}'
    )
    invoice = read(document).invoice

    assert invoice.seller == Party(vat_id="DE1", name="A  B")
    assert invoice.payments == (Payment(account=Account("DE7551210800")),)


@pytest.mark.parametrize(
    ("document", "reason", "message"),
    [
        (
            '{"numbr": "1"}',
            "unknown_field",
            "“numbr” is no field of Invoice. Did you mean “number”",
        ),
        ('{"lines": [{}, {"nett": 1}]}', "unknown_field", "“lines[1].nett” is no field of Line"),
        ('{"seller": {"zzz": 1}}', "unknown_field", "Known: name, identifier"),
        ('{"totals": {"payable": "12,5"}}', "bad_value", "totals.payable has to be a number"),
        ('{"totals": {"payable": 0.30000000000000004}}', "bad_value", "at most 8 decimal places"),
        ('{"totals": {"payable": 1e99}}', "bad_value", "totals.payable"),
        ('{"totals": {"payable": 1e999999999}}', "bad_value", "totals.payable"),
        ('{"totals": {"payable": true}}', "bad_value", "totals.payable"),
        ('{"totals": {"payable": "1e2"}}', "bad_value", "totals.payable"),
        ('{"totals": {"payable": NaN}}', "not_json", "NaN"),
        ('{"issue_date": "04.04.2016"}', "bad_value", "issue_date has to be a day"),
        ('{"issue_date": "2016-02-30"}', "bad_value", "issue_date has to be a day"),
        ('{"issue_date": "20160404"}', "bad_value", "issue_date has to be a day"),
        ('{"number": 4711}', "bad_value", "number has to be text"),
        ('{"number": "a\\u0000b"}', "bad_value", "number holds a character"),
        ('{"number": "\\ud800"}', "bad_value", "number holds a character"),
        ('{"number": "1", "number": "2"}', "bad_value", "“number” is given twice"),
        ('{"seller": "Meier"}', "bad_value", "seller has to be an object"),
        ('{"lines": {}}', "bad_value", "lines has to be a list"),
        ('{"lines": [1]}', "bad_value", "lines[0] has to be an object"),
        (
            '{"allowances_charges": [{}]}',
            "bad_value",
            "allowances_charges[0].charge has to be true",
        ),
        ('{"request_id": "r"}', "no_invoice", "Give the invoice itself"),
        ('{"document": {"uri": "s3://a"}, "invoice_id": "1"}', "no_invoice", "read first"),
        ('{"invoice": {}, "requestid": "r"}', "unknown_field", "Did you mean “request_id”?"),
        ('{"invoice": {}, "uploaded_at": "2024-03-01T00:00:00"}', "bad_value", "an instant"),
        ('{"upload": {"request_id": "r"}}', "no_invoice", "Give the invoice itself"),
        ('{"invoice": {}, "attempt": 0}', "bad_value", "attempt has to be a whole number"),
        ('{"invoice": {}, "origin": "FAX"}', "bad_value", "origin has to be one of API, EMAIL"),
        ('{"invoice": {"totals": {"net": "x"}}}', "bad_value", "invoice.totals.net has to be"),
        ('{"number": "1"', "not_json", "line 1, column 15"),
        ("[]", "no_invoice", "empty"),
        ("[{}, {}]", "several_invoices", "2 invoices"),
        ('{"a":' * 100_000, "too_large", "nested"),
        ("[" * 100_000, "too_large", "nested"),
    ],
)
def test_what_is_not_understood_is_refused_by_name(
    document: str, reason: str, message: str
) -> None:
    with pytest.raises(Unreadable) as caught:
        read(document.encode())

    assert caught.value.reason == reason
    assert message in str(caught.value)
    assert "Meier" not in str(caught.value)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32"])
def test_unicode_encodings(encoding: str) -> None:
    assert read('{"number": "Ä"}'.encode(encoding)).invoice.number == "Ä"


def test_latin_1_is_refused() -> None:
    with pytest.raises(Unreadable, match="Save it as UTF-8"):
        read('{"number": "Ä"}'.encode("latin-1"))


def test_an_upload_carries_what_the_producer_said() -> None:
    document = b"""
    {"request_id": "r-1", "attempt": 2, "invoice_id": "i-1", "vendor_id": "v-1", "origin": "EDI",
     "invoice":
     {"number": "1"},
     "metadata": {"amount": 19.90, "currency": "EUR", "invoice_date": "2024-03-01"}}
    """

    assert list(read_uploads(document)) == [
        Upload(
            invoice=Invoice(number="1", seller=Party(), buyer=Party(), totals=Totals()),
            syntax="JSON",
            request_id="r-1",
            attempt=2,
            invoice_id="i-1",
            vendor_id="v-1",
            origin="EDI",
            metadata=Metadata(amount=parse("19.9"), currency="EUR", invoice_date=date(2024, 3, 1)),
        )
    ]


def test_what_generate_prints_is_an_upload() -> None:
    document = b"""{"fault": null, "expected": "AVAILABLE", "upload": {"request_id": "r-1",
      "uploaded_at": "2024-03-01T00:00:00.295Z", "document": null, "invoice": {"lines": []}}}"""

    assert list(read_uploads(document)) == [
        Upload(
            invoice=Invoice(seller=Party(), buyer=Party(), totals=Totals()),
            syntax="JSON",
            request_id="r-1",
            uploaded_at=1_709_251_200_295,
        )
    ]


def test_json_lines_go_on_after_a_bad_line() -> None:
    lines = (
        b'{"number": "1"}\n\n{"numbr": "2"}\r\n{"number": \n{"request_id": "r", "invoice": {}}\n'
    )

    first, second, third, fourth = read_uploads(lines)

    assert isinstance(first, Upload)
    assert first.invoice.number == "1"
    assert isinstance(second, Unreadable)
    assert "Line 3: “numbr”" in str(second)
    assert isinstance(third, Unreadable)
    assert "line 4" in str(third)
    assert isinstance(fourth, Upload)
    assert fourth.request_id == "r"


def test_an_array_holds_several() -> None:
    found = read_uploads(b'[{"number": "1"}, {"number": "2"}]')

    assert [upload.invoice.number for upload in found if isinstance(upload, Upload)] == ["1", "2"]
