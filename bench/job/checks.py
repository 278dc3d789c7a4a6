"""The job's checks: about a dozen a branch. README.md has the same rules in words.

Violations are listed in the order the rules stand here, a line's in the order of the lines.
"""

from datetime import date
from typing import TypeVar

from bench.job.views import (
    Billed,
    CheckedInvoice,
    History,
    OrderedInvoice,
    PricedInvoice,
    WeighedInvoice,
)
from operators.judgement import Judgement
from operators.money import CENT, HUNDRED, ONE, divided
from operators.result import (
    Evidence,
    FraudDetails,
    InventoryDetails,
    PricingDetails,
    Severity,
    ValidationDetails,
    Violation,
)

D = TypeVar("D")

MOST_BILLED = 1_000 * ONE
MOST_IN_A_LINE = 500 * ONE
REMEMBERED = 32
SEASONED = 5
LIMIT = 10_000 * ONE
NEAR = 9_500 * ONE
RATES = frozenset(rate * ONE for rate in (0, 5, 7, 9, 10, 19, 20, 21, 22, 23, 25))


def _error(rule: str, message: str, field: str | None = None) -> Violation:
    return Violation(rule, message, "ERROR", field)


def _warning(rule: str, message: str, field: str | None = None) -> Violation:
    return Violation(rule, message, "WARNING", field)


def validation(invoice: CheckedInvoice) -> Judgement[ValidationDetails]:
    """Is the invoice a correct invoice?"""
    found: list[Violation] = []
    totals = invoice.totals
    if not invoice.number:
        found.append(_error("BR-02", "The invoice has no number.", "number"))
    if invoice.issue_date is None:
        found.append(_error("BR-03", "The invoice has no date.", "issue_date"))
    if not invoice.type_code:
        found.append(_error("BR-04", "The invoice has no type.", "type_code"))
    currency = invoice.currency
    if not currency:
        found.append(_error("BR-05", "The invoice has no currency.", "currency"))
    elif len(currency) != 3 or not currency.isascii() or not currency.isupper():
        found.append(_error("BR-CL-04", "The currency is no ISO 4217 code.", "currency"))
    if not invoice.seller.name:
        found.append(_error("BR-06", "The seller has no name.", "seller.name"))
    if not invoice.buyer.name:
        found.append(_error("BR-07", "The buyer has no name.", "buyer.name"))
    if invoice.seller.address is None or not invoice.seller.address.country:
        found.append(_error("BR-09", "The seller has no country.", "seller.address.country"))
    if not invoice.lines:
        found.append(_error("BR-16", "The invoice has no line.", "lines"))
    if totals.lines_net is not None:
        lines_net = 0
        for line in invoice.lines:
            lines_net += line.net or 0
        if lines_net != totals.lines_net:
            found.append(_error("BR-CO-10", "The lines add up to another sum.", "totals.lines_net"))
        if totals.net is not None and totals.net != (
            totals.lines_net - (totals.allowances or 0) + (totals.charges or 0)
        ):
            found.append(_error("BR-CO-13", "The net total is wrong.", "totals.net"))
    if totals.tax is not None:
        tax = 0
        for subtotal in invoice.vat_breakdown:
            tax += subtotal.tax or 0
        if tax != totals.tax:
            found.append(_error("BR-CO-14", "The VAT adds up to another sum.", "totals.tax"))
    gross = totals.gross
    if totals.net is not None and gross is not None and gross != totals.net + (totals.tax or 0):
        found.append(_error("BR-CO-15", "The gross total is wrong.", "totals.gross"))
    if (
        gross is not None
        and totals.payable is not None
        and totals.payable != (gross - (totals.prepaid or 0) + (totals.rounding or 0))
    ):
        found.append(_error("BR-CO-16", "The amount due is wrong.", "totals.payable"))
    for subtotal in invoice.vat_breakdown:
        if subtotal.taxable is None or subtotal.tax is None or subtotal.rate is None:
            continue
        if subtotal.tax != divided(subtotal.taxable * subtotal.rate, HUNDRED * CENT) * CENT:
            found.append(_error("BR-CO-17", "The VAT amount is wrong.", "vat_breakdown"))
    due = invoice.due_date
    if due is not None and invoice.issue_date is not None and due < invoice.issue_date:
        found.append(_warning("JOB-DUE", "It is due before it was issued.", "due_date"))
    return _judgement("APPROVED", "APPROVED", "REJECTED", ValidationDetails(15), found)


