"""What comes of a question to the language model."""

from typing import Literal, TypeAlias

from msgspec import Struct

from operators.extraction.asking import Answer
from operators.extraction.spending import Usage
from operators.money import Amount

Absence: TypeAlias = Literal[
    "no_key",
    "document_budget",
    "day_budget",
    "budget_unknown",
    "away",
    "declined",
    "cut_off",
    "not_as_agreed",
]
"""Why there is no answer."""


class Reply(Struct, frozen=True):
    """What came of a question, and what it took."""

    answer: Answer | None = None
    """None when there is none."""
    absence: Absence | None = None
    """Why there is none."""
    reason: str | None = None
    """The same in words."""
    usage: Usage = Usage()
    """Tokens, as the service counts them."""
    cost: Amount = 0
    """Their price."""
    seconds: float = 0.0
    """From question to reply."""
    attempts: int = 0
    """How often the question was sent."""


class Called(Struct):
    """What came of a question that was sent."""

    answer: Answer | None = None
    absence: Absence | None = None
    reason: str | None = None
    usage: Usage = Usage()
    attempts: int = 0
    unanswered: int = 0
    """Attempts of which nobody knows what they have cost."""
