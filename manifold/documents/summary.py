"""The scores of many documents in one report."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from math import ceil

from msgspec import Struct

from manifold.documents.calibration import Calibration, calibration, coverage
from manifold.documents.fields import FIELDS, RECEIPT_FIELDS
from manifold.documents.line_matching import CELLS
from manifold.documents.score import FieldScore, Scored

PRECISION = 0.99
"""What the accepted has to reach."""
GATE = 0.98
"""Confidence from which on the policy accepts without another look."""
_WORST = 12
_ORDER = [field.name for field in (*FIELDS, *RECEIPT_FIELDS)]
_GROUPS = ("kind", "difficulty", "language", "layout")


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


class Accepted(Struct, frozen=True):
    """Documents that need no person."""

    documents: int
    """How many."""
    share: float
    """Of all documents."""
    threshold: float
    """Lowest confidence among them."""
    precision: float | None
    """Share of their key fields, as read, that is right; None when there are none."""
    missed: int
    """Key fields that they have and that were not read."""


class OfGroup(Struct, frozen=True):
    """The documents of a kind, a difficulty, a language or a layout."""

    group: str
    """By what they are grouped."""
    value: str
    """Which ones."""
    documents: int
    """How many."""
    number: float | None
    """Accuracy of the number."""
    date: float | None
    """Accuracy of the issue date."""
    gross: float | None
    """Accuracy of the total with VAT, or of a receipt's total."""
    net_tax: float | None
    """Accuracy of net and tax."""
    seller: float | None
    """Accuracy of the seller's name."""
    lines_f1: float | None
    """F1 of the lines."""
    accepted: float
    """Share that passes the gate."""
    median_seconds: float
    """Median time."""


class Worst(Struct, frozen=True):
    """A document with many mistakes."""

    name: str
    """Its file."""
    fields: int
    """Fields that are not right."""
    lines: int
    """Lines that are not right."""
    mistakes: tuple[str, ...]
    """Each with its page, where it was read on one."""
    refused: str | None
    """Why it was not read."""


class Report(Struct, frozen=True):
    """What came of it."""

    documents: int
    """Documents scored."""
    refused: dict[str, int]
    """Those that were not read, by reason."""
    fields: tuple[OfField, ...]
    """Accuracy by field."""
    lines: OfLines
    """Lines."""
    at_precision: Accepted
    """As many documents as can be accepted at PRECISION."""
    at_gate: Accepted
    """Those that the policy's GATE accepts."""
    calibration: Calibration
    """Of all confidences stated."""
    median_seconds: float
    """Median time of a document."""
    p95_seconds: float
    """95 of 100 documents take no longer."""
    mean_cost: float
    """US dollars a document."""
    groups: tuple[OfGroup, ...]
    """By kind, difficulty, language, layout."""
    worst: tuple[Worst, ...]
    """Where to look first."""


def report(documents: Sequence[Scored]) -> Report:
    """The scores in one."""
    there = {each.field for document in documents for each in document.fields}
    names = [each for each in dict.fromkeys(_ORDER) if each in there]
    seconds = [each.seconds for each in documents]
    reasons = Counter(each.refused for each in documents if each.refused is not None)
    return Report(
        documents=len(documents),
        refused=dict(reasons),
        fields=tuple(_of_field(name, documents) for name in names),
        lines=_of_lines(documents),
        at_precision=_at_precision(documents),
        at_gate=_accepted(documents, GATE),
        calibration=calibration(_outcomes(documents)),
        median_seconds=percentile(seconds, 0.5),
        p95_seconds=percentile(seconds, 0.95),
        mean_cost=sum(each.cost for each in documents) / len(documents) if documents else 0.0,
        groups=tuple(_groups(documents)),
        worst=tuple(_worst(documents)),
    )


def _of_field(name: str, documents: Sequence[Scored]) -> OfField:
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


def _of_lines(documents: Iterable[Scored]) -> OfLines:
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


