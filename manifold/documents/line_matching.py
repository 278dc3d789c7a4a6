"""Which line that was read is which line of the truth, and how many are right."""

from collections.abc import Sequence
from difflib import SequenceMatcher

from msgspec import Struct

from manifold.documents.fields import plain_identifier, plain_text
from operators.invoice import Line
from operators.money import ONE

ALIKE_NAMES = 0.8
"""Similarity from which on two names are the same: 2 M / T, with M signs in common of T."""
_LEAST = 0.3
_WEIGHTS = {"net": 3, "quantity": 2, "price": 2, "name": 2, "item_id": 1}
CELLS: tuple[str, ...] = ("name", "item_id", "quantity", "price", "net", "vat_rate")
"""What of a line is scored one by one."""


class LineScore(Struct, frozen=True):
    """How the lines of a document fared."""

    truths: int
    """Lines there are."""
    read: int
    """Lines that were read."""
    right: int
    """Read lines whose amounts are those of the truth, and whose name is alike."""
    cells: dict[str, tuple[int, int]]
    """For each part of a line how many are right of how many there are."""
    pairs: tuple[tuple[int, int], ...]
    """Which line of the truth was read as which."""


def scored_lines(truth: Sequence[Line], read: Sequence[Line]) -> LineScore:
    """The pairs that are alike most in all, and what is right in them."""
    pairs = matched(truth, read)
    found = dict(pairs)
    cells: dict[str, tuple[int, int]] = {}
    for cell in CELLS:
        there = [index for index, line in enumerate(truth) if getattr(line, cell) is not None]
        right = sum(
            index in found and cell_right(cell, truth[index], read[found[index]]) for index in there
        )
        cells[cell] = (right, len(there))
    return LineScore(
        truths=len(truth),
        read=len(read),
        right=sum(line_right(truth[one], read[other]) for one, other in pairs),
        cells=cells,
        pairs=tuple(pairs),
    )


def line_right(truth: Line, read: Line) -> bool:
    """Whether quantity, price and net amount are those of the truth, and the name is alike."""
    checked = ("quantity", "price", "net", "name")
    return all(getattr(truth, cell) is None or cell_right(cell, truth, read) for cell in checked)


def cell_right(cell: str, truth: Line, read: Line) -> bool:
    """Whether one part of a line is right."""
    one, other = getattr(truth, cell), getattr(read, cell)
    if other is None:
        return False
    match cell:
        case "name":
            return name_similarity(one, other) >= ALIKE_NAMES
        case "item_id":
            return plain_identifier(one) == plain_identifier(other)
        case "price":
            # The same price may be given for one or for a hundred.
            per, as_read = truth.base_quantity or ONE, read.base_quantity or ONE
            return bool(one * as_read == other * per)
        case _:
            return bool(one == other)


def name_similarity(truth: str, read: str) -> float:
    """How alike two names are, 0 to 1."""
    one, other = plain_text(truth), plain_text(read)
    return 1.0 if one == other else SequenceMatcher(None, one, other, autojunk=False).ratio()


def similarity(truth: Line, read: Line) -> float:
    """How alike two lines are, 0 to 1, over what the truth has."""
    total = score = 0.0
    for cell, weight in _WEIGHTS.items():
        one, other = getattr(truth, cell), getattr(read, cell)
        if one is None:
            continue
        total += weight
        if cell == "name":
            score += weight * name_similarity(one, other) if other else 0
        else:
            score += weight * cell_right(cell, truth, read)
    return score / total if total else 0.0


def matched(truth: Sequence[Line], read: Sequence[Line]) -> list[tuple[int, int]]:
    """The assignment with the greatest similarity in all; lines hardly alike are no pair."""
    pairs: list[tuple[int, int]] = []
    rest = list(range(len(read)))
    left: list[int] = []
    for index, line in enumerate(truth):
        equal = next((other for other in rest if similarity(line, read[other]) == 1.0), None)
        if equal is None:
            left.append(index)
        else:
            rest.remove(equal)
            pairs.append((index, equal))
    alike = [[similarity(truth[one], read[other]) for other in rest] for one in left]
    for row, column in best_assignment(alike):
        if alike[row][column] >= _LEAST:
            pairs.append((left[row], rest[column]))
    return sorted(pairs)


def best_assignment(gains: Sequence[Sequence[float]]) -> list[tuple[int, int]]:
    """Rows to columns, each once, with the greatest sum (Kuhn and Munkres, by potentials).

    >>> best_assignment([[0.9, 0.8], [0.8, 0.1]])
    [(0, 1), (1, 0)]
    """
    if not gains or not gains[0]:
        return []
    if len(gains) > len(gains[0]):
        turned = [list(column) for column in zip(*gains, strict=True)]
        return sorted((row, column) for column, row in best_assignment(turned))
    rows, columns = len(gains), len(gains[0])
    of_rows, of_columns = [0.0] * (rows + 1), [0.0] * (columns + 1)
    taken_by, way = [0] * (columns + 1), [0] * (columns + 1)
    for row in range(1, rows + 1):
        taken_by[0] = row
        column = 0
        least = [float("inf")] * (columns + 1)
        used = [False] * (columns + 1)
        while True:
            used[column] = True
            at, delta, following = taken_by[column], float("inf"), 0
            for other in range(1, columns + 1):
                if used[other]:
                    continue
                cost = -gains[at - 1][other - 1] - of_rows[at] - of_columns[other]
                if cost < least[other]:
                    least[other], way[other] = cost, column
                if least[other] < delta:
                    delta, following = least[other], other
            for other in range(columns + 1):
                if used[other]:
                    of_rows[taken_by[other]] += delta
                    of_columns[other] -= delta
                else:
                    least[other] -= delta
            column = following
            if taken_by[column] == 0:
                break
        while column:
            taken_by[column] = taken_by[way[column]]
            column = way[column]
    return sorted((taken_by[column] - 1, column - 1) for column in range(1, columns + 1)
                  if taken_by[column])  # fmt: skip
