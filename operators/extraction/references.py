"""The document's own number, and the numbers of orders, contracts and customers it refers to."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from operators.extraction.candidate import Candidate, Evidence, placed
from operators.extraction.document import Document
from operators.extraction.folded import key
from operators.extraction.labels import Label
from operators.extraction.links import under, wrapped
from operators.extraction.rows import sureness

_WORD = r"[A-Za-zÀ-ÿ0-9][A-Za-zÀ-ÿ0-9/_.\-–]*"
_NUMBER = re.compile(
    r"[\s:#.\-–=*|)(]*"
    r"(?:(?:nr|no|num|number|nummer|numero|n|id|ref)(?:[.:°º]+\s*|\s+)(?=\S*\d))?[\s:#.\-–=*|(]*"
    r"(?P<token>(?:[A-Za-z]{1,5}\.?[ ](?=[\w/\-]*\d))?"
    rf"(?=\S*\d){_WORD}(?: ?/ ?(?=\S*\d){_WORD})?(?: \d{{3,}}(?=$|\t| [|·(]))*)",
    re.IGNORECASE,
)
_AMOUNT = re.compile(r"\d{1,3}(?:[.,']\d{3})*[.,]\d{2}")
_YEAR = re.compile(r"(?:19|20)\d\d")
_NEGATIVE = (
    "buyer_reference", "contract", "despatch", "preceding", "customer", "other_number", "order",
    "vat_id", "tax_id", "legal_id", "iban", "bic", "contact",
)  # fmt: skip
_LOOKED_AT = 200
"""Rows from each end of a document in which a number is looked for once more."""
_QUALIFIED = 24
"""Signs between a label and the colon behind it: `Invoice number (please quote):`."""
_PREFIX = 4
"""Signs of a label up to which it is rather the beginning of a number: `PO-17`."""
_OWN = ("number", "number_weak")
_TITLE = 0.7
"""How clearly the title of a document names the number behind it, where nothing else is there."""
_VERBS = frozenset("von vom für for dated date du del der am of le de en per page seite in".split())


class Named(NamedTuple):
    """An identifier that a label names."""

    label: Label
    value: str
    row: int
    span: tuple[int, int]
    beside: bool


def named(document: Document, *fields: str) -> Iterator[Named]:
    """The identifiers beside or under the labels of some fields."""
    before: Label | None = None
    for label in document.labels:
        inside = before is not None and _is_inside(document, before, label)
        before = before if inside else label
        if label.means(*fields) and not inside:
            found = _beside(document, label) or _below(document, label) or _wrapped(document, label)
            if found is not None:
                yield found


def _is_inside(document: Document, before: Label, label: Label) -> bool:
    """Whether a label is the beginning of the value of one before it: `Order no.: PO-17`."""
    if before.row != label.row:
        return False
    text = document.rows[label.row].text
    between = text[before.end : label.start]
    return _glued(text, label) and not between.strip(" :.#\t-–=|°º")


def _glued(text: str, label: Label) -> bool:
    """Whether a number follows a label without a blank."""
    behind = text[label.end : label.end + 2]
    return behind[:1].isdigit() or (behind[:1] in ("-", "/") and behind[1:].isdigit())


def _beside(document: Document, label: Label) -> Named | None:
    text = document.rows[label.row].text
    following = [
        each.start
        for each in document.row_labels.get(label.row, ())
        if each.start >= label.end and not _is_inside(document, label, each)
    ]
    tab = text.find("\t", label.end)
    inside = text[label.end : tab if tab >= 0 else len(text)]
    if label.end - label.start <= _PREFIX and _glued(text, label):
        return _token(document, label, label.row, label.start, len(text), True)
    start = label.end if inside.strip(" :.#-–=*|()°º/") else tab + 1 if tab >= 0 else len(text)
    after = text.find("\t", start)
    end = min([len(text) if after < 0 else after, *(each for each in following if each > start)])
    if start in following:
        return None
    found = _token(document, label, label.row, start, end, True)
    colon = text.find(":", start, min(end, start + _QUALIFIED))
    if found is not None or colon < 0 or any(map(str.isdigit, text[start:colon])):
        return found
    return _token(document, label, label.row, colon + 1, end, True)


def _below(document: Document, label: Label) -> Named | None:
    height = max(label.box.bottom - label.box.top, 1.0)
    page = document.page_of(label.row)
    for row in document.rows[label.row + 1 : label.row + 5]:
        if row.page != page or row.box.top - label.box.bottom > 2.2 * height:
            return None
        for cell in document.row_cells.get(row.number, ()):
            if under(cell.box, label.box, height):
                inside = [
                    each
                    for each in document.row_labels.get(row.number, ())
                    if cell.start <= each.start < cell.end
                ]
                if inside and not set(inside[0].fields) & set(label.fields):
                    return None
                return _token(document, label, row.number, cell.start, cell.end, False)
    return None


def _wrapped(document: Document, label: Label) -> Named | None:
    for cell in wrapped(label, document.row_cells, document.rows):
        return _token(document, label, cell.row, cell.start, cell.end, True)
    return None


def _token(
    document: Document, label: Label, row: int, start: int, end: int, beside: bool
) -> Named | None:
    match = _NUMBER.match(document.rows[row].text[:end], start)
    if match is None:
        return None
    token = match["token"].rstrip(".,-–/_:;")
    if not any(map(str.isdigit, token)):
        return None
    first = token.split(" ")[0].lower().rstrip(".")
    if first in _VERBS:
        return None
    begin = match.start("token")
    span = begin, begin + len(token)
    for day in document.row_days.get(row, ()):
        if day.start < span[1] and span[0] < day.end and not day.weak:
            return None
    if _AMOUNT.fullmatch(token) or len(token) > 40:
        return None
    return Named(label, token, row, span, beside)


def numbers(document: Document) -> list[Candidate[str]]:
    """The document's own number (BT-1): candidates, the likeliest first."""
    others = {
        key(each.value) for each in named(document, *_NEGATIVE) if not each.label.means("number")
    }
    ends = (*document.rows[:_LOOKED_AT], *document.rows[_LOOKED_AT:][-_LOOKED_AT:])
    seen = [key(row.text) for row in ends]
    found = [
        _candidate(document, each, others, seen)
        for each in named(document, *_OWN)
        if each.label.means(*_OWN)
    ]
    return ranked(found)


