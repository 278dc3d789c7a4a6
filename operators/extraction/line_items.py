"""The lines of an invoice, from the rows of its tables."""

import re
from collections.abc import Iterable, Sequence

from msgspec import Struct, field

from operators.extraction.columns import Column, Heads, heads_of
from operators.extraction.document import Document, Figure
from operators.extraction.folded import plain
from operators.extraction.item_codes import split_codes
from operators.extraction.links import by_row
from operators.extraction.product import Factors, factors
from operators.extraction.table import bodies
from operators.extraction.table_row import Found, LineRow

_GAP = 1.1
"""Gap between the rows of one line, in heights."""
_OPEN = re.compile(r"[-,:(/&+]$")
_ITEM = re.compile(
    r"(?i)\b(?:art(?:ikel)?\.?[- ]?(?:nr|no|nummer|num)?[.:]*[- ]?(?:lieferant)?|item(?: no)?"
    r"|sku|ref|code|cod)[.:#]+\s*(\S+)"
)


_OFF = re.compile(
    r"\W*(?:rabatt|remise|disc|sconto|dto|descuento|korting|nachlass|rebate|zuschlag|abzgl|less)\b|/"
)
"""How a row under a line begins that tells of its discount."""


class ItemRead(Struct):
    """A line as read."""

    rows: list[LineRow]
    """Rows of the table that it takes up."""
    figures: dict[str, Figure] = field(default_factory=dict)
    """Its numbers by column."""
    name: Found | None = None
    """What was sold."""
    item: Found | None = None
    """Identifier of that."""
    unit: Found | None = None
    """Unit of the quantity."""
    agreed: Factors | None = None
    """Quantity, price and amount where they agree."""


def items(document: Document) -> list[ItemRead]:
    """The lines of a document's tables, from top to bottom; none when it has no table."""
    figures = by_row(document.figures)
    found: list[ItemRead] = []
    heads = heads_of(document)
    for head, body in zip(heads, bodies(document, heads), strict=True):
        for group in _grouped(body, head):
            item = _item(group, head, figures)
            if item is not None:
                found.append(item)
    split_codes(found)
    return found


def _grouped(body: Sequence[LineRow], head: Heads) -> list[list[LineRow]]:
    """The rows of each line: one with an amount, and those around it that say more of it."""
    groups: list[list[LineRow]] = []
    for at, row in enumerate(body):
        anchored = bool(groups) and any(each.anchor for each in groups[-1])
        if row.anchor:
            if groups and not anchored and _close(groups[-1][-1], row):
                groups[-1].append(row)
            else:
                groups.append([row])
        elif "position" in row.figures and "description" in row.texts:
            groups.append([row])
        elif "description" in row.texts or "item" in row.texts:
            following = body[at + 1] if at + 1 < len(body) else None
            if groups and _continues(groups[-1], row, following):
                groups[-1].append(row)
            elif following is not None and following.anchor and _close(row, following):
                groups.append([row])
    return [group for group in groups if any(row.anchor for row in group)]


def _distance(above: LineRow, below: LineRow) -> float:
    if above.row.page != below.row.page:
        return float("inf")
    height = max(min(above.row.height, below.row.height), 1.0)
    return (below.row.box.top - above.row.box.bottom) / height


def _close(above: LineRow, below: LineRow) -> bool:
    return _distance(above, below) < _GAP


def _continues(group: list[LineRow], row: LineRow, following: LineRow | None) -> bool:
    """Whether a row without an amount says more of the line above it."""
    last = group[-1]
    if not _close(last, row):
        return False
    if following is not None and _leads(row, following, _distance(last, row)):
        return False
    texts = [
        each.texts[kind].box
        for each in group
        for kind in ("description", "item")
        if kind in each.texts
    ]
    own = next(row.texts[kind].box for kind in ("description", "item") if kind in row.texts)
    if not texts:
        return True
    left, right = min(box.left for box in texts), max(row.row.box.right for row in group)
    return own.left > left - 2 * last.row.height and own.left < right


