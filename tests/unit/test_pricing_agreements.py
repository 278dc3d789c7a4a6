"""What is agreed for whole invoices: terms of payment, charges and allowances."""

from datetime import date
from typing import Any

import pytest
from msgspec.structs import replace

from operators.invoice import AllowanceCharge, Invoice, Totals
from operators.judgement import Judgement
from operators.money import parse, render
from operators.pricing.terms import Offer, offered_in
from operators.reference import (
    AgreedAllowance,
    AgreedCharge,
    CashDiscount,
    ReferenceAgreement,
    ReferenceExchangeRate,
)
from operators.result import PricingDetails
from tests.unit.purchasing import VENDOR, Purchasing
from tests.unit.test_pricing import CONTRACT, billed

AGREEMENT = ReferenceAgreement(
    agreement_id="T-1",
    vendor_id=VENDOR,
    currency="EUR",
    payment_days=30,
    cash_discounts=(CashDiscount(14, parse("2")),),
    charges=(
        AgreedCharge("FC", amount=parse("20"), percent=parse("1")),
        AgreedCharge("ADR", amount=parse("15"), below=parse("150")),
        AgreedCharge("ABL", percent=parse("2"), on_lines=True),
    ),
    allowances=(AgreedAllowance("95", parse("1.5"), from_net=parse("1000")),),
)
OFFERED = "#SKONTO#TAGE=14#PROZENT=2.00#\n30 days net"


def invoiced(net: str = "100.00", quantity: str = "10", **more: Any) -> Invoice:
    fields: dict[str, Any] = {
        "payment_terms": OFFERED,
        "due_date": date(2025, 4, 13),
        "totals": Totals(lines_net=parse(net), payable=parse("119.00")),
    }
    return replace(billed(quantity, "10.00", net), **(fields | more))


def compared(
    invoice: Invoice, agreement: ReferenceAgreement = AGREEMENT
) -> Judgement[PricingDetails]:
    purchasing = Purchasing(replace(CONTRACT, discounts=()), agreement)
    purchasing.rates = {
        "USD/2025-03-14": ReferenceExchangeRate("USD", parse("0.8"), date(2025, 3, 14))
    }
    return purchasing.judge(invoice)


def extra(amount: str, code: str | None, *, charge: bool = True) -> AllowanceCharge:
    return AllowanceCharge(charge=charge, amount=parse(amount), reason_code=code)


def saved(judgement: Judgement[PricingDetails], kind: str) -> list[str]:
    return [render(each.amount) for each in judgement.details.savings if each.kind == kind]


def seen(judgement: Judgement[PricingDetails]) -> tuple[str, list[tuple[str, str]]]:
    """The answer and what was found, but for what paying early saves."""
    found = [each for each in judgement.violations if each.rule_id != "MF-PRICE-EARLY"]
    return judgement.status, [(each.rule_id, each.severity) for each in found]


def test_terms_are_read_as_xrechnung_writes_them() -> None:
    text = (
        "#SKONTO#TAGE=7#PROZENT=3.00#\r\n#SKONTO#TAGE=14#PROZENT=2.25#BASISBETRAG=100.00#\n"
        "#VERZUG#TAGE=30#PROZENT=5.00#\n"
    )
    assert offered_in(text) == (
        Offer(7, parse("3"), None),
        Offer(14, parse("2.25"), parse("100")),
    )


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "2 % Skonto within 14 days",
        "#SKONTO#TAGE=14#PROZENT=2#",
        "#SKONTO#TAGE=14#PROZENT=2.00",
        "#SKONTO#PROZENT=2.00#TAGE=14#",
        "#SKONTO#TAGE=-1#PROZENT=2.00#",
        "#skonto#TAGE=14#PROZENT=2.00#",
        "see #SKONTO#TAGE=14#PROZENT=2.00#",
    ],
)
def test_other_text_is_not_guessed(text: str | None) -> None:
    assert offered_in(text) == ()


def test_what_paying_early_saves_is_said_with_its_last_day() -> None:
    judgement = compared(invoiced())

    assert judgement.status == "MATCH"
    (saving,) = judgement.details.savings
    assert (saving.kind, saving.amount) == ("EARLY_PAYMENT", parse("2.38"))
    assert saving.until == date(2025, 3, 28)
    assert judgement.details.savings_total == parse("2.38")
    (said,) = judgement.violations
    assert (said.rule_id, said.severity) == ("MF-PRICE-EARLY", "INFO")
    assert said.message == "2.38 less: 2 % of 119.00 when paid by 2025-03-28 (offered)"


def test_a_discount_whose_last_day_has_passed_is_no_saving() -> None:
    late = "#SKONTO#TAGE=5#PROZENT=3.00#\n#SKONTO#TAGE=14#PROZENT=2.00#"
    assert saved(compared(invoiced(payment_terms=late)), "EARLY_PAYMENT") == ["2.38"]


def test_of_several_early_payments_the_largest_counts() -> None:
    terms = "#SKONTO#TAGE=7#PROZENT=3.00#\n#SKONTO#TAGE=14#PROZENT=2.00#BASISBETRAG=50.00#"
    details = compared(invoiced(payment_terms=terms)).details

    assert [(each.amount, each.until) for each in details.savings] == [
        (parse("3.57"), date(2025, 3, 21)),
        (parse("1.00"), date(2025, 3, 28)),
    ]
    assert details.savings_total == parse("3.57")


