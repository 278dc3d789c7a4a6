"""Where a table of lines ends and the totals begin."""

from collections.abc import Sequence

from operators.extraction.labels import Label
from operators.extraction.rows import Row
from operators.extraction.table_row import LineRow
from operators.money import CENT, Amount

_SUMS = ("lines_net", "subtotal", "net", "tax", "gross", "total", "payable", "tendered", "rounding")


def comes_to(before: Amount, body: Sequence[LineRow], row: LineRow) -> bool:
    """Whether a row that counts nothing has the sum of the lines over it, or a label with a colon.

    That is where the totals begin, whatever they are called; or where a page ends.

    Args:
        before: What the lines of earlier pages come to.
        body: Rows over it on this page.
        row: The row.
    """
    if row.figures.keys() & {"quantity", "price", "position"} or not row.anchor:
        return False
    counted = [each for each in body if each.anchor]
    if len(counted) < 1 or not any({"quantity", "price"} & each.figures.keys() for each in counted):
        return False
    if row.row.text.split("\t")[0].rstrip().endswith(":"):
        return True
    total = before + sum_of(counted)
    own = row.figures.get("net") or row.figures.get("gross")
    return own is not None and len(counted) > 1 and abs(own.amount - total) <= CENT


def carries(before: Amount, body: Sequence[LineRow], row: LineRow) -> bool:
    """Whether a row at the head of a page has what the lines of earlier pages come to."""
    own = row.figures.get("net") or row.figures.get("gross")
    fresh = not any(each.anchor for each in body)
    return bool(before) and fresh and own is not None and abs(own.amount - before) <= CENT


def sum_of(rows: Sequence[LineRow]) -> Amount:
    """What the amounts of some rows come to."""
    sums = (row.figures.get("net") or row.figures.get("gross") for row in rows if row.anchor)
    return sum(each.amount for each in sums if each is not None)


def ends(row: Row, labels: Sequence[Label], found: LineRow) -> bool:
    """Whether a row belongs to the totals: begins with a label of them and counts nothing."""
    sums = [label for label in labels if label.means(*_SUMS)]
    if not sums or {"price", "quantity"} <= found.figures.keys():
        return False
    first = sums[0]
    before = row.text[: first.start].strip(" \t.:-*+=%0123456789,")
    exact = [each for each in (*found.figures.values(), *found.others) if not each.percent]
    return not before and (bool(exact) or first.alone)
