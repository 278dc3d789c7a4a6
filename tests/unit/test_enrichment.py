"""An approved invoice as an ERP system would post it: accounts with their source, and balanced."""

from datetime import date
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from manifold.generator import invoices, world
from operators.codes import CREDIT_NOTES
from operators.decision import InvoiceSettled
from operators.enrichment import Done, InvoiceEnriched, coding_key, enrich, is_new
from operators.enrichment.record import NOTHING, Proposal
from operators.invoice import (
    Account,
    AllowanceCharge,
    Identifier,
    Invoice,
    Line,
    Party,
    Payment,
    Totals,
    VatSubtotal,
)
from operators.money import CENT, ONE, Amount, divided, parse
from operators.reference import (
    OrderLine,
    ReferenceCoding,
    ReferencePurchaseOrder,
    ReferenceVendor,
)
from tests.unit.any_invoice import INVOICES

SETTLED = InvoiceSettled(
    request_id="R", attempt=1, invoice_id="I", vendor_id="V", outcome="APPROVED", settled_at=1
)
IBAN = "DE89370400440532013000"
VENDOR = ReferenceVendor(
    "V", "Example", country="DE", ibans=(IBAN,), gl_account="48", cost_center="C-V"
)
ORDER = ReferencePurchaseOrder(
    "PO1",
    "V",
    "EUR",
    (
        OrderLine(
            line="10",
            item_id="BOLT",
            name="Bolt",
            quantity=5 * ONE,
            unit="C62",
            price=ONE,
            gl_account="40",
        ),
        OrderLine(line="20", item_id="NUT", name="Nut", quantity=5 * ONE, unit="C62", price=ONE),
    ),
)
RULES = (
    ReferenceCoding("VAT", "S/19/DE", "154", tax_code="V1"),
    ReferenceCoding("VAT", "S/19", "155", tax_code="VX"),
    ReferenceCoding("CHARGE", "FC", "473"),
)


def invoice(*lines: Line, **fields: Any) -> Invoice:
    empty = Invoice(seller=Party(), buyer=Party(), totals=Totals(), lines=lines)
    return replace(empty, **{"type_code": "380", "currency": "EUR", **fields})


def enriched(
    bill: Invoice, *rules: ReferenceCoding, vendor: ReferenceVendor | None = VENDOR
) -> InvoiceEnriched:
    return enrich(
        SETTLED,
        bill,
        vendors={"V": vendor} if vendor else {},
        orders={"PO1": ORDER},
        rules={coding_key(rule.kind, rule.value): rule for rule in (*RULES, *rules)},
        price_tolerance_percent=ONE,
    )


def sides(found: InvoiceEnriched) -> tuple[Amount, Amount]:
    """All debits, all credits."""
    debit = sum(each.amount for each in found.postings if each.side == "DEBIT")
    credit = sum(each.amount for each in found.postings if each.side == "CREDIT")
    return debit, credit


