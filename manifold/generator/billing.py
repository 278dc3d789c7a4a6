"""Turns quantities and prices into an invoice's lines, VAT and totals, exactly.

The arithmetic is EN 16931's: line nets and VAT rounded half up to cents, totals by BR-CO-10 to
BR-CO-16, VAT per rate by BR-CO-17.
"""

from msgspec import Struct

from manifold.generator.catalogue import Product
from operators.invoice import AllowanceCharge, Line, Totals, VatSubtotal
from operators.money import CENT, HUNDRED, ONE, Amount, divided
from operators.reference import OrderLine, ReferenceContract, VolumeDiscount


class Entry(Struct):
    """One line to bill."""

    order_line: OrderLine
    """What was ordered."""
    product: Product
    """What it is."""
    quantity: Amount
    """Quantity to bill."""
    price: Amount
    """Net price of one unit."""
    vat_rate: Amount
    """VAT rate in percent."""
    net_error: Amount = 0
    """By how much the line's net amount is to be wrong."""


class Bill(Struct):
    """The arithmetic part of an invoice."""

    lines: tuple[Line, ...]
    """Lines."""
    vat_breakdown: tuple[VatSubtotal, ...]
    """VAT by rate, highest first."""
    totals: Totals
    """Totals."""


class Extras(Struct):
    """What a document adds to its lines."""

    allowance_percent: Amount = 0
    """Allowance on the sum of the lines."""
    freight: Amount = 0
    """Charge without VAT."""
    prepaid_percent: Amount = 0
    """Share of the gross amount already paid."""
    tax_exchange_rate: Amount = 0
    """Accounting-currency units for one unit of the invoice's; 0 when they are the same."""
    vat_error: Amount = 0
    """By how much the first VAT amount is to be wrong."""
    gross_error: Amount = 0
    """By how much the total with VAT is to be wrong."""


def discounted(price: Amount, quantity: Amount, discounts: tuple[VolumeDiscount, ...]) -> Amount:
    """The price after the volume discount that a quantity earns, to four decimal places.

    >>> discounted(2 * ONE, 60 * ONE, (VolumeDiscount(50 * ONE, 5 * ONE),))
    190000000
    """
    percent = 0
    for discount in discounts:
        if quantity >= discount.from_quantity:
            percent = discount.percent
    if not percent:
        return price
    return divided(price * (HUNDRED - percent), HUNDRED * 10_000) * 10_000


def tier_price(contract: ReferenceContract, quantity: Amount) -> Amount:
    """The price of one unit from a quantity on."""
    reached = [tier.price for tier in contract.tiers if quantity >= tier.from_quantity]
    return reached[-1] if reached else contract.price


def contract_price(contract: ReferenceContract, quantity: Amount) -> Amount:
    """The price of one unit with what a quantity earns, but for what was bought before."""
    return discounted(tier_price(contract, quantity), quantity, contract.discounts)


def net_of(contract: ReferenceContract, quantity: Amount) -> Amount:
    """What a quantity adds to what was bought under a contract: its net amount."""
    percent = 0
    for discount in contract.discounts:
        if quantity >= discount.from_quantity:
            percent = discount.percent
    price = tier_price(contract, quantity) * (HUNDRED - percent)
    return divided(price * quantity, HUNDRED * ONE * CENT) * CENT


def bill(entries: list[Entry], extras: Extras) -> Bill:
    """Lines, VAT breakdown and totals of the entries."""
    taxable: dict[Amount, Amount] = {}
    lines: list[Line] = []
    lines_net = 0
    for index, entry in enumerate(entries):
        net = divided(entry.quantity * entry.price, ONE * CENT) * CENT + entry.net_error
        hundred = entry.product.per_hundred
        line = entry.order_line
        lines.append(
            Line(
                id=str(index + 1),
                item_id=line.item_id,
                name=line.name,
                quantity=entry.quantity,
                unit=line.unit,
                price=entry.price * 100 if hundred else entry.price,
                base_quantity=HUNDRED if hundred else None,
                net=net,
                vat_category="S",
                vat_rate=entry.vat_rate,
                order_line=line.line,
            )
        )
        lines_net += net
        taxable[entry.vat_rate] = taxable.get(entry.vat_rate, 0) + net
    main_rate = max(taxable)
    allowance = _share(taxable[main_rate], extras.allowance_percent)
    taxable[main_rate] += extras.freight - allowance
    breakdown: list[VatSubtotal] = []
    tax = 0
    error = extras.vat_error
    for rate in sorted(taxable, reverse=True):
        amount = _share(taxable[rate], rate) + error
        error = 0
        breakdown.append(VatSubtotal(category="S", rate=rate, taxable=taxable[rate], tax=amount))
        tax += amount
    net = lines_net - allowance + extras.freight
    gross = net + tax + extras.gross_error
    prepaid = _share(gross, extras.prepaid_percent)
    totals = Totals(
        lines_net=lines_net,
        allowances=allowance or None,
        charges=extras.freight or None,
        net=net,
        tax=tax,
        tax_accounting=_converted(tax, extras.tax_exchange_rate),
        gross=gross,
        prepaid=prepaid or None,
        payable=gross - prepaid,
    )
    return Bill(tuple(lines), tuple(breakdown), totals)


def allowances_charges(made: Bill, extras: Extras) -> tuple[AllowanceCharge, ...]:
    """The document's allowances and charges as the invoice lists them."""
    rate = made.vat_breakdown[0].rate
    listed: list[AllowanceCharge] = []
    if made.totals.allowances:
        base = sum(line.net or 0 for line in made.lines if line.vat_rate == rate)
        listed.append(
            AllowanceCharge(
                charge=False,
                amount=made.totals.allowances,
                base_amount=base,
                percent=extras.allowance_percent,
                vat_category="S",
                vat_rate=rate,
                reason="Loyalty discount",
                reason_code="95",
            )
        )
    if made.totals.charges:
        listed.append(
            AllowanceCharge(
                charge=True,
                amount=made.totals.charges,
                vat_category="S",
                vat_rate=rate,
                reason="Freight",
                reason_code="FC",
            )
        )
    return tuple(listed)


def _share(amount: Amount, percent: Amount) -> Amount:
    return divided(amount * percent, HUNDRED * CENT) * CENT if percent else 0


def _converted(amount: Amount, rate: Amount) -> Amount | None:
    return divided(amount * rate, ONE * CENT) * CENT if rate else None
