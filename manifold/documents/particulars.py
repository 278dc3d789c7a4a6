"""Number, date, references: what identifies the document."""

from collections.abc import Sequence

from manifold.documents.draft import GREY, Draft
from manifold.documents.extras import ordered

Pair = tuple[str, str]


def pairs(draft: Draft) -> list[Pair]:
    """Labels, without a colon, and values, the number first."""
    edition, rng = draft.edition, draft.rng
    credit = edition.credit
    noise, labels = edition.case.noise, draft.label
    found: list[tuple[str, str | None]] = [
        (labels("credit_number" if credit else "number"), edition.text("number")),
        (labels("date"), None if "letter" in draft.layout.extras else edition.day("issue_date")),
    ]
    further: list[tuple[str, str | None]] = []
    if edition.value("due_date") and rng.random() < 0.6:
        further.append((labels("due"), edition.day("due_date")))
    if rng.random() < 0.6:
        further.append((labels("customer"), noise.customer))
    if edition.value("period.start"):
        span = f"{edition.day('period.start')} - {edition.day('period.end')}"
        further.append((labels("period"), span))
    further += [
        (labels("order"), edition.text("purchase_order")),
        (labels("delivered"), edition.day("delivery_date")),
        (labels("despatch_advice"), edition.text("despatch_advice")),
        (labels("contract"), edition.text("contract")),
        (labels("buyer_reference"), edition.text("buyer_reference")),
        (labels("corrects"), edition.text("preceding_invoices[0].number")),
    ]
    if rng.random() < 0.3:
        further.append((labels("clerk"), noise.clerk))
    if draft.layout.addressing in ("window", "right") and edition.value("buyer.vat_id"):
        further.append((labels("buyer_vat_id"), edition.text("buyer.vat_id")))
    if "ordered" in draft.layout.extras and (day := ordered(edition, rng)):
        further.append(day)
    there = [(label, value) for label, value in further if value]
    if rng.random() < 0.5:
        rng.shuffle(there)
    first = [(label, value) for label, value in found if value]
    if rng.random() < 0.25:
        first.reverse()
    return [*first, *there]


def at_the_side(draft: Draft) -> bool:
    """Whether it stands beside the address rather than under it."""
    return draft.layout.particulars in ("list", "table", "ruled_list", "heads")


def listed(draft: Draft, entries: Sequence[Pair], x: float, y: float, room: float) -> float:
    """Pairs below each other, plain, with rules or in a border."""
    sheet, layout = draft.sheet, draft.layout
    if layout.particulars == "heads":
        return _heads(draft, entries, x, y, room)
    colon = ":" if layout.colon else ""
    longest = max(sheet.measure(f"{label}{colon}", size=layout.size - 0.5) for label, _ in entries)
    tab = min(longest + 10, room * 0.56)
    bordered = layout.particulars == "table"
    top = y
    for label, value in entries:
        pad = 3 if bordered else 1
        one = sheet.paragraph(x + pad, y + pad, tab - 2 * pad, f"{label}{colon}",
                              size=layout.size - 0.5, colour=GREY)  # fmt: skip
        other = sheet.paragraph(x + tab + pad, y + pad, room - tab - 2 * pad, value)
        y = max(one, other) + pad - 1
        if layout.particulars != "list":
            sheet.rule(x, y, x + room, 0.4, GREY)
    if bordered:
        sheet.rectangle(x, top, x + room, y, border=GREY)
        sheet.stroke(x + tab, top, x + tab, y, 0.4, GREY)
    return y


def _heads(draft: Draft, entries: Sequence[Pair], x: float, y: float, room: float) -> float:
    """Three heads at a time on a tint, their values under them in the middle."""
    sheet, size = draft.sheet, draft.layout.size - 1
    width = room / 3
    for start in range(0, len(entries), 3):
        row = entries[start : start + 3]
        heads = [sheet.wrapped(label, width - 6, size=size, bold=True) for label, _ in row]
        height = max(map(len, heads)) * size * 1.28 + 4
        sheet.rectangle(x, y, x + width * len(row), y + height, fill=draft.contrast())
        under = y + height
        for index, (_, value) in enumerate(row):
            middle = x + (index + 0.5) * width
            for number, line in enumerate(heads[index]):
                at = y + 2 + number * size * 1.28
                sheet.text(middle, at, line, size=size, bold=True, align="center")
            fit = sheet.fitting(value, width - 6, draft.layout.size)
            below = sheet.text(middle, y + height + 2, value, size=fit, align="center")
            under = max(under, below)
        y = under + 3
    return y


def below(draft: Draft, entries: Sequence[Pair], y: float) -> float:
    """The kinds that take the whole width."""
    match draft.layout.particulars:
        case "strip":
            return _strip(draft, entries, y)
        case "stacked":
            return _stacked(draft, entries, y)
        case "columns":
            return _columns(draft, entries, y)
        case "inline" | "sentence":
            return _sentence(draft, entries, y)
        case _:
            room = min(300.0, draft.right - draft.left)
            return listed(draft, entries, draft.left, y, room) + 6


def _cells(draft: Draft, entries: Sequence[Pair], y: float, columns: int, bordered: bool) -> float:
    sheet, size = draft.sheet, draft.layout.size
    width = (draft.right - draft.left) / columns
    for start in range(0, len(entries), columns):
        row = entries[start : start + columns]
        middle = bottom = y
        for index, (label, _) in enumerate(row):
            x = draft.left + index * width + 4
            middle = max(middle, sheet.paragraph(x, y + 3, width - 8, label, size=size - 1.5,
                                                 colour=GREY, bold=bordered))  # fmt: skip
        for index, (_, value) in enumerate(row):
            x = draft.left + index * width + 4
            bottom = max(bottom, sheet.paragraph(x, middle + 2, width - 8, value))
        if bordered:
            for index in range(len(row)):
                x = draft.left + index * width
                sheet.rectangle(x, y, x + width, bottom + 2, border=GREY, weight=0.5)
            sheet.rule(draft.left, middle + 1, draft.left + len(row) * width, 0.4, GREY)
        y = bottom + (2 if bordered else 5)
    return y + 4


def _strip(draft: Draft, entries: Sequence[Pair], y: float) -> float:
    return _cells(draft, entries, y, 5 if draft.right - draft.left > 450 else 4, bordered=True)


def _stacked(draft: Draft, entries: Sequence[Pair], y: float) -> float:
    return _cells(draft, entries, y, 3, bordered=False)


def _columns(draft: Draft, entries: Sequence[Pair], y: float) -> float:
    half = (len(entries) + 1) // 2
    width = (draft.right - draft.left) / 2
    one = listed(draft, entries[:half], draft.left, y, width - 12)
    if not entries[half:]:
        return one + 6
    other = listed(draft, entries[half:], draft.left + width, y, width - 12)
    return max(one, other) + 6


def _sentence(draft: Draft, entries: Sequence[Pair], y: float) -> float:
    colon = ":" if draft.layout.particulars == "inline" else ""
    between = " | " if draft.layout.particulars == "inline" else ", "
    text = between.join(f"{label}{colon} {value}" for label, value in entries)
    return draft.sheet.paragraph(draft.left, y, draft.right - draft.left, text) + 6
