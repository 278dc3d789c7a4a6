"""What the rules of validation still allow."""

from datetime import date
from typing import Any

import pytest

from operators.invoice import (
    AllowanceCharge,
    Period,
)
from operators.money import CENT, ONE, parse
from tests.unit.validation_subject import (
    INVOICE,
    broken,
    changed,
)


@pytest.mark.parametrize(
    "changes",
    [
        {"lines[1].allowances_charges": (), "lines[1].net": parse("59.70")},
        {"lines[1].quantity": -3 * ONE, "lines[1].net": parse("-60.70")},
        {"lines[1].net": parse("58.72")},
    ],
    ids=["plain", "returned", "two cents off"],
)
def test_line_arithmetic_holds(changes: dict[str, Any]) -> None:
    invoice = INVOICE
    for path, value in changes.items():
        invoice = changed(invoice, path, value)

    assert ("PEPPOL-EN16931-R120", "lines[1].net") not in broken(invoice)


@pytest.mark.parametrize(
    ("account", "country", "means"),
    [
        ("DE75 5121 0800 1245 1261 99", "DE", "58"),
        ("021000021 1245126199", "US", "30"),
    ],
)
def test_accounts_that_are_right(account: str, country: str, means: str) -> None:
    invoice = changed(INVOICE, "payments[0].account.id", account)
    invoice = changed(invoice, "seller.address.country", country)

    found = broken(changed(invoice, "payments[0].means", means))
    assert ("MF-IBAN", "payments[0].account.id") not in found


@pytest.mark.parametrize(
    "vat_id",
    ["DE 136695976", "EL094259216", "GB980780684", "CHE-107.787.577 IVA", "NO995525828MVA", "BR12"],
)
def test_vat_ids_that_are_right_or_of_unknown_countries(vat_id: str) -> None:
    rules = {rule_id for rule_id, _ in broken(changed(INVOICE, "seller.vat_id", vat_id))}

    assert not rules & {"MF-VATID", "BR-CO-09"}


def test_a_rate_is_judged_on_the_day_of_supply() -> None:
    supplied = changed(INVOICE, "delivery_date", date(2020, 8, 1))

    assert ("MF-VAT-RATE", "vat_breakdown[0].rate") in broken(supplied)
    assert ("MF-VAT-RATE", "vat_breakdown[1].rate") not in broken(supplied)


def test_rates_of_an_unknown_country_are_not_judged() -> None:
    abroad = changed(INVOICE, "seller.vat_id", "ATU13585627")
    abroad = changed(abroad, "seller.address.country", "AT")
    abroad = changed(abroad, "vat_breakdown[1].rate", parse("10"))

    assert ("MF-VAT-RATE", "vat_breakdown[1].rate") not in broken(abroad)


def test_a_percentage_is_not_compared_when_its_base_is_unknown() -> None:
    entry = AllowanceCharge(charge=False, amount=parse("10"), percent=parse("99"))
    invoice = changed(INVOICE, "allowances_charges[0]", entry)

    assert not any(rule_id == "PEPPOL-EN16931-R040" for rule_id, _ in broken(invoice))


@pytest.mark.parametrize(
    ("rule_id", "changes"),
    [
        ("BR-27", {"lines[1].price": 0}),
        ("BR-29", {"period": Period(date(2025, 3, 1), date(2025, 3, 1))}),
        ("BR-53", {"tax_currency": "SEK", "totals.tax_accounting": ONE}),
        ("BR-61", {"payments[0].account": None, "payments[0].means": "10"}),
        ("BR-CO-17", {"vat_breakdown[0].tax": parse("35.13")}),
        ("BR-CO-26", {"seller.identifier": None, "seller.legal_id": None}),
        ("BR-S-02", {"seller.vat_id": None, "seller.tax_id": "12/345"}),
        ("BR-S-08", {"vat_breakdown[0].taxable": parse("180.69")}),
        ("BR-S-09", {"vat_breakdown[0].tax": parse("33.15")}),
        (
            "PEPPOL-EN16931-R046",
            {"lines[1].gross_price": parse("25"), "lines[1].price_discount": parse("5.10")},
        ),
        ("PEPPOL-EN16931-R005", {"tax_currency": "SEK"}),
        ("PEPPOL-EN16931-R040", {"allowances_charges[0].amount": parse("10.02")}),
        ("PEPPOL-EN16931-R121", {"lines[2].base_quantity": CENT}),
        ("MF-DATE-DUE", {"due_date": date(2025, 3, 14)}),
        ("MF-DATE-FUTURE", {"issue_date": date(2025, 3, 23)}),
        ("MF-DATE-OLD", {"issue_date": date(2024, 3, 20)}),
        (
            "BR-B-01",
            {
                "lines[1].vat_category": "B",
                "seller.address.country": "IT",
                "buyer.address.country": "IT",
            },
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_a_rule_still_allows(rule_id: str, changes: dict[str, Any]) -> None:
    invoice = INVOICE
    for path, value in changes.items():
        invoice = changed(invoice, path, value)

    assert rule_id not in {found for found, _ in broken(invoice)}
