"""A document laid out: its rows with the labels, amounts and days that stand in them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from msgspec import Struct
from msgspec.structs import replace

from operators.extraction.currency import currency_of
from operators.extraction.dates import DateWritten, dates_in, day_of
from operators.extraction.day_order import DayOrder, day_order
from operators.extraction.gaps import parted, usual_gap
from operators.extraction.hints import Hints, index_of, with_own
from operators.extraction.labels import Label, kinds_in, labels_in
from operators.extraction.language import language_of
from operators.extraction.links import by_row
from operators.extraction.numbers import Sign, Written, decimal_sign, read, written_in
from operators.extraction.page import Box, Page, Reader
from operators.extraction.qualified import qualified
from operators.extraction.rows import Cell, Row, box_of, cells_of, rows_of, sureness
from operators.money import Amount


class Figure(Struct, frozen=True, gc=False):
    """A number on a page."""

    row: int
    """Number of its row."""
    start: int
    """Where it begins in the row's text."""
    end: int
    """Where it ends there."""
    box: Box
    """Where it stands."""
    text: str
    """As it stands there."""
    amount: Amount
    """Its value."""
    decimals: int
    """How many decimal places it is written with."""
    percent: bool
    """Whether a percent sign follows."""
    money: bool
    """Whether a sign of a currency stands beside it."""
    confidence: float
    """That it is what stands there: of the engine, less where it had to be mended."""


class Day(Struct, frozen=True, gc=False):
    """A date on a page."""

    row: int
    """Number of its row."""
    start: int
    """Where it begins in the row's text."""
    end: int
    """Where it ends there."""
    box: Box
    """Where it stands."""
    text: str
    """As it stands there."""
    day: date
    """The day."""
    weak: bool
    """Believed only where a label asks for a date."""
    either: bool
    """Whether day and month may be the other way round, for all that the document says."""
    confidence: float
    """Of the engine."""


class Document(Struct, frozen=True):
    """All that the later steps look at."""

    pages: Sequence[Page]
    """The pages, for their sizes."""
    rows: tuple[Row, ...]
    """From top to bottom over all pages."""
    cells: tuple[Cell, ...]
    """From top to bottom, then from left to right."""
    labels: tuple[Label, ...]
    """Of values, in the same order."""
    kinds: tuple[Label, ...]
    """What the document calls itself."""
    figures: tuple[Figure, ...]
    """Numbers, in the same order."""
    days: tuple[Day, ...]
    """Dates, in the same order."""
    row_cells: Mapping[int, Sequence[Cell]]
    """The cells by the number of their row."""
    row_labels: Mapping[int, Sequence[Label]]
    """The labels by the same."""
    row_days: Mapping[int, Sequence[Day]]
    """The dates by the same."""
    reader: Reader
    """What read the pages."""
    language: str | None
    """ISO 639-1 code."""
    sign: Sign
    """What parts decimals."""
    currency: str | None
    """ISO 4217 code, as far as signs and codes on the pages tell."""

    @property
    def mend(self) -> bool:
        """Whether an engine read it that mistakes signs for others."""
        return self.reader != "TEXT_LAYER"

    def page_of(self, row: int) -> int:
        """Page that a row stands on, from 1."""
        return self.rows[row].page

    def outer(self) -> "Document":
        """The same with the cells and labels of its first two pages and its last one only.

        That is where the parties are told; in between a long document repeats itself.
        """
        if len(self.pages) <= 3:
            return self
        pages = (1, 2, len(self.pages))
        return replace(
            self,
            cells=tuple(cell for cell in self.cells if self.page_of(cell.row) in pages),
            labels=tuple(label for label in self.labels if self.page_of(label.row) in pages),
        )


_MENDED = 0.8
_UNUSUAL = 0.85


def document_of(pages: Sequence[Page], reader: Reader, hints: Hints | None = None) -> Document:
    """Lays pages out.

    Args:
        pages: What was read.
        reader: What read it.
        hints: What is known of its vendor; None when nothing is.
    """
    mend = reader != "TEXT_LAYER"
    rows = rows_of(pages)
    own = index_of(hints)
    labels = with_own([label for row in rows for label in labels_in(row, mend, own)])
    language = language_of([label for label in labels if not label.own], [row.text for row in rows])
    usual = usual_gap(rows)
    dates = [dates_in(row.text, mend) for row in rows]
    written = [
        _clear(written_in(parted(row, usual), mend), found)
        for row, found in zip(rows, dates, strict=True)
    ]
    flat = [each for found in written for each in found]
    sign = decimal_sign(flat, "." if language in (None, "en") else ",")
    currency = currency_of([row.text for row in rows])
    order = day_order(
        [each for found in dates for each in found], [row.text for row in rows], language, currency
    )
    figures = [
        each
        for row, found in zip(rows, written, strict=True)
        for each in _figures(row, found, sign)
    ]
    cells = [cell for row in rows for cell in cells_of(row)]
    named = list(qualified(rows, labels, figures))
    days = [
        each for row, found in zip(rows, dates, strict=True) for each in _days(row, found, order)
    ]
    return Document(
        pages=pages,
        rows=rows,
        cells=tuple(cells),
        labels=tuple(named),
        kinds=tuple(kind for row in rows for kind in kinds_in(row, mend)),
        figures=tuple(figures),
        days=tuple(days),
        row_cells=by_row(cells),
        row_labels=by_row(named),
        row_days=by_row(days),
        reader=reader,
        language=language,
        sign=sign,
        currency=currency,
    )


def _clear(written: list[Written], dates: list[DateWritten]) -> list[Written]:
    """Numbers that are not part of a date."""
    sure = [each for each in dates if not each.weak]
    return [
        number
        for number in written
        if not any(each.start < number.end and number.start < each.end for each in sure)
    ]


def _figures(row: Row, written: list[Written], sign: Sign) -> Iterable[Figure]:
    for number in read(written, sign):
        at = number.written
        factor = _MENDED if at.mended else 1.0 if number.sure else _UNUSUAL
        yield Figure(
            row=row.number,
            start=at.start,
            end=at.end,
            box=box_of(row, at.start, at.end),
            text=row.text[at.start : at.end],
            amount=number.amount,
            decimals=number.decimals,
            percent=at.percent,
            money=at.money,
            confidence=factor * sureness(row, at.start, at.end),
        )


def _days(row: Row, dates: list[DateWritten], order: DayOrder) -> Iterable[Day]:
    for each in dates:
        day = day_of(each, order.first)
        if day is not None:
            yield Day(
                row=row.number,
                start=each.start,
                end=each.end,
                box=box_of(row, each.start, each.end),
                text=row.text[each.start : each.end],
                day=day,
                weak=each.weak,
                either=each.order is None
                and not order.settled
                and day_of(each, not order.first) != day,
                confidence=sureness(row, each.start, each.end),
            )
