"""Lines that stand under no heads: believed only when they come to one of the sums."""

from collections.abc import Iterable, Sequence

from operators.extraction.document import Document, Figure
from operators.extraction.line_items import ItemRead
from operators.extraction.links import by_row
from operators.extraction.moneyed import is_money
from operators.extraction.page import Word
from operators.extraction.product import factors
from operators.extraction.rows import Row, around
from operators.extraction.table_row import Found, LineRow
from operators.money import CENT, Amount

_SUMS = ("lines_net", "subtotal", "net", "tax", "gross", "total", "payable", "tendered", "prepaid")


def loose_items(document: Document, sums: Iterable[Amount]) -> list[ItemRead]:
    """The lines of a document without a table, none when they do not come to one of the sums."""
    figures = by_row(document.figures)
    ends = {label.row for label in document.labels if label.means(*_SUMS) and label.row in figures}
    wanted = [each for each in sums if each]
    found: list[ItemRead] = []
    before: Row | None = None
    for row in document.rows:
        if row.number in ends:
            if found and _come_to(found, wanted):
                return found
            before = None
            continue
        item = _item(document, row, figures.get(row.number, []), before)
        if item is not None:
            found.append(item)
        before = row if item is None else None
    return found if _come_to(found, wanted) else []


def _come_to(items: Sequence[ItemRead], sums: Sequence[Amount]) -> bool:
    total = sum(item.figures["net"].amount for item in items)
    return any(abs(total - each) <= CENT for each in sums)


def _item(
    document: Document, row: Row, figures: Sequence[Figure], before: Row | None
) -> ItemRead | None:
    exact = [each for each in figures if is_money(document, each)]
    if not exact or row.number in document.row_days:
        return None
    agreed = factors(figures, (None, None, exact[-1]))
    net = agreed.net if agreed is not None else exact[-1]
    first = min(each.start for each in figures if each.decimals == 2 or each is net)
    if agreed is not None:
        first = min(agreed.quantity.start, agreed.price.start)
    name = _text(row, 0, first) or (_text(row, figures[0].end, first) if figures else None)
    if name is None and before is not None and before.page == row.page:
        name = _text(before, 0, len(before.text))
    if name is None:
        return None
    item = ItemRead([LineRow(row)], {"net": net}, name, agreed=agreed)
    if agreed is not None:
        item.figures |= {"quantity": agreed.quantity, "price": agreed.price}
    return item


def _text(row: Row, start: int, end: int) -> Found | None:
    """The words of a part of a row, None when there are hardly letters in them."""
    words: list[Word] = [
        word
        for word, begin in zip(row.words, row.starts, strict=True)
        if start <= begin and begin + len(word.text) <= end
    ]
    text = " ".join(word.text for word in words)
    if sum(sign.isalpha() for sign in text) < 2:
        return None
    return Found(text, around([word.box for word in words]), min(word.confidence for word in words))
