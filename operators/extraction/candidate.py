"""A value that may be a field's, with what speaks for it."""

from typing import Generic, TypeVar

from msgspec import Struct

from operators.extraction.document import Document
from operators.extraction.page import Box
from operators.extraction.rows import box_of

Value = TypeVar("Value")


class Evidence(Struct, frozen=True, gc=False):
    """What speaks for a value, each from -1 or 0 to 1: the features of its confidence."""

    label: float = 0.0
    """A label names it: 1 clearly, less where the label may mean other things."""
    near: float = 0.0
    """The label stands beside it (1) or over it (0.6)."""
    alone: float = 0.0
    """How far it is ahead of the next other value that could be the field's."""
    form: float = 0.0
    """It looks as such values do."""
    check: float = 0.0
    """Its check digits are right (1) or wrong (-1)."""
    sums: float = 0.0
    """Arithmetic with other values holds (1) or is broken (-1)."""
    lines: float = 0.0
    """The lines of the invoice come to it (1), or to something else (-1)."""
    repeated: float = 0.0
    """The same stands elsewhere on the pages, too."""
    vouched: float = 0.0
    """Something else in the document says that it is so: who holds the account, who has the rights,
    which country each identifier is of, what time of which only day it was."""
    known: float = 0.0
    """Master data say the same."""
    computed: float = 0.0
    """It stands nowhere but follows from others."""
    engine: float = 1.0
    """What the engine thinks of its words."""

    @property
    def typed(self) -> float:
        """1 where no engine had to look at its words: they are in a text layer."""
        return 1.0 if self.engine >= 1.0 else 0.0

    @property
    def clear(self) -> float:
        """1 where a label that means just this stands beside it, and nothing rivals it."""
        return max(self.label, 0.0) * self.near * self.alone

    @property
    def printed(self) -> float:
        """The same of what no engine had to look at."""
        return self.clear * self.typed

    @property
    def agreed(self) -> float:
        """1 where the sums hold, and the lines come to them."""
        return max(self.sums, 0.0) * max(self.lines, 0.0)

    @property
    def verified(self) -> float:
        """Its check digits, as far as they tell a misreading.

        What is typed with wrong ones was read as it stands there; to complain of it is for the
        branches.
        """
        return max(self.check, 0.0) if self.typed else self.check


class Candidate(Struct, Generic[Value], frozen=True):
    """A value for a field."""

    value: Value
    """The value."""
    score: float
    """Log odds that it is the field's, before other fields are looked at."""
    evidence: Evidence
    """What speaks for it."""
    row: int | None = None
    """Number of the row that it stands in; None when it stands nowhere."""
    text: str | None = None
    """As it stands there."""
    box: Box | None = None
    """Where."""


def placed(
    document: Document,
    value: Value,
    row: int,
    span: tuple[int, int],
    score: float,
    evidence: Evidence,
) -> Candidate[Value]:
    """A candidate that stands in a part of a row's text."""
    found = document.rows[row]
    start, end = span
    return Candidate(
        value=value,
        score=score,
        evidence=evidence,
        row=row,
        text=found.text[start:end].replace("\t", " "),
        box=box_of(found, start, end),
    )
