"""What a clerk sees of the match with orders and receipts."""

from datetime import date
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from operators import inventory
from operators.invoice import Invoice, Line, Party, Totals
from operators.judgement import Judgement
from operators.money import ONE, parse
from operators.reference import (
    OrderLine,
    ReceiptLine,
    ReferenceGoodsReceipt,
    ReferencePolicy,
    ReferencePurchaseOrder,
)
from operators.result import InventoryDetails
from operators.table import MemoryTable
from tests.unit.any_invoice import INVOICES

POLICY = ReferencePolicy(
    policy_id="default",
    version="1",
    base_currency="EUR",
    approval_limit=parse("10000"),
    approval_margin_percent=parse("5"),
    quantity_tolerance_percent=parse("10"),
    price_tolerance_percent=parse("2"),
    price_tolerance_amount=parse("0.50"),
    fraud_warning_score=30,
    fraud_fail_score=70,
    unusual_amount_factor=parse("4"),
    maximum_age_days=730,
    future_days=1,
)


def ordered(line: str, item: str | None, name: str, price: str, service: bool = False) -> OrderLine:
    return OrderLine(
        line=line,
        item_id=item,
        name=name,
        quantity=parse("20"),
        unit="C62",
        price=parse(price),
        service=service,
    )


ORDER = ReferencePurchaseOrder(
    "PO1",
    "V1",
    "EUR",
    (
        ordered("10", "A-1", "Paper", "2.00"),
        ordered("20", "A-2", "Toner", "50.00"),
        ordered("30", None, "Installation", "90.00", service=True),
        ordered("40", "A-4", "Never received", "7.00"),
    ),
)
RECEIPTS = (
    ReferenceGoodsReceipt("GR1", "PO1", "V1", date(2026, 1, 5), (ReceiptLine("10", parse("6")),)),
    ReferenceGoodsReceipt(
        "GR2",
        "PO1",
        "V1",
        date(2026, 1, 9),
        (ReceiptLine("10", parse("4")), ReceiptLine("20", parse("10"))),
    ),
)


def line(quantity: str | None = "10", **changed: Any) -> Line:
    known: dict[str, Any] = {"id": "1", "order_line": "10", "unit": "C62", "price": parse("2")}
    amount = None if quantity is None else parse(quantity)
    return Line(**{**known, "quantity": amount, **changed})


def invoice(*lines: Line, **changed: Any) -> Invoice:
    known: dict[str, Any] = {"type_code": "380", "currency": "EUR", "purchase_order": "PO1"}
    return Invoice(
        seller=Party(), buyer=Party(), totals=Totals(), lines=lines, **{**known, **changed}
    )


class Office:
    """The branch with its tables, as one partition has them."""

    def __init__(self) -> None:
        self.policy = POLICY
        self.orders = {"PO1": ORDER}
        self.receipts: dict[str, tuple[ReferenceGoodsReceipt, ...]] = {"PO1": RECEIPTS}
        self.reservations = MemoryTable[inventory.OrderReservations]()
        self.requests = MemoryTable[inventory.RequestClaims]()

    def judge(
        self, judged: Invoice, request_id: str = "R1", attempt: int = 1, vendor_id: str = "V1"
    ) -> Judgement[InventoryDetails]:
        return inventory.judge(
            request_id,
            attempt,
            vendor_id,
            judged,
            orders=self.orders,
            receipts=self.receipts,
            policy=self.policy,
            reservations=self.reservations,
            requests=self.requests,
        )


def seen(judgement: Judgement[InventoryDetails]) -> tuple[str, list[tuple[str, str]]]:
    return judgement.status, [(v.rule_id, v.severity) for v in judgement.violations]


