"""Exact decimal amounts as scaled integers.

An `Amount` is an integer that counts 10⁻⁸ units: 19.90 is 1_990_000_000. Sums and
comparisons are those of integers; products, quotients and rounding go through the functions
below. The contracts carry the same integer as Avro `decimal(28, 8)`.

The scale holds every amount, quantity, price, percentage and exchange rate the field uses;
text with more than eight decimal places is refused, never rounded silently.
"""

import re
from decimal import Decimal
from typing import TypeAlias

Amount: TypeAlias = int
"""A decimal number, times 10⁸."""

SCALE = 8
ONE: Amount = 10**SCALE
CENT: Amount = ONE // 100
HUNDRED: Amount = 100 * ONE

LARGEST: Amount = 10**28 - 1
"""What a record can carry: twenty-eight digits."""

_NUMBER = re.compile(r"([+-]?)(\d{1,40})?(?:\.(\d{1,40}))?", re.ASCII)


def parse(text: str) -> Amount:
    """The amount that XML Schema's `decimal` lexical form stands for.

    >>> parse("19.90")
    1990000000
    >>> parse("-.5")
    -50000000

    Raises ValueError when the text is no plain decimal number, has more than eight decimal
    places, or more than twenty digits before the point.
    """
    match = _NUMBER.fullmatch(text.strip())
    if match is None or (match[2] is None and match[3] is None):
        raise ValueError(f"not a decimal number: {text[:40]!r}")
    decimals = (match[3] or "").rstrip("0")
    if len(decimals) > SCALE:
        raise ValueError(f"more than {SCALE} decimal places: {text[:40]!r}")
    amount = int((match[2] or "0") + decimals.ljust(SCALE, "0"))
    if amount > LARGEST:
        raise ValueError(f"too large: {text[:40]!r}")
    return -amount if match[1] == "-" else amount


def render(amount: Amount, digits: int = 2) -> str:
    """Plain decimal text, with at least `digits` decimal places and no needless zeros.

    >>> render(1_990_000_000), render(ONE // 8), render(-ONE, 0)
    ('19.90', '0.125', '-1')
    """
    whole, part = divmod(abs(amount), ONE)
    decimals = f"{part:08d}".rstrip("0").ljust(digits, "0")
    sign = "-" if amount < 0 else ""
    return f"{sign}{whole}.{decimals}" if decimals else f"{sign}{whole}"


def to_decimal(amount: Amount) -> Decimal:
    """The same number as a `Decimal`, for libraries that want one."""
    return Decimal(amount).scaleb(-SCALE)


def from_decimal(value: Decimal) -> Amount:
    """The amount a `Decimal` stands for; ValueError as in `parse`."""
    return parse(format(value, "f"))


def divided(numerator: int, denominator: int) -> int:
    """Integer quotient rounded half up, away from zero, as EN 16931's rules round.

    >>> divided(5, 2), divided(-5, 2), divided(1, 3)
    (3, -3, 0)

    Raises ZeroDivisionError when the denominator is zero.
    """
    if denominator < 0:
        numerator, denominator = -numerator, -denominator
    quotient = (2 * abs(numerator) + denominator) // (2 * denominator)
    return -quotient if numerator < 0 else quotient


def bounded(amount: Amount) -> Amount:
    """The nearest amount that a record can carry; products of absurd amounts go beyond.

    >>> bounded(ONE), bounded(-(10**30)) == -LARGEST
    (100000000, True)
    """
    if -LARGEST <= amount <= LARGEST:
        return amount
    return LARGEST if amount > 0 else -LARGEST


def times(left: Amount, right: Amount) -> Amount:
    """Product, rounded half up to the scale.

    >>> render(times(parse("3"), parse("19.90")))
    '59.70'
    """
    return divided(left * right, ONE)


def percent(amount: Amount, rate: Amount) -> Amount:
    """`rate` percent of an amount, rounded half up to the scale.

    >>> render(percent(parse("200"), parse("19")))
    '38.00'
    """
    return divided(amount * rate, HUNDRED)


def rounded(amount: Amount, digits: int = 2) -> Amount:
    """Rounded half up, away from zero, to `digits` decimal places.

    >>> render(rounded(parse("2.345"))), render(rounded(parse("-2.345")))
    ('2.35', '-2.35')
    """
    step: int = 10 ** (SCALE - digits)
    return divided(amount, step) * step
