"""What each line should cost by its contract."""

from collections.abc import Sequence
from datetime import date

from msgspec import Struct

from operators.codes import CREDIT_NOTES
from operators.invoice import Invoice, Line
from operators.money import CENT, HUNDRED, ONE, Amount, divided, render
from operators.pricing.charges import agreed_on
from operators.pricing.contracts import contract_key, in_force
from operators.pricing.said import about
from operators.pricing.values import Values
from operators.pricing.volume import Period, Running, earned, period_of
from operators.reference import ReferenceAgreement, ReferenceContract
from operators.result import Violation
from operators.table import Lookup
from operators.units import factor


class PricedLine(Struct, frozen=True):
    """A line that has a contract price in force, for its unit of measure."""

    line: Line
    place: int
    contract: ReferenceContract
    discount: Amount
    """Percent off for the line's quantity."""
    unit_price: Amount
    expected: Amount
    """Line amount, charges agreed for it included."""
    invoiced: Amount
    credit: bool
    charged: Amount = 0
    """Agreed charges within the expected amount."""
    period: Period | None = None
    period_percent: Amount = 0
    volume: Amount = 0
    """Bought in the period before this line."""
    adds: Amount = 0
    """What the line adds to it."""
    without_period: Amount = 0
    """Expected line amount without the period's discount."""


class Circumstances(Struct, frozen=True):
    """What all lines of an invoice have in common."""

    invoice: Invoice
    values: Values
    running: Running
    agreement: ReferenceAgreement | None
    today: date
    future_days: int


def priced(
    vendor_id: str,
    contracts: Lookup[Sequence[ReferenceContract]],
    under: Circumstances,
    found: list[Violation],
) -> list[PricedLine]:
    """The lines that can be compared; adds to `found` what is to be said of the others.

    Raises NoRate when an exchange rate is missing.
    """
    invoice = under.invoice
    day, vendor = invoice.issue_date, contract_key(vendor_id, "")
    known = [
        contracts.get(vendor + line.item_id) if line.item_id else None for line in invoice.lines
    ]
    if not any(known):
        found.append(
            Violation("MF-PRICE-NOCONTRACT", "No line has a contract price", "INFO", "lines")
        )
        return []
    compared = []
    for place, (line, offers) in enumerate(zip(invoice.lines, known, strict=True)):
        if not offers:
            text = "no contract price, unlike other lines"
            found.append(about("MF-PRICE-OFFCONTRACT", text, "WARNING", line, place))
            continue
        valid = in_force(offers, day)
        usable = valid
        if len(valid) != 1 or valid[0].unit != line.unit:
            usable = [each for each in valid if factor(line.unit, each.unit) is not None]
        if not usable or not invoice.currency or line.quantity is None or line.net is None:
            found.append(_obstacle(invoice, line, place, offers, valid, usable))
            continue
        best = _expected(under, line, place, usable[0])
        if len(usable) > 1:
            best = _better(under, best, usable, found)
        if best.period is not None:
            _count(under, best, found)
        compared.append(best)
    return compared


def _obstacle(
    invoice: Invoice,
    line: Line,
    place: int,
    offers: Sequence[ReferenceContract],
    valid: Sequence[ReferenceContract],
    usable: Sequence[ReferenceContract],
) -> Violation:
    """Why a line cannot be compared with any of its contract prices."""
    if not valid:
        text = f"contract {_names(offers)} is not in force on {invoice.issue_date}"
        return about("MF-PRICE-EXPIRED", text, "WARNING", line, place)
    if not usable:
        contract, unit = _names(valid), min(each.unit for each in valid)
        text = f"contract {contract} has a price for {unit}, invoice is in {line.unit}"
        return about("MF-PRICE-UNIT", text, "WARNING", line, place, "unit")
    contract = _names(usable)
    text = f"not compared with contract {contract}: currency, quantity or amount is missing"
    return about("MF-PRICE-INCOMPLETE", text, "WARNING", line, place)


def _names(offers: Sequence[ReferenceContract]) -> str:
    return ", ".join(sorted(each.contract_id for each in offers)[:3])


