"""Blocks of a page: cells that stand under each other as one, such as addresses do."""

from collections.abc import Sequence

from msgspec import Struct

from operators.extraction.page import Box
from operators.extraction.rows import Cell, Row, around

_GAP = 2.3
"""Gap between lines of a block, in heights of the higher one."""


class Block(Struct, frozen=True):
    """Cells under each other."""

    page: int
    """Page that it stands on, from 1."""
    cells: tuple[Cell, ...]
    """From top to bottom."""
    box: Box
    """Around them."""

    @property
    def texts(self) -> list[str]:
        """What they say."""
        return [cell.text for cell in self.cells]


def blocks_of(rows: Sequence[Row], cells: Sequence[Cell]) -> list[Block]:
    """The blocks of a document, from top to bottom."""
    open_blocks: list[list[Cell]] = []
    closed: list[list[Cell]] = []
    page = 0
    for cell in cells:
        if rows[cell.row].page != page:
            closed += open_blocks
            open_blocks, page = [], rows[cell.row].page
        home = next((each for each in reversed(open_blocks) if _joins(each[-1], cell)), None)
        if home is not None:
            home.append(cell)
        else:
            open_blocks.append([cell])
        if len(open_blocks) > 12:
            closed.append(open_blocks.pop(0))
    closed += open_blocks
    blocks = [
        Block(rows[each[0].row].page, tuple(each), around([cell.box for cell in each]))
        for each in closed
    ]
    return sorted(blocks, key=lambda block: (block.page, block.box.top, block.box.left))


def _joins(above: Cell, below: Cell) -> bool:
    height = max(above.box.bottom - above.box.top, 1.0)
    own = max(below.box.bottom - below.box.top, 1.0)
    gap = below.box.top - above.box.bottom
    if above.row == below.row or not -0.6 * height < gap < _GAP * max(height, own):
        return False
    if not 0.5 < height / own < 2.2:
        return False
    left = abs(above.box.left - below.box.left)
    right = abs(above.box.right - below.box.right)
    middle = abs(above.box.left + above.box.right - below.box.left - below.box.right) / 2
    return min(left, 1.5 * right, 1.2 * middle) < 0.8 * height
