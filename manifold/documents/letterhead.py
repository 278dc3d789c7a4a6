"""The seller at the top of the first page."""

from collections.abc import Callable, Mapping

from manifold.documents.brands import blocks, brand, picture
from manifold.documents.draft import GREY, Draft
from manifold.documents.layout import Letterhead
from manifold.documents.sheet import WHITE

_SIDEBAR = 138.0


def letterhead(draft: Draft) -> float:
    """Draw it; gives where it ends."""
    return _KINDS[draft.layout.letterhead](draft)


def logo(draft: Draft, x: float, y: float, size: float) -> None:
    """A mark of simple shapes."""
    sheet, accent, tint = draft.sheet, draft.accent, draft.contrast()
    match draft.rng.randrange(4):
        case 0:
            sheet.ellipse(x, y, x + size, y + size, accent)
            sheet.ellipse(x + size * 0.3, y + size * 0.3, x + size * 0.7, y + size * 0.7, tint)
        case 1:
            sheet.triangle(((x, y + size), (x + size / 2, y), (x + size, y + size)), accent)
        case 2:
            half = size / 2 - 1
            sheet.rectangle(x, y, x + half, y + half, fill=accent)
            sheet.rectangle(x + half + 2, y + half + 2, x + size, y + size, fill=accent)
        case _:
            sheet.rectangle(x, y, x + size, y + size, fill=accent, radius=size / 5)
            sheet.ellipse(x + size / 4, y + size / 4, x + size * 0.75, y + size * 0.75, WHITE)


def _name(draft: Draft) -> str:
    return draft.edition.text("seller.name") or ""


def _own(draft: Draft) -> list[str]:
    """Legal data, where there is no footer for it."""
    return draft.legal() if draft.layout.footer == "none" else []


def _left(draft: Draft) -> float:
    sheet, left, right = draft.sheet, draft.left, draft.right
    logo(draft, left, 38, 34)
    name = _name(draft)
    size = sheet.fitting(name, right - left - 210, 15, bold=True)
    y = sheet.text(left + 44, 40, name, bold=True, size=size)
    where = ", ".join(draft.address("seller.address"))
    sheet.paragraph(left + 44, y + 2, right - left - 210, where, size=7.5, colour=GREY)
    other = 40.0
    for line in (*draft.contacts(), *_own(draft)):
        other = sheet.paragraph(right - 150, other, 150, line, size=7.5, align="right")
    return max(88.0, other + 6)


def _right(draft: Draft) -> float:
    sheet, right = draft.sheet, draft.right
    logo(draft, right - 30, 30, 30)
    name = _name(draft)
    size = sheet.fitting(name, 240, 13, bold=True)
    y = sheet.text(right, 66, name, bold=True, size=size, align="right", colour=draft.accent)
    for line in (*draft.address("seller.address"), *draft.contacts(), *_own(draft)):
        y = sheet.text(right, y, line, size=7.5, align="right")
    return y + 4


def _centred(draft: Draft) -> float:
    sheet, middle = draft.sheet, draft.sheet.width / 2
    name = _name(draft)
    size = sheet.fitting(name, draft.right - draft.left, 19, bold=True)
    y = sheet.text(middle, 36, name, bold=True, size=size, align="center", colour=draft.accent)
    y = sheet.text(middle, y, draft.edition.case.noise.slogan, size=8, align="center", colour=GREY)
    written = " · ".join((*draft.address("seller.address"), *draft.contacts(), *_own(draft)))
    room = draft.right - draft.left
    y = sheet.paragraph(draft.left, y + 2, room, written, size=7.5, align="center")
    sheet.rule(draft.left, y + 3, draft.right, 1, draft.accent)
    return y + 10


