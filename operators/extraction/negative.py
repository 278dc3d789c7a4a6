"""Credit notes that are written with minus signs: the record has their amounts without."""

from msgspec.structs import replace

from operators.invoice import AllowanceCharge, Invoice, Line, Totals, VatSubtotal
from operators.money import Amount


def without_signs(invoice: Invoice) -> Invoice:
    """A credit note with its amounts as EN 16931 has them: positive when they are given back."""
    gross = invoice.totals.gross
    if gross is None or gross >= 0:
        return invoice
    return replace(
        invoice,
        totals=_turned_totals(invoice.totals),
        lines=tuple(_turned_line(line) for line in invoice.lines),
        vat_breakdown=tuple(_turned_subtotal(each) for each in invoice.vat_breakdown),
        allowances_charges=tuple(_turned_charge(each) for each in invoice.allowances_charges),
    )


def _turned(amount: Amount | None) -> Amount | None:
    return None if amount is None else -amount


def _turned_totals(totals: Totals) -> Totals:
    return replace(
        totals, **{name: _turned(getattr(totals, name)) for name in Totals.__struct_fields__}
    )


def _turned_subtotal(subtotal: VatSubtotal) -> VatSubtotal:
    return replace(subtotal, taxable=_turned(subtotal.taxable), tax=_turned(subtotal.tax))


def _turned_charge(charge: AllowanceCharge) -> AllowanceCharge:
    return replace(charge, amount=_turned(charge.amount), base_amount=_turned(charge.base_amount))


def _turned_line(line: Line) -> Line:
    """Either the quantity or the price carries the sign; the amount follows it."""
    if line.net is not None and line.net > 0:
        return line
    quantity, price = line.quantity, line.price
    if quantity is not None and quantity < 0:
        quantity = -quantity
    elif price is not None and price < 0:
        price = -price
    return replace(line, net=_turned(line.net), quantity=quantity, price=price)
