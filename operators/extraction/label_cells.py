"""Cells in and around addresses that are labels, have one, or are none of the address's."""

import re

from operators.extraction.document import Document
from operators.extraction.labels import Label
from operators.extraction.rows import Cell

_ONLINE = re.compile(r"(?i)(?:e-?mail:? ?)?\S+@\S+|(?:https?://|www\.)\S+")
_TRAILS = re.compile(
    r"(?i)[\s,–-]+(?:au capital (?:social )?de|capital social|s\.?i\.?r\.?e\.?t|rcs|r\.c\.s)\b.*$"
)
"""What French companies write behind their names."""
_LEADS = re.compile(
    r"(?i)(?:denominazione|ragione sociale|raison sociale|raz[oó]n social|nombre|nom|name|firma"
    r"|company(?: name)?|naam|indirizzo|anschrift|adresse|address|direcci[oó]n|domicilio|adres)"
    r" ?: ?(?=\S)"
)
"""What forms write before the parts of an address."""
_ASIDE = (
    "number", "number_weak", "other_number", "order", "issue_date", "date", "due_date", "vat_id",
    "tax_id", "legal_id", "iban", "bic", "contact",
)  # fmt: skip
"""Labels of what stands beside an address and is no part of it."""


def _first_label(document: Document, cell: Cell) -> Label | None:
    """The label that a cell begins with, if a colon follows."""
    text = document.rows[cell.row].text
    for label in document.row_labels.get(cell.row, ()):
        if label.start == cell.start and text[label.end : cell.end].lstrip(" .")[:1] == ":":
            return label
    return None


def is_aside(document: Document, cell: Cell) -> bool:
    """Whether a cell is no part of an address, although it stands in its block."""
    first = _first_label(document, cell)
    return (
        is_label(document, cell)
        or (first is not None and first.means(*_ASIDE))
        or _ONLINE.fullmatch(cell.text.strip()) is not None
    )


def named_alone(document: Document, cell: Cell) -> Cell:
    """A cell without the label of a party before a name, and without the capital behind it."""
    first = _first_label(document, cell)
    start = cell.start
    if first is not None and first.means("seller", "buyer", "delivery_to"):
        rest = document.rows[cell.row].text[first.end : cell.end]
        start = cell.end - len(rest.lstrip(" .:"))
    text = document.rows[cell.row].text[start : cell.end]
    leads = _LEADS.match(text)
    start += leads.end() if leads is not None else 0
    kept = _TRAILS.sub("", text[leads.end() :] if leads is not None else text)
    return Cell(cell.row, start, start + len(kept), kept, cell.box) if kept else cell


def is_label(document: Document, cell: Cell) -> bool:
    """Whether a cell says nothing but a label, or the same label in two languages."""
    labels = [
        label
        for label in document.row_labels.get(cell.row, ())
        if cell.start <= label.start < cell.end
    ]
    if any(label.alone for label in labels):
        return True
    rest = document.rows[cell.row].text
    for label in reversed(labels):
        rest = rest[: label.start] + rest[label.end :]
    said = sum(label.end - label.start for label in labels)
    return len(labels) > 1 and not rest[cell.start : cell.end - said].strip(" /|·:()-")
