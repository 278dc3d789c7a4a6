"""The rows of a table of lines, each with what stands in which column."""

from collections.abc import Sequence
from statistics import median

from operators.extraction.columns import NUMERIC, Column, Heads
from operators.extraction.document import Document, Figure
from operators.extraction.labels import head_kinds
from operators.extraction.links import by_row
from operators.extraction.measures import unit_code
from operators.extraction.page import Box, Word
from operators.extraction.rows import Row, around
from operators.extraction.strips import strips
from operators.extraction.table_end import carries, comes_to, ends, sum_of
from operators.extraction.table_row import Found, LineRow
from operators.money import Amount

_FAR = 4.0
"""Distance to a column's head from which a number is not in the column, in heights."""
_UNIT = 6
"""Signs that a word has at most which is taken for a unit because it stands under that head."""
_CURRENCY = frozenset(("€", "EUR", "RM", "$", "£", "CHF", "USD", "GBP", "%", "|", "-", "x", "à"))


def bodies(document: Document, heads: Sequence[Heads]) -> list[list[LineRow]]:
    """The rows under each head, up to the totals; on a page without heads those of the last."""
    figures = by_row(document.figures)
    totals = {each.heads for each in strips(document)}
    result: list[list[LineRow]] = []
    before: Amount = 0
    for number, head in enumerate(heads):
        until = heads[number + 1].first if number + 1 < len(heads) else len(document.rows)
        rows = document.rows[head.last + 1 : until]
        first = [_read(row, head.columns, figures.get(row.number, [])) for row in rows]
        columns = _widened(head.columns, first)
        body: list[LineRow] = []
        for row in rows:
            found = _read(row, columns, figures.get(row.number, []))
            own = document.row_labels.get(row.number, ())
            if any(label.means("carried") for label in own):
                continue
            if row.number in totals or ends(row, own, found):
                if any(each.anchor for each in body):
                    break
                continue
            if carries(before, body, found) or (not body and head_kinds(row.text)):
                continue
            if comes_to(before, body, found):
                break
            body.append(found)
        before += sum_of(body)
        result.append(body)
    return result


def _widened(columns: Sequence[Column], rows: Sequence[LineRow]) -> list[Column]:
    """The columns as wide as what usually stands in them, where that is wider than the head."""
    result = []
    for column in columns:
        boxes = [
            row.figures[column.kind].box
            for row in rows
            if row.anchor and column.kind in row.figures
        ]
        if len(boxes) < 2:
            result.append(column)
            continue
        left, right = median(box.left for box in boxes), median(box.right for box in boxes)
        box = Box(
            min(left, column.box.left),
            column.box.top,
            max(right, column.box.right),
            column.box.bottom,
        )
        result.append(Column(column.kind, box, column.head))
    return result


def _read(row: Row, columns: Sequence[Column], figures: Sequence[Figure]) -> LineRow:
    result = LineRow(row)
    height = max(row.height, 1.0)
    texts: dict[str, list[Word]] = {}
    last: tuple[str, Word] | None = None
    cuts = row.text
    for word, start in zip(row.words, row.starts, strict=True):
        end = start + len(word.text)
        figure = next((each for each in figures if each.start < end and start < each.end), None)
        fresh = start == 0 or cuts[start - 1] == "\t"
        if figure is not None:
            if figure.start < start:
                continue  # its first word has been placed
            column = _column_of(
                figure, columns, height, inside=None if fresh or last is None else last[0]
            )
            if column is not None:
                _put(result, column, figure)
                last = (column, word)
                _unit_behind(result, column, word, figure, start)
                continue
        before = None if fresh or last is None else last[0]
        bare = word.text in _CURRENCY or not any(map(str.isalnum, word.text))
        if bare and figure is None and (before is None or before in NUMERIC):
            continue
        kind = _text_column(word, columns, before, height)
        texts.setdefault(kind, []).append(word)
        last = (kind, word)
    for kind, words in texts.items():
        result.texts.setdefault(kind, _found(words))
    return result


def _found(words: Sequence[Word]) -> Found:
    return Found(
        " ".join(word.text for word in words),
        around([word.box for word in words]),
        min(word.confidence for word in words),
    )


def _unit_behind(result: LineRow, column: str, word: Word, figure: Figure, start: int) -> None:
    """A unit written to its quantity without a blank: `20Stk`."""
    rest = word.text[figure.end - start :].strip("/")
    if column == "quantity" and rest and unit_code(rest):
        result.texts["unit"] = Found(rest, word.box, word.confidence)


