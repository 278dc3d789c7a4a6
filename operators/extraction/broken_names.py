"""Names that did not fit on one line, as in the narrow column of a letterhead."""

import re
from collections.abc import Sequence
from itertools import pairwise

from operators.extraction.legal_forms import ENDS, LEGAL
from operators.extraction.rows import Cell

_OPEN = re.compile(r"(?i)(?:[&+/-]| (?:und|and|et|y|e|en))$")
"""What no name ends with."""
_SAME = 1.08
"""Proportion of the heights of two lines up to which they are of one size."""
_LARGER = 1.15
"""From which on a line is larger than those under it."""
_CLOSE = 0.9
"""Gap between lines of a name, in heights."""


def joined(name: str, lines: Sequence[Cell], address: Cell) -> str:
    """A name with the lines after its first one that go on with it, up to its legal form.

    Args:
        name: The first line.
        lines: That line and those under it, the address's not among them.
        address: A line of the address.
    """
    whole = name
    for above, below in pairwise(lines):
        if LEGAL.search(whole) or not goes_on(above, below, address):
            break
        whole = f"{whole} {below.text}"
    return whole if ENDS.search(whole) or _OPEN.search(name) else name


def goes_on(above: Cell, below: Cell, address: Cell) -> bool:
    """Whether a line goes on with the name that the line over it begins."""
    if any(map(str.isdigit, above.text + below.text)) or not _stacked(above, below):
        return False
    one, other, usual = (_height(each) for each in (above, below, address))
    alike = max(one, other) < _SAME * min(one, other)
    if _OPEN.search(above.text) is not None:
        return True
    # A line of two words over a company may be a person there.
    single = len(above.text.split()) == 1 and not LEGAL.search(above.text)
    return alike and (one > _LARGER * usual or (single and ENDS.search(below.text) is not None))


def _stacked(above: Cell, below: Cell) -> bool:
    gap = below.box.top - above.box.bottom
    overlap = min(above.box.right, below.box.right) - max(above.box.left, below.box.left)
    return overlap > 0 and -_height(above) < gap < _CLOSE * _height(above)


def _height(cell: Cell) -> float:
    return max(cell.box.bottom - cell.box.top, 1.0)
