"""Do the amounts of a document agree with each other?

>>> from operators.money import parse
>>> totals = {"totals.net": parse("100"), "totals.tax": parse("19"), "totals.gross": parse("119")}
>>> sorted(agreement(totals).holding) == sorted(totals), agreement(totals).failing
(True, frozenset())
>>> sorted(agreement(totals | {"totals.gross": parse("129")}).failing) == sorted(totals)
True
"""

from collections.abc import Mapping, Sequence

from msgspec import Struct

from operators.money import CENT, HUNDRED, ONE, Amount, divided

_EQUATIONS: tuple[tuple[tuple[str, ...], tuple[str, ...], str], ...] = (
    (("net", "tax"), (), "gross"),
    (("lines_net",), ("charges", "-allowances"), "net"),
    (("gross",), ("rounding", "-prepaid"), "payable"),
)
"""Totals that must be there, those that may be, and what they come to: BR-CO-15, 13 and 16."""


class Agreement(Struct, frozen=True):
    """Which values take part in equations."""

    holding: frozenset[str]
    """Paths in equations that hold."""
    failing: frozenset[str]
    """Paths in equations that do not."""


def agreement(amounts: Mapping[str, Amount]) -> Agreement:
    """How the totals agree, within a cent.

    A sum that does not come out fails only when all of its terms are known: an allowance that
    nobody has read may be missing.
    """
    holding: set[str] = set()
    failing: set[str] = set()
    for needed, possible, result in _EQUATIONS:
        terms = {_path(term): _sign(term) for term in (*needed, *possible)}
        if any(_path(name) not in amounts for name in (*needed, result)):
            continue
        there = [path for path in terms if path in amounts]
        total = sum(terms[path] * amounts[path] for path in there)
        if abs(total - amounts[_path(result)]) <= CENT:
            holding |= {*there, _path(result)}
        elif len(there) == len(terms):
            failing |= {*there, _path(result)}
    return Agreement(frozenset(holding), frozenset(failing))


def _path(term: str) -> str:
    return f"totals.{term.removeprefix('-')}"


def _sign(term: str) -> int:
    return -1 if term.startswith("-") else 1


def lines_agree(nets: Sequence[Amount | None], totals: Mapping[str, Amount]) -> bool | None:
    """Whether lines come to a total, half a cent for each allowed for rounding.

    Receipts list their lines with tax, so the total may be the one with tax. None when that
    cannot be told: a line without its amount, or no total without tax that is known.
    """
    amounts = [net for net in nets if net is not None]
    if not amounts or len(amounts) != len(nets):
        return None
    sums = [totals[path] for path in ("totals.lines_net", "totals.net") if path in totals]
    can_fail = bool(sums)
    if "totals.net" in totals:
        changed = totals.get("totals.allowances", 0) - totals.get("totals.charges", 0)
        sums.append(totals["totals.net"] + changed)
    if "totals.gross" in totals:
        sums.append(totals["totals.gross"])
    allowed = max(CENT, CENT * len(amounts) // 2)
    if any(abs(sum(amounts) - total) <= allowed for total in sums):
        return True
    return False if can_fail else None


def rates_agree(rows: Sequence[Mapping[str, Amount]], totals: Mapping[str, Amount]) -> bool | None:
    """Whether tax rates, what is taxed and the tax come out, and the taxes come to the total tax.

    None when a row lacks one of the three, so that it cannot be told.
    """
    if not rows or any(not {"rate", "taxable", "tax"} <= row.keys() for row in rows):
        return None
    for row in rows:
        if abs(divided(row["taxable"] * row["rate"], HUNDRED) - row["tax"]) > 2 * CENT:
            return False
    tax = totals.get("totals.tax")
    return tax is None or abs(sum(row["tax"] for row in rows) - tax) <= CENT * len(rows)


def product_agrees(quantity: Amount, price: Amount, net: Amount) -> bool:
    """Whether a line's amount is its quantity times its price, within a cent."""
    return abs(divided(quantity * price, ONE) - net) <= CENT
