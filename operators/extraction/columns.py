"""The heads of a table of lines: which column says what, and where it stands."""

import re
from collections.abc import Sequence

from msgspec import Struct

from operators.extraction.document import Document
from operators.extraction.folded import plain
from operators.extraction.labels import Label, head_kinds, heads_in
from operators.extraction.page import Box
from operators.extraction.rows import Row, around, cells_of

NUMERIC = frozenset(
    (
        "position",
        "quantity",
        "price",
        "gross_price",
        "discount",
        "vat_rate",
        "vat_amount",
        "net",
        "gross",
    )
)
"""Columns of numbers."""
_WHAT = frozenset(("description", "item", "quantity", "price", "gross_price"))
_WORTH = frozenset(("net", "gross", "price", "gross_price", "quantity"))
_ADDED = re.compile(
    r"(?:(?:ohne|inkl|inklusive|exkl|excl|incl|inc|ex|exc|ht|ttc|net|netto|brutto|gross"
    r"|without|with|before|hors|sin|con|iva"
    r"|vat|ust|mwst|tva|btw|tax|taxes|gst|eur|euro|chf|usd|gbp|rm|€|\$|£|%|in|unit|each"
    r"|unitario|unitaire|esclusa|inclusa)"
    r"[. )(]*)+"
)
"""What second lines of heads say of tax and currency."""
_INCLUDED = re.compile(r"\b(?:inkl|incl|inc\b|ttc|brutto|gross|con iva|iva incl|inclusa|with)")
_TAIL = 14
"""Signs that the second line of a head has at most."""
_NEAR = 1.3
"""Gap to a neighbouring row that may belong to the heads, in heights."""


class Column(Struct, frozen=True, gc=False):
    """A column of a table."""

    kind: str
    """What it says, as in the vocabulary of heads."""
    box: Box
    """Where its head stands."""
    head: str = ""
    """The head itself."""


class Heads(Struct, frozen=True):
    """The heads of a table."""

    first: int
    """Number of the first row that they stand in."""
    last: int
    """Number of the last one."""
    page: int
    """Page that they stand on."""
    columns: tuple[Column, ...]
    """From left to right, each kind once."""


def heads_of(document: Document) -> list[Heads]:
    """The heads of tables of lines, from top to bottom; one for each page that repeats them."""
    exact = {
        figure.row for figure in document.figures if figure.decimals >= 2 and not figure.percent
    }
    found: list[Heads] = []
    for row in document.rows:
        if row.number in exact or (found and row.number <= found[-1].last):
            continue
        labels = heads_in(row, document.mend)
        if _is_head(row, labels):
            found.append(_heads(document, row, labels, exact))
    return [each for each in found if _tells(each)]


def _is_head(row: Row, labels: Sequence[Label]) -> bool:
    kinds = {label.fields[0] for label in labels}
    covered = sum(label.end - label.start for label in labels)
    signs = sum(not sign.isspace() for sign in row.text)
    every = {kind for label in labels for kind in label.fields}
    return (
        len(kinds) >= 2
        and bool(every & _WHAT)
        and bool(every & _WORTH)
        and covered >= 0.5 * signs
        and "\t" in row.text
    )


def _tells(heads: Heads) -> bool:
    kinds = {column.kind for column in heads.columns}
    amounts = kinds & {"net", "gross", "price", "gross_price"}
    named = kinds & {"description", "item"} or {"quantity", "net"} <= kinds
    if heads.columns[0].kind == "vat_rate" and not kinds & {"quantity", "price"}:
        return False  # the breakdown of VAT
    return bool(amounts and named) and len(kinds & (_WHAT | {"net", "gross"})) >= 2


def _heads(document: Document, row: Row, labels: Sequence[Label], exact: set[int]) -> Heads:
    rows = document.rows
    first = last = row.number
    parts = [(label.fields, label.box, row.text[label.start : label.end]) for label in labels]
    for step in (-1, 1, 1):
        number = last + 1 if step > 0 else row.number - 1
        if not 0 <= number < len(rows) or number in exact or rows[number].page != row.page:
            continue
        near = rows[last] if step > 0 else row
        gap = max(rows[number].box.top - near.box.bottom, near.box.top - rows[number].box.bottom)
        if gap > _NEAR * row.height - row.height * 0.3 or any(
            s.isdigit() for s in rows[number].text
        ):
            continue
        parts, changed = _merged(parts, rows[number], document.mend, above=step < 0)
        if changed:
            first, last = min(first, number), max(last, number)
    return Heads(first, last, row.page, _told_apart(sorted(parts, key=lambda part: part[1].left)))


