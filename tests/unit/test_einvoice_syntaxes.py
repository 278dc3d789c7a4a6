"""One invoice with everything in it, written in UBL and in CII."""

from datetime import date
from pathlib import Path

import pytest
from msgspec.structs import replace

from connectors.einvoice import Unreadable, read
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

DOCUMENTS = Path(__file__).parent / "einvoice"
UBL = (DOCUMENTS / "ubl.xml").read_text("utf-8")
CII = (DOCUMENTS / "cii.xml").read_text("utf-8")

EXPECTED = Invoice(
    number="R-1",
    issue_date=date(2024, 3, 1),
    type_code="384",
    currency="EUR",
    tax_currency="SEK",
    tax_point_date=date(2024, 2, 29),
    tax_point_code="35",
    due_date=date(2024, 3, 31),
    buyer_reference="B-REF",
    contract="K-1",
    purchase_order="PO-7",
    goods_receipt="GR-1",
    despatch_advice="DN-1",
    preceding_invoices=(
        PrecedingInvoice("R-0", date(2023, 12, 1)),
        PrecedingInvoice("R-00"),
    ),
    supporting_documents=(SupportingDocument("T-1", "Time sheet"),),
    delivery_date=date(2024, 2, 20),
    period=Period(date(2024, 2, 1), date(2024, 2, 29)),
    customization="urn:cen.eu:en16931:2017",
    payments=(
        Payment(
            means="59",
            account=Account("DE75512108001245126199", "SOGEDEFF"),
            debited_account="FR1420041010050500013M02606",
            card="1234",
        ),
        Payment(means="58", account=Account("DE00SECOND")),
    ),
    payment_terms="30 days\nnet",
    seller=Party(
        name="Seller AG",
        identifier="S-1",
        legal_id="HRB 1",
        vat_id="DE136695976",
        tax_id="12/345",
        address=Address(street="Main 1", city="Köln", postcode="50667", country="DE"),
        endpoint=Identifier("seller@example.com", "EM"),
    ),
    buyer=Party(name="Buyer & Co", identifier="C-1", address=Address()),
    tax_representative=TaxRepresentative("Agent", "DE136695976", Address(country="DE")),
    delivery_address=Address(city="Wien", country="AT"),
    allowances_charges=(
        AllowanceCharge(
            charge=False,
            amount=parse("5"),
            base_amount=parse("50"),
            percent=parse("10"),
            vat_category="S",
            vat_rate=parse("19"),
            reason="Discount",
            reason_code="95",
            tax_scheme="VAT",
        ),
        AllowanceCharge(
            charge=True, amount=parse("4"), vat_category="E", reason="Freight", tax_scheme="VAT"
        ),
    ),
    lines=(
        Line(
            id="1",
            item_id="B-9",
            name="Nails",
            quantity=parse("2500.125"),
            unit="KGM",
            price=parse("19.1990401"),
            gross_price=parse("20.1990401"),
            price_discount=parse("1"),
            base_quantity=parse("1000"),
            base_unit="KGM",
            net=parse("49"),
            vat_category="S",
            tax_scheme="VAT",
            vat_rate=parse("19"),
            order_line="10",
            period=Period(date(2024, 2, 1)),
            origin="SE",
            standard_id=Identifier("4000000000001", "0160"),
            classifications=(Identifier("31162000", "TST"),),
            attributes=(ItemAttribute("Colour", "grey"),),
            allowances_charges=(AllowanceCharge(charge=True, amount=parse("1")),),
        ),
        Line(id="2", item_id="S-2"),
    ),
    vat_breakdown=(
        VatSubtotal(
            category="S",
            rate=parse("19"),
            taxable=parse("45"),
            tax=parse("8.55"),
            tax_scheme="VAT",
        ),
        VatSubtotal(
            category="E",
            rate=0,
            taxable=parse("4"),
            tax=0,
            exemption_reason="Exempt",
            exemption_code="VATEX-EU-132",
            tax_scheme="VAT",
        ),
    ),
    totals=Totals(
        lines_net=parse("50"),
        allowances=parse("5"),
        charges=parse("4"),
        net=parse("49"),
        tax=parse("8.55"),
        tax_accounting=parse("97.85"),
        gross=parse("57.55"),
        prepaid=parse("7"),
        rounding=parse("-0.05"),
        payable=parse("50.5"),
    ),
)
PAYMENT_DUE = "<b:PaymentDueDate>2024-03-31</b:PaymentDueDate>"
EMPTY = Invoice(
    lacks=("seller", "totals", "vat_currency"), seller=Party(), buyer=Party(), totals=Totals()
)