CASES: dict[str, tuple[Invoice, str, list[tuple[str, str]]]] = {
    "all received": (invoice(line("10")), "AVAILABLE", []),
    "within tolerance": (invoice(line("11")), "AVAILABLE", []),
    "by item": (invoice(line(order_line=None, item_id="a-1 ")), "AVAILABLE", []),
    "by name and price": (invoice(line(order_line=None, name=" PAPER ")), "AVAILABLE", []),
    "leading zeros": (invoice(line(order_line="0010")), "AVAILABLE", []),
    "another word for piece": (invoice(line(unit="H87")), "AVAILABLE", []),
    "by the dozen": (
        invoice(line("0.5", unit="DZN", price=parse("24"))),
        "AVAILABLE",
        [],
    ),
    "by the dozen, dearer": (
        invoice(line("0.5", unit="DZN", price=parse("26"))),
        "LIMITED",
        [("MF-PO-PRICE", "WARNING")],
    ),
    "by the dozen, more than received": (
        invoice(line("1", unit="DZN", price=parse("24"))),
        "LIMITED",
        [("MF-PO-QUANTITY", "WARNING")],
    ),
    "by a name that is alike": (
        invoice(line(order_line=None, name="Paper A4")),
        "LIMITED",
        [("MF-PO-GUESS", "WARNING")],
    ),
    "by a name that is not alike": (
        invoice(line(order_line=None, name="Hotel")),
        "UNAVAILABLE",
        [("MF-PO-LINE", "ERROR")],
    ),
    "a service needs no receipt": (
        invoice(line("22", order_line="30", price=parse("90"))),
        "AVAILABLE",
        [],
    ),
    "a return bills nothing": (invoice(line("-3")), "AVAILABLE", []),
    "cheaper than ordered": (
        invoice(line(price=parse("1.5"))),
        "AVAILABLE",
        [("MF-PO-PRICE-UNDER", "INFO")],
    ),
    "price per hundred": (
        invoice(line(price=parse("200"), base_quantity=parse("100"))),
        "AVAILABLE",
        [],
    ),
    "price over by the tolerance": (invoice(line(price=parse("2.05"))), "AVAILABLE", []),
    "price over by more": (
        invoice(line(price=parse("2.06"))),
        "LIMITED",
        [("MF-PO-PRICE", "WARNING")],
    ),
    "more than received": (
        invoice(line("11.5")),
        "LIMITED",
        [("MF-PO-QUANTITY", "WARNING")],
    ),
    "two lines together more than received": (
        invoice(line("8"), line("8", id="2")),
        "LIMITED",
        [("MF-PO-QUANTITY", "WARNING")],
    ),
    "one line not received": (
        invoice(line(), line("1", order_line="40", price=parse("7"))),
        "LIMITED",
        [("MF-PO-RECEIPT", "WARNING")],
    ),
    "nothing received": (
        invoice(line("1", order_line="40", price=parse("7"))),
        "UNAVAILABLE",
        [("MF-PO-RECEIPT", "WARNING")],
    ),
    "no line known": (
        invoice(line(order_line="99")),
        "UNAVAILABLE",
        [("MF-PO-LINE", "ERROR")],
    ),
    "one line unknown": (
        invoice(line(), line(order_line="99", price=parse("3"))),
        "LIMITED",
        [("MF-PO-LINE", "WARNING")],
    ),
    "wrong order line, right item": (
        invoice(line(order_line="99", item_id="A-1")),
        "LIMITED",
        [("MF-PO-REFERENCE", "WARNING")],
    ),
    "other unit": (invoice(line(unit="KGM")), "LIMITED", [("MF-PO-UNIT", "WARNING")]),
    "no quantity": (invoice(line(None)), "LIMITED", [("MF-PO-QUANTITY", "WARNING")]),
    "empty currency": (invoice(line(), currency=""), "AVAILABLE", []),
    "other currency": (
        invoice(line(price=parse("9")), currency="USD"),
        "LIMITED",
        [("MF-PO-CURRENCY", "WARNING")],
    ),
    "no lines": (invoice(), "LIMITED", [("MF-PO-EMPTY", "WARNING")]),
    "no order named": (
        invoice(line(), purchase_order=None),
        "LIMITED",
        [("MF-PO-MISSING", "WARNING")],
    ),
    "order not known": (
        invoice(line(), purchase_order="PO9"),
        "LIMITED",
        [("MF-PO-UNKNOWN", "WARNING")],
    ),
    "credit for what was never approved": (
        invoice(line(), type_code="381"),
        "LIMITED",
        [("MF-PO-CREDIT", "WARNING")],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_each_case_gets_its_answer(name: str) -> None:
    judged, status, violations = CASES[name]
    assert seen(Office().judge(judged)) == (status, violations)


def test_an_order_placed_with_another_vendor_is_refused_and_reserves_nothing() -> None:
    office = Office()
    assert seen(office.judge(invoice(line()), vendor_id="V2")) == (
        "UNAVAILABLE",
        [("MF-PO-VENDOR", "ERROR")],
    )
    assert not list(office.reservations.items())


def test_what_one_invoice_reserves_is_not_there_for_the_next() -> None:
    office = Office()
    office.judge(invoice(line("8")), "R1")
    second = office.judge(invoice(line("8")), "R2")
    assert seen(second) == ("LIMITED", [("MF-PO-QUANTITY", "WARNING")])
    match = second.details.lines[0]
    assert (match.invoiced, match.available, match.reserved) == (8 * ONE, 3 * ONE, 3 * ONE)
    assert second.violations[0].message == (
        "line 1: 8 C62 invoiced, 3 of order line 10 received and not yet billed "
        "(tolerance included), 5 missing."
    )
    assert seen(office.judge(invoice(line("1")), "R3")) == (
        "UNAVAILABLE",
        [("MF-PO-BILLED", "ERROR")],
    )


def test_the_quantity_tolerance_is_the_larger_of_both() -> None:
    office = Office()
    office.policy = msgspec.structs.replace(POLICY, quantity_tolerance_amount=parse("3"))

    assert office.judge(invoice(line("13"))).status == "AVAILABLE"
    assert office.judge(invoice(line("1"), purchase_order="PO1"), "R2").status == "UNAVAILABLE"


@pytest.mark.parametrize(
    ("changed", "by", "confidence"),
    [
        ({}, "ORDER_LINE", 100),
        ({"order_line": None, "item_id": "A-1"}, "ITEM", 90),
        ({"order_line": None, "name": "paper"}, "NAME", 80),
        ({"order_line": None, "name": "Paper A4"}, "NAME", 60),
        ({"order_line": "99"}, None, None),
    ],
)
def test_a_match_says_what_it_rests_on(
    changed: dict[str, Any], by: str | None, confidence: int | None
) -> None:
    (match,) = Office().judge(invoice(line(**changed))).details.lines

    assert (match.matched_by, match.confidence) == (by, confidence)


def test_quantities_are_told_in_the_unit_of_the_order() -> None:
    (match,) = Office().judge(invoice(line("0.5", unit="DZN", price=parse("24")))).details.lines

    assert (match.invoiced, match.reserved) == (parse("6"), parse("6"))


def test_item_on_two_order_lines_goes_to_the_one_that_is_not_billed_yet() -> None:
    office = Office()
    twin = ordered("50", "A-1", "Paper", "2.00", service=True)
    office.orders["PO1"] = ReferencePurchaseOrder("PO1", "V1", "EUR", (*ORDER.lines, twin))
    by_item = invoice(line("11", order_line=None, item_id="A-1"))
    assert [
        office.judge(by_item, request).details.lines[0].order_line for request in ("R1", "R2")
    ] == ["10", "50"]


def test_every_violation_names_a_line_that_a_clerk_finds() -> None:
    found = (
        Office()
        .judge(invoice(line(), line("1", id="B", order_line="40", price=parse("7"))))
        .violations
    )
    assert [(v.field, v.message) for v in found] == [
        (
            "lines[1].quantity",
            "line B: 1 C62 invoiced, but nothing of order line 40 has been received yet.",
        )
    ]


@settings(max_examples=150, deadline=None)
@given(judged=INVOICES, vendor_id=st.sampled_from(["V1", ""]), quantity=st.integers(-9, 10**28))
def test_no_invoice_is_too_broken_and_its_state_can_be_stored(
    judged: Invoice, vendor_id: str, quantity: int
) -> None:
    office = Office()
    receipt = ReferenceGoodsReceipt(
        "GR3", "PO1", "V1", date(2026, 1, 5), (ReceiptLine("10", quantity),)
    )
    office.receipts["PO1"] = (receipt,)
    aimed = msgspec.structs.replace(judged, purchase_order="PO1")
    for number, each in enumerate((judged, aimed)):
        first = office.judge(each, f"R{number}", vendor_id=vendor_id)
        assert first.status in ("AVAILABLE", "LIMITED", "UNAVAILABLE")
    for table in (office.reservations, office.requests):
        for _, value in table.items():
            assert msgspec.msgpack.decode(msgspec.msgpack.encode(value), type=type(value)) == value
