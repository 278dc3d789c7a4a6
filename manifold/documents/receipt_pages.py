"""A till receipt on its roll."""

from random import Random

from manifold.documents.edition import Edition
from manifold.documents.fonts import face
from manifold.documents.formats import drawn_formats
from manifold.documents.invoice_pages import Printed
from manifold.documents.places import town
from manifold.documents.receipt_case import Item, Purchase
from manifold.documents.receipt_layouts import ReceiptLayout
from manifold.documents.sheet import Align, Sheet
from operators.money import ONE, Amount

_POINTS = 72 / 25.4
_MARGIN = 9.0


def printed_receipt(purchase: Purchase, layout: ReceiptLayout, seed: str) -> Printed:
    """A receipt as long as it has to be; the same arguments give the same bytes."""
    draft = _Roll(purchase, layout, seed, 1000)
    length = draft.draw() + 24
    draft = _Roll(purchase, layout, seed, length)
    draft.draw()
    invoice = purchase.case.invoice
    pdf = draft.sheet.pdf(invoice.number or "", invoice.seller.name or "")
    return Printed(pdf, draft.edition, tuple(draft.sheet.placed), 1)


class _Roll:
    """A receipt being printed from the top to the bottom."""

    def __init__(self, purchase: Purchase, layout: ReceiptLayout, seed: str, length: float) -> None:
        self.purchase = purchase
        self.layout = layout
        self.rng = Random(seed)
        case = purchase.case
        invoice = case.invoice
        formats = drawn_formats(case.place, invoice.currency or "", case.wording.months, self.rng)
        self.edition = Edition(case, formats, self.rng)
        width = layout.millimetres * _POINTS
        size = (width - 2 * _MARGIN) / (layout.characters * 0.6)
        self.sheet = Sheet(width, length, face(self.rng.choice(layout.faces)), size)
        self.left, self.right = _MARGIN, width - _MARGIN
        self.y = 12.0

    def draw(self) -> float:
        """Print everything; gives where it ends."""
        particulars = self.layout.particulars
        self.head()
        if particulars in ("top", "labelled", "split"):
            self.particulars(both=particulars != "split")
        self.separate()
        self.items()
        self.separate()
        self.totals()
        self.separate()
        self.paid()
        if self.layout.tax in ("table", "letters", "line"):
            self.taxes()
        if particulars in ("bottom", "split"):
            self.separate()
            self.particulars(both=particulars == "bottom", second=particulars == "split")
        self.thanks()
        return self.y

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

    def head(self) -> None:
        """Who sells."""
        edition, case = self.edition, self.purchase.case
        self.say(edition.text("seller.name") or "", bold=True, scale=1.15)
        self.say(edition.text("seller.address.street") or "")
        postcode = edition.text("seller.address.postcode") or ""
        city = edition.text("seller.address.city") or ""
        self.say(town(case.place, postcode, city))
        if self.rng.random() < 0.7:
            self.say(f"{edition.labels['phone']} {case.noise.phone}")
        if shown := edition.text("seller.vat_id"):
            self.say(f"{edition.labels['vat_id']} {shown}")
        elif shown := edition.text("seller.tax_id"):
            label = "GST ID" if case.place.country == "MY" else edition.labels["tax_id"]
            self.say(f"{label}: {shown}")
        self.y += 3
        if title := edition.labels["receipt"]:
            self.say(title, bold=True)

    def particulars(self, both: bool, second: bool = False) -> None:
        """Number, then date and time; only the number first or only the date second if split."""
        edition, labels = self.edition, self.edition.labels
        if not second:
            self.row(f"{labels['receipt_number']}: {edition.text('number')}", "")
        if not both and not second:
            return
        day = edition.day("issue_date") or ""
        if self.layout.particulars == "labelled":
            self.row(f"{labels['date']}: {day}", "")
            self.row(f"{labels['time']}: {self.purchase.time}", "")
        else:
            self.row(day, self.purchase.time)
        if self.rng.random() < 0.6:
            self.row(f"{labels['cashier']}: {self.purchase.case.noise.clerk}", "")

    def items(self) -> None:
        """What was bought."""
        labels = self.edition.labels
        if self.layout.items == "table":
            self.row(f"{labels['quantity']} {labels['description']}", labels["net"], bold=True)
        for index, item in enumerate(self.purchase.items):
            if not self.purchase.included:
                path = f"lines[{index}]"
                self.edition.note(f"{path}.name", f"{path}.net", f"{path}.quantity")
            self.item(item)

    def item(self, item: Item) -> None:
        """One of the things bought."""
        count = self.edition.formats.number(item.quantity, 0)
        price, amount = self.money(item.price), self.money(item.amount)
        letter = f" {self.letter(item.rate)}" if self.layout.tax in ("table", "letters") else ""
        several = item.quantity > ONE
        match self.layout.items:
            case "two_lines":
                self.row(item.name, "")
                self.row(f"  {count} x {price}", f"{amount}{letter}")
            case "table" | "quantity_first":
                self.row(f"{count} {item.name}", f"{amount}{letter}")
                if several:
                    self.row(f"   @ {price}", "")
            case "dotted":
                self.row(f"{item.name} {'.' * 60}", f" {amount}{letter}")
                if several:
                    self.row(f"   {count} x {price}", "")
            case "one_line":
                if several:
                    self.row(f"{count} x {price}", "")
                self.row(item.name, f"{amount}{letter}")

    def letter(self, rate: Amount) -> str:
        """The letter of a VAT rate."""
        rates = [each.rate for each in self.purchase.case.invoice.vat_breakdown]
        return "ABCDEFG"[rates.index(rate)]

    def totals(self) -> None:
        """Net and tax where they stand above, rounding, and what is to be paid."""
        edition, labels = self.edition, self.edition.labels
        invoice = self.purchase.case.invoice
        if self.layout.tax == "above" or not self.purchase.included:
            self.row(labels["receipt_net"], edition.money("totals.net", False) or "")
            tax = "GST" if invoice.currency == "MYR" else labels["receipt_tax"]
            for index in range(len(invoice.vat_breakdown)):
                path = f"vat_breakdown[{index}]"
                rate = edition.percent(f"{path}.rate")
                self.row(f"{tax} {rate}", edition.money(f"{path}.tax", False) or "")
                edition.note(f"{path}.category")
            if len(invoice.vat_breakdown) == 1:
                edition.note("vat_breakdown[0].taxable")
            edition.note("totals.tax")
        if invoice.totals.rounding:
            self.row(labels["total_gross"], edition.money("totals.gross", False) or "")
            self.row(labels["rounding"], edition.money("totals.rounding", False) or "")
        else:
            edition.note("totals.gross")
        if edition.formats.currency_at != "none":
            edition.note("currency")
        self.total(labels["receipt_total"], edition.money("totals.payable") or "")

    def total(self, label: str, amount: str) -> None:
        """What is to be paid."""
        kind = self.layout.total
        top = self.y
        if kind == "framed":
            self.y += 3
            self.left, self.right = self.left + 4, self.right - 4
        scale = {"double": 1.6, "framed": 1.25}.get(kind, 1.0)
        self.row(label, amount, bold=kind != "plain", scale=scale)
        if kind == "framed":
            self.left, self.right = self.left - 4, self.right + 4
            self.sheet.rectangle(self.left, top, self.right, self.y + 2, border=(0, 0, 0))
            self.y += 5

    def paid(self) -> None:
        """How it was paid."""
        labels, given = self.edition.labels, self.purchase.given
        payable = self.purchase.case.invoice.totals.payable or 0
        if given is None:
            self.row(labels["card"], self.money(payable))
            self.row(f"**** **** **** {self.purchase.case.noise.customer[:4]}", "")
        else:
            self.row(labels["cash"], self.money(given))
            self.row(labels["change"], self.money(given - payable))

    def taxes(self) -> None:
        """Tax by rate."""
        edition, labels = self.edition, self.edition.labels
        breakdown = self.purchase.case.invoice.vat_breakdown
        tax = "GST" if self.purchase.case.place.country == "MY" else labels["receipt_tax"]
        for index, each in enumerate(breakdown):
            path = f"vat_breakdown[{index}]"
            rate = edition.percent(f"{path}.rate") or ""
            shown = edition.money(f"{path}.tax", False) or ""
            edition.note(f"{path}.category")
            if self.layout.tax == "line":
                self.row(f"{tax} {rate}", shown)
                continue
            taxable = edition.money(f"{path}.taxable", False) or ""
            of = f"{labels['receipt_net']} {taxable}"
            self.row(f"{self.letter(each.rate or 0)} {tax} {rate}  {of}", shown)
            if len(breakdown) == 1:
                edition.note("totals.net")
        edition.note("totals.tax")

    def thanks(self) -> None:
        """The end."""
        self.y += self.sheet.leading * 0.6
        self.say(self.rng.choice(self.purchase.case.wording.texts["receipt_thanks"]))
        if self.rng.random() < 0.4:
            self.say(self.purchase.case.noise.web)
