"""Lines that are worth reading again: those that values were read from which are not sure.

>>> from operators.extraction.page import Word
>>> words = Word("Total", Box(10, 10, 40, 20)), Word("19,90", Box(200, 11, 230, 21))
>>> gross = FieldRead("totals.gross", 0.95, "RAPIDOCR", 1, words[1].box, "19,90")
>>> page = Page(300, 100, words)
>>> ((line,),) = doubtful_lines([gross], "INVOICE", {"totals.gross": 0.99}, [page], Gates())
>>> len(line), was_read_again(gross, "INVOICE", [[line]])
(2, True)
>>> doubtful_lines([gross], "INVOICE", {"totals.gross": 0.97}, [page], Gates())
((),)
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias

from operators.extraction.gate import Gates, wanted, weighty
from operators.extraction.page import Box, Page, Word
from operators.extraction.rows import Row, cells_of, rows_of
from operators.extraction.understood import FieldRead, Kind

Line: TypeAlias = tuple[Box, ...]
"""Where the parts of a line of text are, from left to right."""

_SHARED = 0.4
"""Heights of the lower one that two boxes beside each other have in common on one line."""
_COVERED = 0.6
"""Share of a value's height that has to have been read again."""


def doubtful_lines(
    fields: Iterable[FieldRead],
    kind: Kind,
    typed: Mapping[str, float],
    pages: Sequence[Page],
    gates: Gates,
) -> tuple[tuple[Line, ...], ...]:
    """For each page, the lines that another reading could make sure enough.

    Args:
        fields: What was read.
        kind: Of what kind of document.
        typed: How sure each of them would be if no engine had had to read it.
        pages: The pages that they were read from.
        gates: How sure they have to be.
    """
    found = list(fields)
    doubted = [each for each in found if _may_become_sure(each, kind, typed, gates)]
    if any(each.box is None for each in doubted):
        # What stands nowhere follows from what does.
        decisive = weighty(kind)
        doubted += [each for each in found if each.field in decisive or _is_sum(each.field)]
    rows = rows_of(pages)
    return tuple(
        tuple(_line(row) for row in rows if row.page == number and _holds_any(row, doubted))
        for number in range(1, len(pages) + 1)
    )


def read_anew(page: Page, lines: Sequence[Line], words: Iterable[Word]) -> Page:
    """A page with other words on some of its lines."""
    parts = [part for line in lines for part in line]
    kept = (word for word in page.words if not any(_is_in(word.box, part) for part in parts))
    return Page(page.width, page.height, (*kept, *words))


def was_read_again(found: FieldRead, kind: Kind, again: Sequence[Sequence[Line]]) -> bool:
    """Whether a value stands on lines of its page that were read again, or follows from them."""
    if found.box is None or found.page is None:
        return found.field in weighty(kind)
    box = found.box
    shared = sum(max(_shared(part, box) for part in line) for line in again[found.page - 1])
    return shared >= _COVERED * (box.bottom - box.top)


def _may_become_sure(
    found: FieldRead, kind: Kind, typed: Mapping[str, float], gates: Gates
) -> bool:
    return found.confidence < wanted(found.field, kind, gates) <= typed.get(found.field, 0.0)


def _is_sum(field: str) -> bool:
    return field.startswith(("totals.", "vat_breakdown"))


def _holds_any(row: Row, fields: Iterable[FieldRead]) -> bool:
    return any(
        found.box is not None
        and found.page == row.page
        and _shared(row.box, found.box) > _SHARED * min(_height(row.box), _height(found.box))
        for found in fields
    )


def _line(row: Row) -> Line:
    return tuple(cell.box for cell in cells_of(row))


def _shared(one: Box, other: Box) -> float:
    """Height that two boxes have in common; 0 when neither is over the other."""
    if one.right <= other.left or other.right <= one.left:
        return 0.0
    return max(0.0, min(one.bottom, other.bottom) - max(one.top, other.top))


def _is_in(box: Box, part: Box) -> bool:
    across, down = (box.left + box.right) / 2, (box.top + box.bottom) / 2
    return part.left <= across <= part.right and part.top <= down <= part.bottom


def _height(box: Box) -> float:
    return box.bottom - box.top
