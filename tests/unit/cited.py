"""Questions about a small invoice, and answers to them."""

from operators.extraction.asking import Answer, Cited, Question, Row, question
from operators.extraction.citing import Judged, judge
from operators.extraction.numbered import numbered_lines
from operators.extraction.page import Box, Page, Word
from operators.money import parse

IBAN, OTHER_IBAN = "DE89370400440532013000", "FR1420041010050500013M02606"

INVOICE = """\
Mill & Co
Invoice R-17   Date 03.04.2026
2   Nails   5,00   10,00
1   Hammer   90,00   90,00
Net   100,00
VAT 19 %   19,00
Total EUR   119,00
"""


def page_of(text: str, confidence: float = 1.0) -> Page:
    """A page with these lines; three spaces are a wide gap."""
    words = []
    for row, line in enumerate(text.splitlines()):
        left = 10.0
        for part in line.split("   "):
            for word in part.split(" "):
                right = left + 5 * len(word)
                words.append(Word(word, Box(left, 20.0 * row, right, 20.0 * row + 10), confidence))
                left = right + 4
            left += 30
    return Page(600, 800, tuple(words))


def asked(text: str, *fields: str, **known: str) -> Question:
    certain = {f"totals.{name}": parse(value) for name, value in known.items()}
    found = question(numbered_lines([page_of(text)]), fields, certain)
    assert found is not None
    return found


def judged(
    asked_for: Question, *values: tuple[str, int, str, str], rows: tuple[Row, ...] = ()
) -> Judged:
    return judge(asked_for, Answer(tuple(Cited(*value) for value in values), rows))


def reasons(judgement: Judged) -> dict[str, str]:
    return {refused.field: refused.reason for refused in judgement.refused}


def line_row(number: int, **cells: tuple[str, str]) -> Row:
    return Row("lines", tuple(Cited(name, number, *cell) for name, cell in cells.items()))


NAILS = line_row(
    3, quantity=("2", "2"), name=("Nails", "Nails"), price=("5,00", "5"), net=("10,00", "10")
)
HAMMER = line_row(
    4, quantity=("1", "1"), name=("Hammer", "Hammer"), price=("90,00", "90"), net=("90,00", "90")
)
