"""An invoice's lines against the lines of its purchase order and what has been received.

>>> from operators.money import parse, render
>>> paper = OrderLine(line="10", name="Paper", quantity=parse("100"), unit="C62", price=parse("2"))
>>> render(limit(paper, received={"10": parse("40")}, tolerance=Tolerance(parse("5"))), 0)
'42'
"""

from collections.abc import Callable, Iterable, Mapping
from difflib import SequenceMatcher
from typing import Literal, TypeAlias

from msgspec import Struct

from operators.codes import CREDIT_NOTES
from operators.inventory.state import LARGEST, ClaimLine, OrderReservations
from operators.invoice import Invoice, Line
from operators.money import HUNDRED, ONE, Amount, divided, percent, render, times
from operators.reference import (
    OrderLine,
    ReferenceGoodsReceipt,
    ReferencePolicy,
    ReferencePurchaseOrder,
)
from operators.result import InventoryStatus, MatchedBy, Violation
from operators.units import converted, factor

_Extent: TypeAlias = Literal["whole", "part", "none", "unclear"]


class Comparison(Struct, frozen=True):
    """What came of comparing an invoice with its order."""

    status: InventoryStatus
    lines: tuple[ClaimLine, ...]
    violations: tuple[Violation, ...]


def received_by_line(receipts: Iterable[ReferenceGoodsReceipt]) -> dict[str, Amount]:
    """Quantity received so far of each order line."""
    received: dict[str, Amount] = {}
    for receipt in receipts:
        for line in receipt.lines:
            received[line.order_line] = received.get(line.order_line, 0) + line.quantity
    return received


class Tolerance(Struct, frozen=True):
    """What may be billed over a quantity received."""

    percent: Amount
    """Of the quantity."""
    amount: Amount = 0
    """In units; the larger of both applies."""


def limit(line: OrderLine, received: Mapping[str, Amount], tolerance: Tolerance) -> Amount:
    """What of an order line may be billed in all.

    That is the quantity received (of a service: ordered) and the tolerance on top.
    """
    base = line.quantity if line.service else received.get(line.line, 0)
    if base <= 0:
        return 0
    over = max(divided(base * tolerance.percent, HUNDRED), tolerance.amount)
    return max(0, min(base + over, LARGEST))


def compare(
    invoice: Invoice,
    order: ReferencePurchaseOrder,
    receipts: Iterable[ReferenceGoodsReceipt],
    policy: ReferencePolicy,
    booked: OrderReservations,
) -> Comparison:
    """How much of each invoice line may be reserved beside what is already booked."""
    credit = invoice.type_code in CREDIT_NOTES
    received = received_by_line(receipts)
    tolerance = Tolerance(policy.quantity_tolerance_percent, policy.quantity_tolerance_amount or 0)
    left: dict[str, Amount] = {}

    def remaining(line: OrderLine) -> Amount:
        known = left.get(line.line)
        if known is None:
            reserved, known = booked.on(line.line)
            if not credit:
                known = max(0, limit(line, received, tolerance) - reserved - known)
            left[line.line] = known
        return known

    find = finder(order, remaining, policy.price_tolerance_percent)
    same_currency = not invoice.currency or invoice.currency == order.currency
    matches: list[ClaimLine] = []
    extents: set[_Extent] = set()
    found: list[Violation] = []
    if not same_currency:
        found.append(
            _warning(
                "MF-PO-CURRENCY",
                f"The invoice is in {_shown(invoice.currency)}, purchase order "
                f"{_shown(order.purchase_order)} in {order.currency}: prices were not compared.",
                "currency",
            )
        )
    for index, line in enumerate(invoice.lines):
        quantity = _bounded(line.quantity or 0)
        match = find(line)
        if match is None:
            matches.append(ClaimLine(line.id, None, quantity, 0, 0))
            extents.add("none")
            found.append(
                _warning(
                    "MF-PO-LINE",
                    f"{_line(index, line)}: no line of purchase order "
                    f"{_shown(order.purchase_order)} has this order line, item, or name and price.",
                    f"lines[{index}]",
                )
            )
            continue
        against = match.line
        if match.confidence < _SURE:
            found.append(
                _warning(
                    "MF-PO-GUESS",
                    f"{_line(index, line)}: compared with order line {against.line} because price "
                    f"and name are alike; that is {match.confidence} % sure.",
                    f"lines[{index}].order_line",
                )
            )
        elif _misquoted(line.order_line, against.line):
            found.append(
                _warning(
                    "MF-PO-REFERENCE",
                    f"{_line(index, line)}: purchase order {_shown(order.purchase_order)} has no "
                    f"line {_shown(line.order_line)}; compared with its line {against.line}, "
                    "which has the same item.",
                    f"lines[{index}].order_line",
                )
            )
        available = remaining(against)
        in_ordered_unit = converted(quantity, line.unit or against.unit, against.unit)
        if in_ordered_unit is not None:
            quantity = _bounded(in_ordered_unit)
        extent, taken = _extent(index, line, against, available, received, credit, found)
        extents.add(extent)
        left[against.line] = available - taken
        matches.append(
            ClaimLine(line.id, against.line, quantity, available, taken, match.by, match.confidence)
        )
        if same_currency and not credit and line.price is not None and line.price > 0:
            _check_price(index, line, line.price, against, policy, found)
    if not invoice.lines:
        found.append(
            _warning("MF-PO-EMPTY", "The invoice has no lines to compare with its order.", "lines")
        )
    if all(violation.severity == "INFO" for violation in found):
        return Comparison("AVAILABLE", tuple(matches), tuple(found))
    if extents == {"none"} and not credit:
        return Comparison("UNAVAILABLE", tuple(matches), tuple(map(_final, found)))
    return Comparison("LIMITED", tuple(matches), tuple(found))


