"""Is it the price agreed? Contract prices, volume discounts, exchange rates and VAT.

What an accounts payable department expects decides the answer:

| answer    | when                                                                       |
|-----------|----------------------------------------------------------------------------|
| MATCH     | every line costs what its contract says, or no line has a contract price   |
| DEVIATION | something to look at, but nobody is overcharged for certain                 |
| MISMATCH  | a line costs more than its contract allows, or VAT is clearly too high      |
| UNKNOWN   | an exchange rate that a contract price needs is missing                     |

A line is compared by its net amount (BT-131), so that a discount given as a line allowance
counts as well as one in the price. Up to the tolerance, the larger of the policy's percentage
of the expected amount and its amount per line, a difference is accepted; a higher amount within
it is mentioned. Beyond it, a higher amount is a MISMATCH and a lower one a DEVIATION: cheap
is welcome, but often the wrong item or unit. On a line that gives money back (a credit note's,
or a negative quantity) any difference beyond it is a DEVIATION, since price corrections and
partial credits are usual there.

A line without a contract price is no fault while none of the invoice's lines has one. Beside
lines that have one, it is a DEVIATION: bought off contract.
"""

from datetime import date

from msgspec import Struct

from operators.codes import CREDIT_NOTES, CURRENCIES
from operators.invoice import Invoice, Line
from operators.judgement import Away, Judgement, reported
from operators.money import (
    CENT,
    HUNDRED,
    ONE,
    Amount,
    bounded,
    divided,
    percent,
    render,
    rounded,
    times,
)
from operators.reference import (
    ReferenceContract,
    ReferenceExchangeRate,
    ReferencePolicy,
    ReferenceTaxRate,
)
from operators.result import LinePrice, PricingDetails, PricingStatus, Severity, Violation
from operators.table import Lookup
from operators.units import factor
from operators.vat import rates_in_force

_STATUS_OF: dict[Severity, PricingStatus] = {"ERROR": "MISMATCH", "WARNING": "DEVIATION"}


def contract_key(vendor_id: str, item_id: str) -> str:
    """The key of a contract price; no two pairs share one.

    >>> contract_key("V-100", "A/7"), contract_key("V/1", "A")
    ('V-100/A/7', 'V%2F1/A')
    """
    return f"{vendor_id.replace('%', '%25').replace('/', '%2F')}/{item_id}"


class _Compared(Struct, frozen=True):
    """A line that has a contract price in force, for its unit of measure."""

    line: Line
    place: int
    contract: ReferenceContract
    discount: Amount
    unit_price: Amount
    expected: Amount
    invoiced: Amount
    credit: bool


def judge(
    invoice: Invoice,
    vendor_id: str,
    contracts: Lookup[ReferenceContract],
    rates: Lookup[ReferenceExchangeRate],
    tax_rates: Lookup[ReferenceTaxRate],
    policy: ReferencePolicy,
) -> Judgement[PricingDetails]:
    """MATCH, DEVIATION, MISMATCH or UNKNOWN, with what each line should cost.

    `contracts` is keyed by `contract_key`, `rates` by currency, `tax_rates` by country. VAT
    is compared only where the seller's country is known to `tax_rates`.
    """
    offers = [
        contracts.get(contract_key(vendor_id, line.item_id)) if line.item_id else None
        for line in invoice.lines
    ]
    found = _uncovered(invoice, offers)
    compared = []
    for place, (line, offer) in enumerate(zip(invoice.lines, offers, strict=True)):
        if offer is None:
            continue
        obstacle = _incomparable(invoice, line, place, offer)
        if obstacle is not None:
            found.append(obstacle)
            continue
        currency = invoice.currency or ""
        priced = stated = ONE
        if offer.currency != currency:
            day = invoice.issue_date
            values = {
                each: _base_value(each, rates, policy, day) for each in (offer.currency, currency)
            }
            unknown = [each for each, value in values.items() if value is None]
            if unknown:
                reason = f"no exchange rate for {unknown[0][:3]}"
                nothing = _details(invoice, [], rates, policy)
                return Judgement("UNKNOWN", nothing, (), reason, _lacking(unknown[0], day))
            priced, stated = values[offer.currency] or ONE, values[currency] or ONE
        compared.append(_expected(invoice, line, place, offer, priced, stated))
    for each in compared:
        found += _difference(each, policy)
    found += _vat(invoice, tax_rates)
    worst = reported(found)
    status = _STATUS_OF.get(worst[0].severity, "MATCH") if worst else "MATCH"
    return Judgement(status, _details(invoice, compared, rates, policy), worst)


