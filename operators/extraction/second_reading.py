"""Two readings of one document as one: what both say was not misread; what only one says may be.

Both are understood by the same rules, so a second reading says nothing against a value that was
taken for another's: it makes a value as sure as it would be if its words had been typed, no surer.

>>> round(both_say(0.9, 0.9), 3), round(one_of_two(0.9, 0.6), 3)
(0.999, 0.789)
"""

from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from operators.extraction.doubtful import Line, was_read_again
from operators.extraction.paths import value_at
from operators.extraction.understood import FieldRead, Understood

ALIKE = 0.1
"""How often two readings that are both wrong say the same: engines seldom make the same mistake."""


def both_say(one: float, other: float, alike: float = ALIKE) -> float:
    """Probability that a value is right which two say, each right so often.

    Bayes' rule for two that err independently of each other, and of those that both err say the
    same so often.
    """
    right = one * other
    wrong = (1 - one) * (1 - other) * alike
    return right / (right + wrong) if right + wrong else 0.0


def one_of_two(said: float, against: float) -> float:
    """Probability that a value is right where another reading gives another one.

    Bayes' rule for readings that err independently of each other, and of those that both err say
    the same so often.
    """
    right = said * (1 - against)
    both_wrong = (1 - said) * (1 - against) * (1 - ALIKE)
    wrong = (1 - said) * against + both_wrong
    return right / (right + wrong) if right + wrong else 0.0


def confirmed(
    first: Understood,
    second: Understood,
    typed: Mapping[str, float],
    again: Sequence[Sequence[Line]] | None = None,
) -> tuple[FieldRead, ...]:
    """The fields of the first reading, as sure as they are in the light of the second.

    Of a field that the second does not have, or that it did not look at, nothing is learned.

    Args:
        first: The reading that counts.
        second: Another.
        typed: How sure each field of the first would be if no engine had had to read it.
        again: The lines of each page that were read a second time; None: all of them.
    """
    others = {found.field: found for found in second.fields}
    return tuple(
        found
        if again is not None and not was_read_again(found, first.kind, again)
        else replace(
            found, confidence=_confidence(found, others.get(found.field), first, second, typed)
        )
        for found in first.fields
    )


def _confidence(
    found: FieldRead,
    other: FieldRead | None,
    first: Understood,
    second: Understood,
    typed: Mapping[str, float],
) -> float:
    if other is None:
        return found.confidence
    if value_at(first.invoice, found.field) == value_at(second.invoice, found.field):
        return max(found.confidence, typed.get(found.field, 0.0))
    return one_of_two(found.confidence, other.confidence)
