"""Where the values of an invoice stand, gathered while it is put together."""

from collections import Counter
from datetime import date
from functools import cached_property
from typing import TypeVar

from msgspec.structs import replace

from operators.extraction.candidate import Candidate, Evidence
from operators.extraction.confidence import confidence
from operators.extraction.document import Document
from operators.extraction.folded import key
from operators.extraction.page import Box
from operators.extraction.understood import FieldRead, Obtained

Value = TypeVar("Value")

_TELLING = 4
"""Letters and digits that a text must have for its repetition to say anything."""


class Reads:
    """The fields read so far, each with what speaks for it."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self.fields: list[FieldRead] = []
        self.evidence: dict[str, Evidence] = {}

    def take(self, field: str, candidate: Candidate[Value] | None) -> Value | None:
        """The value of a candidate, noted under the path of its field; None without one."""
        if candidate is None:
            return None
        evidence = replace(candidate.evidence, repeated=self._repeated(candidate))
        self.note(field, evidence, candidate.row, candidate.box, candidate.text)
        return candidate.value

    def repeated(self, text: str, row: int | None) -> float:
        """Whether a text stands in other rows, too."""
        folded = key(text)
        if len(folded) < _TELLING:
            return 0.0
        return float(any(folded in each for at, each in enumerate(self._rows) if at != row))

    def _repeated(self, candidate: Candidate[Value]) -> float:
        """Whether a value stands elsewhere, too; one that was computed, anywhere."""
        others = 0 if candidate.row is None else 1
        match candidate.value:
            case int():
                return float(self._amounts[abs(candidate.value)] > others)
            case date():
                return float(self._days[candidate.value] > others)
            case str():
                return self.repeated(candidate.value, candidate.row)
            case _:
                return 0.0

    @cached_property
    def _rows(self) -> list[str]:
        return [key(row.text) for row in self._document.rows]

    @cached_property
    def _amounts(self) -> Counter[int]:
        return Counter(abs(each.amount) for each in self._document.figures if not each.percent)

    @cached_property
    def _days(self) -> Counter[date]:
        return Counter(each.day for each in self._document.days)

    def forget(self, field: str) -> None:
        """Takes a note back, where a better value is to be noted."""
        if self.evidence.pop(field, None) is not None:
            self.fields = [each for each in self.fields if each.field != field]

    def note(
        self,
        field: str,
        evidence: Evidence,
        row: int | None = None,
        box: Box | None = None,
        text: str | None = None,
        obtained: Obtained | None = None,
    ) -> None:
        """Notes a value: read where its row is known, computed otherwise."""
        self.evidence[field] = evidence
        self.fields.append(
            FieldRead(
                field=field,
                confidence=confidence(field, evidence),
                obtained=obtained or (self._document.reader if row is not None else "ARITHMETIC"),
                page=self._document.page_of(row) if row is not None else None,
                box=box if row is not None else None,
                text=text if row is not None else None,
            )
        )
