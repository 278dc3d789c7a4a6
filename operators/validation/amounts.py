"""The arithmetic of an invoice, in exact integers.

Tolerances are the official rules': none for sums, 0.02 for a line. What a sum needs and the
invoice lacks is another rule's matter, so that a clerk reads one reason, not three.
"""

from operator import attrgetter
from typing import Any

from operators.invoice import RECEIPT, AllowanceCharge, Invoice, Line, Totals
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


def net_price(line: Line, case: Case) -> str | None:
    """The net price is the gross price, where one is given, less the discount."""
    if line.gross_price is None or line.price is None:
        return None
    discount = line.price_discount or 0
    if line.price == line.gross_price - discount:
        return None
    return (
        f"a price of {render(line.gross_price)} less {render(discount)} is "
        f"{render(line.gross_price - discount)}, invoice says {render(line.price)}"
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
    if _agree(expected, stated, invoice):
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
    if (stated is None and not entries) or _agree(expected, stated, invoice):
        return None
    return f"the {'charges' if charge else 'allowances'} add up to {_both(expected, stated)}"


def net_total(invoice: Invoice, case: Case) -> str | None:
    """BT-109 = lines, less allowances, plus charges."""
    totals = invoice.totals
    lines = totals.lines_net
    expected = (lines or 0) - (totals.allowances or 0) + (totals.charges or 0)
    if "totals" in invoice.lacks:
        return None
    rounded_to = cents if totals.allowances is not None or totals.charges is not None else _as_is
    if invoice.syntax == "CII":
        rounded_to = cents
    if lines is not None and totals.net == rounded_to(expected):
        return None
    working = _working(lines or 0, (" - ", totals.allowances), (" + ", totals.charges))
    return f"total without VAT: {working} = {_both(expected, totals.net)}"


def tax_total(invoice: Invoice, case: Case) -> str | None:
    """BT-110 = the sum of the VAT breakdown's amounts."""
    stated = invoice.totals.tax
    expected = sum(subtotal.tax or 0 for subtotal in invoice.vat_breakdown)
    judged = bool(invoice.vat_breakdown)
    if invoice.syntax == "CII":
        judged = stated is not None and "vat_currency" not in invoice.lacks
    if invoice.syntax == RECEIPT:
        judged = judged and stated is not None
    if not judged or stated == cents(expected):
        return None
    return f"the VAT amounts add up to {_both(expected, stated)}"


def gross_total(invoice: Invoice, case: Case) -> str | None:
    """BT-112 = total without VAT + VAT."""
    totals = invoice.totals
    if invoice.currency is None:
        return None
    if invoice.syntax == RECEIPT and (totals.net is None or totals.tax is None):
        return None  # a receipt may leave the VAT to be computed (Article 226b, e)
    if totals.net is None or totals.tax is None or "vat_currency" in invoice.lacks:
        return "total with VAT: the total without VAT or the VAT is missing"
    expected = totals.net + totals.tax
    if totals.gross == cents(expected):
        return None
    working = _working(totals.net, (" + ", totals.tax))
    return f"total with VAT: {working} = {_both(expected, totals.gross)}"


def gross_total_or_net(invoice: Invoice, case: Case) -> str | None:
    """The same as CII binds it: it may also be the total without VAT."""
    net = invoice.totals.net
    if net is not None and invoice.totals.gross == net:
        return None
    return gross_total(invoice, case)


def tax_two_decimals(invoice: Invoice, case: Case) -> str | None:
    """Allows the VAT two decimal places, as CII binds it: unless there is another total."""
    tax = None if "vat_currency" in invoice.lacks else invoice.totals.tax
    if tax is None or invoice.totals.tax_accounting is not None or not tax % CENT:
        return None
    return f"the VAT {render(tax)} has more than two decimals"


def accounting_tax_two_decimals(invoice: Invoice, case: Case) -> str | None:
    """Allows the VAT in the accounting currency two decimal places, and demands it, as CII."""
    totals = invoice.totals
    if invoice.tax_currency is None or (totals.tax is None and totals.tax_accounting is None):
        return None
    same = invoice.tax_currency == invoice.currency
    tax = totals.tax if same else totals.tax_accounting
    if tax is not None and not tax % CENT:
        return None
    shown = "nothing" if tax is None else render(tax)
    return f"the VAT in the accounting currency has to have two decimals, invoice says {shown}"


def payable_total(invoice: Invoice, case: Case) -> str | None:
    """BT-115 = total with VAT, less what is paid, plus rounding."""
    totals = invoice.totals
    gross = totals.gross
    expected = (gross or 0) - (totals.prepaid or 0) + (totals.rounding or 0)
    if "totals" in invoice.lacks:
        return None
    complete = gross is not None and totals.payable is not None
    if complete and _pays(totals, exactly=invoice.syntax == "CII"):
        return None
    working = _working(gross or 0, (" - ", totals.prepaid), (" + ", totals.rounding))
    return f"amount due: {working} = {_both(expected, totals.payable)}"


def _pays(totals: Totals, *, exactly: bool) -> bool:
    """Whether the amount due is right; UBL's artefact rounds what is added or taken off."""
    gross, prepaid, rounding = totals.gross or 0, totals.prepaid, totals.rounding
    payable = totals.payable or 0
    if exactly or (prepaid is None and rounding is None):
        return payable == gross - (prepaid or 0) + (rounding or 0)
    due = gross if prepaid is None else cents(gross - prepaid)
    return due == (payable if rounding is None else cents(payable - rounding))


def _as_is(amount: Amount) -> Amount:
    return amount


def _agree(expected: Amount, stated: Amount | None, invoice: Invoice) -> bool:
    return stated == cents(expected) or "totals" in invoice.lacks


def _both(expected: Amount, stated: Amount | None) -> str:
    said = "nothing" if stated is None else render(stated)
    return f"{render(cents(expected))}, invoice says {said}"


def _working(first: Amount, *others: tuple[str, Amount | None]) -> str:
    return render(first) + "".join(
        f"{sign}{render(amount)}" for sign, amount in others if amount is not None
    )