def _band(draft: Draft) -> float:
    sheet = draft.sheet
    sheet.rectangle(0, 0, sheet.width, 74, fill=draft.accent)
    name = _name(draft)
    room = draft.right - draft.left
    size = sheet.fitting(name, room - 170, 19, bold=True)
    y = sheet.text(draft.left, 20, name, bold=True, size=size, colour=WHITE)
    sheet.text(draft.left, y, draft.edition.case.noise.slogan, size=8, colour=WHITE)
    y = 16.0
    for line in (*draft.address("seller.address"), *draft.contacts()):
        y = sheet.text(draft.right, y, line, size=7.5, align="right", colour=WHITE)
    y = 80.0
    for line in _own(draft):
        y = sheet.text(draft.right, y, line, size=7, align="right", colour=GREY)
    return max(y, 90.0)


def _split(draft: Draft) -> float:
    sheet, left, right = draft.sheet, draft.left, draft.right
    name = _name(draft)
    room = (right - left) * 0.36
    y = sheet.paragraph(left, 40, room, name, bold=True, size=14, colour=draft.accent)
    y = sheet.paragraph(left, y, room, draft.edition.case.noise.slogan, size=7.5, colour=GREY)
    width = (right - left) * 0.3
    columns = (draft.address("seller.address"), [*draft.contacts(), *_own(draft)])
    for index, lines in enumerate(columns):
        at, other = right - width * (2 - index) + 8, 42.0
        for line in lines:
            other = sheet.paragraph(at, other, width - 8, line, size=7.5)
        y = max(y, other)
    sheet.rule(left, y + 5, right, 0.5, GREY)
    return y + 12


def _sidebar(draft: Draft) -> float:
    sheet = draft.sheet
    right = draft.right
    draft.right = right - _SIDEBAR - 14
    x = right - _SIDEBAR + 10
    room = _SIDEBAR - 10
    sheet.stroke(x - 8, 36, x - 8, sheet.height - 110, 0.8, draft.accent)
    logo(draft, x, 36, 40)
    y = sheet.paragraph(x, 88, room, _name(draft), bold=True, size=11, colour=draft.accent)
    blocks = (draft.address("seller.address"), draft.contacts(), draft.legal())
    for block in blocks:
        y += 8
        for line in block:
            y = sheet.paragraph(x, y, room, line, size=7.5)
    return 44.0


def _plain(draft: Draft) -> float:
    sheet = draft.sheet
    room = draft.right - draft.left
    y = sheet.text(draft.left, 42, _name(draft), bold=True, size=draft.layout.size + 2)
    lines = (*draft.address("seller.address"), *draft.contacts(), *_own(draft))
    return sheet.paragraph(draft.left, y, room, ", ".join(lines), size=draft.layout.size - 1.5) + 4


def _ruled(draft: Draft) -> float:
    sheet, left, right = draft.sheet, draft.left, draft.right
    sheet.rule(left, 36, right, 1.4)
    name = _name(draft)
    size = sheet.fitting(name, right - left, 17, bold=True)
    y = sheet.text(sheet.width / 2, 41, name, bold=True, size=size, align="center")
    sheet.rule(left, y + 1, right, 0.5)
    written = " | ".join((*draft.address("seller.address"), *draft.contacts(), *_own(draft)))
    return sheet.paragraph(left, y + 5, right - left, written, size=7, align="center") + 6


def _corner(draft: Draft) -> float:
    sheet, room = draft.sheet, 118.0
    x = draft.right - room
    y = sheet.paragraph(x, 34, room, _name(draft), bold=True, size=12)
    for line in (*draft.address("seller.address"), *draft.contacts(), *_own(draft)):
        y = sheet.paragraph(x, y + 1, room, line, size=7.5)
    return max(88.0, y + 6)


_KINDS: Mapping[Letterhead, Callable[[Draft], float]] = {
    "left": _left,
    "right": _right,
    "centred": _centred,
    "band": _band,
    "split": _split,
    "sidebar": _sidebar,
    "plain": _plain,
    "ruled": _ruled,
    "corner": _corner,
    "picture": picture,
    "brand": brand,
    "blocks": blocks,
}