class Match(Struct, frozen=True):
    """The order line of an invoice line, and how it was found."""

    line: OrderLine
    by: MatchedBy
    confidence: int
    """Percent."""


_SURE = 80
"""Percent from which nobody has to look whether it is the right order line."""
_LEAST_ALIKE = 60
"""Percent of likeness from which two names may mean the same."""
_NAME = 80
"""Characters of a name that are compared."""


def finder(
    order: ReferencePurchaseOrder,
    remaining: Callable[[OrderLine], Amount],
    price_tolerance_percent: Amount,
) -> Callable[[Line], Match | None]:
    """Finds an invoice line's order line: by reference, else item, else name and price.

    Of several that are alike, the first of which something is `remaining`.
    """
    by_line = {line.line: line for line in order.lines}
    others: dict[tuple[object, ...], list[OrderLine]] = {}

    def index_others() -> None:
        for line in order.lines:
            others.setdefault(("line", _number(line.line)), []).append(line)
            if line.item_id:
                others.setdefault(("item", _words(line.item_id)), []).append(line)
            others.setdefault(("name", _words(line.name), line.price), []).append(line)

    def first(*key: object) -> OrderLine | None:
        candidates = others.get(key)
        if candidates is None:
            return None
        while len(candidates) > 1 and remaining(candidates[0]) <= 0:
            candidates.pop(0)
        return candidates[0]

    def find(line: Line) -> Match | None:
        if line.order_line is not None and (exact := by_line.get(line.order_line)) is not None:
            return Match(exact, "ORDER_LINE", 100)
        if not others:
            index_others()
        if line.order_line and (against := first("line", _number(line.order_line))) is not None:
            return Match(against, "ORDER_LINE", 100)
        if line.item_id and (against := first("item", _words(line.item_id))) is not None:
            return Match(against, "ITEM", 90)
        if not line.name or line.price is None:
            return None
        price = _unit_price(line, line.price)
        if (against := first("name", _words(line.name), price)) is not None:
            return Match(against, "NAME", _SURE)
        return _alike(line.name, price, order, price_tolerance_percent)

    return find


def _alike(
    name: str, price: Amount, order: ReferencePurchaseOrder, price_tolerance_percent: Amount
) -> Match | None:
    """The order line of about that price whose name is most like the invoice line's."""
    accepted = percent(price, price_tolerance_percent)
    compared = SequenceMatcher(b=_sorted_words(name), autojunk=False)
    best: Match | None = None
    for line in order.lines:
        if abs(line.price - price) > accepted:
            continue
        compared.set_seq1(_sorted_words(line.name))
        alike = int(100 * compared.ratio())
        confidence = _SURE * alike // 100
        if alike >= _LEAST_ALIKE and (best is None or confidence > best.confidence):
            best = Match(line, "NAME", min(confidence, _SURE - 1))
    return best


def _sorted_words(name: str) -> str:
    return " ".join(sorted(name.casefold().split()))[:_NAME]


