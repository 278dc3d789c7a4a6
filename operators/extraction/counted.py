"""The lines and the totals of a document, each held against the other."""

from collections.abc import Sequence

from operators.extraction.amounts import by_role, unlabelled
from operators.extraction.arithmetic import total_of
from operators.extraction.document import Document
from operators.extraction.line_items import ItemRead, items
from operators.extraction.loose import loose_items
from operators.extraction.totals import TotalsRead, rates_named, read_totals
from operators.extraction.vat_rows import taxes_alone, vat_rows
from operators.money import CENT, Amount


def counted(document: Document) -> tuple[list[ItemRead], TotalsRead]:
    """The lines of a document and its totals; lines without heads only if they come to a sum."""
    found = items(document)
    sums = _totals(document, found)
    if not found:
        three = sums.sums.net, sums.sums.gross
        amounts = [each.value for each in three if each is not None]
        amounts += [each.value for each in sums.roles["lines_net"][:2]]
        found = loose_items(document, amounts)
        found = [] if _left_over(found, sums) else found
        sums = _totals(document, found) if found else sums
    return found, sums


def _left_over(found: Sequence[ItemRead], sums: TotalsRead) -> bool:
    """Whether two amounts are what was paid and what is left of a total over them."""
    gross = sums.sums.gross
    if len(found) != 2 or gross is None or gross.row is None:
        return False
    return all(item.rows[0].row.number > gross.row for item in found)


def _totals(document: Document, found: Sequence[ItemRead]) -> TotalsRead:
    rows = frozenset(row.row.number for item in found for row in item.rows)
    taxes = vat_rows(document, rows)
    return read_totals(
        by_role(document, rows),
        unlabelled(document, rows),
        taxes,
        taxes_alone(document, rows),
        rates_named(document),
        _sum(found),
    )


def _sum(found: Sequence[ItemRead]) -> Amount | None:
    amounts = [item.figures.get("net") or item.figures.get("gross") for item in found]
    return total_of(each.amount for each in amounts if each is not None)


def included_rate(found: Sequence[ItemRead], sums: TotalsRead) -> Amount | None:
    """The one rate of tax that the amounts of the lines include; None when they do not."""
    net, gross = sums.sums.net, sums.sums.gross
    amount = _sum(found)
    if amount is None or net is None or gross is None or len(sums.known.rates) != 1:
        return None
    includes = abs(amount - gross.value) <= CENT < abs(amount - net.value)
    return sums.known.rates[0] if includes else None