def _put(result: LineRow, column: str, figure: Figure) -> None:
    known = result.figures.get(column)
    if known is None:
        result.figures[column] = figure
        return
    keep = figure if column in ("net", "gross") and figure.decimals >= 2 else known
    result.others.append(known if keep is figure else figure)
    result.figures[column] = keep


def _apart(one: Box, other: Box) -> float:
    """The horizontal gap between two boxes; 0 where they overlap."""
    return max(0.0, one.left - other.right, other.left - one.right)


def _alike(one: Box, other: Box) -> float:
    """How far the edges or middles of two boxes are from being aligned."""
    middle = abs(one.left + one.right - other.left - other.right) / 2
    return min(abs(one.left - other.left), abs(one.right - other.right), middle)


def _column_of(
    figure: Figure, columns: Sequence[Column], height: float, inside: str | None
) -> str | None:
    """The column of numbers that a number is in; None when it is part of a text.

    Args:
        figure: The number.
        columns: The columns.
        height: Of its row.
        inside: The column of the word before it in its cell.
    """

    def cost(column: Column) -> tuple[float, float]:
        apart = _apart(figure.box, column.box)
        return apart, _alike(figure.box, column.box)

    near = min(columns, key=cost)
    numeric = [
        column for column in columns if column.kind in NUMERIC and _fits(figure, column.kind)
    ]
    if not numeric:
        return None
    best = min(numeric, key=cost)
    apart = _apart(figure.box, best.box)
    textual = inside in ("description", "item", "day")
    if textual and (apart > 0 or (figure.decimals < 2 and near.kind not in NUMERIC)):
        return None
    nearer = (
        near.kind not in NUMERIC and near.kind != "unit" and _apart(figure.box, near.box) < apart
    )
    plain = figure.decimals < 2 and not figure.percent
    if nearer and (near.kind == "item" or apart > _FAR * height or plain):
        return None
    return best.kind if apart < 2 * _FAR * height else None


def _fits(figure: Figure, kind: str) -> bool:
    """Whether a number may stand in a column at all."""
    if figure.percent:
        return kind in ("vat_rate", "discount")
    if kind == "position":
        return figure.decimals == 0 and not figure.money
    if kind == "vat_rate":
        return not figure.money
    return True


def _name_column(word: Word, columns: Sequence[Column], height: float) -> str:
    """Whether a word is of the item's identifier or of its description, by where that begins."""
    places = {column.kind: column.box.left for column in columns}
    item, description = places.get("item"), places.get("description", 0.0)
    if item is None or word.box.left > description - height:
        return "description"
    return "item"


def _left_of(columns: Sequence[Column], left: str, right: str) -> bool:
    """Whether one kind of column stands left of another."""
    places = {column.kind: column.box.left for column in columns}
    return left in places and right in places and places[left] < places[right]


def _text_column(word: Word, columns: Sequence[Column], inside: str | None, height: float) -> str:
    """The column that a word is in; a word behind a number in the same cell may be its unit."""
    over = [column.kind for column in columns if _apart(word.box, column.box) == 0]
    if inside == "quantity" and "unit" not in over:
        if _left_of(columns, "description", "quantity") or unit_code(word.text):
            return "unit"
        begins = [column.box.left for column in columns if column.kind in ("item", "description")]
        if len(word.text) <= _UNIT and word.box.right < min(begins, default=0.0):
            return "unit"
        return _name_column(word, columns, height)
    if inside in ("unit", "item") and _left_of(columns, inside, "description"):
        return _name_column(word, columns, height)
    if inside == "unit" and _left_of(columns, "quantity", "description"):
        return _name_column(word, columns, height)
    if inside is not None and inside not in NUMERIC and "unit" not in over:
        return inside
    texts = [column for column in columns if column.kind not in NUMERIC]
    if "unit" in over and (unit_code(word.text) or (inside is None and len(word.text) <= _UNIT)):
        return "unit"
    if not texts:
        return "description"
    best = min(
        texts, key=lambda column: (_apart(word.box, column.box), _alike(word.box, column.box))
    )
    if best.kind == "unit" and not unit_code(word.text):
        return "description"
    if best.kind in ("item", "day") and _apart(word.box, best.box) > _FAR * height:
        return "description"
    return best.kind
