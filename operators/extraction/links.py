"""Which values a label is about: those right of it, or those under it."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Literal, Protocol, TypeAlias, TypeVar

from operators.extraction.labels import Label
from operators.extraction.page import Box
from operators.extraction.rows import Row

Relation: TypeAlias = Literal["BESIDE", "BELOW"]
"""Where a value stands as seen from its label."""

_DEEP = 2.2
"""How far under a label its value may begin, in heights of the label."""
_MARKS = " \t.:;,/&()-–+|"


class Placed(Protocol):
    """Something in a row."""

    @property
    def row(self) -> int:
        """Number of its row."""

    @property
    def start(self) -> int:
        """Where it begins in the row's text."""

    @property
    def end(self) -> int:
        """Where it ends."""

    @property
    def box(self) -> Box:
        """Where it stands on its page."""


Value = TypeVar("Value", bound=Placed)


def by_row(values: Iterable[Value]) -> dict[int, list[Value]]:
    """Values by the number of their row, from left to right."""
    found: dict[int, list[Value]] = {}
    for value in values:
        found.setdefault(value.row, []).append(value)
    return found


def beside(
    label: Label,
    values: Mapping[int, Sequence[Value]],
    rows: Sequence[Row],
    others: Mapping[int, Sequence[Label]],
) -> list[Value]:
    """The values right of a label, up to the next label in its row.

    A label that follows directly, as in `Invoice date / Date of supply:`, shares the value.
    """
    text = rows[label.row].text
    chain = [label, *(each for each in others.get(label.row, ()) if each.start >= label.end)]
    until = len(text)
    for last, following in pairwise(chain):
        between = text[last.end : following.start]
        if between.strip(_MARKS) or "\t" in between:
            until = following.start
            break
    return [each for each in values.get(label.row, ()) if label.end <= each.start < until]


def below(
    label: Label,
    values: Mapping[int, Sequence[Value]],
    rows: Sequence[Row],
    others: Mapping[int, Sequence[Label]],
) -> list[Value]:
    """The values in the first row under a label that has something in its column.

    None where another label stands in the column before.
    """
    page = rows[label.row].page
    height = max(label.box.bottom - label.box.top, 1.0)
    for row in rows[label.row + 1 : label.row + 6]:
        if row.page != page or row.box.top - label.box.bottom > _DEEP * height:
            break
        if row.box.top < label.box.top + 0.4 * height:
            continue
        found = [each for each in values.get(row.number, ()) if under(each.box, label.box, height)]
        heads = [each for each in others.get(row.number, ()) if under(each.box, label.box, height)]
        if heads and (not found or heads[0].start < found[0].start):
            return []
        if found:
            return found
        if any(under(word.box, label.box, height) for word in row.words):
            return []
    return []


def wrapped(
    label: Label, values: Mapping[int, Sequence[Value]], rows: Sequence[Row]
) -> list[Value]:
    """The value that was broken off its label at the end of a row: the first of the next row."""
    row = rows[label.row]
    broken = not label.alone and not row.text[label.end :].strip(_MARKS)
    if not broken or label.row + 1 >= len(rows):
        return []
    following = rows[label.row + 1]
    if following.page != row.page or following.box.left > label.box.left - row.height:
        return []
    if following.box.top - row.box.bottom > row.height:
        return []
    return [each for each in values.get(following.number, ()) if each.start == 0][:1]


def under(box: Box, label: Box, height: float) -> bool:
    """Whether a box stands in the column of a label."""
    overlap = min(box.right, label.right) - max(box.left, label.left)
    narrow = min(box.right - box.left, label.right - label.left)
    aligned = min(abs(box.left - label.left), abs(box.right - label.right)) < 0.8 * height
    return overlap > 0.5 * narrow or (aligned and overlap > -0.5 * height)