def _better(
    under: Circumstances,
    first: PricedLine,
    usable: Sequence[ReferenceContract],
    found: list[Violation],
) -> PricedLine:
    """Of several prices in force the lowest, which is said."""
    line, place = first.line, first.place
    every = [first, *(_expected(under, line, place, each) for each in usable[1:])]
    best = min(every, key=lambda each: (each.unit_price, each.contract.contract_id))
    text = (
        f"contracts {_names(usable)} are in force together; {best.contract.contract_id} counts "
        f"with {render(best.unit_price)}, the lowest"
    )
    found.append(about("MF-PRICE-CONTRACTS", text, "INFO", line, place))
    return best


def _expected(under: Circumstances, line: Line, place: int, offer: ReferenceContract) -> PricedLine:
    """The contract's price in the invoice's currency.

    Tier, discounts, quantity, unit and conversion are one exact fraction, rounded once: the
    price of the invoiced unit to eight decimals, the line's amount to cents.
    """
    invoice = under.invoice
    quantity = line.quantity or 0
    by, per = (1, 1) if line.unit == offer.unit else factor(line.unit, offer.unit) or (1, 1)
    reach = abs(quantity) * by
    price, discount = offer.price, 0
    if offer.tiers:
        tiers = [each for each in offer.tiers if each.from_quantity * per <= reach]
        price = max(tiers, key=lambda each: each.from_quantity).price if tiers else price
    if offer.discounts:
        reached = [each for each in offer.discounts if each.from_quantity * per <= reach]
        discount = max(reached, key=lambda each: each.from_quantity).percent if reached else 0
    priced_in, stated_in = under.values.ratio(offer.currency)
    net = price * (HUNDRED - discount) * by
    numerator, denominator = net * priced_in, HUNDRED * stated_in * per
    credit = quantity < 0 or invoice.type_code in CREDIT_NOTES
    invoiced = line.net or 0
    charged = 0
    if line.allowances_charges and under.agreement is not None and not credit:
        charged = agreed_on(line, under.agreement, under.values)
    agreed = offer.period_discount
    if agreed is None:
        amount = divided(numerator * quantity, denominator * ONE * CENT) * CENT
        return PricedLine(
            line,
            place,
            offer,
            discount,
            divided(numerator, denominator),
            amount + charged,
            invoiced,
            credit,
            charged,
        )
    whole = divided(numerator * quantity, denominator * ONE * CENT) * CENT + charged
    period = None if invoice.issue_date is None else period_of(offer, invoice.issue_date)
    percent = volume = adds = 0
    if period is not None:
        if agreed.measure == "NET":
            adds = divided(net * quantity, HUNDRED * per * ONE * CENT) * CENT
        else:
            adds = divided(quantity * by, per)
        adds = -adds if invoice.type_code in CREDIT_NOTES else adds
        if adds and period.open_on(under.today, under.future_days):
            volume = under.running.before(period.key)
            share = min(earned(agreed.steps, volume, volume + adds), HUNDRED * abs(adds))
            numerator *= HUNDRED * abs(adds) - share
            denominator *= HUNDRED * abs(adds)
            percent = divided(share, abs(adds))
    return PricedLine(
        line,
        place,
        offer,
        discount,
        divided(numerator, denominator),
        divided(numerator * quantity, denominator * ONE * CENT) * CENT + charged,
        invoiced,
        credit,
        charged,
        period,
        percent,
        volume,
        adds,
        whole,
    )


def _count(under: Circumstances, best: PricedLine, found: list[Violation]) -> None:
    """Count the line, unless its period takes no more invoices, which is said."""
    period = best.period
    if period is None:
        return
    if period.open_on(under.today, under.future_days):
        under.running.add(period, best.adds)
        return
    text = f"period {period.name} of contract {best.contract.contract_id} takes no more invoices"
    said = f"{text}; its discount was not looked at"
    found.append(about("MF-PRICE-PERIOD-CLOSED", said, "INFO", best.line, best.place))
