"""Where the values of an invoice stand, gathered while it is put together."""

from typing import TypeVar

from operators.extraction.candidate import Candidate, Evidence
from operators.extraction.confidence import confidence
from operators.extraction.document import Document
from operators.extraction.page import Box
from operators.extraction.understood import FieldRead, Obtained

Value = TypeVar("Value")


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
        self.note(field, candidate.evidence, candidate.row, candidate.box, candidate.text)
        return candidate.value

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