def _extent(
    index: int,
    line: Line,
    against: OrderLine,
    available: Amount,
    received: Mapping[str, Amount],
    credit: bool,
    found: list[Violation],
) -> tuple[_Extent, Amount]:
    """How much of a matched line is there, and how much of it the line takes."""
    if line.quantity is None:
        found.append(
            _warning(
                "MF-PO-QUANTITY",
                f"{_line(index, line)}: no quantity to compare with order line {against.line}.",
                f"lines[{index}].quantity",
            )
        )
        return "unclear", 0
    billed = converted(line.quantity, line.unit or against.unit, against.unit)
    if billed is None:
        found.append(
            _warning(
                "MF-PO-UNIT",
                f"{_line(index, line)}: invoiced in {_shown(line.unit)}, ordered in "
                f"{_shown(against.unit)}: quantities cannot be compared.",
                f"lines[{index}].unit",
            )
        )
        return "unclear", 0
    quantity = abs(billed) if credit else max(0, billed)
    if quantity <= available:
        return "whole", quantity
    wanted = f"{_line(index, line)}: {render(line.quantity, 0)} {_shown(line.unit)}".rstrip()
    if billed != line.quantity:
        wanted = f"{wanted} ({render(billed, 0)} {_shown(against.unit)})"
    if credit:
        rule, text = (
            "MF-PO-CREDIT",
            f"{wanted} credited, but only {render(available, 0)} of order line {against.line} "
            "was approved",
        )
    elif available > 0:
        rule, text = (
            "MF-PO-QUANTITY",
            f"{wanted} invoiced, {render(available, 0)} of order line {against.line} received "
            f"and not yet billed (tolerance included), {render(quantity - available, 0)} missing",
        )
    elif against.service or received.get(against.line, 0) > 0:
        rule, text = (
            "MF-PO-BILLED",
            f"{wanted} invoiced, but order line {against.line} is billed completely",
        )
    else:
        rule, text = (
            "MF-PO-RECEIPT",
            f"{wanted} invoiced, but nothing of order line {against.line} has been received yet",
        )
    found.append(_warning(rule, f"{text}.", f"lines[{index}].quantity"))
    return ("part" if available > 0 or credit else "none"), available


def _check_price(
    index: int,
    line: Line,
    price: Amount,
    against: OrderLine,
    policy: ReferencePolicy,
    found: list[Violation],
) -> None:
    """Compares the price of the unit ordered; dearer is for a person, cheaper a remark."""
    unit_price = _unit_price(line, price)
    by = factor(line.unit or against.unit, against.unit)
    if by is None or unit_price == against.price:
        return
    unit_price = divided(unit_price * by[1], by[0])
    quantity = divided(abs(line.quantity) * by[0], by[1]) if line.quantity else ONE
    accepted = max(
        percent(times(against.price, quantity), policy.price_tolerance_percent),
        policy.price_tolerance_amount,
    )
    over = times(unit_price - against.price, quantity)
    if abs(over) <= accepted:
        return
    dearer = over > 0
    found.append(
        Violation(
            "MF-PO-PRICE" if dearer else "MF-PO-PRICE-UNDER",
            f"{_line(index, line)}: unit price {render(unit_price)}, ordered at "
            f"{render(against.price)}: {render(abs(over))} {'more' if dearer else 'less'} than "
            f"ordered, {render(accepted)} is accepted.",
            "WARNING" if dearer else "INFO",
            f"lines[{index}].price",
        )
    )


def _misquoted(reference: str | None, line: str) -> bool:
    return bool(reference) and reference != line and _number(reference or "") != _number(line)


def _unit_price(line: Line, price: Amount) -> Amount:
    base = line.base_quantity
    if base is None or base == ONE or base <= 0:
        return price
    return divided(price * ONE, base)


def _final(violation: Violation) -> Violation:
    """With nothing to reserve, waiting helps only where goods may still arrive."""
    if violation.rule_id not in ("MF-PO-LINE", "MF-PO-BILLED"):
        return violation
    return Violation(violation.rule_id, violation.message, "ERROR", violation.field)


def _warning(rule_id: str, message: str, field: str | None = None) -> Violation:
    return Violation(rule_id, message, "WARNING", field)


def _bounded(quantity: Amount) -> Amount:
    return max(-LARGEST, min(quantity, LARGEST))


def _line(index: int, line: Line) -> str:
    return f"line {_shown(line.id) if line.id else index + 1}"


def _shown(text: str | None) -> str:
    return (text or "").strip()[:40]


def _number(text: str) -> str:
    return text.strip().lstrip("0")


def _words(text: str) -> str:
    return " ".join(text.casefold().split())
