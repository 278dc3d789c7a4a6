"""A correct invoice, and ways to spoil one field of it."""

import re
from datetime import date
from typing import Any

from msgspec.structs import replace

from operators.invoice import (
    Account,
    Address,
    AllowanceCharge,
    Invoice,
    Line,
    Party,
    Payment,
    Totals,
    VatSubtotal,
)
from operators.judgement import Judgement
from operators.money import parse
from operators.reference import RateValidity, ReferencePolicy, ReferenceTaxRate
from operators.result import ValidationDetails
from operators.validation import judge

TODAY = date(2025, 3, 20)

POLICY = ReferencePolicy(
    policy_id="default",
    version="7",
    base_currency="EUR",
    approval_limit=parse("5000"),
    approval_margin_percent=parse("5"),
    quantity_tolerance_percent=parse("5"),
    price_tolerance_percent=parse("2"),
    price_tolerance_amount=parse("0.50"),
    fraud_warning_score=40,
    fraud_fail_score=75,
    unusual_amount_factor=parse("5"),
    maximum_age_days=365,
    future_days=3,
)

TAX_RATES = {
    "DE": ReferenceTaxRate(
        "DE",
        (
            RateValidity(parse("19"), None, date(2020, 6, 30)),
            RateValidity(parse("16"), date(2020, 7, 1), date(2020, 12, 31)),
            RateValidity(parse("19"), date(2021, 1, 1), None),
            RateValidity(parse("7"), None, None),
        ),
    ),
}

SELLER = Party(
    name="Nordlicht Werkzeuge GmbH",
    identifier="V-100",
    legal_id="HRB 4711",
    vat_id="DE136695976",
    address=Address("Hafenstraße 1", "Hamburg", "20457", "DE"),
)

BUYER = Party(
    name="Beispiel AG",
    vat_id="ATU13585627",
    legal_id="FN 36924",
    address=Address("Ring 2", "Wien", "1010", "AT"),
)


def line(number: str, quantity: str, price: str, net: str, **more: Any) -> Line:
    fields: dict[str, Any] = {
        "id": number,
        "item_id": f"A-{number}",
        "name": "Schraube",
        "unit": "C62",
        "vat_category": "S",
        "vat_rate": parse("19"),
    }
    return Line(
        **(fields | {"quantity": parse(quantity), "price": parse(price), "net": parse(net)} | more)
    )


INVOICE = Invoice(
    number="R-1",
    issue_date=date(2025, 3, 14),
    type_code="380",
    currency="EUR",
    due_date=date(2025, 4, 14),
    customization="urn:cen.eu:en16931:2017",
    payments=(Payment(means="58", account=Account("DE75512108001245126199")),),
    seller=SELLER,
    buyer=BUYER,
    allowances_charges=(
        AllowanceCharge(
            charge=False,
            amount=parse("10.00"),
            base_amount=parse("200.00"),
            percent=parse("5"),
            vat_category="S",
            vat_rate=parse("19"),
            reason="Rabatt",
        ),
        AllowanceCharge(
            charge=True,
            amount=parse("6.00"),
            vat_category="S",
            vat_rate=parse("19"),
            reason_code="FC",
        ),
    ),
    lines=(
        line("1", "10", "12.50", "125.00"),
        line(
            "2",
            "3",
            "19.90",
            "58.70",
            allowances_charges=(
                AllowanceCharge(charge=False, amount=parse("3.00"), reason="Rabatt"),
                AllowanceCharge(charge=True, amount=parse("2.00"), reason="Fracht"),
            ),
        ),
        line("3", "250", "9.99", "24.98", base_quantity=parse("100"), vat_rate=parse("7")),
    ),
    vat_breakdown=(
        VatSubtotal("S", parse("19"), parse("179.70"), parse("34.14")),
        VatSubtotal("S", parse("7"), parse("24.98"), parse("1.75")),
    ),
    totals=Totals(
        lines_net=parse("208.68"),
        allowances=parse("10.00"),
        charges=parse("6.00"),
        net=parse("204.68"),
        tax=parse("35.89"),
        gross=parse("240.57"),
        prepaid=parse("40.00"),
        rounding=parse("0.03"),
        payable=parse("200.60"),
    ),
)

EXEMPTIONS = frozenset({"E", "AE", "K", "G", "O"})


def of_category(code: str) -> Invoice:
    """A correct invoice with one line, one allowance and one charge of a VAT category."""
    rate = {"S": parse("19"), "L": parse("7"), "M": parse("4"), "O": None}.get(code, 0)
    tax = {"S": "19.00", "L": "7.00", "M": "4.00"}.get(code, "0")
    spare = Party(name="Ohne", legal_id="1", address=Address(country="IT"))
    return Invoice(
        number="R-2",
        issue_date=date(2025, 3, 14),
        type_code="380",
        currency="EUR",
        customization="urn:cen.eu:en16931:2017",
        delivery_date=date(2025, 3, 14),
        delivery_address=Address(country="AT"),
        seller=spare if code == "O" else SELLER,
        buyer=spare if code == "O" else BUYER,
        lines=(line("1", "1", "100", "100", vat_category=code, vat_rate=rate),),
        allowances_charges=(
            AllowanceCharge(False, parse("5"), None, None, code, rate, "Rabatt"),
            AllowanceCharge(True, parse("5"), None, None, code, rate, "Fracht"),
        ),
        vat_breakdown=(
            VatSubtotal(
                code,
                rate,
                parse("100"),
                parse(tax),
                exemption_reason="Grund" if code in EXEMPTIONS else None,
            ),
        ),
        totals=Totals(
            lines_net=parse("100"),
            allowances=parse("5"),
            charges=parse("5"),
            net=parse("100"),
            tax=parse(tax),
            gross=parse("100") + parse(tax),
            payable=parse("100") + parse(tax),
        ),
    )


def changed(record: Any, path: str, value: Any) -> Any:
    """The record with the field at a path such as `lines[1].net` set to a value."""
    head, _, rest = path.partition(".")
    match = re.fullmatch(r"(\w+)(?:\[(\d+)\])?", head)
    assert match is not None
    name, index = match[1], match[2]
    old = getattr(record, name)
    if index is None:
        return replace(record, **{name: changed(old, rest, value) if rest else value})
    place = int(index)
    part = changed(old[place], rest, value) if rest else value
    return replace(record, **{name: (*old[:place], part, *old[place + 1 :])})


def at(record: Any, path: str) -> Any:
    """The value at such a path."""
    for name, index in re.findall(r"(\w+)(?:\[(\d+)\])?", path):
        record = getattr(record, name)
        record = record[int(index)] if index else record
    return record


def judged(invoice: Invoice) -> Judgement[ValidationDetails]:
    return judge(invoice, POLICY, TAX_RATES, TODAY)


def broken(invoice: Invoice) -> set[tuple[str, str | None]]:
    """Rules violated, and the field of each."""
    return {(violation.rule_id, violation.field) for violation in judged(invoice).violations}
