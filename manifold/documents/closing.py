"""What follows the totals: why there is no VAT, terms of payment, the account, thanks."""

from manifold.documents.draft import GREY, Draft
from manifold.documents.extras import early
from manifold.documents.sheet import Sheet


def closing(draft: Draft, y: float) -> float:
    """Draw it below `y`; gives where it ends."""
    sheet, room = draft.sheet, draft.right - draft.left
    for text in sentences(draft):
        y = sheet.paragraph(draft.left, y, room, text, size=draft.layout.size - 0.5) + 2
    return _account(draft, y + 4)


def sentences(draft: Draft) -> list[str]:
    """The texts."""
    edition, case, rng = draft.edition, draft.edition.case, draft.rng
    texts = case.wording.texts
    found: list[str] = []
    for index, each in enumerate(case.invoice.vat_breakdown):
        if each.exemption_reason:
            path = f"vat_breakdown[{index}]"
            found.append(edition.text(f"{path}.exemption_reason") or "")
            edition.note(f"{path}.category", f"{path}.rate", f"{path}.taxable", f"{path}.tax")
    if terms := edition.text("payment_terms"):
        found.append(terms)
        # The day follows from the terms.
        edition.note("due_date")
    elif edition.value("due_date"):
        found.append(rng.choice(texts["terms_date"]).format(date=edition.day("due_date")))
    if case.cash_discount:
        days, percent = case.cash_discount
        rate = edition.formats.percent(percent * 10**8)
        found.append(rng.choice(texts["discount"]).format(days=days, rate=rate))
    if "early" in draft.layout.extras and (offered := early(edition, rng)):
        found.append(offered)
    if rng.random() < 0.7:
        found.append(rng.choice(texts["thanks"]))
    return found


def _account(draft: Draft, y: float) -> float:
    sheet, layout = draft.sheet, draft.layout
    if layout.bank == "footer" and layout.footer != "none":
        return y
    lines = draft.account()
    if not lines:
        return y
    lines.insert(0, f"{draft.edition.labels['bank']}: {draft.edition.case.noise.bank}")
    size = layout.size - 0.5
    if layout.bank == "table":
        width = (draft.right - draft.left) / len(lines)
        below = y
        for index, line in enumerate(lines):
            x = draft.left + index * width
            below = max(below, sheet.paragraph(x + 4, y + 3, width - 8, line, size=size))
        for index in range(len(lines)):
            x = draft.left + index * width
            sheet.rectangle(x, y, x + width, below + 3, border=GREY)
        return below + 8
    x = draft.left + (7 if layout.bank == "box" else 0)
    top = y
    for line in lines:
        y = sheet.paragraph(x, y + 1, min(300, draft.right - x - 6), line, size=size)
    if layout.bank == "box":
        right = min(draft.left + 310, draft.right)
        sheet.rectangle(draft.left, top - 3, right, y + 4, border=draft.accent, radius=3)
    return y + 8


def code_to_scan(sheet: Sheet, draft: Draft, x: float, y: float, size: float) -> None:
    """A square like a code to scan; it holds nothing."""
    count = 25
    step = size / count
    for row in range(count):
        for column in range(count):
            if _corner(row, column, count) is None and draft.rng.random() < 0.48:
                left, top = x + column * step, y + row * step
                sheet.rectangle(left, top, left + step, top + step, fill=(0, 0, 0))
    for row, column in ((0, 0), (0, count - 7), (count - 7, 0)):
        left, top = x + column * step, y + row * step
        for inset, fill in ((0, (0.0, 0.0, 0.0)), (1, (1.0, 1.0, 1.0)), (2, (0.0, 0.0, 0.0))):
            by = inset * step
            sheet.rectangle(
                left + by, top + by, left + 7 * step - by, top + 7 * step - by, fill=fill
            )


def _corner(row: int, column: int, count: int) -> tuple[int, int] | None:
    for top, left in ((0, 0), (0, count - 8), (count - 8, 0)):
        if top <= row < top + 8 and left <= column < left + 8:
            return top, left
    return None
