"""From what a recogniser of lines says at each step to signs, their places, and the blanks between.

RapidOCR's models were mostly taught Chinese, which has no blanks, and leave many out. They see them
nevertheless: where a blank is, they hold one for possible, and the signs stand further apart.
"""

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from msgspec import Struct

Steps: TypeAlias = npt.NDArray[np.float32]
"""Probabilities: a row for each step along a line, a column for each sign; the first is none."""

_POSSIBLE, _APART = 0.01, 1.1
"""Probability of a blank between two signs, and their distance in usual ones, from which one is
there; fitted on invented receipts in the layouts for tuning."""
_HARDLY, _FAR_APART = 0.001, 1.5
"""The same where the distance speaks louder."""
_CLOSING = frozenset(".,:;)]%!?-/'’")
_WITHIN = frozenset(".,:-/'’(")


class LineSigns(Struct, frozen=True):
    """A line as recognised."""

    text: str
    """What it says."""
    places: tuple[float, ...]
    """Where the middle of each sign is, from 0, the line's beginning, to 1."""
    sure: tuple[float, ...]
    """Confidence in each sign."""

    @property
    def confidence(self) -> float:
        """Mean confidence of a sign."""
        return sum(self.sure) / len(self.sure) if self.sure else 0.0


def signs_of(steps: Steps, characters: Sequence[str], share: float) -> LineSigns:
    """The signs of a line.

    Args:
        steps: What the recogniser says.
        characters: The sign of each column.
        share: How much of the steps is the line; behind it is nothing.

    >>> steps = np.full((9, 3), 0.02, np.float32)
    >>> steps[:, 0], steps[[0, 2, 4, 8], 1] = 0.6, 0.9
    >>> signs_of(steps, ("", "a", " "), 1.0).text
    'aaa a'
    """
    best = steps.argmax(axis=1)
    kept = best != 0
    kept[1:] &= best[1:] != best[:-1]
    columns = np.flatnonzero(kept)
    signs = [characters[sign] for sign in best[columns].tolist()]
    sure = steps[columns, best[columns]].tolist()
    whole = max(len(steps) * share, 1.0)
    places = ((columns + 0.5) / whole).clip(0.0, 1.0).tolist()
    blank = steps[:, characters.index(" ")]
    found: list[tuple[str, float, float]] = []
    distances = np.diff(columns)
    usual = float(np.median(distances)) if len(distances) else 1.0
    for at, sign in enumerate(signs):
        if at and _parted(signs[at - 1], sign):
            between = float(blank[columns[at - 1] : columns[at] + 1].max())
            apart = float(distances[at - 1]) / usual
            if _is_blank(between, apart):
                found.append((" ", (places[at - 1] + places[at]) / 2, min(sure[at - 1], sure[at])))
        found.append((sign, places[at], sure[at]))
    return LineSigns(
        "".join(sign for sign, _, _ in found),
        tuple(place for _, place, _ in found),
        tuple(each for _, _, each in found),
    )


def _parted(one: str, other: str) -> bool:
    """Whether a blank that was not read may stand between two signs: never within a number."""
    if one.isspace() or other.isspace() or other in _CLOSING or "@" in (one, other):
        return False
    return not (other.isdigit() and (one.isdigit() or one in _WITHIN))


def _is_blank(probability: float, apart: float) -> bool:
    return (probability > _POSSIBLE and apart > _APART) or (
        probability > _HARDLY and apart > _FAR_APART
    )