def as_credit_note(document: str) -> str:
    for old, new in (
        ("Invoice-2", "CreditNote-2"),
        ("<Invoice ", "<CreditNote "),
        ("</Invoice>", "</CreditNote>"),
        ("InvoiceLine>", "CreditNoteLine>"),
        ("InvoicedQuantity", "CreditedQuantity"),
        ("InvoiceTypeCode", "CreditNoteTypeCode"),
        ("<b:DueDate>2024-03-31+01:00</b:DueDate>", ""),
        ("<b:PaymentMeansCode>59", f"{PAYMENT_DUE}<b:PaymentMeansCode>59"),
    ):
        document = document.replace(old, new)
    return document


@pytest.mark.parametrize(
    ("document", "syntax"),
    [(UBL, "UBL Invoice"), (as_credit_note(UBL), "UBL CreditNote"), (CII, "CII")],
    ids=["ubl invoice", "ubl credit note", "cii"],
)
def test_every_field_is_read_from_its_place(document: str, syntax: str) -> None:
    reading = read(document.encode())

    assert reading.invoice == replace(EXPECTED, syntax=syntax)
    assert reading.syntax == syntax


@pytest.mark.parametrize(
    "root",
    [
        '<Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"/>',
        '<CreditNote xmlns="urn:oasis:names:specification:ubl:schema:xsd:CreditNote-2"/>',
        "<CrossIndustryInvoice xmlns="
        '"urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100"/>',
    ],
)
def test_an_invoice_without_anything_is_still_an_invoice(root: str) -> None:
    assert replace(read(root.encode()).invoice, syntax=None) == EMPTY


@pytest.mark.parametrize(
    ("document", "written", "instead", "message"),
    [
        (
            UBL,
            ">50.5<",
            ">50,5<",
            "Invoice/LegalMonetaryTotal/PayableAmount, {line}: “50,5” is not",
        ),
        (UBL, ">2500.125<", ">2.5e3<", "Invoice/InvoiceLine[1]/InvoicedQuantity, {line}: what"),
        (UBL, ">19.1990401<", ">19.123456789<", "{line}: “19.123456789” is not a number"),
        (UBL, ">50.5<", ">NaN<", "{line}: what is there is not a number"),
        (UBL, ">2024-03-01<", ">01.03.2024<", "Invoice/IssueDate, {line}: “01.03.2024” is not a"),
        (UBL, ">2024-03-01<", ">2024-02-30<", "{line}: “2024-02-30” is not a day"),
        (UBL, ">2024-03-01<", ">20240301<", "{line}: “20240301” is not a day"),
        (CII, ">20240301<", ">2024-03-01<", "IssueDateTime/DateTimeString, {line}: “2024-03-01”"),
        (
            CII,
            ' format="102">20240301',
            ">20240301",
            "DateTimeString, {line}: “20240301” is not a day",
        ),
        (CII, '"102">20240301', '"610">202403', "DateTimeString, {line}: “202403” is not a day"),
        (CII, ">50.5<", ">1.050,50<", "DuePayableAmount, {line}: “1.050,50” is not a number"),
        (UBL, ">false<", ">maybe<", "Invoice/AllowanceCharge[1]/ChargeIndicator, {line}: what"),
        (
            UBL,
            '"EUR">50.5',
            '"USD">50.5',
            "PayableAmount, {line}: what is there names another currency",
        ),
        (UBL, '"SEK">97.85', '"NOK">97.85', "{line}: what is there names another currency"),
        (
            CII,
            "<DuePayableAmount>",
            '<DuePayableAmount currencyID="SEK">',
            "{line}: what is there names another currency",
        ),
    ],
)
def test_a_value_that_is_not_understood_is_refused_with_its_place(
    document: str, written: str, instead: str, message: str
) -> None:
    assert written in document
    changed = document.replace(written, instead, 1)
    line = changed[: changed.index(instead)].count("\n") + 1

    with pytest.raises(Unreadable) as caught:
        read(changed.encode())

    assert caught.value.reason == ("other_currency" if "currency" in message else "bad_value")
    assert message.format(line=f"line {line}") in str(caught.value)


