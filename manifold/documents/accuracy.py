"""How often fields and lines are right."""

from collections import Counter
from collections.abc import Iterable, Sequence

from msgspec import Struct

from manifold.documents.acceptance import PRECISION
from manifold.documents.calibration import coverage
from manifold.documents.line_matching import CELLS
from manifold.documents.score import Scored


class OfField(Struct, frozen=True):
    """A field over all documents."""

    field: str
    """Its name."""
    truths: int
    """Documents that have it."""
    right: int
    """Read as it is."""
    wrong: int
    """Read as something else."""
    missed: int
    """Not read."""
    invented: int
    """Read where there is none."""
    accuracy: float | None
    """Right of those that have it; None when none has."""
    acceptable: float | None
    """Share of those that have it that can be accepted, the most certain first, at PRECISION."""


class OfLines(Struct, frozen=True):
    """The lines of all documents."""

    truths: int
    """Lines there are."""
    read: int
    """Lines that were read."""
    right: int
    """Lines read whole."""
    precision: float
    """Right of those read."""
    recall: float
    """Right of those there are."""
    f1: float
    """Their harmonic mean."""
    cells: dict[str, float]
    """Share of each part of lines that is right."""


def of_field(name: str, documents: Sequence[Scored]) -> OfField:
    """One field over all documents."""
    found = [each for document in documents for each in document.fields if each.field == name]
    counts = Counter(each.outcome for each in found)
    truths = counts["right"] + counts["wrong"] + counts["missed"]
    read = [
        (each.confidence, int(each.outcome == "right"), int(each.outcome != "right"))
        for each in found
        if each.confidence is not None
    ]
    return OfField(
        field=name,
        truths=truths,
        right=counts["right"],
        wrong=counts["wrong"],
        missed=counts["missed"],
        invented=counts["invented"],
        accuracy=counts["right"] / truths if truths else None,
        acceptable=coverage(read, PRECISION)[0] / truths if truths else None,
    )


def of_lines(documents: Iterable[Scored]) -> OfLines:
    """The lines of all documents."""
    scores = [each.lines for each in documents if each.lines is not None]
    truths, read = sum(each.truths for each in scores), sum(each.read for each in scores)
    right = sum(each.right for each in scores)
    cells: dict[str, float] = {}
    for cell in CELLS:
        there = sum(each.cells[cell][1] for each in scores)
        if there:
            cells[cell] = sum(each.cells[cell][0] for each in scores) / there
    return OfLines(
        truths=truths,
        read=read,
        right=right,
        precision=right / read if read else 0.0,
        recall=right / truths if truths else 0.0,
        f1=2 * right / (truths + read) if truths + read else 0.0,
        cells=cells,
    )