def _uncovered(invoice: Invoice, offers: list[ReferenceContract | None]) -> list[Violation]:
    """What is to be said of lines without a contract price."""
    if not any(offers):
        return [
            Violation("MF-PRICE-NOCONTRACT", "No line has a contract price", "INFO", "lines"),
        ]
    return [
        _about(
            "MF-PRICE-OFFCONTRACT", "no contract price, unlike other lines", "WARNING", line, place
        )
        for place, (line, offer) in enumerate(zip(invoice.lines, offers, strict=True))
        if offer is None
    ]


def _incomparable(
    invoice: Invoice, line: Line, place: int, offer: ReferenceContract
) -> Violation | None:
    """Why a line cannot be compared with its contract price."""
    contract, issued = offer.contract_id, invoice.issue_date
    if issued is not None and (
        (offer.valid_from is not None and issued < offer.valid_from)
        or (offer.valid_to is not None and issued > offer.valid_to)
    ):
        text = f"contract {contract} is not in force on {issued}"
        return _about("MF-PRICE-EXPIRED", text, "WARNING", line, place)
    if factor(line.unit, offer.unit) is None:
        text = f"contract {contract} has a price for {offer.unit}, invoice is in {line.unit}"
        return _about("MF-PRICE-UNIT", text, "WARNING", line, place, "unit")
    if not invoice.currency or line.quantity is None or line.net is None:
        text = f"not compared with contract {contract}: currency, quantity or amount is missing"
        return _about("MF-PRICE-INCOMPLETE", text, "WARNING", line, place)
    return None


def _lacking(currency: str, day: date | None) -> Away | None:
    """The rate that may still come; none of what is no currency."""
    if currency not in CURRENCIES:
        return None
    return Away(f"exchange rate {currency}", None if day is None else f"{currency}/{day}")


def _base_value(
    currency: str,
    rates: Lookup[ReferenceExchangeRate],
    policy: ReferencePolicy,
    day: date | None = None,
) -> Amount | None:
    """Units of the base currency for one unit of a currency, None when not known."""
    if currency == policy.base_currency:
        return ONE
    rate = rates.get(currency)
    if rate is None and day is not None:
        rate = rates.get(f"{currency}/{day}")
    return rate.rate if rate is not None and rate.rate > 0 else None


def _expected(
    invoice: Invoice,
    line: Line,
    place: int,
    offer: ReferenceContract,
    priced: Amount,
    stated: Amount,
) -> _Compared:
    """The contract's price in the invoice's currency.

    `priced` and `stated` are the values of the contract's and the invoice's currency in the
    base currency. Discount, quantity, unit and conversion are one exact fraction, rounded once:
    the price of the invoiced unit to eight decimals, the line's amount to cents.
    """
    quantity = line.quantity or 0
    by, per = factor(line.unit, offer.unit) or (1, 1)
    reached = [each for each in offer.discounts if each.from_quantity * per <= abs(quantity) * by]
    discount = max(reached, key=lambda each: each.from_quantity).percent if reached else 0
    numerator = offer.price * (HUNDRED - discount) * priced * by
    denominator = HUNDRED * stated * per
    return _Compared(
        line=line,
        place=place,
        contract=offer,
        discount=discount,
        unit_price=divided(numerator, denominator),
        expected=divided(numerator * quantity, denominator * ONE * CENT) * CENT,
        invoiced=line.net or 0,
        credit=quantity < 0 or invoice.type_code in CREDIT_NOTES,
    )


