"""An invoice on its pages: the parts of a layout, one after another."""

from random import Random

from msgspec import Struct
from msgspec.structs import replace

from manifold.documents import particulars
from manifold.documents.addressing import addressing, beside
from manifold.documents.case import Case
from manifold.documents.closing import closing, code_to_scan
from manifold.documents.draft import Draft
from manifold.documents.edition import Edition
from manifold.documents.extras import in_words, letter
from manifold.documents.fonts import face
from manifold.documents.footer import footer
from manifold.documents.formats import drawn_formats
from manifold.documents.layout import Layout
from manifold.documents.letterhead import letterhead
from manifold.documents.line_table import line_table, planned
from manifold.documents.sheet import WHITE, Placed, Sheet
from manifold.documents.totals_block import (
    Total,
    has_rates,
    totals,
    totals_block,
    vat_sentences,
    vat_table,
)

_A4 = (595.28, 841.89)
_LETTER = (612.0, 792.0)


class Printed(Struct, frozen=True):
    """A PDF, and what it says."""

    pdf: bytes
    """The document."""
    edition: Edition
    """What of the record it says."""
    placed: tuple[Placed, ...]
    """Every text on it."""
    pages: int
    """How many."""


def printed(case: Case, layout: Layout, seed: str) -> Printed:
    """An invoice printed in a layout; the same arguments give the same bytes."""
    # The number of pages stands on each: once to count them, once to print.
    return _once(case, layout, seed, _once(case, layout, seed, 1).pages)


def _once(case: Case, layout: Layout, seed: str, pages: int) -> Printed:
    rng = Random(seed)
    invoice = case.invoice
    formats = drawn_formats(case.place, invoice.currency or "", case.wording.months, rng)
    if "words" in layout.extras:
        formats = in_words(formats, case.place.language, rng)
    if "glued" in layout.extras:
        formats = replace(formats, glued=True)
    edition = Edition(case, formats, rng)
    width, height = _LETTER if layout.letter else _A4
    sheet = Sheet(width, height, face(rng.choice(layout.faces)), layout.size)
    draft = Draft(sheet, edition, layout, pages, rng)
    _drawn(draft)
    pdf = sheet.pdf(invoice.number or "", invoice.seller.name or "")
    return Printed(pdf, edition, tuple(sheet.placed), sheet.page)


def _drawn(draft: Draft) -> None:
    y = _opening(draft)
    table = planned(draft)

    def next_page() -> float:
        footer(draft)
        draft.sheet.next_page()
        number = draft.edition.value("number")
        title = draft.edition.labels["credit_note" if draft.edition.credit else "invoice"]
        return draft.sheet.text(draft.left, 40, f"{title} {number}", size=8) + 10

    y = line_table(draft, table, y, next_page)
    rows = totals(draft)
    if y + _height(draft, rows) > draft.bottom:
        y = next_page()
    y = _sums(draft, rows, y + 6)
    if y + 110 > draft.bottom:
        y = next_page()
    y = closing(draft, y + 8)
    if draft.layout.qr and y + 70 < draft.bottom:
        code_to_scan(draft.sheet, draft, draft.left, y + 4, 62)
    footer(draft)


def _height(draft: Draft, rows: list[Total]) -> float:
    rates = len(draft.edition.case.invoice.vat_breakdown)
    return (len(rows) + rates + 3) * (draft.sheet.leading + 8)


def _opening(draft: Draft) -> float:
    layout, edition = draft.layout, draft.edition
    y = letterhead(draft)
    entries = particulars.pairs(draft)
    room = draft.right - draft.left
    side = particulars.at_the_side(draft) and beside(draft)
    if layout.title == "right":
        y = _title(draft, y)
    start = y
    y = addressing(draft, y, room * (0.5 if side else 0.8))
    if side:
        x = draft.left + room * 0.54
        y = max(y, particulars.listed(draft, entries, x, max(start + 10, 118), room * 0.46))
    y += 14
    if "letter" in layout.extras:
        dated = letter(edition, draft.rng)
        y = draft.sheet.text(draft.right, y, dated, align="right") + 4
    if layout.title != "right":
        y = _title(draft, y)
    if not side:
        y = particulars.below(draft, entries, y)
    if layout.totals_first:
        y = _due_first(draft, y)
    intro = draft.rng.choice(edition.case.wording.texts["intro"])
    if intro and layout.particulars != "strip":
        y = draft.sheet.paragraph(draft.left, y, room, intro) + 3
    return y + 6


def _title(draft: Draft, y: float) -> float:
    edition, sheet, layout = draft.edition, draft.sheet, draft.layout
    text = draft.label("credit_note" if edition.credit else "invoice")
    edition.note("type_code")
    if layout.title == "with_number":
        text = f"{text} {edition.text('number')}"
    size = {"large": 22.0, "right": 18.0, "centred": 15.0}.get(layout.title, 14.0)
    size = sheet.fitting(text, draft.right - draft.left, size, bold=True)
    if layout.title == "right":
        return sheet.text(draft.right, y + 4, text, bold=True, size=size, align="right",
                          colour=draft.accent) + 4  # fmt: skip
    if layout.title == "centred":
        middle = (draft.left + draft.right) / 2
        return sheet.text(middle, y, text, bold=True, size=size, align="center") + 4
    return sheet.text(draft.left, y, text, bold=True, size=size) + 4


def _due_first(draft: Draft, y: float) -> float:
    """What is to be paid, and until when, before anything else."""
    edition, sheet = draft.edition, draft.sheet
    label = draft.label("refundable" if edition.credit else "payable")
    amount = edition.money("totals.payable", True, draft.negative)
    sheet.rectangle(draft.left, y, draft.right, y + 26, fill=draft.accent, radius=3)
    sheet.text(draft.left + 8, y + 7, f"{label} {amount}", bold=True, size=11, colour=WHITE)
    if edition.value("due_date"):
        due = f"{draft.label('due')} {edition.day('due_date')}"
        room = (draft.right - draft.left) / 2 - 16
        size = sheet.fitting(due, room, 9)
        sheet.text(draft.right - 8, y + 8, due, size=size, align="right", colour=WHITE)
    return y + 34


def _sums(draft: Draft, rows: list[Total], y: float) -> float:
    layout = draft.layout
    tables = layout.vat in ("table", "table_left", "coded") and has_rates(draft)
    wide = draft.right - draft.left >= 470 and layout.totals in ("right", "boxed", "banner")
    if tables and layout.vat == "table_left" and wide:
        other = vat_table(draft, draft.left, draft.right - 250, y)
        return max(other, totals_block(draft, rows, y))
    y = totals_block(draft, rows, y)
    if tables:
        y = vat_table(draft, draft.left, min(draft.left + 270, draft.right), y + 4)
    elif layout.vat == "sentence" and has_rates(draft):
        y = vat_sentences(draft, y + 2)
    return y
