"""The sums of an invented invoice, by EN 16931: BR-CO-10 to BR-CO-17, half up to cents."""

from collections.abc import Sequence

from operators.invoice import AllowanceCharge, Line, Totals, VatSubtotal
from operators.money import CENT, HUNDRED, ONE, Amount, divided


def line_net(quantity: Amount, price: Amount, per: Amount = ONE, percent_off: Amount = 0) -> Amount:
    """Net amount of a line, in cents: quantity times price, less a percentage.

    >>> from operators.money import parse, render
    >>> render(line_net(parse("3"), parse("19.90"), percent_off=parse("10")))
    '53.73'
    """
    full = divided(quantity * price, per * CENT) * CENT
    return full - share(full, percent_off)


def share(amount: Amount, percent: Amount) -> Amount:
    """A percentage of an amount, in cents."""
    return divided(amount * percent, HUNDRED * CENT) * CENT


def breakdown(
    lines: Sequence[Line],
    entries: Sequence[AllowanceCharge],
    exemption: str | None = None,
) -> tuple[VatSubtotal, ...]:
    """VAT by category and rate, the highest rate first."""
    taxable: dict[tuple[str, Amount], Amount] = {}
    for line in lines:
        key = (line.vat_category or "S", line.vat_rate or 0)
        taxable[key] = taxable.get(key, 0) + (line.net or 0)
    for entry in entries:
        key = (entry.vat_category or "S", entry.vat_rate or 0)
        signed = (entry.amount or 0) * (1 if entry.charge else -1)
        taxable[key] = taxable.get(key, 0) + signed
    ordered = sorted(taxable.items(), key=lambda item: -item[0][1])
    return tuple(
        VatSubtotal(
            category=category,
            rate=rate,
            taxable=amount,
            tax=share(amount, rate),
            exemption_reason=exemption if category not in ("S", "Z") else None,
        )
        for (category, rate), amount in ordered
    )


def totals(
    lines: Sequence[Line],
    entries: Sequence[AllowanceCharge],
    vat: Sequence[VatSubtotal],
    prepaid_percent: Amount = 0,
) -> Totals:
    """Document totals."""
    lines_net = sum(line.net or 0 for line in lines)
    allowances = sum(entry.amount or 0 for entry in entries if not entry.charge)
    charges = sum(entry.amount or 0 for entry in entries if entry.charge)
    net = lines_net - allowances + charges
    tax = sum(each.tax or 0 for each in vat)
    prepaid = share(net + tax, prepaid_percent)
    return Totals(
        lines_net=lines_net,
        allowances=allowances or None,
        charges=charges or None,
        net=net,
        tax=tax,
        gross=net + tax,
        prepaid=prepaid or None,
        payable=net + tax - prepaid,
    )