def _difference(compared: _Compared, policy: ReferencePolicy) -> list[Violation]:
    """What is to be said of the difference between expected and invoiced amount."""
    difference = compared.invoiced - compared.expected
    tolerance = max(
        percent(abs(compared.expected), policy.price_tolerance_percent),
        policy.price_tolerance_amount,
    )
    if -tolerance <= difference <= (0 if not compared.credit else tolerance):
        return []
    rule: tuple[str, Severity]
    if compared.credit:
        rule = ("MF-PRICE-CREDIT", "WARNING")
    elif difference < 0:
        rule = ("MF-PRICE-UNDER", "WARNING")
    elif difference <= tolerance:
        rule = ("MF-PRICE-TOLERATED", "INFO")
    else:
        rule = ("MF-PRICE-OVER", "ERROR")
    quantity = render(compared.line.quantity or 0, 0)
    note = f" less {render(compared.discount, 0)} %" if compared.discount else ""
    text = (
        f"{quantity} × {render(compared.unit_price)} = {render(compared.expected)} by contract "
        f"{compared.contract.contract_id}{note}, invoice says {render(compared.invoiced)}: "
        f"{render(abs(difference))} {'more' if difference > 0 else 'less'}"
    )
    return [_about(rule[0], text, rule[1], compared.line, compared.place, "net")]


def _vat(invoice: Invoice, tax_rates: Lookup[ReferenceTaxRate]) -> list[Violation]:
    """VAT by the rates in force against VAT invoiced.

    A cent a line is left for sellers who round each line. A rate above all rates in force
    and a unit or more too much are overcharged; anything else asks for a look.
    """
    rates = rates_in_force(invoice, tax_rates)
    if not rates:
        return []
    overcharged: Severity = "WARNING" if invoice.type_code in CREDIT_NOTES else "ERROR"
    leeway = CENT * max(1, len(invoice.lines))
    found = []
    for place, subtotal in enumerate(invoice.vat_breakdown):
        taxable, rate, tax = subtotal.taxable, subtotal.rate, subtotal.tax
        if subtotal.category != "S" or taxable is None or rate is None or tax is None:
            continue
        path = f"vat_breakdown[{place}]"
        if rate not in rates:
            severity = overcharged if rate > max(rates) else "WARNING"
            highest = rounded(percent(taxable, max(rates)))
            text = (
                f"VAT at {render(rate, 0)} % is {render(tax)}; the highest rate in force, "
                f"{render(max(rates), 0)} %, makes {render(highest)}"
            )
            found.append(Violation("MF-PRICE-TAXRATE", text, severity, f"{path}.rate"))
            continue
        expected = rounded(percent(taxable, rate))
        if abs(tax - expected) > leeway:
            severity = overcharged if abs(tax) - abs(expected) >= ONE else "WARNING"
            text = (
                f"VAT at {render(rate, 0)} % of {render(taxable)} is {render(expected)}, "
                f"invoice says {render(tax)}"
            )
            found.append(Violation("MF-PRICE-TAX", text, severity, f"{path}.tax"))
    return found


def _about(
    rule_id: str, text: str, severity: Severity, line: Line, place: int, field: str = ""
) -> Violation:
    path = f"lines[{place}]" + (f".{field}" if field else "")
    return Violation(rule_id, f"line {(line.id or str(place + 1))[:20]}: {text}", severity, path)


def _details(
    invoice: Invoice,
    compared: list[_Compared],
    rates: Lookup[ReferenceExchangeRate],
    policy: ReferencePolicy,
) -> PricingDetails:
    currency = invoice.currency or ""
    return PricingDetails(
        currency=currency,
        exchange_rate=_base_value(currency, rates, policy, invoice.issue_date),
        expected_net=bounded(sum(each.expected for each in compared)) if compared else None,
        invoiced_net=bounded(sum(each.invoiced for each in compared)),
        lines=tuple(
            LinePrice(
                line=each.line.id,
                contract=each.contract.contract_id,
                expected=bounded(each.unit_price),
                invoiced=bounded(_unit_price(each.line)),
                difference=bounded(each.invoiced - each.expected),
            )
            for each in compared
        ),
        amount_in_base=_due_in_base(invoice, _base_value(currency, rates, policy)),
    )


def _due_in_base(invoice: Invoice, value: Amount | None) -> Amount | None:
    due = invoice.totals.payable
    return None if due is None or value is None else bounded(times(due, value))


def _unit_price(line: Line) -> Amount:
    """The price of one unit as the invoice states it, else as its amount implies it."""
    if line.price is not None:
        return divided(line.price * ONE, line.base_quantity or ONE)
    return divided((line.net or 0) * ONE, line.quantity) if line.quantity else 0
