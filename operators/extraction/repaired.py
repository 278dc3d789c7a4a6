"""A quantity or price that was not read, or misread, follows from the other and the amount.

>>> from operators.money import parse, render
>>> render(quantity_of(parse("101.77"), parse("4554.21"), 2) or 0)
'44.75'
>>> quantity_of(parse("4784.00"), parse("2057.12"), 2) is None
True
"""

from operators.extraction.product import agrees
from operators.money import CENT, ONE, Amount, divided, rounded

_PARTS = 4
"""Quantities are believed in these parts of one: quarters."""


def quantity_of(price: Amount, net: Amount, decimals: int) -> Amount | None:
    """How much makes the amount at a price, None when it is no round quantity.

    Args:
        price: Price of one.
        net: Amount of the line.
        decimals: Decimal places of the price.
    """
    if price <= 0 or net <= 0:
        return None
    quantity = divided(divided(net * _PARTS, price) * ONE, _PARTS)
    return quantity if quantity > 0 and agrees(quantity, price, net, decimals) else None


def price_of(quantity: Amount, net: Amount) -> Amount | None:
    """The price to the cent that makes the amount, None when there is none."""
    if quantity <= 0 or net <= 0:
        return None
    price = rounded(divided(net * ONE, quantity))
    return price if price >= CENT and agrees(quantity, price, net, 2) else None
