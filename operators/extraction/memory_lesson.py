"""What a corrected document teaches: the marks of its vendor, and where the right values stand."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date

from msgspec import Struct
from msgspec.structs import replace

from operators.extraction.counted import counted
from operators.extraction.document import Document, document_of
from operators.extraction.folded import folded, key
from operators.extraction.hints import Hints
from operators.extraction.labels import Label
from operators.extraction.memory import LABELLED, VendorMemory
from operators.extraction.memory_phrase import phrases
from operators.extraction.memory_shown import shown_by
from operators.extraction.page import Box, Page, Reader
from operators.extraction.paths import value_at
from operators.extraction.rows import box_of
from operators.extraction.understood import Understood
from operators.invoice import Invoice

_MEANT: Mapping[str, tuple[str, ...]] = {
    "number": ("number_weak",),
    "issue_date": ("date",),
    "totals.gross": ("total", "payable"),
    "totals.payable": ("total", "gross"),
    "totals.net": ("subtotal", "lines_net"),
}
"""What else of the vocabulary may well name a field."""
_SAME = {"totals.gross": "totals.payable", "totals.payable": "totals.gross"}
"""Fields that most documents have one amount for."""
_AMOUNTS = frozenset(
    "lines_net subtotal net tax gross total payable prepaid rounding allowance charge tendered"
    " withheld count carried".split()
)
_DATES = frozenset("issue_date date due_date delivery_date period".split())
_NUMBERS = frozenset(
    "number number_weak order buyer_reference contract despatch preceding customer other_number"
    " vat_id tax_id legal_id iban bic contact".split()
)
_IDENTIFYING = frozenset({"vat_id", "tax_id", "legal_id", "iban"})
_MOST_PLACES = 60


class Standing(Struct, frozen=True):
    """Words that name a field, and where its value stood."""

    field: str
    """Path of the field."""
    phrase: str
    """The words."""
    page: int = 1
    """Page of the value, from 1."""
    left: float = 0.0
    """Of the value, as a share of the page's width."""
    top: float = 0.0
    """The same of its height."""


class Lesson(Struct, frozen=True):
    """What a corrected document teaches."""

    marks: tuple[str, ...] = ()
    """What its vendor can be recognised by."""
    labels: tuple[Standing, ...] = ()
    """Where values stand that were missing, wrong or doubtful."""
    confirmed: tuple[Standing, ...] = ()
    """Remembered labels that the right value does stand at."""
    contradicted: tuple[Standing, ...] = ()
    """Remembered labels that have led to a wrong value."""


def lesson(
    pages: Sequence[Page],
    reader: Reader,
    read: Invoice | None,
    corrected: Invoice,
    memory: VendorMemory | None,
    sure: Collection[str] = (),
) -> Lesson:
    """What the pages of a document teach that a person has corrected.

    Args:
        pages: What stands on them.
        reader: What read them.
        read: The invoice as it was read; None when nothing could be.
        corrected: The invoice as it should be.
        memory: What was remembered of its vendor; None when nothing was.
        sure: Fields that were read surely: where they were right, nothing is to be learned.
    """
    document = document_of(pages, reader)
    shown = shown_by(pages, reader, Understood(corrected, ()))
    labels: list[Standing] = []
    confirmed: list[Standing] = []
    contradicted: list[Standing] = []
    known = () if memory is None else memory.labels
    for field in LABELLED:
        right = value_at(corrected, field)
        if right is None:
            continue
        was_right = read is not None and value_at(read, field) == right
        found = list(_standings(document, field, right))
        there = {each.phrase for each, _ in found}
        own = [each for each in known if each.field == field]
        confirmed += [Standing(field, each.phrase) for each in own if each.phrase in there]
        if was_right and field in sure:
            continue
        if not was_right and any(True for _ in _places(document, right)):
            wrong = (each.phrase for each in own if each.phrase not in there)
            hints = Hints({LABELLED[field]: tuple(wrong)})
            contradicted += [Standing(field, phrase) for phrase in _present(pages, reader, hints)]
        best = _best(field, found)
        if best is not None:
            labels.append(best)
    labels += list(_of_the_same(labels, corrected))
    marks = tuple(each for each in shown.marks if _is_the_sellers(each, corrected))
    return Lesson(marks, tuple(labels), tuple(confirmed), tuple(contradicted))