def _leads(row: LineRow, following: LineRow, above: float) -> bool:
    """Whether a row stands nearer to the line under it, of which it then is the beginning."""
    if not following.anchor or "position" in following.figures:
        return False
    return _distance(row, following) < above - 0.4


def _item(
    group: Sequence[LineRow], head: Heads, figures: dict[int, list[Figure]]
) -> ItemRead | None:
    item = ItemRead(list(group))
    for row in group:
        for kind, figure in row.figures.items():
            if kind not in item.figures or (row.anchor and not _anchored(group, row)):
                item.figures.setdefault(kind, figure)
    anchor = next(row for row in group if row.anchor)
    own = [
        each
        for row in group
        if row.row.page == anchor.row.page
        for each in figures.get(row.row.number, ())
    ]
    _agree(item, figures.get(anchor.row.number, own), own)
    kinds = item.figures.keys()
    if item.agreed is None and not (kinds & {"net", "gross"} or {"price", "quantity"} <= kinds):
        return None
    elsewhere = anchor.row.page != head.page
    if elsewhere and item.agreed is None and not ("net" in kinds and "description" in anchor.texts):
        return None
    item.name = _name(group, _limit(head.columns, group))
    item.item = next((row.texts["item"] for row in group if "item" in row.texts), None) or _coded(
        group
    )
    item.unit = next((row.texts["unit"] for row in group if "unit" in row.texts), None)
    if (
        item.name is None
        and item.item is not None
        and "description" not in {column.kind for column in head.columns}
    ):
        item.name = item.item
    return item


def _anchored(group: Sequence[LineRow], row: LineRow) -> bool:
    return any(each.anchor for each in group if each is not row)


def _agree(item: ItemRead, row: Sequence[Figure], own: Sequence[Figure]) -> None:
    """Puts right which number is the quantity, the price and the amount, where they then agree."""
    found = item.figures
    net = found.get("net") or found.get("gross")
    usual = found.get("quantity"), found.get("price") or found.get("gross_price"), net
    agreed = factors(row, usual) or factors(own, usual)
    if agreed is None:
        return
    item.agreed = agreed
    if agreed.net is not found.get("gross"):
        found["net"] = agreed.net
    elif found.get("net") in (None, agreed.quantity, agreed.price):
        found["net"] = found.pop("gross")
    found["quantity"], found["price"] = agreed.quantity, agreed.price
    if agreed.discount is not None:
        found["discount"] = agreed.discount


def _limit(columns: Sequence[Column], group: Sequence[LineRow]) -> float:
    """How far to the right the description may reach."""
    boxes = [row.texts["description"].box for row in group if "description" in row.texts]
    if not boxes:
        return 0.0
    left = min(box.left for box in boxes)
    edges = [column.box.left for column in columns if column.kind != "description"]
    edges += [figure.box.left for row in group for figure in row.figures.values()]
    return min((edge for edge in edges if edge > left + 1), default=max(box.right for box in boxes))


def _name(group: Sequence[LineRow], limit: float) -> Found | None:
    """The first row of the description, and those it was wrapped into."""
    texts = [row.texts["description"] for row in group if "description" in row.texts]
    texts = [each for each in texts if not _OFF.match(plain(each.text))] or texts[:1]
    if not texts:
        return None
    name = texts[0]
    last = texts[0]
    for each in texts[1:]:
        first = each.text.split()[0]
        width = (each.box.right - each.box.left) * (len(first) + 1) / max(len(each.text), 1)
        wrapped = last.box.right + width > limit and each.text != name.text
        opened = _OPEN.search(name.text) is not None or name.text.count("(") > name.text.count(")")
        if not (wrapped or opened) or _ITEM.match(each.text) or _OFF.match(plain(each.text)):
            break
        name = Found(f"{name.text} {each.text}", name.box, min(name.confidence, each.confidence))
        last = each
    return name


def _coded(group: Iterable[LineRow]) -> Found | None:
    """An identifier of the item that is named as one in the description."""
    for row in group:
        for found in row.texts.values():
            match = _ITEM.search(found.text)
            if match is not None and any(sign.isdigit() for sign in match[1]):
                return Found(match[1].rstrip(".,;)"), found.box, found.confidence)
    return None
