"""The scores of many documents in one report."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from math import ceil

from msgspec import Struct

from manifold.documents.acceptance import Accepted, at_gate, at_precision
from manifold.documents.accuracy import OfField, OfLines, of_field, of_lines
from manifold.documents.calibration import Calibration, calibration
from manifold.documents.fields import FIELDS, RECEIPT_FIELDS
from manifold.documents.held_back import HeldBack, held_back
from manifold.documents.score import FieldScore, Scored

_WORST = 12
_ORDER = [field.name for field in (*FIELDS, *RECEIPT_FIELDS)]
_GROUPS = ("kind", "difficulty", "language", "layout")


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
    """Those that the gate accepts as the flow does."""
    held_back: tuple[HeldBack, ...]
    """What kept the others from being accepted."""
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
        fields=tuple(of_field(name, documents) for name in names),
        lines=of_lines(documents),
        at_precision=at_precision(documents),
        at_gate=at_gate(documents),
        held_back=held_back(documents),
        calibration=calibration(_outcomes(documents)),
        median_seconds=percentile(seconds, 0.5),
        p95_seconds=percentile(seconds, 0.95),
        mean_cost=sum(each.cost for each in documents) / len(documents) if documents else 0.0,
        groups=tuple(_groups(documents)),
        worst=tuple(_worst(documents)),
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
    lines = of_lines(members)
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
        accepted=at_gate(members).share,
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