def _of_the_same(labels: Sequence[Standing], corrected: Invoice) -> Iterator[Standing]:
    """The words for the total with VAT name the amount due as well where that is the same."""
    if corrected.totals.gross != corrected.totals.payable:
        return
    learned = {each.field for each in labels}
    for each in labels:
        other = _SAME.get(each.field)
        if other is not None and other not in learned:
            yield replace(each, field=other)


def _present(pages: Sequence[Page], reader: Reader, hints: Hints) -> Iterator[str]:
    """Which of some phrases stand on the pages as labels."""
    if not any(hints.labels.values()):
        return
    document = document_of(pages, reader, hints)
    said = {
        key(document.rows[each.row].text[each.start : each.end])
        for each in document.labels
        if each.own
    }
    for phrases_ in hints.labels.values():
        yield from (phrase for phrase in phrases_ if key(phrase) in said)


def _is_the_sellers(mark: str, corrected: Invoice) -> bool:
    """Whether something that may identify the buyer as well is the seller's.

    Buyers are the same for many vendors, so where a document names one only that is the seller's
    which the person says is. Telephone and site alone identify nobody.
    """
    kind, _, value = mark.partition(" ")
    if kind not in _IDENTIFYING:
        return True
    seller, buyer = corrected.seller, corrected.buyer
    accounts = [paid.account.id for paid in corrected.payments if paid.account is not None]
    if value in _folded(seller.vat_id, seller.tax_id, seller.legal_id, *accounts):
        return True
    theirs = _folded(buyer.vat_id, buyer.tax_id, buyer.legal_id)
    return buyer.name is None and value not in theirs


def _folded(*values: str | None) -> set[str]:
    return {key(each) for each in values if each}


def _standings(
    document: Document, field: str, value: object
) -> Iterator[tuple[Standing, Label | None]]:
    """Where a value stands with words that may name it, and what the vocabulary says of these."""
    usual = LABELLED[field], *_MEANT.get(field, ())
    alike = next(each for each in (_AMOUNTS, _DATES, _NUMBERS) if LABELLED[field] in each)
    items = _lines(document) if alike is _AMOUNTS else frozenset[int]()
    for count, (row, start, box) in enumerate(_places(document, value)):
        if row in items:
            continue
        if count >= _MOST_PLACES:
            return
        page = document.pages[document.page_of(row) - 1]
        for phrase, at, span in phrases(document, row, start, box):
            labels = document.row_labels.get(at, ())
            inside = [
                each
                for each in labels
                if each.start < span[1] and span[0] < each.end and each.means(*alike)
            ]
            inside.sort(key=lambda each: not each.means(*usual))
            standing = Standing(
                field,
                phrase,
                document.page_of(row),
                round(box.left / max(page.width, 1.0), 3),
                round(box.top / max(page.height, 1.0), 3),
            )
            yield standing, inside[0] if inside else None
            break  # the nearest words name it


def _lines(document: Document) -> frozenset[int]:
    """Numbers of the rows that are lines of the invoice."""
    found, _ = counted(document)
    return frozenset(row.row.number for item in found for row in item.rows)


def _places(document: Document, value: object) -> Iterator[tuple[int, int, Box]]:
    if isinstance(value, date):
        for day in document.days:
            if day.day == value:
                yield day.row, day.start, day.box
    elif isinstance(value, int):
        for figure in document.figures:
            if abs(figure.amount) == abs(value) and not figure.percent:
                yield figure.row, figure.start, figure.box
    elif isinstance(value, str) and key(value):
        wanted = key(value)
        for row in document.rows:
            text = folded(row.text)
            first = text.text.find(wanted)
            if first >= 0:
                start, end = text.places[first], text.places[first + len(wanted) - 1] + 1
                around = row.text[start - 1 : start] + row.text[end : end + 1]
                if not any(map(str.isalnum, around)):
                    yield row.number, start, box_of(row, start, end)


def _best(field: str, found: Sequence[tuple[Standing, Label | None]]) -> Standing | None:
    """The words that name a value: known for it, else unknown.

    Numbers may be named by words that usually mean another one; beside an amount such words say
    that the rows were not told apart. None where several different ones do, since nobody can say
    which.
    """
    usual = LABELLED[field], *_MEANT.get(field, ())
    for rank in range(3 if LABELLED[field] in _NUMBERS else 2):
        there = [each for each, label in found if _rank(label, usual) == rank]
        if there:
            return there[0] if len({each.phrase for each in there}) == 1 else None
    return None


def _rank(label: Label | None, usual: Sequence[str]) -> int:
    if label is None:
        return 1
    return 0 if label.means(*usual) else 2
