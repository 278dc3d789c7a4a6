"""What a document is: an invoice, a credit note, a receipt, or something else."""

import re
from typing import Literal, TypeAlias

from operators.extraction.document import Document
from operators.extraction.folded import plain
from operators.extraction.labels import Label

Kind: TypeAlias = Literal["INVOICE", "CREDIT_NOTE", "RECEIPT", "OTHER"]
"""What a document is."""

_ENOUGH = 0.8
"""What must speak for a receipt."""
_NARROW = 0.6
"""Width of a page's text in heights of it under which it is likely a till's."""
_TIME = re.compile(r"(?<![\d:.])(?:[01]?\d|2[0-3]):[0-5]\d(?:(?::[0-5]\d)?(?!\d))")
"""A time of day."""
_OTHERS = (
    "angebot", "lieferschein", "auftragsbestatigung", "quotation", "quote", "delivery note",
    "purchase order",
    "order confirmation", "statement", "devis", "bon de livraison", "presupuesto", "albaran",
    "preventivo",
    "documento di trasporto", "offerte", "pakbon", "packing list", "kontoauszug", "bestellung",
)  # fmt: skip


def kind_of(document: Document, asks: bool, buyer: bool, account: bool) -> Kind:
    """What a document is.

    Args:
        document: The document.
        asks: Whether a total was found.
        buyer: Whether a buyer with an address was found.
        account: Whether an account to pay to was found.
    """
    titles = [label for label in document.kinds if label.means("credit_note", "invoice")]
    if _is_credit(document, titles):
        return "CREDIT_NOTE"
    if _till(document, buyer, account) > _ENOUGH:
        return "RECEIPT" if asks else "OTHER"
    if not titles and (not asks or _is_other(document)):
        return "OTHER"
    return "INVOICE"


def _is_credit(document: Document, titles: list[Label]) -> bool:
    """Whether it calls itself a credit note more prominently than an invoice."""
    best: tuple[float, bool] = (0.0, False)
    for label in titles:
        row = document.rows[label.row]
        page = document.pages[row.page - 1]
        begins = not row.text[row.text.rfind("\t", 0, label.start) + 1 : label.start].strip()
        if row.page > 1 or row.box.top > 0.6 * page.height or not begins:
            continue
        behind = row.text[label.end : label.end + 24]
        numbered = any(sign.isdigit() for sign in behind)
        alone = label.alone or _in_two_languages(row.text, label, titles)
        if not (alone or numbered):
            continue
        size = label.box.bottom - label.box.top
        credit = label.fields[0] == "credit_note"
        weight = size * (1.3 if alone else 1.0) + (0.3 * size if credit else 0.0)
        if weight > best[0]:
            best = weight, credit
    return best[1]


def _in_two_languages(text: str, label: Label, titles: list[Label]) -> bool:
    """Whether the cell of a title says nothing but titles: `Avoir / Credit Note`."""
    start = text.rfind("\t", 0, label.start) + 1
    end = text.find("\t", label.end)
    rest = text[start : end if end >= 0 else len(text)]
    for each in sorted(titles, key=lambda title: -title.start):
        if each.row == label.row and start <= each.start < start + len(rest):
            rest = rest[: each.start - start] + rest[each.end - start :]
    return not rest.strip(" /|:()-")


def _till(document: Document, buyer: bool, account: bool) -> float:
    """How much speaks for a receipt."""
    score = 0.5 if _is_narrow(document) else 0.0
    score += 0.6 if any(kind.means("receipt") for kind in document.kinds) else 0.0
    exact = {figure.row for figure in document.figures if figure.decimals == 2}
    paid = {label.row for label in document.labels if label.means("tendered")} & exact
    score += 0.8 if paid else 0.0
    timed = any(_TIME.search(row.text) for row in document.rows)
    score += 0.4 if timed else 0.0
    due = any(label.means("due_date") and not label.means("payable") for label in document.labels)
    score -= 0.8 if account else 0.0
    score -= 0.5 if due else 0.0
    # What is paid at a till has no buyer: the seller may have been taken for one.
    score -= (0.45 if paid else 0.7) if buyer else 0.0
    return score - (0.6 if len(document.pages) > 2 else 0.0)


def _is_narrow(document: Document) -> bool:
    """Whether the text of the first page is long and narrow, whatever lies around it."""
    boxes = [row.box for row in document.rows if row.page == 1]
    if not boxes:
        return False
    width = max(box.right for box in boxes) - min(box.left for box in boxes)
    return width < _NARROW * (max(box.bottom for box in boxes) - min(box.top for box in boxes))


def _is_other(document: Document) -> bool:
    top = [plain(row.text) for row in document.rows[: max(len(document.rows) // 2, 3)]]
    return any(text.startswith(_OTHERS) for text in top)
