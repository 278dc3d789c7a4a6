"""Lines of the invoice record from lines as read."""

from collections.abc import Sequence

from operators.extraction.candidate import Evidence
from operators.extraction.document import Figure
from operators.extraction.line_items import ItemRead
from operators.extraction.measures import unit_code
from operators.extraction.reads import Reads
from operators.extraction.repaired import price_of, quantity_of
from operators.extraction.table_row import Found
from operators.invoice import AllowanceCharge, Line
from operators.money import ONE, Amount, divided, rounded, times

_HIGHEST_RATE = 30 * ONE


def lines(
    items: Sequence[ItemRead],
    reads: Reads,
    rates: Sequence[Amount],
    taxed: Amount | None = None,
    *,
    mend: bool = False,
    agrees: float = 0.0,
) -> tuple[Line, ...]:
    """The invoice's lines, their values noted among the reads.

    Args:
        items: Lines as read.
        reads: Where each value is noted.
        rates: Rates of the document: a single one is that of every line.
        taxed: The rate of tax that the amounts of the lines include, if they include it.
        mend: Compute quantities and prices that an engine seems to have misread.
        agrees: Whether the lines come to the totals (1) or do not (-1).
    """
    return tuple(
        _line(number, item, reads, rates, taxed, mend, agrees) for number, item in enumerate(items)
    )


def _line(
    number: int,
    item: ItemRead,
    reads: Reads,
    rates: Sequence[Amount],
    taxed: Amount | None,
    mend: bool,
    agrees: float,
) -> Line:
    path = f"lines[{number}]"
    figures = item.figures
    complete = {"quantity", "price", "net"} <= figures.keys()
    sums = 1.0 if item.agreed is not None else -0.6 if complete else 0.0

    def amount(field: str, kind: str) -> Amount | None:
        figure = figures.get(kind)
        if figure is None:
            return None
        _note(reads, f"{path}.{field}", figure, sums, agrees)
        return figure.amount

    def text(field: str, found: Found | None) -> str | None:
        if found is None:
            return None
        evidence = Evidence(
            label=1.0, form=0.0, sums=max(sums, 0.0), lines=agrees, engine=found.confidence
        )
        reads.note(f"{path}.{field}", evidence, item.rows[0].row.number, found.box, found.text)
        return found.text

    position = figures.get("position")
    rate = _rate(path, figures.get("vat_rate"), reads, rates)
    unit = unit_code(item.unit.text) if item.unit is not None else None
    if unit is not None:
        text("unit", item.unit)
    base = item.agreed.base if item.agreed is not None else 1
    quantity, price = amount("quantity", "quantity"), None
    if taxed is None:
        price = amount("price", "price")
        if mend and item.agreed is None and "discount" not in figures:
            quantity, price = _repaired(path, figures, quantity, price, reads)
    if taxed is None:
        net = amount("net", "net")
        net = net if net is not None else _product(path, figures, base, reads)
    else:
        net = _without_tax(path, figures.get("net") or figures.get("gross"), taxed, reads)
    return Line(
        id=position.text.strip(".") if position is not None else None,
        item_id=text("item_id", item.item),
        name=text("name", item.name),
        quantity=quantity,
        unit=unit,
        price=price,
        base_quantity=base * ONE if base > 1 else None,
        net=net,
        vat_category="S" if rate else None,
        vat_rate=rate,
        allowances_charges=_discount(item),
    )


def _repaired(
    path: str,
    figures: dict[str, Figure],
    quantity: Amount | None,
    price: Amount | None,
    reads: Reads,
) -> tuple[Amount | None, Amount | None]:
    """Quantity and price of a line, one of them computed if that makes the amount."""
    net, priced = figures.get("net"), figures.get("price")
    if net is None:
        return quantity, price
    engine = Evidence(label=1.0, form=1.0, sums=0.6, computed=1.0, engine=net.confidence)
    if priced is not None and price is not None:
        found = quantity_of(price, net.amount, priced.decimals)
        if found is not None:
            reads.forget(f"{path}.quantity")
            reads.note(f"{path}.quantity", engine)
            return found, price
    if quantity is not None:
        found = price_of(quantity, net.amount)
        if found is not None:
            reads.forget(f"{path}.price")
            reads.note(f"{path}.price", engine)
            return quantity, found
    return quantity, price


def _note(reads: Reads, field: str, figure: Figure, sums: float, agrees: float = 0.0) -> None:
    evidence = Evidence(label=1.0, form=1.0, sums=sums, lines=agrees, engine=figure.confidence)
    reads.note(field, evidence, figure.row, figure.box, figure.text)


def _rate(path: str, figure: Figure | None, reads: Reads, rates: Sequence[Amount]) -> Amount | None:
    if figure is not None and 0 <= figure.amount <= _HIGHEST_RATE:
        agrees = 1.0 if figure.amount in rates else 0.0
        _note(reads, f"{path}.vat_rate", figure, agrees)
        return figure.amount
    if len(rates) == 1 and figure is None:
        reads.note(f"{path}.vat_rate", Evidence(label=1.0, computed=1.0, sums=0.8))
        return rates[0]
    return None


def _product(path: str, figures: dict[str, Figure], base: int, reads: Reads) -> Amount | None:
    if not {"quantity", "price"} <= figures.keys():
        return None
    reads.note(f"{path}.net", Evidence(label=0.5, computed=1.0))
    return rounded(divided(times(figures["quantity"].amount, figures["price"].amount), base))


def _without_tax(path: str, figure: Figure | None, rate: Amount, reads: Reads) -> Amount | None:
    if figure is None:
        return None
    reads.note(f"{path}.net", Evidence(label=0.8, computed=1.0, sums=0.6, engine=figure.confidence))
    return rounded(divided(figure.amount * 100 * ONE, 100 * ONE + rate))


def _discount(item: ItemRead) -> tuple[AllowanceCharge, ...]:
    """The discount of a line, where it makes quantity times price the amount."""
    agreed = item.agreed
    if agreed is None or agreed.discount is None:
        return ()
    before = rounded(times(agreed.quantity.amount, agreed.price.amount))
    return (
        AllowanceCharge(
            charge=False,
            amount=before - agreed.net.amount,
            base_amount=before,
            percent=agreed.discount.amount,
        ),
    )
