"""The foot of every page."""

from manifold.documents.draft import GREY, Draft
from manifold.documents.extras import copyright_line
from manifold.documents.sheet import Align


def footer(draft: Draft) -> None:
    """Draw it on the page at hand."""
    layout, edition = draft.layout, draft.edition
    top = draft.bottom + 12
    account = draft.account() if layout.bank == "footer" else []
    who = [edition.text("seller.name") or "", *draft.address("seller.address")]
    legal = draft.legal() if layout.footer != "none" else []
    match layout.footer:
        case "columns" | "headed":
            blocks = [who, draft.contacts(), legal]
            if account:
                blocks.insert(2, [edition.case.noise.bank, *account])
            _columns(draft, blocks, top)
        case "line":
            _paragraph(draft, [*who, *legal, *account], top, " · ")
        case "centred":
            _paragraph(draft, who, top, " - ")
            _paragraph(draft, [*legal, *account], top + 10, " - ")
        case "none":
            pass
    if "copyright" in layout.extras:
        line = copyright_line(edition, draft.rng)
        draft.sheet.text(layout.margin, draft.sheet.height - 24, line, size=6.5, colour=GREY)
    if draft.pages > 1 or not layout.qr:
        page = edition.labels["page"].format(page=draft.sheet.page, pages=draft.pages)
        draft.sheet.text(draft.right, draft.sheet.height - 24, page, size=7, align="right",
                         colour=GREY)  # fmt: skip


def _columns(draft: Draft, blocks: list[list[str]], top: float) -> None:
    sheet = draft.sheet
    size = 6.5
    left, right = draft.layout.margin, sheet.width - draft.layout.margin
    sheet.rule(left, top - 4, right, 0.5, GREY)
    width = (right - left) / len(blocks)
    for index, lines in enumerate(blocks):
        x, y = left + index * width, top
        if draft.layout.footer == "headed":
            name = ("seller", "clerk", "bank" if len(blocks) > 3 else "register", "register")[index]
            head = draft.edition.labels[name].split("{")[0].strip(" ,:")
            y = sheet.text(x, y, head, size=size, bold=True, colour=draft.accent)
        for line in lines:
            if y < sheet.height - 30:
                y = sheet.paragraph(x, y, width - 8, line, size=size, colour=GREY)


def _paragraph(draft: Draft, parts: list[str], top: float, between: str) -> None:
    left, right = draft.layout.margin, draft.sheet.width - draft.layout.margin
    if draft.layout.footer == "line":
        draft.sheet.rule(left, top - 4, right, 0.5, GREY)
    text = between.join(part for part in parts if part)
    align: Align = "center" if draft.layout.footer == "centred" else "left"
    draft.sheet.paragraph(left, top, right - left, text, size=6.5, align=align, colour=GREY)
