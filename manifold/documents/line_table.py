"""The table of the invoice's lines, over as many pages as it takes."""

from collections.abc import Callable, Sequence
from itertools import pairwise

from msgspec import Struct

from manifold.documents.draft import GREY, Draft
from manifold.documents.layout import Column
from manifold.documents.line_cells import Cells, align, cells
from manifold.documents.sheet import WHITE, Rgb

_LEAST = 118.0
"""Width that descriptions need at least."""
_GAP = 9.0
_DISPENSABLE: tuple[Column, ...] = ("unit", "item", "vat", "position")
_PALE: Rgb = (0.94, 0.94, 0.94)

NextPage = Callable[[], float]
"""Begins a page, and gives where its content starts."""


class Table(Struct, frozen=True):
    """A table with the width of each column."""

    text: Cells
    """What stands in it."""
    widths: tuple[float, ...]
    """Of the columns, the gap included."""


def planned(draft: Draft) -> Table:
    """The columns that there is room for."""
    invoice = draft.edition.case.invoice
    columns = [column for column in draft.layout.columns if _used(column, draft)]
    item_below = draft.layout.item_below and "item" not in columns
    has_items = any(line.item_id for line in invoice.lines)
    while True:
        said, printed = set(draft.edition.said), len(draft.edition.printed)
        text = cells(draft, tuple(columns), item_below)
        widths = _widths(draft, text)
        if min(widths[columns.index("description")], draft.right - draft.left) >= _LEAST:
            return Table(text, widths)
        gone = next((each for each in _DISPENSABLE if each in columns), None)
        if gone is None:
            return Table(text, widths)
        # What the column said is not said any more.
        draft.edition.said = said
        del draft.edition.printed[printed:]
        columns.remove(gone)
        item_below = item_below or (gone == "item" and has_items)


def _used(column: Column, draft: Draft) -> bool:
    lines = draft.edition.case.invoice.lines
    match column:
        case "item":
            return any(line.item_id for line in lines)
        case "discount":
            return any(line.allowances_charges for line in lines)
        case _:
            return True


def _widths(draft: Draft, text: Cells) -> tuple[float, ...]:
    sheet = draft.sheet
    widths: list[float] = []
    for index, column in enumerate(text.columns):
        if column == "description":
            widths.append(0.0)
            continue
        inside = [sheet.measure(line) for row in text.rows for line in row[index]]
        words = [sheet.measure(word, bold=True) for word in text.heads[index].split()]
        widths.append(max(inside + words) + _GAP)
    rest = draft.right - draft.left - sum(widths)
    return tuple(rest if width == 0.0 else width for width in widths)


def line_table(draft: Draft, table: Table, y: float, next_page: NextPage) -> float:
    """Draw it below `y`; gives where it ends."""
    y = _heads(draft, table, y)
    carried = 0
    edition = draft.edition
    for index, row in enumerate(table.text.rows):
        wrapped = _wrapped(draft, table, row)
        height = max(map(len, wrapped)) * draft.sheet.leading + 5
        if y + height > draft.bottom - 30:
            if draft.carries:
                _sum_row(draft, y, draft.label("carried"), carried)
            y = _heads(draft, table, next_page())
            if draft.carries:
                y = _sum_row(draft, y, draft.label("brought"), carried)
        y = _row(draft, table, wrapped, y, height, index)
        carried += edition.amount(f"lines[{index}].net")
    if draft.layout.rows in ("none", "zebra", "verticals"):
        draft.sheet.rule(draft.left, y, draft.right, 0.7)
    return y + 4


def _sum_row(draft: Draft, y: float, label: str, amount: int) -> float:
    shown = draft.edition.formats.money(-amount if draft.negative else amount)
    draft.sheet.text(draft.left + 4, y + 3, label, bold=True)
    return draft.sheet.text(draft.right - 3, y + 3, shown, bold=True, align="right") + 3


def _edges(draft: Draft, table: Table) -> list[float]:
    edges = [draft.left]
    for width in table.widths:
        edges.append(edges[-1] + width)
    return edges


def _heads(draft: Draft, table: Table, y: float) -> float:
    sheet, layout = draft.sheet, draft.layout
    edges = _edges(draft, table)
    size = layout.size - 0.5
    texts = [
        sheet.wrapped(head, width - _GAP + 4, bold=True, size=size)
        for head, width in zip(table.text.heads, table.widths, strict=True)
    ]
    height = max(map(len, texts)) * size * 1.28 + 5
    filled = layout.head == "filled"
    if filled or layout.head == "tinted":
        colour = draft.accent if filled else draft.contrast()
        sheet.rectangle(draft.left, y, draft.right, y + height, fill=colour)
    elif layout.head == "boxed":
        for left, right in pairwise(edges):
            sheet.rectangle(left, y, right, y + height, border=GREY)
    for index, lines in enumerate(texts):
        for number, line in enumerate(lines):
            _put(draft, table, index, edges, y + 2.5 + number * size * 1.28, line, size,
                 WHITE if filled else (0, 0, 0), bold=True)  # fmt: skip
    if layout.head == "ruled":
        sheet.rule(draft.left, y + height, draft.right, 1)
    return y + height + 1


def _put(
    draft: Draft,
    table: Table,
    index: int,
    edges: Sequence[float],
    y: float,
    line: str,
    size: float,
    colour: Rgb,
    bold: bool = False,
) -> None:
    side = align(table.text.columns[index])
    at = {
        "left": edges[index] + 4,
        "right": edges[index + 1] - 4,
        "center": (edges[index] + edges[index + 1]) / 2,
    }[side]
    draft.sheet.text(at, y, line, bold=bold, size=size, align=side, colour=colour)


def _wrapped(
    draft: Draft, table: Table, row: tuple[tuple[str, ...], ...]
) -> list[list[tuple[str, bool]]]:
    """Lines of each cell; true for what stands below a name."""
    result = []
    for index, texts in enumerate(row):
        if table.text.columns[index] != "description":
            result.append([(line, False) for line in texts])
            continue
        room = table.widths[index] - _GAP
        result.append(
            [
                (line, number > 0)
                for number, text in enumerate(texts)
                for line in draft.sheet.wrapped(text, room)
            ]
        )
    return result


def _row(
    draft: Draft,
    table: Table,
    wrapped: Sequence[Sequence[tuple[str, bool]]],
    y: float,
    height: float,
    number: int,
) -> float:
    sheet, rows = draft.sheet, draft.layout.rows
    edges = _edges(draft, table)
    if rows == "zebra" and number % 2 == 0:
        sheet.rectangle(draft.left, y, draft.right, y + height, fill=_PALE)
    for index, lines in enumerate(wrapped):
        for at, (line, minor) in enumerate(lines):
            size = draft.layout.size - (0.8 if minor else 0)
            colour = GREY if minor else (0.0, 0.0, 0.0)
            _put(draft, table, index, edges, y + 2 + at * sheet.leading, line, size, colour)
    below = y + height
    if rows in ("grid", "verticals"):
        for edge in edges:
            sheet.stroke(edge, y - 1, edge, below, 0.4, GREY)
    if rows in ("grid", "rules"):
        sheet.rule(draft.left, below, draft.right, 0.4, GREY)
    elif rows == "dotted":
        for step in range(int((draft.right - draft.left) / 4)):
            x = draft.left + step * 4
            sheet.rule(x, below, x + 1.2, 0.5, GREY)
    return below
