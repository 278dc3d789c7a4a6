"""The job's checks on invoices as fastavro reads them, equal in outcome to bench/job/checks.py.

Dates are days since 1970; a decimal is the bytes of an integer that counts 10⁻⁸ units, and
becomes that integer where a check asks for it. Each branch answers with its status, the
violations and its details, fit to be written.
"""

from typing import Any, TypeAlias

Record: TypeAlias = dict[str, Any]
Answer: TypeAlias = tuple[str, list[Record], Record]

ONE = 10**8
CENT = ONE // 100
HUNDRED = 100 * ONE
DAY_MS = 86_400_000

_MOST_BILLED = 1_000 * ONE
_MOST_IN_A_LINE = 500 * ONE
_REMEMBERED = 32
_SEASONED = 5
_LIMIT = 10_000 * ONE
_NEAR = 9_500 * ONE
_RATES = frozenset(rate * ONE for rate in (0, 5, 7, 9, 10, 19, 20, 21, 22, 23, 25))


def amount(written: bytes | None) -> int | None:
    """The integer of a decimal."""
    return None if written is None else int.from_bytes(written, "big", signed=True)


def written(number: int) -> bytes:
    """The decimal of an integer."""
    return number.to_bytes(number.bit_length() // 8 + 1, "big", signed=True)


def validation(invoice: Record) -> Answer:
    """Is the invoice a correct invoice?"""
    found: list[Record] = []
    seller, buyer, totals = invoice["seller"], invoice["buyer"], invoice["totals"]
    issued, due, currency = invoice["issue_date"], invoice["due_date"], invoice["currency"]
    if not invoice["number"]:
        found.append(_error("BR-02", "The invoice has no number.", "number"))
    if issued is None:
        found.append(_error("BR-03", "The invoice has no date.", "issue_date"))
    if not invoice["type_code"]:
        found.append(_error("BR-04", "The invoice has no type.", "type_code"))
    if not currency:
        found.append(_error("BR-05", "The invoice has no currency.", "currency"))
    elif len(currency) != 3 or not currency.isascii() or not currency.isupper():
        found.append(_error("BR-CL-04", "The currency is no ISO 4217 code.", "currency"))
    if not seller["name"]:
        found.append(_error("BR-06", "The seller has no name.", "seller.name"))
    if not buyer["name"]:
        found.append(_error("BR-07", "The buyer has no name.", "buyer.name"))
    if seller["address"] is None or not seller["address"]["country"]:
        found.append(_error("BR-09", "The seller has no country.", "seller.address.country"))
    if not invoice["lines"]:
        found.append(_error("BR-16", "The invoice has no line.", "lines"))
    lines_net, net = amount(totals["lines_net"]), amount(totals["net"])
    gross, payable = amount(totals["gross"]), amount(totals["payable"])
    vat = amount(totals["tax"])
    if lines_net is not None:
        if sum(amount(line["net"]) or 0 for line in invoice["lines"]) != lines_net:
            found.append(_error("BR-CO-10", "The lines add up to another sum.", "totals.lines_net"))
        let_off, charged = amount(totals["allowances"]) or 0, amount(totals["charges"]) or 0
        if net is not None and net != lines_net - let_off + charged:
            found.append(_error("BR-CO-13", "The net total is wrong.", "totals.net"))
    breakdown = [
        (amount(each["taxable"]), amount(each["tax"]), amount(each["rate"]))
        for each in invoice["vat_breakdown"]
    ]
    if vat is not None and sum(tax or 0 for _, tax, _ in breakdown) != vat:
        found.append(_error("BR-CO-14", "The VAT adds up to another sum.", "totals.tax"))
    if net is not None and gross is not None and gross != net + (vat or 0):
        found.append(_error("BR-CO-15", "The gross total is wrong.", "totals.gross"))
    if gross is not None and payable is not None:
        prepaid, rounding = amount(totals["prepaid"]) or 0, amount(totals["rounding"]) or 0
        if payable != gross - prepaid + rounding:
            found.append(_error("BR-CO-16", "The amount due is wrong.", "totals.payable"))
    for taxable, tax, rate in breakdown:
        if taxable is None or tax is None or rate is None:
            continue
        if tax != _divided(taxable * rate, HUNDRED * CENT) * CENT:
            found.append(_error("BR-CO-17", "The VAT amount is wrong.", "vat_breakdown"))
    if due is not None and issued is not None and due < issued:
        found.append(_warning("JOB-DUE", "It is due before it was issued.", "due_date"))
    return _worst(found, "APPROVED", "APPROVED", "REJECTED"), found, {"rules_checked": 15}


def inventory(
    invoice: Record, billed: dict[str, int] | None
) -> tuple[Answer, dict[str, int] | None]:
    """Was it ordered? With what has been billed of the order now: item to quantity.

    `billed` is what had been billed of it before; None comes back when there is no order.
    """
    found: list[Record] = []
    order, lines = invoice["purchase_order"], invoice["lines"]
    issued, delivered = invoice["issue_date"], invoice["delivery_date"]
    if not order:
        found.append(_warning("INV-ORDER", "The invoice names no order.", "purchase_order"))
    if not lines:
        found.append(_error("INV-LINES", "There is nothing to match.", "lines"))
    if issued is not None and delivered is not None and delivered > issued:
        found.append(_warning("INV-EARLY", "It was billed before delivery.", "delivery_date"))
    if invoice["goods_receipt"] == "":
        found.append(_warning("INV-RECEIPT", "The goods receipt is blank.", "goods_receipt"))
    quantities = dict(billed) if billed else {}
    seen: set[str] = set()
    for number, line in enumerate(lines):
        quantity, item = amount(line["quantity"]), line["item_id"]
        if quantity is None:
            found.append(_error("INV-QUANTITY", "A line has no quantity.", f"lines[{number}]"))
            continue
        if quantity == 0:
            found.append(_warning("INV-ZERO", "A line bills nothing.", f"lines[{number}]"))
        if quantity < 0:
            found.append(_warning("INV-RETURN", "A line gives back.", f"lines[{number}]"))
        if quantity > _MOST_IN_A_LINE:
            found.append(_warning("INV-MOST", "A line bills too much.", f"lines[{number}]"))
        if not line["unit"]:
            found.append(_warning("INV-UNIT", "A line has no unit.", f"lines[{number}]"))
        if not item:
            found.append(_warning("INV-ITEM", "A line names no item.", f"lines[{number}]"))
            continue
        if item in seen:
            found.append(_warning("INV-TWICE", "An item stands twice.", f"lines[{number}]"))
        seen.add(item)
        if order:
            total = quantities[item] = quantities.get(item, 0) + quantity
            if total > _MOST_BILLED:
                found.append(_warning("INV-OVER", "The order is used up.", f"lines[{number}]"))
    details: Record = {"purchase_order": order, "lines": []}
    answer = _worst(found, "AVAILABLE", "LIMITED", "UNAVAILABLE"), found, details
    return answer, quantities if order else None


def fraud(
    request_id: str, invoice: Record, uploaded_at: int, history: list[Any] | None
) -> tuple[Answer, list[Any]]:
    """Does anything look wrong? With what is remembered of the vendor now.

    A history is number and sum of the invoices, the last account, and number and request of
    the latest invoices.
    """
    invoices, billed, account, recent = history or (0, 0, "", [])
    seller, gross = invoice["seller"], amount(invoice["totals"]["gross"]) or 0
    number, iban, vat_id = invoice["number"] or "", _account(invoice), seller["vat_id"]
    issued, due = invoice["issue_date"], invoice["due_date"]
    signals: list[tuple[int, str, str]] = []
    if number and any(other == number and request != request_id for other, request in recent):
        signals.append((80, "FRD-NUMBER", "The number has been used before."))
    if iban and account and iban != account:
        signals.append((45, "FRD-ACCOUNT", "The account is another one."))
    if invoices >= _SEASONED and gross * invoices > 5 * billed:
        signals.append((30, "FRD-AMOUNT", "The amount is unusual for the vendor."))
    if _NEAR <= gross < _LIMIT:
        signals.append((15, "FRD-LIMIT", "The amount is just below the limit."))
    if gross and gross % HUNDRED == 0:
        signals.append((10, "FRD-ROUND", "The amount is round."))
    if issued is not None and (issued + 3) % 7 > 4:
        signals.append((5, "FRD-WEEKEND", "It was issued at a weekend."))
    if issued is not None and issued > uploaded_at // DAY_MS:
        signals.append((30, "FRD-FUTURE", "It is dated after its upload."))
    if not vat_id:
        signals.append((20, "FRD-VAT", "The seller has no VAT identifier."))
    country = seller["address"]["country"] if seller["address"] is not None else None
    if country and iban and not iban.startswith(country):
        signals.append((10, "FRD-COUNTRY", "The account is in another country."))
    if vat_id and vat_id == invoice["buyer"]["vat_id"]:
        signals.append((60, "FRD-SELF", "Seller and buyer are the same."))
    if due is not None and due == issued:
        signals.append((10, "FRD-HURRY", "It is due at once."))
    if not invoice["purchase_order"] and gross > _LIMIT:
        signals.append((20, "FRD-ORDER", "A large amount without an order."))
    score = min(100, sum(points for points, _, _ in signals))
    status, severity = (
        ("FAIL", "ERROR")
        if score >= 80
        else ("WARNING", "WARNING")
        if score >= 40
        else ("PASS", "INFO")
    )
    evidence = [
        {"signal": rule, "points": points, "explanation": text} for points, rule, text in signals
    ]
    found = [_violation(rule, text, severity, None) for _, rule, text in signals]
    recent = [*recent, (number, request_id)][-_REMEMBERED:]
    answer = status, found, {"score": score, "evidence": evidence}
    return answer, [invoices + 1, billed + gross, iban or account, recent]


def _account(invoice: Record) -> str:
    """The account that the first payment goes to."""
    account = invoice["payments"][0]["account"] if invoice["payments"] else None
    return (account["id"] if account is not None else None) or ""


def pricing(invoice: Record) -> Answer:
    """Is it priced as its lines say?"""
    found: list[Record] = []
    expected = invoiced = 0
    for number, line in enumerate(invoice["lines"]):
        price, quantity = amount(line["price"]), amount(line["quantity"])
        net, base = amount(line["net"]), amount(line["base_quantity"])
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
        exact = _divided(price * quantity, (base or ONE) * CENT) * CENT
        expected += exact
        invoiced += net
        if abs(net - exact) > CENT:
            found.append(_error("PRC-LINE", "A line is wrongly priced.", f"lines[{number}]"))
        elif net != exact:
            found.append(_warning("PRC-CENT", "A line is a cent off.", f"lines[{number}]"))
        if not line["name"]:
            found.append(_warning("PRC-NAME", "A line has no name.", f"lines[{number}]"))
        if line["vat_category"] == "S" and amount(line["vat_rate"]) not in _RATES:
            found.append(_warning("PRC-RATE", "A VAT rate is unusual.", f"lines[{number}]"))
    totals = invoice["totals"]
    lines_net, let_off = amount(totals["lines_net"]), amount(totals["allowances"]) or 0
    if lines_net is not None and lines_net != invoiced:
        found.append(_error("PRC-SUM", "The sum is another one.", "totals.lines_net"))
    if let_off * 2 > (lines_net or 0):
        found.append(_warning("PRC-HALF", "More than half is let off.", "totals.allowances"))
    details: Record = {
        "currency": invoice["currency"] or "",
        "exchange_rate": None,
        "expected_net": written(expected),
        "invoiced_net": written(invoiced),
        "lines": [],
    }
    return _worst(found, "MATCH", "DEVIATION", "MISMATCH"), found, details


def _violation(rule: str, message: str, severity: str, field: str | None) -> Record:
    return {"rule_id": rule, "message": message, "severity": severity, "field": field}


def _error(rule: str, message: str, field: str) -> Record:
    return _violation(rule, message, "ERROR", field)


def _warning(rule: str, message: str, field: str) -> Record:
    return _violation(rule, message, "WARNING", field)


def _worst(found: list[Record], good: str, doubtful: str, bad: str) -> str:
    if not found:
        return good
    return bad if any(each["severity"] == "ERROR" for each in found) else doubtful


def _divided(numerator: int, denominator: int) -> int:
    """The quotient rounded half up, away from zero; the denominator is positive."""
    quotient = (2 * abs(numerator) + denominator) // (2 * denominator)
    return -quotient if numerator < 0 else quotient