@pytest.mark.parametrize(
    ("terms", "status", "rule"),
    [
        ("#SKONTO#TAGE=14#PROZENT=1.00#", "DEVIATION", ("MF-PRICE-TERMS", "WARNING")),
        ("#SKONTO#TAGE=10#PROZENT=2.00#", "DEVIATION", ("MF-PRICE-TERMS", "WARNING")),
        (None, "DEVIATION", ("MF-PRICE-TERMS", "WARNING")),
        ("2 % within 14 days", "MATCH", ("MF-PRICE-TERMS-TEXT", "INFO")),
    ],
)
def test_terms_worse_than_agreed_are_flagged_and_the_agreed_ones_saved(
    terms: str | None, status: str, rule: tuple[str, str]
) -> None:
    judgement = compared(invoiced(payment_terms=terms))

    assert seen(judgement) == (status, [rule])
    assert "2.38" in saved(judgement, "EARLY_PAYMENT")


def test_due_earlier_than_agreed_is_flagged() -> None:
    judgement = compared(invoiced(due_date=date(2025, 4, 12)))

    assert seen(judgement) == ("DEVIATION", [("MF-PRICE-DUE", "WARNING")])
    assert judgement.violations[0].message == (
        "due on 2025-04-12, by T-1 on 2025-04-13: 30 days after 2025-03-14"
    )


@pytest.mark.parametrize(
    ("charges", "status", "rules", "saves"),
    [
        ([extra("20.00", "FC")], "MATCH", [], []),
        ([extra("10.00", "FC"), extra("10.50", "FC")], "MATCH", [], []),
        (
            [extra("20.51", "FC")],
            "MISMATCH",
            [("MF-PRICE-CHARGE-OVER", "ERROR")],
            ["0.51"],
        ),
        ([extra("5.00", "DL")], "DEVIATION", [("MF-PRICE-CHARGE", "WARNING")], ["5.00"]),
        ([extra("5.00", None)], "DEVIATION", [("MF-PRICE-CHARGE", "WARNING")], ["5.00"]),
        ([extra("15.00", "ADR")], "MATCH", [], []),
        ([extra("5.00", "100", charge=False)], "MATCH", [], []),
    ],
)
def test_charges_are_those_agreed(
    charges: list[AllowanceCharge], status: str, rules: list[Any], saves: list[str]
) -> None:
    judgement = compared(invoiced(allowances_charges=tuple(charges)))

    assert seen(judgement) == (status, rules)
    assert saved(judgement, "CHARGE") == saves


def test_a_percentage_allows_more_on_a_large_invoice_and_no_surcharge_for_small_orders() -> None:
    freight = extra("40.00", "FC"), extra("15.00", "ADR"), extra("60.00", "95", charge=False)
    judgement = compared(invoiced("4000.00", "400", allowances_charges=freight))

    assert seen(judgement) == ("MISMATCH", [("MF-PRICE-CHARGE-OVER", "ERROR")])
    assert saved(judgement, "CHARGE") == ["15.00"]


@pytest.mark.parametrize(
    ("net", "quantity", "given", "missing"),
    [
        ("2000.00", "200", "30.00", []),
        ("2000.00", "200", "10.00", ["20.00"]),
        ("2000.00", "200", None, ["30.00"]),
        ("990.00", "99", None, []),
    ],
)
def test_agreed_allowances_have_to_be_given(
    net: str, quantity: str, given: str | None, missing: list[str]
) -> None:
    listed = (extra(given, "95", charge=False),) if given else ()
    judgement = compared(invoiced(net, quantity, allowances_charges=listed))

    assert judgement.status == ("MISMATCH" if missing else "MATCH")
    assert saved(judgement, "ALLOWANCE") == missing


def test_a_charge_agreed_for_lines_may_be_added_to_the_price() -> None:
    invoice = invoiced("102.00")
    with_charge = (extra("2.00", "ABL"),)
    line = replace(invoice.lines[0], allowances_charges=with_charge)

    assert seen(compared(replace(invoice, lines=(line,)))) == ("MATCH", [])
    dear = replace(line, net=parse("105.00"), allowances_charges=(extra("5.00", "ABL"),))
    judgement = compared(replace(invoice, lines=(dear,)))
    assert seen(judgement) == ("MISMATCH", [("MF-PRICE-OVER", "ERROR")])
    assert saved(judgement, "PRICE") == ["3.00"]


def test_amounts_agreed_in_another_currency_are_converted_or_the_rate_is_missing() -> None:
    dollars = replace(AGREEMENT, currency="USD")
    freight = (extra("16.00", "FC"),)
    assert compared(invoiced(allowances_charges=freight), dollars).status == "MATCH"
    pounds = compared(invoiced(allowances_charges=freight), replace(AGREEMENT, currency="GBP"))
    assert pounds.status == "UNKNOWN"
    assert pounds.unknown_reason == "no exchange rate for GBP of 2025-03-14 or the 7 days before"


def test_without_an_agreement_in_force_nothing_is_compared() -> None:
    over = replace(AGREEMENT, valid_to=date(2025, 3, 13))
    invoice = invoiced(
        payment_terms="none", due_date=date(2025, 3, 14), allowances_charges=(extra("99", "FC"),)
    )
    assert seen(compared(invoice, over)) == ("MATCH", [])


def test_the_agreement_that_began_last_counts() -> None:
    purchasing = Purchasing(
        replace(AGREEMENT, payment_days=60, valid_from=date(2025, 1, 1)),
        replace(AGREEMENT, agreement_id="T-0", payment_days=90),
    )
    (found,) = [
        each for each in purchasing.judge(invoiced()).violations if each.rule_id == "MF-PRICE-DUE"
    ]
    assert "by T-1 on 2025-05-13" in found.message


def test_credit_notes_are_not_held_against_agreements() -> None:
    credit = invoiced(type_code="381", due_date=date(2025, 3, 14), payment_terms=None)
    assert compared(replace(credit, allowances_charges=(extra("99", "FC"),))).status == "MATCH"