def inventory(
    invoice: OrderedInvoice, billed: Billed | None
) -> tuple[Judgement[InventoryDetails], Billed | None]:
    """Was it ordered? With what has been billed of the order now; None leaves that as it is.

    `billed` is what has been billed of the vendor's order so far, None when there is no order.
    """
    found: list[Violation] = []
    order = invoice.purchase_order
    if not order:
        found.append(_warning("INV-ORDER", "The invoice names no order.", "purchase_order"))
    if not invoice.lines:
        found.append(_error("INV-LINES", "There is nothing to match.", "lines"))
    issued, delivered = invoice.issue_date, invoice.delivery_date
    if issued is not None and delivered is not None and delivered > issued:
        found.append(_warning("INV-EARLY", "It was billed before delivery.", "delivery_date"))
    if invoice.goods_receipt == "":
        found.append(_warning("INV-RECEIPT", "The goods receipt is blank.", "goods_receipt"))
    quantities = dict(billed.quantities) if billed is not None else {}
    seen: set[str] = set()
    for number, line in enumerate(invoice.lines):
        quantity = line.quantity
        if quantity is None:
            found.append(_error("INV-QUANTITY", "A line has no quantity.", f"lines[{number}]"))
            continue
        if quantity == 0:
            found.append(_warning("INV-ZERO", "A line bills nothing.", f"lines[{number}]"))
        if quantity < 0:
            found.append(_warning("INV-RETURN", "A line gives back.", f"lines[{number}]"))
        if quantity > MOST_IN_A_LINE:
            found.append(_warning("INV-MOST", "A line bills too much.", f"lines[{number}]"))
        if not line.unit:
            found.append(_warning("INV-UNIT", "A line has no unit.", f"lines[{number}]"))
        item = line.item_id
        if not item:
            found.append(_warning("INV-ITEM", "A line names no item.", f"lines[{number}]"))
            continue
        if item in seen:
            found.append(_warning("INV-TWICE", "An item stands twice.", f"lines[{number}]"))
        seen.add(item)
        if order:
            quantities[item] = quantities.get(item, 0) + quantity
            if quantities[item] > MOST_BILLED:
                found.append(_warning("INV-OVER", "The order is used up.", f"lines[{number}]"))
    judgement = _judgement(
        "AVAILABLE", "LIMITED", "UNAVAILABLE", InventoryDetails(purchase_order=order), found
    )
    return judgement, Billed(quantities) if order else None


_NEW = History(0, 0, "", ())


