"""Units of measure that convert into each other, by their codes of UN/ECE Recommendation 20.

A day, a package or a set is not one of them: how much it is, is a matter of agreement.

>>> from operators.money import parse, render
>>> render(converted(parse("2.5"), "DZN", "H87") or 0, 0)
'30'
>>> converted(parse("1"), "KGM", "LTR") is None
True
"""

from collections.abc import Mapping
from types import MappingProxyType

from operators.money import Amount, divided

_SCALES: tuple[Mapping[str, int], ...] = (
    # Codes that mean one piece, and counts of pieces.
    {"C62": 1, "EA": 1, "H87": 1, "NAR": 1, "PCE": 1}
    | {"PR": 2, "DZN": 12, "CEN": 100, "GRO": 144, "MIL": 1_000},
    {"MGM": 1, "GRM": 1_000, "KGM": 10**6, "DTN": 10**8, "TNE": 10**9},
    {"MMT": 1, "CMT": 10, "DMT": 100, "MTR": 1_000, "KMT": 10**6},
    {"MMK": 1, "CMK": 100, "DMK": 10**4, "MTK": 10**6, "KMK": 10**12},
    {"MMQ": 1, "CMQ": 1_000, "MLT": 1_000, "CLT": 10**4, "DLT": 10**5}
    | {"LTR": 10**6, "DMQ": 10**6, "HLT": 10**8, "MTQ": 10**9},
    {"SEC": 1, "MIN": 60, "HUR": 3_600},
    {"WHR": 1, "KWH": 1_000, "MWH": 10**6, "GWH": 10**9},
)
"""How many of the smallest unit each is: pieces, mass, length, area, volume, time, energy."""

_SIZES: Mapping[str, tuple[int, int]] = MappingProxyType(
    {unit: (scale, size) for scale, sizes in enumerate(_SCALES) for unit, size in sizes.items()}
)


def factor(unit: str | None, into: str | None) -> tuple[int, int] | None:
    """What a quantity is multiplied with and divided by; None when the units do not convert.

    >>> factor("GRM", "KGM"), factor("XBX", "XBX"), factor("XBX", "C62")
    ((1000, 1000000), (1, 1), None)
    """
    if unit == into:
        return 1, 1
    one, other = _SIZES.get(unit or ""), _SIZES.get(into or "")
    if one is None or other is None or one[0] != other[0]:
        return None
    return one[1], other[1]


def converted(quantity: Amount, unit: str | None, into: str | None) -> Amount | None:
    """A quantity in another unit, rounded half up to the scale; None when they do not convert."""
    by = factor(unit, into)
    return None if by is None else divided(quantity * by[0], by[1])