def _keys(document: Scored) -> tuple[int, int]:
    """Key fields read, the right ones and the others."""
    read = [each for each in document.fields if each.key and each.confidence is not None]
    right = sum(each.outcome == "right" for each in read)
    return right, len(read) - right


def _at_precision(documents: Sequence[Scored]) -> Accepted:
    certain = [(each.certainty, *_keys(each)) for each in documents if each.certainty is not None]
    count, threshold = coverage(certain, PRECISION)
    return _accepted(documents, threshold if count else 2.0)


def _accepted(documents: Sequence[Scored], threshold: float) -> Accepted:
    passed = [
        each for each in documents if each.certainty is not None and each.certainty >= threshold
    ]
    right = sum(_keys(each)[0] for each in passed)
    wrong = sum(_keys(each)[1] for each in passed)
    return Accepted(
        documents=len(passed),
        share=len(passed) / len(documents) if documents else 0.0,
        threshold=min(threshold, 1.0),
        precision=right / (right + wrong) if right + wrong else None,
        missed=sum(each.key and each.outcome == "missed" for one in passed for each in one.fields),
    )


def _outcomes(documents: Iterable[Scored]) -> Iterable[tuple[float, bool]]:
    for document in documents:
        for each in document.fields:
            if each.confidence is not None:
                yield each.confidence, each.outcome == "right"
        yield from document.line_outcomes


def _groups(documents: Sequence[Scored]) -> Iterable[OfGroup]:
    for group in _GROUPS:
        values = sorted({each.header[group] for each in documents if group in each.header})
        for value in values:
            members = [each for each in documents if each.header.get(group) == value]
            yield _of_group(group, value, members)


def _of_group(group: str, value: str, members: Sequence[Scored]) -> OfGroup:
    lines = _of_lines(members)
    return OfGroup(
        group=group,
        value=value,
        documents=len(members),
        number=_accuracy(members, lambda each: each.field == "number"),
        date=_accuracy(members, lambda each: each.field == "issue_date"),
        gross=_accuracy(members, lambda each: each.field in ("totals.gross", "total")),
        net_tax=_accuracy(members, lambda each: each.field in ("totals.net", "totals.tax")),
        seller=_accuracy(members, lambda each: each.field == "seller.name"),
        lines_f1=lines.f1 if lines.truths else None,
        accepted=_accepted(members, GATE).share,
        median_seconds=percentile([each.seconds for each in members], 0.5),
    )


def _accuracy(members: Iterable[Scored], wanted: Callable[[FieldScore], bool]) -> float | None:
    found = [
        each.outcome == "right"
        for member in members
        for each in member.fields
        if wanted(each) and each.outcome != "invented"
    ]
    return sum(found) / len(found) if found else None


def _worst(documents: Iterable[Scored]) -> Iterable[Worst]:
    for each in sorted(documents, key=lambda one: (-_weight(one), one.name))[:_WORST]:
        if _weight(each):
            yield Worst(
                name=each.name,
                fields=len(each.mistakes),
                lines=_wrong_lines(each),
                mistakes=tuple(_told(mistake) for mistake in each.mistakes),
                refused=each.refused,
            )


def _weight(document: Scored) -> int:
    """Mistakes, those in key fields threefold, those in lines at most five."""
    fields = sum(3 if each.key else 1 for each in document.mistakes)
    return fields + min(5, _wrong_lines(document))


def _wrong_lines(document: Scored) -> int:
    lines = document.lines
    return 0 if lines is None else max(lines.truths, lines.read) - lines.right


def _told(mistake: FieldScore) -> str:
    where = f" on page {mistake.page}" if mistake.page is not None else ""
    return f"{mistake.field} {mistake.outcome}{where}"


def percentile(values: Sequence[float], part: float) -> float:
    """The smallest of the values that so many of them do not exceed; 0 when there are none.

    >>> percentile([3.0, 1.0, 2.0], 0.5), percentile([1.0, 2.0], 0.95)
    (2.0, 2.0)
    """
    ordered = sorted(values)
    if not ordered:
        return 0.0
    return ordered[max(0, ceil(part * len(ordered)) - 1)]