def _candidate(
    document: Document, found: Named, others: set[str], seen: list[str]
) -> Candidate[str]:
    label, value = found.label, found.value
    clear = label.means("number")
    score = 3.0 if clear and label.exact else 2.4 if clear else 0.6
    score += 0.6 if found.beside else 0.0
    if not clear and not found.beside:
        score -= 1.0
    if not clear and document.rows[label.row].text[: label.start].strip("\t .:*#"):
        score -= 0.6  # in the middle of a sentence
    form = _form(value)
    score += form
    row = document.rows[found.row]
    height = document.pages[row.page - 1].height
    score += 0.4 if row.page == 1 and row.box.top < 0.5 * height else -0.2 if row.page > 1 else 0.0
    score -= 0.8 if row.box.top > 0.85 * height else 0.0
    folded = key(value)
    score += 0.4 if sum(folded in text for text in seen) > 1 and len(folded) >= 4 else 0.0
    score -= 1.8 if folded in others else 0.0
    evidence = Evidence(
        label=1.0 if clear else _TITLE if _is_title(document, found) else 0.4,
        near=1.0 if found.beside else 0.6,
        form=max(-1.0, min(1.0, 0.5 + form)),
        engine=sureness(row, *found.span),
    )
    return placed(document, value, found.row, found.span, score, evidence)


def _is_title(document: Document, found: Named) -> bool:
    """Whether a number stands with nothing but its label in a cell: `Invoice 2026-17`."""
    text = document.rows[found.label.row].text
    begin = text.rfind("\t", 0, found.label.start) + 1
    end = text.find("\t", found.span[1])
    rest = text[begin : found.label.start] + text[found.span[1] : len(text) if end < 0 else end]
    return found.row == found.label.row and not any(map(str.isalnum, rest))


def _form(value: str) -> float:
    """How much a value looks like the number of a document."""
    digits = sum(sign.isdigit() for sign in value)
    score = 0.0
    if _YEAR.fullmatch(value):
        score -= 1.2
    if digits < 3 and len(value) < 4:
        score -= 0.5
    if digits >= 3:
        score += 0.2
    if digits >= 3 and digits < len(value):
        score += 0.2
    if digits * 4 < len(value):
        score -= 0.8
    return score - (0.6 if len(value) > 20 else 0.0)


def referred(
    document: Document, field: str, lines: frozenset[int] = frozenset()
) -> list[Candidate[str]]:
    """The numbers of orders, contracts and the like: candidates, the likeliest first.

    Args:
        document: The document.
        field: What is asked for, as in the vocabulary: `order`, `contract`, `despatch`,
            `buyer_reference` or `preceding`.
        lines: Numbers of the rows that are lines of the invoice: what is sold may be a contract.
    """
    found = []
    for each in named(document, field):
        if each.row in lines:
            continue
        score = 1.0 + (0.5 if each.beside else 0.0) + _form(each.value)
        score += 0.5 if each.label.fields[0] == field else 0.0
        evidence = Evidence(
            label=1.0 if each.label.fields[0] == field else 0.4,
            near=1.0 if each.beside else 0.6,
            form=max(-1.0, min(1.0, 0.5 + _form(each.value))),
            engine=sureness(document.rows[each.row], *each.span),
        )
        found.append(placed(document, each.value, each.row, each.span, score, evidence))
    return ranked(found)


def ranked(found: list[Candidate[str]]) -> list[Candidate[str]]:
    """Each value once, the likeliest first, and how far it is ahead of the others."""
    best: dict[str, Candidate[str]] = {}
    for candidate in found:
        known = best.get(key(candidate.value))
        if known is None or candidate.score > known.score:
            best[key(candidate.value)] = candidate
    return sorted(best.values(), key=lambda each: -each.score)
