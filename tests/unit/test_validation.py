"""What a clerk and the join see of the validation branch."""

from datetime import date
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from operators.invoice import Invoice, Totals, VatSubtotal
from operators.money import CENT, HUNDRED, ONE, divided, parse, rounded
from tests.unit.validation_subject import (
    INVOICE,
    SELLER,
    at,
    broken,
    changed,
    judged,
    line,
)

AMOUNTS = (
    "lines[0].net",
    "allowances_charges[0].amount",
    "allowances_charges[1].amount",
    "vat_breakdown[0].tax",
    "vat_breakdown[1].tax",
    *(
        f"totals.{name}"
        for name in (
            "lines_net",
            "allowances",
            "charges",
            "net",
            "tax",
            "gross",
            "prepaid",
            "rounding",
            "payable",
        )
    ),
)


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (
            "lines[1].net",
            parse("58.07"),
            "line 2: 3 × 19.90 - 1.00 = 58.70, invoice says 58.07",
        ),
        (
            "lines[2].net",
            parse("29.98"),
            "line 3: 250 × 9.99 / 100 = 24.98, invoice says 29.98",
        ),
        (
            "totals.lines_net",
            parse("208.86"),
            "The line amounts add up to 208.68, invoice says 208.86",
        ),
        (
            "totals.net",
            parse("200"),
            "Total without VAT: 208.68 - 10.00 + 6.00 = 204.68, invoice says 200.00",
        ),
        ("totals.tax", parse("35.98"), "The VAT amounts add up to 35.89, invoice says 35.98"),
        (
            "totals.payable",
            parse("240.57"),
            "Amount due: 240.57 - 40.00 + 0.03 = 200.60, invoice says 240.57",
        ),
        (
            "vat_breakdown[0].tax",
            parse("43.14"),
            "VAT S 19 %: 19 % of 179.70 is 34.14, invoice says 43.14",
        ),
        (
            "allowances_charges[0].percent",
            parse("6"),
            "allowance 1: 6 % of 200.00 is 12.00, invoice says 10.00",
        ),
        ("totals.allowances", None, "The allowances add up to 10.00, invoice says nothing"),
        ("number", None, "The invoice number is missing"),
        ("lines[0].id", None, "line 1: the line's identifier is missing"),
        (
            "issue_date",
            date(2025, 3, 30),
            "The issue date 2025-03-30 is 10 days ahead of 2025-03-20",
        ),
        (
            "payments[0].account.id",
            "DE75512108001245126198",
            "payment 1: the seller's IBAN …6198 has wrong check digits",
        ),
    ],
)
def test_messages_tell_a_clerk_what_is_wrong(path: str, value: Any, message: str) -> None:
    assert message in [found.message for found in judged(changed(INVOICE, path, value)).violations]


def test_errors_reject_and_come_first() -> None:
    invoice = changed(INVOICE, "issue_date", date(2023, 1, 1))
    judgement = judged(changed(changed(invoice, "customization", None), "number", None))

    assert judgement.status == "REJECTED"
    assert [found.severity for found in judgement.violations] == ["ERROR", "WARNING", "INFO"]


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("issue_date", date(2016, 4, 4)),
        ("seller.vat_id", "DE123456789"),
        ("customization", None),
        ("vat_breakdown[1].taxable", parse("24.99")),
    ],
)
def test_what_only_deserves_a_look_does_not_reject(path: str, value: Any) -> None:
    judgement = judged(changed(INVOICE, path, value))

    assert judgement.status == "APPROVED"
    assert judgement.violations


@given(path=st.sampled_from(AMOUNTS), cents=st.sampled_from([-1, 1]))
def test_a_cent_rejects(path: str, cents: int) -> None:
    invoice = changed(INVOICE, path, at(INVOICE, path) + cents * CENT)

    assert judged(invoice).status == "REJECTED"


money = st.integers(min_value=0, max_value=10**9).map(lambda cents: cents * CENT)
quantities = st.integers(min_value=1, max_value=10**6).map(lambda thousandths: thousandths * 10**5)


@st.composite
def consistent_invoices(draw: st.DrawFn) -> Invoice:
    """Any number of lines at two rates, added up as an honest seller does."""
    lines = []
    for number in range(draw(st.integers(1, 8))):
        quantity, price, base = draw(quantities), draw(money), draw(quantities)
        rate = draw(st.sampled_from([parse("19"), parse("7")]))
        net = rounded(divided(quantity * price, base))
        drawn = line(str(number), "1", "1", "1", base_quantity=base, vat_rate=rate)
        lines.append(msgspec.structs.replace(drawn, quantity=quantity, price=price, net=net))
    bases: dict[int, int] = {}
    for each in lines:
        rate, net = each.vat_rate or 0, each.net or 0
        bases[rate] = bases.get(rate, 0) + net
    breakdown = tuple(
        VatSubtotal("S", rate, base, rounded(divided(base * rate, HUNDRED)))
        for rate, base in bases.items()
    )
    net, tax = sum(bases.values()), sum(subtotal.tax or 0 for subtotal in breakdown)
    return msgspec.structs.replace(
        INVOICE,
        allowances_charges=(),
        lines=tuple(lines),
        vat_breakdown=breakdown,
        totals=Totals(lines_net=net, net=net, tax=tax, gross=net + tax, payable=net + tax),
    )


@given(consistent_invoices())
@settings(max_examples=60)
def test_what_adds_up_is_approved(invoice: Invoice) -> None:
    assert broken(invoice) == set()


codes = st.sampled_from(
    ["S", "Z", "E", "AE", "K", "G", "O", "L", "M", "B", "DE", "EUR", "380", "CII", "UBL Invoice"]
)
texts = st.none() | codes | st.text(max_size=30) | st.from_regex(r"[A-Z]{2}[0-9]{2,20}")
numbers = st.none() | st.sampled_from([0, ONE, -ONE]) | st.integers(-(10**28), 10**28)


def _records(kind: type) -> st.SearchStrategy[Any]:
    return st.builds(
        kind,
        **{field.name: _values(field.type) for field in msgspec.structs.fields(kind)},
    )


def _values(kind: Any) -> st.SearchStrategy[Any]:
    if kind == str | None:
        return texts
    if kind == int | None:
        return numbers
    if getattr(kind, "__origin__", None) is tuple:
        return st.lists(_values(kind.__args__[0]), max_size=3).map(tuple)
    if getattr(kind, "__args__", None):
        return st.one_of(*map(_values, kind.__args__))
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return _records(kind)
    return st.from_type(kind)


@given(invoice=_records(Invoice))
@settings(max_examples=100, deadline=None)
def test_no_invoice_is_too_broken_to_be_judged(invoice: Invoice) -> None:
    judgement = judged(invoice)

    rejected = any(found.severity == "ERROR" for found in judgement.violations)
    assert judgement.status == ("REJECTED" if rejected else "APPROVED")
    for found in judgement.violations:
        if found.field is not None:
            assert at(invoice, _existing(invoice, found.field)) is not ...


def _existing(invoice: Invoice, path: str) -> str:
    """The part of a path that the invoice has: a missing address has no country."""
    head = path.rpartition(".")[0]
    return head if head and at(invoice, head) is None else path


@given(st.text(min_size=1, max_size=40))
def test_messages_name_nobody(name: str) -> None:
    text = f"Ö{name}Ü"
    seller = msgspec.structs.replace(SELLER, name=text, vat_id=text, identifier=text)
    invoice = changed(INVOICE, "payments[0].account.id", text)
    judgement = judged(changed(invoice, "seller", seller))

    assert judgement.violations
    assert not any(text in found.message for found in judgement.violations)
