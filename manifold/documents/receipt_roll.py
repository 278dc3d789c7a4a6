"""The paper of a till, printed from the top to the bottom."""

from random import Random

from manifold.documents.edition import Edition
from manifold.documents.fonts import face
from manifold.documents.formats import drawn_formats
from manifold.documents.receipt_case import Purchase
from manifold.documents.receipt_details import malaysian, twelve_hours
from manifold.documents.receipt_layouts import ReceiptLayout
from manifold.documents.sheet import Align, Sheet
from operators.money import Amount

_POINTS = 72 / 25.4
_MARGIN = 9.0


class Roll:
    """Paper with a purchase to print on it."""

    def __init__(self, purchase: Purchase, layout: ReceiptLayout, seed: str, length: float) -> None:
        """`length` in points; the same arguments print the same."""
        self.purchase = purchase
        self.layout = layout
        self.rng = Random(seed)
        case = purchase.case
        invoice = case.invoice
        formats = drawn_formats(case.place, invoice.currency or "", case.wording.months, self.rng)
        self.edition = Edition(case, formats, self.rng)
        self.malaysian = case.place.country == "MY"
        if self.malaysian:
            self.edition.labels = {**self.edition.labels, **malaysian(self.rng)}
        width = layout.millimetres * _POINTS
        size = (width - 2 * _MARGIN) / (layout.characters * 0.6)
        self.sheet = Sheet(width, length, face(self.rng.choice(layout.faces)), size)
        self.left, self.right = _MARGIN, width - _MARGIN
        self.y = 12.0

    def say(self, text: str, bold: bool = False, scale: float = 1.0) -> None:
        """A line or more, as the head is aligned."""
        align: Align = "left" if self.layout.left_aligned else "center"
        room, size = self.right - self.left, self.sheet.size * scale
        self.y = self.sheet.paragraph(
            self.left, self.y, room, text, bold=bold, size=size, align=align
        )

    def row(self, left: str, right: str, bold: bool = False, scale: float = 1.0) -> None:
        """Something and its amount; what is too long for a line is cut, as tills do."""
        size = self.sheet.size * scale
        amount = self.sheet.measure(right, bold=bold, size=size)
        room = self.right - self.left - amount - size * 0.6
        if self.sheet.measure(left, bold=bold, size=size) > room and scale > 1:
            size = self.sheet.fitting(left, room, size, bold=bold)
        while left and self.sheet.measure(left, bold=bold, size=size) > room:
            left = left[:-1]
        below = self.sheet.text(self.left, self.y, left, bold=bold, size=size)
        self.sheet.text(self.right, self.y, right, bold=bold, size=size, align="right")
        self.y = below

    def pair(self, left: str, right: str) -> None:
        """Two things side by side, or below each other where there is no room."""
        measure = self.sheet.measure
        if measure(left) + measure(right) + self.sheet.size > self.right - self.left:
            self.row(left, "")
            left, right = right, ""
        self.row(left, right)

    def separate(self) -> None:
        """What stands between two parts."""
        sign = self.layout.separator
        if sign == "rule":
            self.sheet.rule(self.left, self.y + 3, self.right, 0.6)
        elif sign != "none":
            room = self.right - self.left
            self.sheet.text(self.left, self.y, sign * int(room / self.sheet.measure(sign)))
        self.y += self.sheet.leading

    def money(self, value: Amount) -> str:
        """An amount as most lines have it."""
        return self.edition.formats.money(value, self.layout.currency_everywhere)

    @property
    def time(self) -> str:
        """The time of day as this till writes it."""
        english = self.purchase.case.wording.language == "en"
        time = self.purchase.time
        return twelve_hours(time) if english and self.layout.twelve_hours else time
