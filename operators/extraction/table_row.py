"""A row of a table of lines: what stands in which column of it."""

from msgspec import Struct, field

from operators.extraction.document import Figure
from operators.extraction.page import Box
from operators.extraction.rows import Row


class Found(Struct, frozen=True, gc=False):
    """Text in a column."""

    text: str
    """What it says."""
    box: Box
    """Where."""
    confidence: float
    """Of the engine."""


class LineRow(Struct):
    """A row of a table."""

    row: Row
    """The row."""
    figures: dict[str, Figure] = field(default_factory=dict)
    """Numbers by their column."""
    others: list[Figure] = field(default_factory=list)
    """Numbers that are in no column, or are one too many in theirs."""
    texts: dict[str, Found] = field(default_factory=dict)
    """Texts by their column."""

    @property
    def anchor(self) -> bool:
        """Whether it has the amount of a line."""
        sums = [self.figures[kind] for kind in ("net", "gross") if kind in self.figures]
        counted = "position" in self.figures or {"price", "quantity"} <= self.figures.keys()
        price = self.figures.get("price")
        priced = price is not None and (price.decimals >= 2 or price.money)
        return any(each.decimals >= 2 or each.money or counted for each in sums) or (
            priced and "quantity" in self.figures
        )
