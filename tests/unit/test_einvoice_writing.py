"""A record written as Cross Industry Invoice comes back as it was."""

from datetime import date
from pathlib import Path

import facturx
import pytest
from lxml import etree
from msgspec.structs import replace

from connectors.einvoice import cii_writing, read
from operators.invoice import (
    Account,
    Address,
    Invoice,
    Line,
    Party,
    Payment,
    Totals,
    VatSubtotal,
)
from operators.money import ONE, parse

EVERYTHING = read((Path(__file__).parent / "einvoice" / "cii.xml").read_bytes()).invoice


def test_a_record_with_everything_comes_back_as_it_was() -> None:
    assert read(cii_writing.write(EVERYTHING)).invoice == EVERYTHING


@pytest.mark.parametrize("field", ["seller", "buyer"])
def test_a_record_with_almost_nothing_comes_back(field: str) -> None:
    nothing = Invoice(seller=Party(), buyer=Party(), totals=Totals())
    named = replace(nothing, **{field: Party(name="Näme & Söhne <GmbH>")})

    found = read(cii_writing.write(named)).invoice

    assert getattr(found, field) == getattr(named, field)
    assert found.lines == ()
    assert found.totals == Totals()
    assert found.customization == cii_writing.EN_16931


def test_an_account_that_is_no_iban_stays_what_it_is() -> None:
    payment = Payment(means="30", account=Account("12-34-56 7890".replace(" ", "")))
    written = cii_writing.write(replace(EVERYTHING, payments=(payment,)))

    assert b"ProprietaryID" in written
    assert read(written).invoice.payments == (payment,)


def test_what_is_written_obeys_the_schema_of_factur_x() -> None:
    invoice = Invoice(
        number="R-1",
        issue_date=date(2026, 3, 1),
        type_code="380",
        currency="EUR",
        due_date=date(2026, 3, 31),
        purchase_order="PO-1",
        despatch_advice="L-1",
        delivery_date=date(2026, 2, 20),
        payments=(Payment(means="58", account=Account("DE75512108001245126199", "SOGEDEFF")),),
        payment_terms="30 days net",
        seller=Party(name="S", vat_id="DE136695976", address=Address("A 1", "B", "12345", "DE")),
        buyer=Party(name="B", address=Address(country="FR")),
        lines=(
            Line(
                id="1",
                item_id="A-1",
                name="Thing",
                quantity=2 * ONE,
                unit="H87",
                price=5 * ONE,
                net=10 * ONE,
                vat_category="S",
                vat_rate=19 * ONE,
            ),
        ),
        vat_breakdown=(VatSubtotal("S", 19 * ONE, 10 * ONE, parse("1.9")),),
        totals=Totals(
            lines_net=10 * ONE,
            net=10 * ONE,
            tax=parse("1.9"),
            gross=parse("11.9"),
            payable=parse("11.9"),
        ),
    )
    written = cii_writing.write(invoice)

    assert facturx.xml_check_xsd(etree.fromstring(written), flavor="factur-x", level="en16931")
