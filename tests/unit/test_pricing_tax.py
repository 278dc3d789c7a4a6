"""VAT charged where none is due, and not charged where it is."""

from datetime import date
from typing import Any

import pytest
from msgspec.structs import replace

from operators.invoice import Address, Invoice, Party, VatSubtotal
from operators.money import parse
from operators.reference import RateValidity, ReferenceTaxRate
from tests.unit.purchasing import Purchasing
from tests.unit.test_pricing import CONTRACT, billed, seen
from tests.unit.validation_subject import BUYER, SELLER, TAX_RATES

DOMESTIC = Party(name="Kunde", vat_id="DE123456788", address=Address(country="DE"))
SWISS = Party(name="Kunde", address=Address(country="CH"))


def taxed(
    category: str = "S",
    rate: str = "19",
    buyer: Party = BUYER,
    to: str | None = None,
    unit: str = "C62",
    **more: Any,
) -> Invoice:
    tax = "19.00" if category == "S" else "0"
    invoice = billed("10", "10", "100", vat_category=category, unit=unit)
    return replace(
        invoice,
        buyer=buyer,
        delivery_address=Address(country=to) if to else None,
        vat_breakdown=(
            VatSubtotal(category, parse(rate) if category == "S" else 0, parse("100"), parse(tax)),
        ),
        **more,
    )


def judged(invoice: Invoice, **countries: ReferenceTaxRate) -> tuple[str, list[tuple[str, str]]]:
    units = {line.unit for line in invoice.lines}
    purchasing = Purchasing(replace(CONTRACT, unit=units.pop() or ""))
    purchasing.tax_rates = {**TAX_RATES, **countries}
    return seen(purchasing.judge(invoice))


@pytest.mark.parametrize(
    ("invoice", "status", "rules"),
    [
        (taxed(to="AT"), "MISMATCH", [("MF-PRICE-VAT-ABROAD", "ERROR")]),
        (taxed(to="FR"), "MISMATCH", [("MF-PRICE-VAT-ABROAD", "ERROR")]),
        (taxed(to="DE"), "MATCH", []),
        (taxed(), "MATCH", []),
        (taxed(unit="HUR"), "DEVIATION", [("MF-PRICE-VAT-ABROAD", "WARNING")]),
        (taxed(to="AT", buyer=DOMESTIC), "MATCH", []),
        (taxed(to="AT", type_code="381"), "DEVIATION", [("MF-PRICE-VAT-ABROAD", "WARNING")]),
        (taxed("K", to="AT"), "MATCH", []),
        (taxed("K"), "MATCH", []),
        (taxed("K", to="DE"), "DEVIATION", [("MF-PRICE-INTRA-COMMUNITY", "WARNING")]),
        (taxed("K", buyer=DOMESTIC), "DEVIATION", [("MF-PRICE-INTRA-COMMUNITY", "WARNING")]),
        (taxed("K", buyer=SWISS), "DEVIATION", [("MF-PRICE-INTRA-COMMUNITY", "WARNING")]),
        (taxed("AE"), "MATCH", []),
        (taxed("AE", buyer=DOMESTIC), "DEVIATION", [("MF-PRICE-REVERSE-CHARGE", "WARNING")]),
        (taxed("AE", buyer=SWISS), "DEVIATION", [("MF-PRICE-REVERSE-CHARGE", "WARNING")]),
        (taxed("G", buyer=SWISS), "MATCH", []),
        (taxed("G", to="US"), "MATCH", []),
        (taxed("G"), "DEVIATION", [("MF-PRICE-EXPORT", "WARNING")]),
        (taxed("G", buyer=SWISS, to="DE"), "DEVIATION", [("MF-PRICE-EXPORT", "WARNING")]),
        (taxed("E"), "MATCH", []),
    ],
)
def test_where_vat_is_due(invoice: Invoice, status: str, rules: list[tuple[str, str]]) -> None:
    assert judged(invoice) == (status, rules)


def test_vat_charged_without_need_is_saved() -> None:
    judgement = Purchasing(CONTRACT).judge(taxed(to="AT"))
    (saving,) = judgement.details.savings
    assert (saving.kind, saving.amount) == ("TAX", parse("19"))
    assert judgement.violations[0].message == (
        "VAT of 19.00 is charged, but goods sent from DE to a business of AT are exempt "
        "(Article 138, K)"
    )


AUSTRIA = ReferenceTaxRate(
    "AT", (RateValidity(parse("19"), None, date(2024, 12, 31)), RateValidity(parse("20")))
)


@pytest.mark.parametrize(
    ("day", "status"), [(date(2024, 12, 31), "MATCH"), (date(2025, 1, 1), "MISMATCH")]
)
def test_the_rates_of_the_day_of_supply_count(day: date, status: str) -> None:
    invoice = replace(
        taxed(buyer=DOMESTIC, delivery_date=day),
        seller=replace(SELLER, vat_id="ATU13585627"),
        vat_breakdown=(VatSubtotal("S", parse("19"), parse("100"), parse("20.00")),),
    )
    austria = replace(AUSTRIA, rates=(AUSTRIA.rates[0], RateValidity(parse("10"))))
    early = replace(invoice, vat_breakdown=(replace(invoice.vat_breakdown[0], tax=parse("19")),))
    assert judged(early, AT=austria)[0] == status


def test_a_buyer_without_vat_identifier_may_be_charged_the_rate_of_where_the_goods_go() -> None:
    private = Party(name="Kunde", address=Address(country="AT"))
    invoice = replace(
        taxed(buyer=private, to="AT"),
        vat_breakdown=(VatSubtotal("S", parse("20"), parse("100"), parse("20")),),
    )
    assert judged(invoice, AT=AUSTRIA) == ("MATCH", [])
    assert judged(replace(invoice, delivery_address=None), AT=AUSTRIA)[0] == "MISMATCH"