def test_what_is_not_understood_leaves_the_rest_to_be_judged() -> None:
    document = UBL.replace(">50.5<", ">50,5<").replace(">2024-03-01<", ">soon<")

    with pytest.raises(Unreadable) as caught:
        read(document.encode())

    totals = replace(EXPECTED.totals, payable=None)
    expected = replace(EXPECTED, syntax="UBL Invoice", issue_date=None, totals=totals)
    assert caught.value.invoice == expected
    assert [fault.reason for fault in caught.value.further] == ["bad_value"]


@pytest.mark.parametrize(
    ("document", "again"),
    [
        (UBL, '<b:PayableAmount currencyID="EUR">50.5</b:PayableAmount>'),
        (UBL, '<b:BaseQuantity unitCode="KGM">1000</b:BaseQuantity>'),
        (CII, "<DuePayableAmount>50.5</DuePayableAmount>"),
        (CII, "<AppliedTradeTax><TypeCode>VAT</TypeCode></AppliedTradeTax>"),
    ],
)
def test_of_two_where_one_is_allowed_none_is_taken(document: str, again: str) -> None:
    place = again if again in document else "<AppliedTradeTax>"
    document = document.replace(place, again + place, 1)

    with pytest.raises(Unreadable, match="more than once") as caught:
        read(document.encode())

    assert caught.value.reason == "repeated"
    assert caught.value.invoice is not None


@pytest.mark.parametrize(("second", "agree"), [("35", True), ("29", False)])
def test_entries_of_a_cii_vat_breakdown_have_one_tax_point(second: str, agree: bool) -> None:
    code = "<DueDateTypeCode>35</DueDateTypeCode>"
    before, end, after = CII.rpartition("</ApplicableTradeTax>")
    assert code in before
    document = f"{before}{code.replace('35', second)}{end}{after}".encode()

    if agree:
        assert read(document).invoice.tax_point_code == "35"
    else:
        with pytest.raises(Unreadable, match="more than once, and differs") as caught:
            read(document)
        assert caught.value.invoice is not None
        assert caught.value.invoice.tax_point_code is None


def test_what_may_be_an_allowance_or_a_charge_is_refused() -> None:
    document = UBL.replace("<b:ChargeIndicator>false</b:ChargeIndicator>", "", 1)

    with pytest.raises(Unreadable, match=r"Invoice/AllowanceCharge\[1\], line \d+: "):
        read(document.encode())


def test_a_name_in_the_wrong_place_is_not_repeated() -> None:
    with pytest.raises(Unreadable) as caught:
        read(UBL.replace(">50.5<", ">Erika Mustermann<").encode())

    assert "Erika" not in str(caught.value)


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ('<u:DateTimeString format="102"> 20240301 </u:DateTimeString>', date(2024, 3, 1)),
        ('<u:DateTimeString format="204">20240301235959</u:DateTimeString>', date(2024, 3, 1)),
        ("<u:DateTime>2024-03-01T23:59:59Z</u:DateTime>", date(2024, 3, 1)),
        ("", None),
    ],
)
def test_days_that_cii_can_write_otherwise(written: str, day: date | None) -> None:
    usual = '<u:DateTimeString format="102">20240301</u:DateTimeString>'

    assert read(CII.replace(usual, written).encode()).invoice.issue_date == day


def test_an_account_that_is_no_iban_is_read() -> None:
    document = CII.replace(
        "<IBANID>DE75 5121 0800 1245 1261 99</IBANID>", "<ProprietaryID>12 345</ProprietaryID>"
    ).replace("<IBANID>DE00SECOND</IBANID>", "")

    account = read(document.encode()).invoice.payments[0].account
    assert account is not None
    assert account.id == "12345"


def test_comments_inside_a_value_are_no_part_of_it() -> None:
    document = UBL.replace("> R-1 <", "><!-- a -->R-<!-- b -->1<?c d?><")

    assert read(document.encode()).invoice.number == "R-1"
