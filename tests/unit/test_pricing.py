"""What an accounts payable department expects of contract prices."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from operators.invoice import AllowanceCharge, Invoice, Totals, VatSubtotal
from operators.judgement import Judgement
from operators.money import CENT, LARGEST, ONE, parse, rounded, times
from operators.pricing import contract_key
from operators.reference import ReferenceContract, ReferenceExchangeRate, VolumeDiscount
from operators.result import PricingDetails
from tests.unit.purchasing import VENDOR, Purchasing
from tests.unit.validation_subject import BUYER, SELLER, TAX_RATES, line

CONTRACT = ReferenceContract(
    contract_id="K-1",
    vendor_id=VENDOR,
    item_id="A-1",
    unit="C62",
    currency="EUR",
    price=parse("10.00"),
    discounts=(
        VolumeDiscount(parse("50"), parse("3")),
        VolumeDiscount(parse("100"), parse("5")),
    ),
    valid_from=date(2025, 1, 1),
    valid_to=date(2025, 12, 31),
)

RATES = {
    "USD": ReferenceExchangeRate("USD", parse("0.92"), date(2025, 3, 14)),
    "CHF": ReferenceExchangeRate("CHF", parse("1.0423"), date(2025, 3, 14)),
    "XXX": ReferenceExchangeRate("XXX", 0, date(2025, 3, 14)),
}


def billed(quantity: str, price: str, net: str, **more: Any) -> Invoice:
    return Invoice(
        number="R-1",
        issue_date=date(2025, 3, 14),
        type_code="380",
        currency="EUR",
        seller=SELLER,
        buyer=BUYER,
        lines=(line("1", quantity, price, net, **more),),
        totals=Totals(),
    )


def priced(
    invoice: Invoice, *contracts: ReferenceContract, tax_rates: Any = None
) -> Judgement[PricingDetails]:
    purchasing = Purchasing(*contracts or (CONTRACT,))
    purchasing.rates = RATES
    purchasing.tax_rates = TAX_RATES if tax_rates is None else tax_rates
    return purchasing.judge(invoice)


def seen(judgement: Judgement[PricingDetails]) -> tuple[str, list[tuple[str, str]]]:
    return judgement.status, [(each.rule_id, each.severity) for each in judgement.violations]


@pytest.mark.parametrize(
    ("quantity", "price", "net", "status", "rules"),
    [
        ("10", "10.00", "100.00", "MATCH", []),
        ("10", "10.20", "102.00", "MATCH", [("MF-PRICE-TOLERATED", "INFO")]),
        ("10", "10.201", "102.01", "MISMATCH", [("MF-PRICE-OVER", "ERROR")]),
        ("10", "9.80", "98.00", "MATCH", []),
        ("10", "9.79", "97.90", "DEVIATION", [("MF-PRICE-UNDER", "WARNING")]),
        ("1", "10.50", "10.50", "MATCH", [("MF-PRICE-TOLERATED", "INFO")]),
        ("1", "10.51", "10.51", "MISMATCH", [("MF-PRICE-OVER", "ERROR")]),
    ],
)
def test_the_tolerance_is_the_larger_of_percentage_and_amount(
    quantity: str, price: str, net: str, status: str, rules: list[tuple[str, str]]
) -> None:
    assert seen(priced(billed(quantity, price, net))) == (status, rules)


@pytest.mark.parametrize(
    ("quantity", "expected"),
    [("49.999", "10.00"), ("50", "9.70"), ("99", "9.70"), ("100", "9.50"), ("5000", "9.50")],
)
def test_the_last_volume_discount_reached_applies(quantity: str, expected: str) -> None:
    net = rounded(times(parse(quantity), parse(expected)))
    invoice = billed(quantity, expected, "0")
    judgement = priced(replace(invoice, lines=(replace(invoice.lines[0], net=net),)))

    assert judgement.status == "MATCH"
    assert judgement.details.lines[0].expected == parse(expected)


def test_the_message_has_the_working() -> None:
    (found,) = priced(billed("100", "10.00", "1000.00")).violations

    assert found.message == (
        "line 1: 100 × 9.50 = 950.00 by contract K-1 less 5 %, invoice says 1000.00: 50.00 more"
    )
    assert found.field == "lines[0].net"


def test_a_discount_given_as_a_line_allowance_counts() -> None:
    discount = AllowanceCharge(charge=False, amount=parse("20"), reason="Rabatt")
    invoice = billed("10", "12.00", "100.00", allowances_charges=(discount,))

    assert priced(invoice).status == "MATCH"


def test_prices_per_hundred_are_shown_per_unit() -> None:
    judgement = priced(billed("10", "1000", "100.00", base_quantity=parse("100")))

    assert judgement.details.lines[0].invoiced == parse("10")
    assert judgement.status == "MATCH"


@pytest.mark.parametrize(
    ("contract", "invoice", "unit_price", "amount"),
    [
        ("USD", "EUR", "9.20", "92.00"),
        ("EUR", "USD", "10.86956522", "108.70"),
        ("USD", "CHF", "8.82663341", "88.27"),
        ("XXX", "XXX", "10.00", "100.00"),
    ],
)
def test_contract_prices_are_converted(
    contract: str, invoice: str, unit_price: str, amount: str
) -> None:
    judgement = priced(
        replace(billed("10", "1", amount), currency=invoice), replace(CONTRACT, currency=contract)
    )

    assert judgement.details.lines[0].expected == parse(unit_price)
    assert judgement.details.expected_net == parse(amount)
    assert judgement.details.currency == invoice
    assert judgement.status == "MATCH"


@pytest.mark.parametrize(("contract", "invoice"), [("GBP", "EUR"), ("EUR", "GBP"), ("XXX", "EUR")])
def test_without_an_exchange_rate_the_branch_cannot_answer(contract: str, invoice: str) -> None:
    judgement = priced(
        replace(billed("10", "10", "100"), currency=invoice), replace(CONTRACT, currency=contract)
    )

    lacking = ({contract, invoice} - {"EUR"}).pop()
    assert judgement.status == "UNKNOWN"
    assert (
        judgement.unknown_reason
        == f"no exchange rate for {lacking} of 2025-03-14 or the 7 days before"
    )
    assert judgement.violations == ()


def test_an_exchange_rate_that_nothing_needs_may_be_missing() -> None:
    foreign = replace(billed("10", "10", "100"), currency="GBP")

    assert priced(foreign, replace(CONTRACT, currency="GBP")).status == "MATCH"
    assert priced(foreign, replace(CONTRACT, item_id="other")).details.exchange_rate is None


def test_a_vendor_without_contract_prices_is_no_fault() -> None:
    judgement = priced(billed("10", "99", "990"), replace(CONTRACT, vendor_id="V-200"))

    assert seen(judgement) == ("MATCH", [("MF-PRICE-NOCONTRACT", "INFO")])
    assert judgement.details.expected_net is None
    assert judgement.details.invoiced_net == 0
    assert judgement.details.lines == ()


def test_a_line_off_contract_beside_others_deserves_a_look() -> None:
    invoice = billed("10", "10", "100")
    other = line("2", "1", "5", "5", item_id=None)
    judgement = priced(replace(invoice, lines=(*invoice.lines, other)))

    assert seen(judgement) == ("DEVIATION", [("MF-PRICE-OFFCONTRACT", "WARNING")])
    assert judgement.violations[0].field == "lines[1]"
    assert judgement.details.invoiced_net == parse("100")


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"valid_to": date(2025, 3, 13)}, "MF-PRICE-EXPIRED"),
        ({"valid_from": date(2025, 3, 15)}, "MF-PRICE-EXPIRED"),
        ({"unit": "KGM"}, "MF-PRICE-UNIT"),
    ],
)
def test_a_price_that_does_not_apply_is_not_compared(changes: dict[str, Any], rule: str) -> None:
    judgement = priced(billed("10", "99", "990"), replace(CONTRACT, **changes))

    assert seen(judgement) == ("DEVIATION", [(rule, "WARNING")])
    assert judgement.details.lines == ()


def test_contracts_hold_on_their_first_and_last_day() -> None:
    day = date(2025, 3, 14)

    assert (
        priced(billed("10", "10", "100"), replace(CONTRACT, valid_from=day, valid_to=day)).status
        == "MATCH"
    )


def test_units_that_mean_one_piece_are_the_same() -> None:
    assert priced(billed("10", "10", "100", unit="H87")).status == "MATCH"


@pytest.mark.parametrize("field", ["quantity", "net"])
def test_incomplete_lines_are_not_compared(field: str) -> None:
    invoice = billed("10", "10", "100")
    judgement = priced(replace(invoice, lines=(replace(invoice.lines[0], **{field: None}),)))

    assert seen(judgement) == ("DEVIATION", [("MF-PRICE-INCOMPLETE", "WARNING")])


@pytest.mark.parametrize(
    ("quantity", "net", "type_code", "status"),
    [
        ("10", "100", "381", "MATCH"),
        ("10", "60", "381", "DEVIATION"),
        ("10", "140", "381", "DEVIATION"),
        ("-10", "-100", "380", "MATCH"),
        ("-10", "-60", "380", "DEVIATION"),
        ("-10", "-100", "381", "MATCH"),
    ],
)
def test_credits_never_mismatch(quantity: str, net: str, type_code: str, status: str) -> None:
    judgement = priced(replace(billed(quantity, "10", net), type_code=type_code))

    assert judgement.status == status


def taxed(rate: str, tax: str, **changes: Any) -> Invoice:
    subtotal = VatSubtotal("S", parse(rate), parse("100"), parse(tax))
    return replace(billed("10", "10", "100"), vat_breakdown=(subtotal,), **changes)


@pytest.mark.parametrize(
    ("rate", "tax", "changes", "status", "rules"),
    [
        ("19", "19.00", {}, "MATCH", []),
        ("19", "19.01", {}, "MATCH", []),
        ("19", "19.02", {}, "DEVIATION", [("MF-PRICE-TAX", "WARNING")]),
        ("19", "20.00", {}, "MISMATCH", [("MF-PRICE-TAX", "ERROR")]),
        ("19", "18.00", {}, "DEVIATION", [("MF-PRICE-TAX", "WARNING")]),
        ("21", "21.00", {}, "MISMATCH", [("MF-PRICE-TAXRATE", "ERROR")]),
        ("16", "16.00", {}, "DEVIATION", [("MF-PRICE-TAXRATE", "WARNING")]),
        ("16", "16.00", {"delivery_date": date(2020, 12, 31)}, "MATCH", []),
        ("21", "21.00", {"type_code": "381"}, "DEVIATION", [("MF-PRICE-TAXRATE", "WARNING")]),
    ],
)
def test_vat_is_compared_with_the_rates_in_force(
    rate: str, tax: str, changes: dict[str, Any], status: str, rules: list[tuple[str, str]]
) -> None:
    assert seen(priced(taxed(rate, tax, **changes))) == (status, rules)


def test_vat_of_unknown_countries_is_not_compared() -> None:
    assert priced(taxed("99", "99.00"), tax_rates={}).status == "MATCH"


def test_keys_of_different_items_differ() -> None:
    assert contract_key("a/b", "c") != contract_key("a", "b/c")
    assert contract_key("a%2Fb", "c") != contract_key("a/b", "c")


amounts = st.none() | st.integers(-LARGEST, LARGEST) | st.sampled_from([0, ONE, CENT])


@given(amounts, amounts, amounts, amounts, st.sampled_from([None, "EUR", "USD", "GBP"]))
def test_no_line_is_too_broken_to_be_judged(
    quantity: int | None,
    price: int | None,
    net: int | None,
    base_quantity: int | None,
    currency: str | None,
) -> None:
    whole = line("1", "1", "1", "1", base_quantity=base_quantity)
    spoilt = replace(whole, quantity=quantity, price=price, net=net)
    judgement = priced(replace(billed("1", "1", "1"), lines=(spoilt,), currency=currency))

    assert judgement.status in {"MATCH", "DEVIATION", "MISMATCH", "UNKNOWN"}
    difference = sum(each.difference for each in judgement.details.lines)
    invoiced, expected = judgement.details.invoiced_net, judgement.details.expected_net or 0
    assert difference == invoiced - expected or LARGEST in (abs(difference), abs(expected))


def test_absurd_amounts_are_answered_with_the_largest_a_record_can_carry() -> None:
    absurd = line("1", "1", "1", "1", base_quantity=1)
    absurd = replace(absurd, quantity=LARGEST, price=LARGEST, net=-LARGEST)
    details = priced(replace(billed("1", "1", "1"), lines=(absurd,) * 2)).details

    assert (details.expected_net, details.invoiced_net) == (LARGEST, -LARGEST)
    for each in details.lines:
        assert (each.invoiced, each.difference) == (LARGEST, -LARGEST)
