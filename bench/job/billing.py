"""An invoice's amounts, right to the cent."""

from collections.abc import Iterable

from msgspec.structs import replace

from operators.invoice import AllowanceCharge, Invoice, Line, Totals, VatSubtotal
from operators.money import CENT, HUNDRED, ONE, Amount, divided


def billed(invoice: Invoice, lines: Iterable[Line], percent: Amount = 0) -> Invoice:
    """The invoice with these lines, their net amounts, `percent` let off, and its totals."""
    taxable: dict[Amount, Amount] = {}
    priced = []
    lines_net = allowances = tax = 0
    for line in lines:
        price, quantity = line.price or 0, line.quantity or 0
        net = divided(price * quantity, (line.base_quantity or ONE) * CENT) * CENT
        rate = line.vat_rate or 0
        taxable[rate] = taxable.get(rate, 0) + net
        lines_net += net
        priced.append(replace(line, net=net))
    breakdown, listed = [], []
    for rate, base in taxable.items():
        allowance = _share(base, percent)
        if allowance:
            allowances += allowance
            listed.append(
                AllowanceCharge(
                    False, allowance, base, percent, "S", rate, "Loyalty discount", "95"
                )
            )
        subtotal = VatSubtotal("S", rate, base - allowance, _share(base - allowance, rate))
        breakdown.append(subtotal)
        tax += subtotal.tax or 0
    net = lines_net - allowances
    return replace(
        invoice,
        allowances_charges=tuple(listed),
        lines=tuple(priced),
        vat_breakdown=tuple(breakdown),
        totals=Totals(
            lines_net=lines_net,
            allowances=allowances or None,
            net=net,
            tax=tax,
            gross=net + tax,
            payable=net + tax,
        ),
    )


def _share(amount: Amount, percent: Amount) -> Amount:
    return divided(amount * percent, HUNDRED * CENT) * CENT if percent else 0
