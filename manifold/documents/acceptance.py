"""Documents that can be accepted without a person, and how right they then are."""

from collections.abc import Sequence

from msgspec import Struct

from manifold.documents.calibration import coverage
from manifold.documents.score import Scored
from operators.extraction.gate import Gates

PRECISION = 0.99
"""What the accepted has to reach."""
GATE = Gates().accept
"""Confidence from which on a policy usually accepts without another look."""


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


def at_precision(documents: Sequence[Scored]) -> Accepted:
    """As many as can be accepted, the most certain first, at PRECISION."""
    certain = [(each.certainty, *_keys(each)) for each in documents if each.certainty is not None]
    count, threshold = coverage(certain, PRECISION)
    least = threshold if count else 2.0
    passed = [each for each in documents if each.certainty is not None and each.certainty >= least]
    return _accepted(passed, documents, least)


def at_gate(documents: Sequence[Scored]) -> Accepted:
    """Those that the gate lets through, as it does in the flow."""
    return _accepted([each for each in documents if each.accepted], documents, GATE)


def _accepted(passed: Sequence[Scored], documents: Sequence[Scored], threshold: float) -> Accepted:
    right = sum(_keys(each)[0] for each in passed)
    wrong = sum(_keys(each)[1] for each in passed)
    return Accepted(
        documents=len(passed),
        share=len(passed) / len(documents) if documents else 0.0,
        threshold=min(threshold, 1.0),
        precision=right / (right + wrong) if right + wrong else None,
        missed=sum(each.key and each.outcome == "missed" for one in passed for each in one.fields),
    )


def _keys(document: Scored) -> tuple[int, int]:
    """Key fields read, the right ones and the others."""
    read = [each for each in document.fields if each.key and each.confidence is not None]
    right = sum(each.outcome == "right" for each in read)
    return right, len(read) - right