_Part = tuple[tuple[str, ...], Box, str]


def _merged(parts: list[_Part], row: Row, mend: bool, above: bool) -> tuple[list[_Part], bool]:
    """The heads with what a row above or below adds to them: `Unit` over `price`."""
    changed = False
    result = list(parts)
    groups = _phrases(row)
    known = any(head_kinds(text) or _joins(parts, text, box, above) for text, box in groups)
    if not known and (above or not _goes_on(parts, row)):
        return result, False
    for text, box in groups:
        at = next((n for n, part in enumerate(result) if _over(part[1], box)), None)
        if at is None:
            kinds = head_kinds(text)
            if kinds:
                result.append((kinds, box, text))
                changed = True
            continue
        kinds, old, head = result[at]
        joined = f"{text} {head}" if above else f"{head} {text}"
        result[at] = (head_kinds(joined) or _with_tax(kinds, text), around((old, box)), joined)
        changed = True
    return result, changed


def _with_tax(kinds: tuple[str, ...], text: str) -> tuple[str, ...]:
    """What a head means when the words under it say that its amounts include tax."""
    if not _INCLUDED.search(plain(text)):
        return kinds
    return tuple({"price": "gross_price", "net": "gross"}.get(kind, kind) for kind in kinds)


def _goes_on(parts: list[_Part], row: Row) -> bool:
    """Whether all of the row under the heads stands under heads of numbers: `HT`, `unitario`."""
    numbers = [box for kinds, box, _ in parts if kinds[0] in NUMERIC]
    return all(
        _ADDED.fullmatch(plain(cell.text).strip("()[] ."))
        or (len(cell.text) <= _TAIL and any(_over(cell.box, box) for box in numbers))
        for cell in cells_of(row)
    )


def _joins(parts: list[_Part], text: str, box: Box, above: bool) -> bool:
    return any(
        head_kinds(f"{text} {head}" if above else f"{head} {text}") is not None
        for _, other, head in parts
        if _over(other, box)
    )


def _phrases(row: Row) -> list[tuple[str, Box]]:
    return [(cell.text, cell.box) for cell in cells_of(row)]


def _over(one: Box, other: Box) -> bool:
    overlap = min(one.right, other.right) - max(one.left, other.left)
    return overlap > 0.3 * min(one.right - one.left, other.right - other.left)


def _told_apart(parts: Sequence[_Part]) -> tuple[Column, ...]:
    """One kind for each column, no kind twice; what may mean several takes what is left."""
    taken: dict[str, Column] = {}
    open_parts = []
    for kinds, box, head in sorted(parts, key=lambda part: len(part[0])):
        free = [kind for kind in kinds if kind not in taken]
        if not free:
            open_parts.append((kinds, box, head))
            continue
        taken[free[0]] = Column(free[0], box, head)
    for kinds, box, head in open_parts:
        if kinds[0] == "net":
            _second_sum(taken, Column("net", box, head))
    for kind in ("item", "position"):
        other = taken.get(kind)
        if "description" not in taken and other is not None and _may_describe(other.head):
            taken["description"] = Column("description", other.box, other.head)
            del taken[kind]
    return tuple(sorted(taken.values(), key=lambda column: column.box.left))


def _may_describe(head: str) -> bool:
    """Whether the head of a column of identifiers may be that of one of names as well."""
    return "description" in (head_kinds(head) or ())


def _second_sum(taken: dict[str, Column], column: Column) -> None:
    """A second column of sums: with tax when the tax stands between, else the one that counts."""
    first, last = sorted((taken["net"], column), key=lambda each: each.box.left)
    between = [
        each
        for kind, each in taken.items()
        if kind in ("vat_rate", "vat_amount") and first.box.left < each.box.left < last.box.left
    ]
    if between and "gross" not in taken:
        taken["net"], taken["gross"] = first, Column("gross", last.box, last.head)
    else:
        taken["net"] = last
