"""Whether a confidence of 0.9 is right nine times in ten."""

from collections.abc import Iterable, Sequence
from itertools import pairwise

from msgspec import Struct

EDGES: tuple[float, ...] = (0.0, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 1.0)
"""Bounds of the bins; each holds its upper one. They are narrow where confidences crowd."""


class Bin(Struct, frozen=True):
    """The values with a confidence within bounds."""

    low: float
    """Above this."""
    high: float
    """Up to this."""
    count: int
    """How many."""
    confidence: float
    """Their mean confidence."""
    accuracy: float
    """The share of them that is right."""


class Calibration(Struct, frozen=True):
    """How far confidences can be believed."""

    count: int
    """Values with a confidence."""
    brier: float
    """Mean of (confidence − outcome)², the outcome 1 or 0."""
    ece: float
    """Expected calibration error: the mean distance of accuracy and confidence over the bins,
    each weighted by its values."""
    bins: tuple[Bin, ...]
    """The reliability table, without empty bins."""


def calibration(outcomes: Iterable[tuple[float, bool]]) -> Calibration:
    """Of pairs of a confidence and whether the value was right.

    >>> found = calibration([(0.9, True), (0.9, True), (0.9, False), (0.9, True)])
    >>> round(found.brier, 4), round(found.ece, 4)
    (0.21, 0.15)
    """
    pairs = list(outcomes)
    if not pairs:
        return Calibration(0, 0.0, 0.0, ())
    bins = [
        _bin(low, high, [each for each in pairs if _within(each[0], low, high)])
        for low, high in pairwise(EDGES)
    ]
    filled = tuple(each for each in bins if each.count)
    return Calibration(
        count=len(pairs),
        brier=sum((confidence - right) ** 2 for confidence, right in pairs) / len(pairs),
        ece=sum(each.count * abs(each.accuracy - each.confidence) for each in filled) / len(pairs),
        bins=filled,
    )


def _within(confidence: float, low: float, high: float) -> bool:
    return low < confidence <= high or (confidence <= 0.0 and low == 0.0)


def _bin(low: float, high: float, pairs: Sequence[tuple[float, bool]]) -> Bin:
    count = len(pairs)
    if not count:
        return Bin(low, high, 0, 0.0, 0.0)
    confidence = sum(each for each, _ in pairs) / count
    return Bin(low, high, count, confidence, sum(right for _, right in pairs) / count)


def coverage(outcomes: Sequence[tuple[float, int, int]], precision: float) -> tuple[int, float]:
    """How many can be accepted, the most certain first, while so many of their values are right.

    Each outcome is a confidence with the number of right values and of wrong ones behind it.
    Gives the count and the confidence of the last one; those equally certain come together.

    >>> coverage([(0.99, 1, 0), (0.9, 1, 0), (0.8, 0, 1)], 0.99)
    (2, 0.9)
    """
    ordered = sorted(outcomes, key=lambda each: -each[0])
    right = wrong = 0
    best = (0, 1.0)
    for index, (confidence, good, bad) in enumerate(ordered):
        right, wrong = right + good, wrong + bad
        last = index + 1 == len(ordered) or ordered[index + 1][0] < confidence
        if last and right >= precision * (right + wrong):
            best = (index + 1, confidence)
    return best
