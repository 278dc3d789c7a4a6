"""Totals as a row of heads over a row of values: `Net  VAT  Total` over `100.00  19.00  119.00`.

Heads stand at the left of their places and values at the right, so that none is under its head:
they belong together by their order.
"""

from collections.abc import Mapping, Sequence

from msgspec import Struct

from operators.extraction.document import Document, Figure
from operators.extraction.labels import Label
from operators.extraction.links import by_row
from operators.extraction.moneyed import is_money
from operators.extraction.rows import Cell, Row

_TOTALS = (
    "lines_net", "subtotal", "net", "tax", "gross", "total", "payable", "prepaid", "rounding",
    "allowance", "charge", "withheld",
)  # fmt: skip
_ASKED = ("gross", "total", "payable")
_BELOW = 2
"""Rows under the heads in which the values may begin: heads may be broken over two rows."""


class Strip(Struct, frozen=True):
    """A row of heads with their values."""

    heads: int
    """Number of its row."""
    pairs: tuple[tuple[Label, Figure], ...]
    """Each head that is known, with its value."""


def strips(document: Document) -> list[Strip]:
    """The strips of a document, from top to bottom."""
    figures = by_row(each for each in document.figures if is_money(document, each))
    found = (_strip(document, row, figures) for row in document.rows)
    return [each for each in found if each is not None]


def _strip(document: Document, row: Row, figures: Mapping[int, Sequence[Figure]]) -> Strip | None:
    cells = document.row_cells.get(row.number, ())
    if len(cells) < 2 or row.number in figures:
        return None
    heads = [_label(document, cell) for cell in cells]
    known = [each for each in heads if each is not None]
    if len(known) < 2 or not any(label.means(*_ASKED) for label in known):
        return None
    for below in document.rows[row.number + 1 : row.number + 1 + _BELOW]:
        values = document.row_cells.get(below.number, ())
        if below.page != row.page or len(values) > len(cells):
            return None
        if below.number in figures:
            of = [_value(cell, figures[below.number]) for cell in values]
            whole = [each for each in of if each is not None]
            if len(whole) != len(cells):
                return None
            pairs = zip(heads, whole, strict=True)
            return Strip(row.number, tuple((one, other) for one, other in pairs if one is not None))
    return None


def _label(document: Document, cell: Cell) -> Label | None:
    """What the head in a cell says."""
    return next(
        (
            label
            for label in document.row_labels.get(cell.row, ())
            if cell.start <= label.start < cell.end and label.means(*_TOTALS)
        ),
        None,
    )


def _value(cell: Cell, figures: Sequence[Figure]) -> Figure | None:
    """The amount that a cell is, with nothing but its currency beside it."""
    inside = [each for each in figures if cell.start <= each.start < cell.end]
    letters = sum(map(str.isalpha, cell.text))
    return inside[0] if len(inside) == 1 and letters <= 3 else None
