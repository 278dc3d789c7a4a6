"""What was read of a document against what is known about it."""

from collections.abc import Mapping
from typing import Literal, TypeAlias

from msgspec import Struct

from manifold.documents.fields import Field
from manifold.documents.known import Known
from manifold.documents.line_matching import LineScore, cell_right, scored_lines
from operators.extraction.outcome import DocumentRead
from operators.extraction.understood import FieldRead

Outcome: TypeAlias = Literal["right", "wrong", "missed", "invented"]
"""As known; something else; nothing although there is something; something although there is
nothing."""

_TOTALS = ("totals.gross", "totals.payable", "total")
_CERTAIN = ("XML", "EMBEDDED_XML")
_LINE_CELLS = ("quantity", "price", "net")


class FieldScore(Struct, frozen=True):
    """How a field of a document fared."""

    field: str
    """Its name."""
    outcome: Outcome
    """What came of it."""
    key: bool
    """Whether acceptance depends on it."""
    confidence: float | None = None
    """Of what was read; None when nothing was."""
    page: int | None = None
    """Page on which it was read."""


class Scored(Struct, frozen=True):
    """How a document fared."""

    name: str
    """The document's file."""
    header: Mapping[str, str]
    """Kind, language, layout, difficulty, as far as they are told."""
    fields: tuple[FieldScore, ...]
    """Its fields."""
    lines: LineScore | None
    """Its lines; None when they are not known."""
    line_outcomes: tuple[tuple[float, bool], ...] = ()
    """Confidence of quantities, prices and amounts of lines, and whether they are right."""
    certainty: float | None = None
    """The lowest confidence among its key fields that were read; None when there is no date or no
    total, so that nobody would accept it."""
    accepted: bool = False
    """Whether the gate let it through without a person."""
    doubtful: tuple[str, ...] = ()
    """Fields that kept it from being accepted: missing, or not sure enough."""
    refused: str | None = None
    """Why it was not read at all."""
    seconds: float = 0.0
    """Time the reading took."""
    cost: float = 0.0
    """What the reading cost, in US dollars."""

    @property
    def mistakes(self) -> tuple[FieldScore, ...]:
        """The fields that are not right."""
        return tuple(each for each in self.fields if each.outcome != "right")


def scored(
    name: str,
    known: Known,
    read: DocumentRead | None,
    refused: str | None = None,
    seconds: float = 0.0,
    cost: float = 0.0,
) -> Scored:
    """The score of a document; `read` is None when it was refused."""
    fields = tuple(
        each for field in known.fields if (each := _field(field, known, read)) is not None
    )
    lines = None
    outcomes: tuple[tuple[float, bool], ...] = ()
    if known.has_lines:
        lines = scored_lines(known.lines, () if read is None else read.invoice.lines)
        outcomes = _line_outcomes(known, lines, read)
    return Scored(
        name=name,
        header=known.header,
        fields=fields,
        lines=lines,
        line_outcomes=outcomes,
        certainty=None if read is None else certainty(known.fields, read),
        accepted=read is not None and read.step.action == "ACCEPT",
        doubtful=() if read is None else read.step.doubtful,
        refused=refused,
        seconds=seconds,
        cost=cost,
    )


def certainty(fields: tuple[Field, ...], read: DocumentRead) -> float | None:
    """What a gate would look at: the lowest confidence of the key fields that were read."""
    there = {field.name for field in fields if field.of(read.invoice) is not None}
    if "issue_date" not in there or there.isdisjoint(_TOTALS):
        return None
    return min(
        confidence_of(field, read)[0] for field in fields if field.key and field.name in there
    )


def confidence_of(field: Field, read: DocumentRead) -> tuple[float, int | None]:
    """The lowest confidence of a field's parts, and its page; 0 for what has none stated.

    XML is certain, whether or not its values were found on a page.
    """
    if read.reading.route in _CERTAIN:
        return 1.0, None
    found: list[FieldRead] = []
    for path in field.paths:
        prefix = path.endswith((".", "["))
        for each in read.reading.fields:
            if each.field == path or (prefix and each.field.startswith(path)):
                found.append(each)
        if found and not prefix:
            break
    if not found:
        return 0.0, None
    least = min(found, key=lambda each: each.confidence)
    return least.confidence, least.page


def _field(field: Field, known: Known, read: DocumentRead | None) -> FieldScore | None:
    truth = known.values.get(field.name)
    value = None if read is None else field.of(read.invoice)
    if value is None or read is None:
        return None if truth is None else FieldScore(field.name, "missed", field.key)
    confidence, page = confidence_of(field, read)
    outcome: Outcome
    if truth is not None:
        outcome = "right" if field.same(truth, value) else "wrong"
    else:
        unsaid = known.unsaid.get(field.name)
        if not known.complete or (unsaid is not None and field.same(unsaid, value)):
            return None
        if field.name == "totals.lines_net" and not known.has_lines:
            # Where the lines are not known, neither is what they come to.
            return None
        outcome = "invented"
    return FieldScore(field.name, outcome, field.key, confidence, page)


def _line_outcomes(
    known: Known, lines: LineScore, read: DocumentRead | None
) -> tuple[tuple[float, bool], ...]:
    if read is None:
        return ()
    stated = {each.field: each.confidence for each in read.reading.fields}
    found = []
    for one, other in lines.pairs:
        truth, line = known.lines[one], read.invoice.lines[other]
        for cell in _LINE_CELLS:
            confidence = stated.get(f"lines[{other}].{cell}")
            if confidence is not None and getattr(truth, cell) is not None:
                found.append((confidence, cell_right(cell, truth, line)))
    return tuple(found)
