"""The arithmetic of an invoice, in exact integers.

Tolerances are the official rules': none for sums, 0.02 for a line. What a sum needs and the
invoice lacks is another rule's matter, so that a clerk reads one reason, not three.
"""

from operator import attrgetter
from typing import Any

from operators.invoice import AllowanceCharge, Invoice, Line
from operators.money import CENT, HUNDRED, ONE, Amount, divided, render, rounded
from operators.validation.rule import Case, Check, cents

LINE_TOLERANCE: Amount = 2 * CENT
"""What Peppol's rules allow between a calculated and an invoiced amount."""


def two_decimals(field: str, called: str) -> Check[Any]:
    """Allows an amount two decimal places."""
    value_of = attrgetter(field)

    def check(subject: Any, case: Case) -> str | None:
        amount = value_of(subject)
        if amount is not None and amount % CENT:
            return f"{called} {render(amount)} has more than two decimals"
        return None

    return check


def line_net(line: Line, case: Case) -> str | None:
    """Quantity × price / base quantity, less allowances, plus charges."""
    if line.net is None or line.quantity is None or line.price is None:
        return None
    base = ONE if line.base_quantity is None else line.base_quantity
    if base <= 0:
        return None
    extra = sum(
        (entry.amount or 0) if entry.charge else -(entry.amount or 0)
        for entry in line.allowances_charges
    )
    product = line.quantity * line.price
    if abs((line.net - extra) * base - product) <= LINE_TOLERANCE * base:
        return None
    expected = rounded(divided(product, base) + extra)
    per = "" if base == ONE else f" / {render(base, 0)}"
    adjusted = "" if not extra else f" {'+' if extra > 0 else '-'} {render(abs(extra))}"
    return (
        f"{render(line.quantity, 0)} × {render(line.price)}{per}{adjusted} = {render(expected)}, "
        f"invoice says {render(line.net)}"
    )


def percentage(entry: AllowanceCharge, case: Case) -> str | None:
    """Amount = base amount × percentage, where all three are given."""
    if entry.amount is None or entry.base_amount is None or entry.percent is None:
        return None
    exact = entry.base_amount * entry.percent
    if abs(entry.amount * HUNDRED - exact) <= LINE_TOLERANCE * HUNDRED:
        return None
    return (
        f"{render(entry.percent, 0)} % of {render(entry.base_amount)} is "
        f"{render(rounded(divided(exact, HUNDRED)))}, invoice says {render(entry.amount)}"
    )


def lines_total(invoice: Invoice, case: Case) -> str | None:
    """BT-106 = the sum of the lines' net amounts."""
    stated = invoice.totals.lines_net
    expected = sum(line.net for line in invoice.lines if line.net is not None)
    if _agree(expected, stated):
        return None
    return f"the line amounts add up to {_both(expected, stated)}"


def allowances_total(invoice: Invoice, case: Case) -> str | None:
    """BT-107 = the sum of the document's allowances."""
    return _entries_total(invoice, False, invoice.totals.allowances)


def charges_total(invoice: Invoice, case: Case) -> str | None:
    """BT-108 = the sum of the document's charges."""
    return _entries_total(invoice, True, invoice.totals.charges)


def _entries_total(invoice: Invoice, charge: bool, stated: Amount | None) -> str | None:
    entries = [entry for entry in invoice.allowances_charges if entry.charge is charge]
    expected = sum(entry.amount or 0 for entry in entries)
    if _agree(expected, stated) and (stated is not None or not entries):
        return None
    return f"the {'charges' if charge else 'allowances'} add up to {_both(expected, stated)}"


def net_total(invoice: Invoice, case: Case) -> str | None:
    """BT-109 = lines, less allowances, plus charges."""
    totals = invoice.totals
    if totals.lines_net is None:
        return None
    expected = totals.lines_net - (totals.allowances or 0) + (totals.charges or 0)
    if _agree(expected, totals.net):
        return None
    working = _working(totals.lines_net, (" - ", totals.allowances), (" + ", totals.charges))
    return f"total without VAT: {working} = {_both(expected, totals.net)}"


def tax_total(invoice: Invoice, case: Case) -> str | None:
    """BT-110 = the sum of the VAT breakdown's amounts."""
    stated = invoice.totals.tax
    expected = sum(subtotal.tax or 0 for subtotal in invoice.vat_breakdown)
    if not invoice.vat_breakdown or _agree(expected, stated):
        return None
    return f"the VAT amounts add up to {_both(expected, stated)}"


def gross_total(invoice: Invoice, case: Case) -> str | None:
    """BT-112 = total without VAT + VAT."""
    totals = invoice.totals
    if totals.net is None:
        return None
    expected = totals.net + (totals.tax or 0)
    if _agree(expected, totals.gross):
        return None
    working = _working(totals.net, (" + ", totals.tax))
    return f"total with VAT: {working} = {_both(expected, totals.gross)}"


def payable_total(invoice: Invoice, case: Case) -> str | None:
    """BT-115 = total with VAT, less what is paid, plus rounding."""
    totals = invoice.totals
    if totals.gross is None:
        return None
    expected = totals.gross - (totals.prepaid or 0) + (totals.rounding or 0)
    if _agree(expected, totals.payable):
        return None
    working = _working(totals.gross, (" - ", totals.prepaid), (" + ", totals.rounding))
    return f"amount due: {working} = {_both(expected, totals.payable)}"


def _agree(expected: Amount, stated: Amount | None) -> bool:
    return stated is None or stated == cents(expected)


def _both(expected: Amount, stated: Amount | None) -> str:
    said = "nothing" if stated is None else render(stated)
    return f"{render(cents(expected))}, invoice says {said}"


def _working(first: Amount, *others: tuple[str, Amount | None]) -> str:
    return render(first) + "".join(
        f"{sign}{render(amount)}" for sign, amount in others if amount is not None
    )
