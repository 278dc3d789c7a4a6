"""What of a language model's answer is accepted: values that stand where it says, and agree.

Whatever a document or a model says, an answer can bring nothing but values of fields that were
asked for, as they stand on the page; the rest is refused with a reason.

>>> from operators.extraction.asking import Answer, Cited, question
>>> from operators.extraction.numbered import numbered_lines
>>> from operators.extraction.page import Box, Page, Word
>>> page = Page(300, 100, (Word("Total", Box(10, 10, 40, 20)), Word("19,90", Box(45, 10, 80, 20))))
>>> asked = question(numbered_lines([page]), ["totals.gross"])
>>> judged = judge(asked, Answer((Cited("totals.gross", 1, "19,90", "19.90"),), ()))
>>> judged.values, judged.fields[0].page
({'totals.gross': 1990000000}, 1)
>>> judge(asked, Answer((Cited("totals.gross", 1, "1,00", "1.00"),), ())).refused[0].reason
'not_on_line'
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Literal, TypeAlias

from msgspec import Struct

from operators.extraction.agreement import agreement, product_agrees, rows_agree
from operators.extraction.asking import FIELDS, GROUPS, Answer, Asked, Cited, Question, Row
from operators.extraction.locating import found
from operators.extraction.meaning import Value, chosen, ibans, readings
from operators.extraction.numbered import NumberedLine
from operators.extraction.rows import box_of, sureness
from operators.extraction.understood import FieldRead
from operators.money import Amount

Refusal: TypeAlias = Literal[
    "not_asked",
    "given_twice",
    "no_such_line",
    "not_on_line",
    "turned_text",
    "unparsable",
    "not_what_it_says",
    "several_accounts",
    "contradicts_arithmetic",
]
"""Why a value is not accepted."""

CITED = 0.90
"""Confidence in a value that stands where the model says."""
AGREEING = 0.985
"""The same when it takes part in a sum that comes out, with a total in it that was sure before."""


class Refused(Struct, frozen=True):
    """A value that is not accepted; the value itself is not repeated."""

    field: str
    """Its path; a name that is none of those that can be asked for is left out."""
    reason: Refusal
    """Why."""


class Judged(Struct, frozen=True):
    """What has become of an answer."""

    values: Mapping[str, Value]
    """Accepted values by their paths in the invoice record."""
    fields: tuple[FieldRead, ...]
    """Where each of them stands, and how sure it is."""
    refused: tuple[Refused, ...]
    """What was not accepted."""


class _Found(Struct, frozen=True):
    """A value that stands where the model says."""

    value: Value
    line: NumberedLine
    start: int
    end: int

    def read(self, field: str, confidence: float) -> FieldRead:
        return FieldRead(
            field=field,
            confidence=confidence * sureness(self.line, self.start, self.end),
            obtained="MODEL",
            page=self.line.page,
            box=box_of(self.line, self.start, self.end),
            text=self.line.text[self.start : self.end],
        )


def judge(question: Question, answer: Answer) -> Judged:
    """Accept of an answer what stands on the lines it cites and does not contradict the rest."""
    return _Judge(question).judged(answer)


class _Judge:
    """One answer being looked through."""

    def __init__(self, question: Question) -> None:
        self._question = question
        self._lines = dict(enumerate(question.lines, 1))
        self._accepted: dict[str, _Found] = {}
        self._refused: list[Refused] = []
        self._agreeing: set[str] = set()

    def judged(self, answer: Answer) -> Judged:
        values = dict.fromkeys(answer.values)
        given = Counter(cited.field for cited in values)
        for cited in values:
            asked = FIELDS.get(cited.field) if cited.field in self._question.asked else None
            if asked is None:
                self._refuse(cited.field if cited.field in FIELDS else "", "not_asked")
            elif given[cited.field] > 1:
                self._refuse(cited.field, "given_twice")
            else:
                self._look(cited.field, asked, cited, set())
        totals = self._totals()
        for group in GROUPS:
            self._group(group, [row for row in answer.rows if row.group == group], totals)
        if any(row.group not in GROUPS for row in answer.rows):
            self._refuse("", "not_asked")
        return Judged(
            values={field: each.value for field, each in self._accepted.items()},
            fields=tuple(
                each.read(field, AGREEING if field in self._agreeing else CITED)
                for field, each in self._accepted.items()
            ),
            refused=tuple(self._refused),
        )

    def _refuse(self, field: str, reason: Refusal) -> None:
        self._refused.append(Refused(field, reason))
        self._accepted.pop(field, None)

    def _look(self, field: str, asked: Asked, cited: Cited, taken: set[tuple[int, int]]) -> None:
        """Accept a value that stands on the line it cites, at a place that is not taken."""
        looked = self._found(asked, cited, taken)
        if isinstance(looked, str):
            self._refuse(field, looked)
        else:
            taken.add((looked.line.number, looked.start))
            self._accepted[field] = looked

    def _found(self, asked: Asked, cited: Cited, taken: set[tuple[int, int]]) -> _Found | Refusal:
        line = self._lines.get(cited.line)
        if line is None:
            return "no_such_line"
        if line.turned:
            return "turned_text"
        places = found(cited.text, line.text, asked.kind)
        place = next((each for each in places if (line.number, each[0]) not in taken), None)
        if place is None:
            return "not_on_line"
        may_be = readings(asked.kind, line.text[slice(*place)])
        if not may_be:
            return "unparsable"
        value = chosen(asked.kind, may_be, cited.value)
        if value is None:
            return "not_what_it_says"
        if asked.kind == "iban" and len(ibans(each.text for each in self._question.lines)) > 1:
            return "several_accounts"
        return _Found(value, line, *place)

    def _totals(self) -> dict[str, Amount]:
        """The totals that agree, after those that do not have been refused."""
        known, given = self._question.known, _amounts(self._accepted)
        for field in agreement(given, known).failing & given.keys():
            self._refuse(field, "contradicts_arithmetic")
        given = _amounts(self._accepted)
        self._agreeing |= agreement(given, known).holding & given.keys()
        return {**known, **given}

    def _group(self, group: str, rows: list[Row], totals: Mapping[str, Amount]) -> None:
        """Accept the rows of a group together: a list that does not come out is a wrong list."""
        if rows and group not in self._question.asked:
            self._refuse(group, "not_asked")
            return
        before = set(self._accepted)
        everywhere: dict[str, set[tuple[int, int]]] = {}
        amounts: list[dict[str, Amount]] = []
        for row in rows:
            path = f"{group}[{len(amounts)}]"
            if self._row(path, row, everywhere):
                amounts.append(_amounts(self._accepted, f"{path}."))
        agree = rows_agree(group, amounts, totals)
        added = [field for field in self._accepted if field not in before]
        if agree is False:
            for field in added:
                self._refuse(field, "contradicts_arithmetic")
        elif rows_agree(group, amounts, self._question.known):
            self._agreeing.update(_in_sum(group, amounts))

    def _row(self, path: str, row: Row, everywhere: dict[str, set[tuple[int, int]]]) -> bool:
        """Whether there is something in a row; no two may take a column from the same place."""
        columns = GROUPS[row.group]
        given = Counter(cell.field for cell in row.cells)
        here: set[tuple[int, int]] = set()
        for cell in row.cells:
            asked = columns.get(cell.field)
            if asked is None:
                self._refuse(path, "not_asked")
            elif given[cell.field] > 1:
                self._refuse(f"{path}.{cell.field}", "given_twice")
            else:
                taken = here | everywhere.setdefault(cell.field, set())
                before = set(taken)
                self._look(f"{path}.{cell.field}", asked, cell, taken)
                here |= taken - before
                everywhere[cell.field] |= taken - before
        return any(field.startswith(f"{path}.") for field in self._accepted)


def _amounts(accepted: Mapping[str, _Found], prefix: str = "totals.") -> dict[str, Amount]:
    """Accepted amounts below a path; totals by their whole path, columns by their names."""
    keep = "" if prefix == "totals." else prefix
    return {
        field.removeprefix(keep): each.value
        for field, each in accepted.items()
        if field.startswith(prefix) and isinstance(each.value, int)
    }


def _in_sum(group: str, amounts: Iterable[Mapping[str, Amount]]) -> Iterable[str]:
    """Paths of the amounts that take part in sums which come out."""
    for number, row in enumerate(amounts):
        path = f"{group}[{number}]"
        if group == "vat_breakdown":
            yield from (f"{path}.{column}" for column in row)
            continue
        yield f"{path}.net"
        if {"quantity", "price", "net"} <= row.keys() and product_agrees(
            row["quantity"], row["price"], row["net"]
        ):
            yield from (f"{path}.quantity", f"{path}.price")
