"""The buyer, alone or beside the seller and the place of delivery."""

from manifold.documents.brands import form
from manifold.documents.draft import GREY, Draft


def addressing(draft: Draft, y: float, room: float) -> float:
    """Draw it below `y`, at the left within `room`; gives where it ends."""
    match draft.layout.addressing:
        case "window":
            return _window(draft, y, room)
        case "right":
            return _block(draft, draft.right - 210, max(y, 100.0), 210)
        case "labelled":
            return _labelled(draft, draft.left, y, room)
        case "parties" | "boxes" | "three":
            return _columns(draft, y)
        case "form":
            return form(draft, y)


def beside(draft: Draft) -> bool:
    """Whether there is room at the right of it."""
    return draft.layout.addressing in ("window", "labelled") and draft.right - draft.left > 420


def _buyer(draft: Draft) -> list[str]:
    edition = draft.edition
    abroad = edition.value("buyer.address.country") != edition.case.place.country
    lines = [edition.text("buyer.name") or "", *draft.address("buyer.address", abroad)]
    if edition.value("buyer.vat_id") and "buyer.vat_id" not in edition.said:
        lines.append(f"{draft.label('buyer_vat_id')}: {edition.text('buyer.vat_id')}")
    return lines


def _block(draft: Draft, x: float, y: float, room: float) -> float:
    for index, line in enumerate(_buyer(draft)):
        y = draft.sheet.paragraph(x, y, room, line, bold=index == 0 and draft.layout.colon)
    return y


def _window(draft: Draft, y: float, room: float) -> float:
    sheet = draft.sheet
    y = max(y, 118.0)
    if draft.layout.letterhead != "sidebar":
        # The sender's line above the window of the envelope.
        line = " · ".join(
            (draft.edition.text("seller.name") or "", *draft.address("seller.address"))
        )
        size = sheet.fitting(line, room, 6.5)
        below = sheet.text(draft.left, y, line, size=size, colour=GREY)
        sheet.rule(draft.left, below + 1, draft.left + sheet.measure(line, size=size), 0.4, GREY)
        y = below + 8
    return _block(draft, draft.left, y, room)


def _labelled(draft: Draft, x: float, y: float, room: float) -> float:
    below = draft.sheet.text(x, y + 6, draft.label("bill_to"), bold=True, size=8.5,
                             colour=draft.accent)  # fmt: skip
    return _block(draft, x, below + 1, room)


def _columns(draft: Draft, y: float) -> float:
    edition, sheet, layout = draft.edition, draft.sheet, draft.layout
    seller = [edition.text("seller.name") or "", *draft.address("seller.address")]
    if shown := edition.text("seller.vat_id"):
        seller.append(f"{edition.labels['vat_id']}: {shown}")
    blocks = [("seller", seller), ("bill_to", _buyer(draft))]
    if layout.addressing == "three":
        delivered = [edition.case.invoice.buyer.name or "", *draft.address("buyer.address")]
        blocks.append(("ship_to", delivered))
    width = (draft.right - draft.left) / len(blocks)
    top, below = y + 8, y
    for index, (label, lines) in enumerate(blocks):
        x = draft.left + index * width + (6 if layout.addressing == "boxes" else 0)
        at = sheet.paragraph(x, top, width - 16, draft.label(label), bold=True, size=8)
        if layout.addressing != "boxes":
            sheet.rule(x, at, x + width - 16, 0.5, draft.accent)
        at += 4
        for line in lines:
            at = sheet.paragraph(x, at, width - 16, line, size=layout.size)
        below = max(below, at)
    if layout.addressing == "boxes":
        for index in range(len(blocks)):
            x = draft.left + index * width
            sheet.rectangle(x, y + 4, x + width - 6, below + 4, border=GREY)
    return below + 6