@st.composite
def bills(draw: st.DrawFn) -> Invoice:
    """Invoices and credit notes whose amounts add up, to the cent."""
    cents = st.integers(-(10**7), 10**9)
    lines = tuple(
        Line(id=str(number), net=draw(cents) * CENT, vat_category="S", vat_rate=19 * ONE)
        for number in range(draw(st.integers(0, 5)))
    )
    extras = tuple(
        AllowanceCharge(charge=draw(st.booleans()), amount=draw(st.integers(0, 10**7)) * CENT)
        for _ in range(draw(st.integers(0, 3)))
    )
    charges = sum(each.amount or 0 for each in extras if each.charge)
    allowances = sum(each.amount or 0 for each in extras if not each.charge)
    net = sum(line.net or 0 for line in lines) + charges - allowances
    tax = divided(net * 19, 100 * CENT) * CENT
    parts = draw(st.integers(1, 3))
    shares = [tax // parts // CENT * CENT] * (parts - 1)
    shares.append(tax - sum(shares))
    prepaid, rounding = draw(cents) * CENT, draw(st.integers(-49, 50)) * CENT
    return invoice(
        *lines,
        type_code=draw(st.sampled_from(["380", "381", "326"])),
        allowances_charges=extras,
        vat_breakdown=tuple(VatSubtotal("S", 19 * ONE, tax=share) for share in shares),
        totals=Totals(
            net=net,
            tax=tax,
            gross=net + tax,
            prepaid=prepaid or None,
            rounding=rounding or None,
            payable=net + tax - prepaid + rounding,
        ),
    )


@settings(max_examples=300, deadline=None)
@given(bills())
def test_debits_and_credits_come_to_the_same_and_to_what_the_invoice_says(bill: Invoice) -> None:
    found = enriched(bill)
    debit, credit = sides(found)
    assert debit == credit
    assert all(each.amount > 0 for each in found.postings)
    assert "DIFFERENCE" not in {each.kind for each in found.postings}
    sign = -1 if bill.type_code in CREDIT_NOTES else 1
    totals: dict[str, Amount] = {}
    for each in found.postings:
        signed = sign * (each.amount if each.side == "DEBIT" else -each.amount)
        totals[each.kind] = totals.get(each.kind, 0) + signed
    assert -totals.get("VENDOR", 0) == bill.totals.payable
    billed = sum(totals.get(kind, 0) for kind in ("LINE", "CHARGE", "ALLOWANCE", "TAX"))
    assert billed == bill.totals.gross
    assert totals.get("TAX", 0) == bill.totals.tax
    assert totals.get("PREPAID", 0) == -(bill.totals.prepaid or 0)
    assert totals.get("ROUNDING", 0) == (bill.totals.rounding or 0)


@settings(max_examples=100, deadline=None)
@given(INVOICES)
def test_any_invoice_balances_and_what_does_not_add_up_is_said(bill: Invoice) -> None:
    found = enriched(bill)
    debit, credit = sides(found)
    assert debit == credit
    left_over = [each for each in found.postings if each.kind == "DIFFERENCE"]
    assert bool(left_over) == any("do not add up" in remark for remark in found.remarks)


def test_generated_invoices_are_posted_to_the_cent_without_a_remark_but_of_accounts() -> None:
    made = world(5, 60, date(2026, 3, 2))
    for sample in invoices(made, 5, 60, 1_772_442_000_000, fault_rate=0):
        upload = sample.upload
        assert upload.invoice is not None
        found = enrich(
            replace(SETTLED, vendor_id=upload.vendor_id or ""),
            upload.invoice,
            vendors={each.vendor_id: each for each in made.vendors},
            orders={each.purchase_order: each for each in made.purchase_orders},
            rules={coding_key(each.kind, each.value): each for each in made.coding},
            price_tolerance_percent=ONE,
        )
        debit, credit = sides(found)
        assert debit == credit
        assert found.remarks == ()
        assert all(line.coding.gl_account.value for line in found.lines)
        assert found.payment.account_known


def test_the_order_line_says_the_account_and_the_vendor_the_rest() -> None:
    bill = invoice(
        Line(id="1", item_id="bolt", net=ONE, vat_category="S", vat_rate=19 * ONE),
        purchase_order="PO1",
    )
    (line,) = enriched(bill).lines
    assert (line.order_line, line.matched_by, line.match_confidence) == ("10", "ITEM", 90)
    assert line.coding.gl_account == Proposal("40", "ORDER_LINE", 90)
    assert line.coding.cost_center == Proposal("C-V", "VENDOR", 60)
    assert line.coding.tax_code == Proposal("V1", "VAT", 100)


def test_the_rule_nearest_to_the_line_counts() -> None:
    line = Line(id="1", item_id="X", net=ONE, classifications=(Identifier("31161500", "STI"),))
    rules = [
        ReferenceCoding("DEFAULT", "*", "99"),
        ReferenceCoding("VENDOR_CLASS", "risky", "98"),
        ReferenceCoding("CLASSIFICATION", "3116", "97"),
        ReferenceCoding("CLASSIFICATION", "31161500", "96"),
        ReferenceCoding("ITEM", "X", "95"),
        ReferenceCoding("ITEM", "V/X", "94"),
    ]
    vendor = ReferenceVendor("V", "Example", vendor_class="risky")
    sources = []
    for count in range(len(rules) + 1):
        found = enriched(invoice(line), *rules[:count], vendor=vendor).lines[0].coding.gl_account
        sources.append((found.value, found.source))
    assert sources == [
        (None, None),
        ("99", "DEFAULT"),
        ("98", "VENDOR"),
        ("97", "CLASSIFICATION"),
        ("96", "CLASSIFICATION"),
        ("95", "ITEM"),
        ("94", "ITEM"),
    ]


def test_what_no_rule_says_is_left_open_and_said() -> None:
    bill = invoice(
        Line(id="1", net=ONE, vat_category="E"),
        vat_breakdown=(VatSubtotal("E", 0, tax=CENT),),
        payments=(Payment(account=Account("GB00")),),
        totals=Totals(payable=ONE + 3 * CENT),
    )
    found = enriched(bill, vendor=None)
    assert found.vendor is None
    assert found.lines[0].coding.gl_account == NOTHING
    assert found.remarks == (
        "The vendor is not in the master data.",
        "The account to pay to is not in the vendor's master data.",
        "No rule says the G/L account of line 1.",
        "No rule says the cost centre of line 1.",
        "No rule says the tax code of line 1.",
        "No rule says the G/L account of 0.01 VAT.",
        "The invoice's amounts do not add up: 0.02 is left over.",
    )
    assert sides(found) == (ONE + 3 * CENT, ONE + 3 * CENT)


def test_a_credit_note_is_the_other_way_round() -> None:
    bill = invoice(Line(id="1", net=ONE), totals=Totals(payable=ONE))
    plain = [(each.kind, each.side) for each in enriched(bill).postings]
    credit = [(each.kind, each.side) for each in enriched(replace(bill, type_code="381")).postings]
    assert plain == [("LINE", "DEBIT"), ("VENDOR", "CREDIT")]
    assert credit == [("LINE", "CREDIT"), ("VENDOR", "DEBIT")]


def test_an_order_of_another_vendor_is_not_matched() -> None:
    bill = invoice(Line(id="1", item_id="BOLT", order_line="10"), purchase_order="PO1")
    other = enrich(
        replace(SETTLED, vendor_id="W"),
        bill,
        vendors={},
        orders={"PO1": ORDER},
        rules={},
        price_tolerance_percent=ONE,
    )
    assert (other.purchase_order, other.lines[0].order_line) == (None, None)


def test_lines_alike_are_matched_one_after_the_other() -> None:
    order = ReferencePurchaseOrder(
        "PO1", "V", "EUR", (ORDER.lines[0], replace(ORDER.lines[0], line="30"))
    )
    bill = invoice(
        Line(id="1", item_id="BOLT", quantity=5 * ONE),
        Line(id="2", item_id="BOLT", quantity=parse("2")),
        purchase_order="PO1",
    )
    found = enrich(
        SETTLED, bill, vendors={}, orders={"PO1": order}, rules={}, price_tolerance_percent=0
    )
    assert [line.order_line for line in found.lines] == ["10", "30"]


def test_of_lines_alike_one_is_used_up_in_the_unit_that_was_ordered() -> None:
    alike = replace(ORDER.lines[0], line="30")
    order = replace(ORDER, lines=(replace(alike, line="10", quantity=12 * ONE), alike))
    bill = invoice(
        Line(id="1", item_id="BOLT", quantity=ONE, unit="DZN"),
        Line(id="2", item_id="BOLT", quantity=5 * ONE, unit="C62"),
        purchase_order="PO1",
    )
    found = enrich(
        SETTLED, bill, vendors={}, orders={"PO1": order}, rules={}, price_tolerance_percent=ONE
    )
    assert [line.order_line for line in found.lines] == ["10", "30"]


def test_each_attempt_is_written_once_and_none_after_a_later_one() -> None:
    assert is_new(SETTLED, None)
    assert not is_new(SETTLED, Done(1, 1))
    assert not is_new(SETTLED, Done(2, 1))
    assert is_new(replace(SETTLED, attempt=2), Done(1, 1))
    assert not is_new(replace(SETTLED, outcome="REJECTED"), None)
