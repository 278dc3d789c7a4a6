"""Do the amounts of a document agree with each other?

>>> from operators.money import parse
>>> known = {"totals.net": parse("100"), "totals.tax": parse("19")}
>>> sorted(agreement({"totals.gross": parse("119")}, known).holding)
['totals.gross', 'totals.net', 'totals.tax']
>>> sorted(agreement({"totals.gross": parse("129")}, known).failing)
['totals.gross', 'totals.net', 'totals.tax']
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


def agreement(given: Mapping[str, Amount], known: Mapping[str, Amount]) -> Agreement:
    """How the totals that are given agree with those that are known, within a cent.

    A sum holds only with one of the known in it: whoever makes up one total can make up all of
    them. A sum that does not come out fails only when all of its terms are there: an allowance
    that nobody has read may be missing.
    """
    amounts = {**known, **given}
    holding: set[str] = set()
    failing: set[str] = set()
    for needed, possible, result in _EQUATIONS:
        terms = {_path(term): _sign(term) for term in (*needed, *possible)}
        if any(_path(name) not in amounts for name in (*needed, result)):
            continue
        there = [path for path in terms if path in amounts]
        total = sum(terms[path] * amounts[path] for path in there)
        part = {*there, _path(result)}
        if abs(total - amounts[_path(result)]) > CENT:
            failing |= part if len(there) == len(terms) else set()
        elif not part.isdisjoint(known):
            holding |= part
    return Agreement(frozenset(holding), frozenset(failing))


def _path(term: str) -> str:
    return f"totals.{term.removeprefix('-')}"


def _sign(term: str) -> int:
    return -1 if term.startswith("-") else 1


def rows_agree(
    group: str, rows: Sequence[Mapping[str, Amount]], totals: Mapping[str, Amount]
) -> bool | None:
    """Whether the rows of a group come to these totals; None when that cannot be told."""
    return _rates_agree(rows, totals) if group == "vat_breakdown" else _lines_agree(rows, totals)


def _lines_agree(rows: Sequence[Mapping[str, Amount]], totals: Mapping[str, Amount]) -> bool | None:
    """Lines come to a total, half a cent for each allowed for rounding.

    Receipts list their lines with tax, so the total may be the one with tax; that alone cannot
    say that lines are wrong, nor can lines of which one has no amount.
    """
    amounts = [row["net"] for row in rows if "net" in row]
    if not amounts or len(amounts) != len(rows):
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


def _rates_agree(rows: Sequence[Mapping[str, Amount]], totals: Mapping[str, Amount]) -> bool | None:
    """Each tax is its rate of what is taxed, within two cents, and they come to the total tax."""
    if not rows or any(not {"rate", "taxable", "tax"} <= row.keys() for row in rows):
        return None
    for row in rows:
        if abs(divided(row["taxable"] * row["rate"], HUNDRED) - row["tax"]) > 2 * CENT:
            return False
    tax = totals.get("totals.tax")
    return None if tax is None else abs(sum(row["tax"] for row in rows) - tax) <= CENT * len(rows)


def product_agrees(quantity: Amount, price: Amount, net: Amount) -> bool:
    """Whether a line's amount is its quantity times its price, within a cent."""
    return abs(divided(quantity * price, ONE) - net) <= CENT
