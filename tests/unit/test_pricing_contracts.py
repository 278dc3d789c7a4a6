"""Which price is in force, tiers, and exchange rates of the invoice's date."""

import re
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from operators.exchange import rate_key
from operators.money import parse, rounded, times
from operators.reference import PriceTier, ReferenceExchangeRate
from tests.unit.purchasing import Purchasing
from tests.unit.test_pricing import CONTRACT, billed, seen

TIERED = replace(
    CONTRACT,
    discounts=(),
    tiers=(PriceTier(parse("100"), parse("9.00")), PriceTier(parse("500"), parse("8.00"))),
)


@pytest.mark.parametrize(
    ("quantity", "expected"),
    [("99.999", "10.00"), ("100", "9.00"), ("499", "9.00"), ("500", "8.00"), ("-500", "8.00")],
)
def test_the_price_is_that_of_the_last_tier_reached(quantity: str, expected: str) -> None:
    invoice = billed(quantity, expected, "0")
    net = rounded(times(parse(quantity), parse(expected)))
    judgement = Purchasing(TIERED).judge(
        replace(invoice, lines=(replace(invoice.lines[0], net=net),))
    )

    assert judgement.status == "MATCH"
    assert judgement.details.lines[0].expected == parse(expected)


def test_tiers_are_reached_in_the_contracts_unit() -> None:
    assert Purchasing(TIERED).judge(billed("9", "108", "972", unit="DZN")).status == "MATCH"


def test_a_discount_by_quantity_comes_off_the_tiers_price() -> None:
    both = replace(TIERED, discounts=CONTRACT.discounts)
    assert Purchasing(both).judge(billed("100", "8.55", "855.00")).status == "MATCH"


def test_of_several_contracts_the_one_in_force_counts() -> None:
    later = replace(
        CONTRACT,
        contract_id="K-2",
        price=parse("12"),
        valid_from=date(2026, 1, 1),
        valid_to=None,
    )
    purchasing = Purchasing(CONTRACT, later)

    assert purchasing.judge(billed("10", "10", "100")).details.lines[0].contract == "K-1"
    invoice = replace(billed("10", "12", "120"), issue_date=date(2026, 2, 1))
    judgement = purchasing.judge(invoice)
    assert seen(judgement) == ("MATCH", [])
    assert judgement.details.lines[0].contract == "K-2"


def test_of_two_in_force_the_lower_price_counts_and_it_is_said() -> None:
    cheaper = replace(CONTRACT, contract_id="K-2", price=parse("9"))
    judgement = Purchasing(CONTRACT, cheaper).judge(billed("10", "10", "100"))

    assert seen(judgement) == (
        "MISMATCH",
        [("MF-PRICE-OVER", "ERROR"), ("MF-PRICE-CONTRACTS", "INFO")],
    )
    assert judgement.violations[1].message == (
        "line 1: contracts K-1, K-2 are in force together; K-2 counts with 9.00, the lowest"
    )


def test_the_one_with_a_unit_that_converts_counts() -> None:
    by_weight = replace(CONTRACT, contract_id="K-2", unit="KGM", price=parse("1"))
    assert seen(Purchasing(by_weight, CONTRACT).judge(billed("10", "10", "100"))) == ("MATCH", [])


FRIDAY = date(2025, 3, 14)


def with_rates(*rates: tuple[date, str], **policy: Any) -> Purchasing:
    purchasing = Purchasing(replace(CONTRACT, currency="USD", discounts=()))
    purchasing.rates = {
        rate_key("USD", day): ReferenceExchangeRate("USD", parse(rate), day) for day, rate in rates
    }
    purchasing.policy = replace(purchasing.policy, **policy)
    return purchasing


@pytest.mark.parametrize(
    ("days", "expected"), [(0, "9.00"), (1, "9.00"), (2, "9.00"), (3, "9.50"), (10, "9.50")]
)
def test_the_latest_rate_on_or_before_the_invoices_date_counts(days: int, expected: str) -> None:
    """Over the weekend that of Friday."""
    purchasing = with_rates((FRIDAY, "0.90"), (FRIDAY + timedelta(days=3), "0.95"))
    invoice = replace(billed("10", "9", "90"), issue_date=FRIDAY + timedelta(days=days))

    assert purchasing.judge(invoice).details.lines[0].expected == parse(expected)


def test_a_rate_too_old_or_only_of_later_days_is_none() -> None:
    purchasing = with_rates((FRIDAY, "0.90"), exchange_rate_days=4)
    invoice = billed("10", "9", "90")
    for days in (5, -1):
        day = FRIDAY + timedelta(days=days)
        judgement = purchasing.judge(replace(invoice, issue_date=day))
        assert judgement.status == "UNKNOWN"
        assert judgement.unknown_reason == (
            f"no exchange rate for USD of {day} or the 4 days before"
        )
    inside = replace(invoice, issue_date=FRIDAY + timedelta(days=4))
    assert purchasing.judge(inside).status == "MATCH"


def test_without_a_date_there_is_no_rate_of_it() -> None:
    judgement = with_rates((FRIDAY, "0.90")).judge(
        replace(billed("10", "9", "90"), issue_date=None)
    )
    assert judgement.unknown_reason == "no exchange rate for USD: the invoice has no date"


def test_a_rate_without_history_counts_until_it_is_too_old() -> None:
    purchasing = with_rates()
    purchasing.rates = {"USD": ReferenceExchangeRate("USD", parse("0.90"), FRIDAY)}
    invoice = billed("10", "9", "90")
    for days, status in ((-300, "MATCH"), (7, "MATCH"), (8, "UNKNOWN")):
        day = FRIDAY + timedelta(days=days)
        purchasing.contracts = {
            key: tuple(replace(each, valid_from=None) for each in known)
            for key, known in purchasing.contracts.items()
        }
        assert purchasing.judge(replace(invoice, issue_date=day)).status == status


def test_the_first_days_of_the_calendar_have_no_days_before() -> None:
    invoice = replace(billed("10", "9", "90"), issue_date=date.min)
    purchasing = with_rates()
    purchasing.contracts = {
        key: tuple(replace(each, valid_from=None) for each in known)
        for key, known in purchasing.contracts.items()
    }
    assert purchasing.judge(invoice).status == "UNKNOWN"


def test_the_manual_lists_every_rule_and_no_other() -> None:
    root = Path(__file__).parents[2]
    said = {
        rule
        for module in (root / "operators" / "pricing").glob("*.py")
        for rule in re.findall(r'"(MF-PRICE-[A-Z-]+)"', module.read_text("utf-8"))
    }
    rows = re.findall(
        r"^\| `(MF-PRICE-[A-Z-]+)` \|", (root / "docs" / "rules.md").read_text(), re.M
    )
    assert said == set(rows)
    assert len(rows) == len(said)