def fraud(
    request_id: str, invoice: WeighedInvoice, uploaded_on: date, history: History | None
) -> tuple[Judgement[FraudDetails], History]:
    """Does anything look wrong? With what is remembered of the vendor now.

    The points of all signals add up to the score, 100 at most; 40 warn, 80 fail.
    """
    history = history or _NEW
    seller, gross = invoice.seller, invoice.totals.gross or 0
    number, iban = invoice.number or "", _account(invoice)
    signals: list[tuple[int, str, str]] = []
    if number and any(
        other == number and request != request_id for other, request in history.recent
    ):
        signals.append((80, "FRD-NUMBER", "The number has been used before."))
    if iban and history.iban and iban != history.iban:
        signals.append((45, "FRD-ACCOUNT", "The account is another one."))
    if history.invoices >= SEASONED and gross * history.invoices > 5 * history.gross:
        signals.append((30, "FRD-AMOUNT", "The amount is unusual for the vendor."))
    if NEAR <= gross < LIMIT:
        signals.append((15, "FRD-LIMIT", "The amount is just below the limit."))
    if gross and gross % (100 * ONE) == 0:
        signals.append((10, "FRD-ROUND", "The amount is round."))
    issued = invoice.issue_date
    if issued is not None and issued.weekday() > 4:
        signals.append((5, "FRD-WEEKEND", "It was issued at a weekend."))
    if issued is not None and issued > uploaded_on:
        signals.append((30, "FRD-FUTURE", "It is dated after its upload."))
    if not seller.vat_id:
        signals.append((20, "FRD-VAT", "The seller has no VAT identifier."))
    country = seller.address.country if seller.address is not None else None
    if country and iban and not iban.startswith(country):
        signals.append((10, "FRD-COUNTRY", "The account is in another country."))
    if seller.vat_id and seller.vat_id == invoice.buyer.vat_id:
        signals.append((60, "FRD-SELF", "Seller and buyer are the same."))
    if invoice.due_date is not None and invoice.due_date == issued:
        signals.append((10, "FRD-HURRY", "It is due at once."))
    if not invoice.purchase_order and gross > LIMIT:
        signals.append((20, "FRD-ORDER", "A large amount without an order."))
    score = min(100, sum(points for points, _, _ in signals))
    severity: Severity = "ERROR" if score >= 80 else "WARNING" if score >= 40 else "INFO"
    judgement = Judgement(
        "FAIL" if score >= 80 else "WARNING" if score >= 40 else "PASS",
        FraudDetails(score, tuple(Evidence(rule, points, text) for points, rule, text in signals)),
        tuple(Violation(rule, text, severity, None) for _, rule, text in signals),
    )
    return judgement, History(
        history.invoices + 1,
        history.gross + gross,
        iban or history.iban,
        (*history.recent, (number, request_id))[-REMEMBERED:],
    )


def _account(invoice: WeighedInvoice) -> str:
    """The account that the first payment goes to."""
    account = invoice.payments[0].account if invoice.payments else None
    return (account.id if account is not None else None) or ""


def pricing(invoice: PricedInvoice) -> Judgement[PricingDetails]:
    """Is it priced as its lines say?"""
    found: list[Violation] = []
    expected = invoiced = 0
    for number, line in enumerate(invoice.lines):
        price, quantity, net = line.price, line.quantity, line.net
        base = line.base_quantity
        if price is None:
            found.append(_error("PRC-PRICE", "A line has no price.", f"lines[{number}]"))
            continue
        if price < 0:
            found.append(_error("PRC-NEGATIVE", "A price is negative.", f"lines[{number}]"))
        if price == 0:
            found.append(_warning("PRC-FREE", "A line is free.", f"lines[{number}]"))
        if base is not None and base <= 0:
            found.append(_error("PRC-BASE", "A base quantity is wrong.", f"lines[{number}]"))
            continue
        if quantity is None or net is None:
            found.append(_error("PRC-NET", "A line has no amount.", f"lines[{number}]"))
            continue
        exact = divided(price * quantity, (base or ONE) * CENT) * CENT
        expected += exact
        invoiced += net
        if abs(net - exact) > CENT:
            found.append(_error("PRC-LINE", "A line is wrongly priced.", f"lines[{number}]"))
        elif net != exact:
            found.append(_warning("PRC-CENT", "A line is a cent off.", f"lines[{number}]"))
        if not line.name:
            found.append(_warning("PRC-NAME", "A line has no name.", f"lines[{number}]"))
        if line.vat_category == "S" and line.vat_rate not in RATES:
            found.append(_warning("PRC-RATE", "A VAT rate is unusual.", f"lines[{number}]"))
    totals = invoice.totals
    if totals.lines_net is not None and totals.lines_net != invoiced:
        found.append(_error("PRC-SUM", "The sum is another one.", "totals.lines_net"))
    if (totals.allowances or 0) * 2 > (totals.lines_net or 0):
        found.append(_warning("PRC-HALF", "More than half is let off.", "totals.allowances"))
    details = PricingDetails(
        currency=invoice.currency or "", expected_net=expected, invoiced_net=invoiced
    )
    return _judgement("MATCH", "DEVIATION", "MISMATCH", details, found)


def _judgement(
    good: str, doubtful: str, bad: str, details: D, found: list[Violation]
) -> Judgement[D]:
    if not found:
        return Judgement(good, details)
    worst = any(violation.severity == "ERROR" for violation in found)
    return Judgement(bad if worst else doubtful, details, tuple(found))
