"""Quantity times price is the amount of a line: what finds and mends the columns of a table.

>>> from operators.money import ONE
>>> agrees(2 * ONE, 10 * ONE, 18 * ONE, 2, percent_off=10 * ONE)
True
"""

from collections.abc import Sequence
from itertools import permutations

from msgspec import Struct

from operators.extraction.document import Figure
from operators.money import CENT, HUNDRED, ONE, SCALE, Amount, divided, percent, times

BASES = (1, 100, 1000, 10)
"""Quantities that a price may be for."""


class Factors(Struct, frozen=True, gc=False):
    """The numbers of a line that agree."""

    quantity: Figure
    """How much."""
    price: Figure
    """Price of one, or of `base`."""
    net: Figure
    """Amount."""
    discount: Figure | None = None
    """Discount in percent."""
    base: int = 1
    """Quantity that the price is for."""


def agrees(
    quantity: Amount,
    price: Amount,
    net: Amount,
    decimals: int,
    *,
    percent_off: Amount = 0,
    base: int = 1,
) -> bool:
    """Whether quantity times price less a discount is the amount, as far as the price was rounded.

    Args:
        quantity: How much.
        price: Price for `base`, with so many `decimals`.
        net: The amount.
        decimals: Decimal places of the price.
        percent_off: Discount in percent.
        base: Quantity that the price is for.
    """
    expected = divided(times(quantity, price), base)
    expected -= percent(expected, percent_off)
    rounding = divided(abs(quantity) * ONE // (10 ** min(max(decimals, 2), SCALE)), 2 * ONE * base)
    small = abs(quantity) <= 20 * ONE
    return abs(expected - net) <= (CENT if small else CENT + min(rounding, abs(net) // 200))


def factors(
    figures: Sequence[Figure], usual: tuple[Figure | None, Figure | None, Figure | None]
) -> Factors | None:
    """The numbers of a row that are its quantity, price and amount; None when none agree.

    Args:
        figures: The numbers of the row, from left to right.
        usual: What the columns say: quantity, price, amount.
    """
    quantity, price, net = usual
    if quantity is not None and price is not None and net is not None:
        found = _tried(quantity, price, net, figures)
        if found is not None:
            return found
    exact = [each for each in figures if each.decimals >= 2 and not each.percent and each.amount]
    for total in sorted(exact, key=lambda each: (each is not net, -each.start)):
        before = [
            each for each in figures if each.end <= total.start and not each.percent and each.amount
        ]
        for one, other in permutations(before, 2):
            plain = one.amount == ONE and other.amount == total.amount
            if plain or _multiple(one, other, total):
                return Factors(one, other, total)
    return None


def _multiple(one: Figure, other: Figure, total: Figure) -> bool:
    """Whether a quantity (few decimals) times a price (as exact as money) is an amount."""
    if one.money or other.decimals < one.decimals or other.amount <= 0 or one.amount == ONE:
        return False
    return other.decimals >= 2 and agrees(one.amount, other.amount, total.amount, other.decimals)


def _tried(
    quantity: Figure, price: Figure, net: Figure, figures: Sequence[Figure]
) -> Factors | None:
    for base in BASES if price.decimals >= 2 else (1,):
        if agrees(quantity.amount, price.amount, net.amount, price.decimals, base=base):
            return Factors(quantity, price, net, base=base)
    for discount in figures:
        used = discount is quantity or discount is price or discount is net
        if used or not 0 < discount.amount < HUNDRED:
            continue
        off = discount.amount
        if agrees(quantity.amount, price.amount, net.amount, price.decimals, percent_off=off):
            return Factors(quantity, price, net, discount)
    return None
