"""A till receipt on its roll."""

from manifold.documents.invoice_pages import Printed
from manifold.documents.places import town
from manifold.documents.receipt_case import Item, Purchase
from manifold.documents.receipt_details import code, counts, registration
from manifold.documents.receipt_layouts import ReceiptLayout
from manifold.documents.receipt_roll import Roll
from operators.money import ONE, Amount

_LETTERED = ("table", "letters", "summary", "analysis")


def printed_receipt(purchase: Purchase, layout: ReceiptLayout, seed: str) -> Printed:
    """A receipt as long as it has to be; the same arguments give the same bytes."""
    draft = _Receipt(purchase, layout, seed, 1000)
    length = draft.draw() + 24
    draft = _Receipt(purchase, layout, seed, length)
    draft.draw()
    invoice = purchase.case.invoice
    pdf = draft.sheet.pdf(invoice.number or "", invoice.seller.name or "")
    return Printed(pdf, draft.edition, tuple(draft.sheet.placed), 1)


class _Receipt(Roll):
    """A receipt being printed."""

    def draw(self) -> float:
        """Print everything; gives where it ends."""
        particulars = self.layout.particulars
        self.head()
        if particulars in ("top", "labelled", "split", "stamped", "columns"):
            self.particulars(both=particulars != "split")
        self.separate()
        self.items()
        self.separate()
        self.totals()
        self.separate()
        self.paid()
        if self.layout.tax != "above":
            self.taxes()
        if particulars in ("bottom", "split"):
            self.separate()
            self.particulars(both=particulars == "bottom", second=particulars == "split")
        self.thanks()
        return self.y

    def head(self) -> None:
        """Who sells."""
        edition, case = self.edition, self.purchase.case
        registered = self.layout.registered if self.malaysian else "none"
        number = registration(self.rng)
        if registered == "below" and self.rng.random() < 0.15:
            self.say(case.noise.managing.lower())
        name = edition.text("seller.name") or ""
        self.say(f"{name} {number}" if registered == "beside" else name, bold=True, scale=1.15)
        if registered == "below":
            self.say(number)
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
        number = "" if second else f"{labels['receipt_number']}: {edition.text('number')}"
        if number and self.layout.particulars != "columns":
            self.row(number, "")
        if not both and not second:
            return
        day = edition.day("issue_date") or ""
        clerk = f"{labels['cashier']}: {self.purchase.case.noise.clerk}"
        match self.layout.particulars:
            case "labelled":
                self.row(f"{labels['date']}: {day}", "")
                self.row(f"{labels['time']}: {self.time}", "")
            case "stamped":
                self.pair(f"{day} {self.time}", f"#{self.purchase.case.noise.customer[:2]}")
            case "columns":
                self.row(number, "")
                self.pair(f"{labels['date']}: {day}", f"{labels['time']}: {self.time}")
            case _:
                self.row(day, self.time)
        if self.rng.random() < 0.6:
            self.row(clerk, "")

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
        letter = f" {self.letter(item.rate)}" if self.layout.tax in _LETTERED else ""
        several = item.quantity > ONE
        match self.layout.items:
            case "two_lines":
                self.row(item.name, "")
                self.row(f"  {count} x {price}", f"{amount}{letter}")
            case "table" | "quantity_first":
                self.row(f"{count} {item.name}", f"{amount}{letter}")
                if several:
                    self.row(f"   @ {price}", "")
            case "coded":
                self.row(f"{code(self.rng)} {item.name}", "")
                self.row(f"  {count} x {price}", f"{amount}{letter}")
            case "price_first":
                self.row(item.name, "")
                self.row(f"{price} X {count}", f"{amount}{letter}")
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
        if self.layout.counted:
            pieces = sum(item.quantity for item in self.purchase.items) // ONE
            language = self.purchase.case.wording.language
            self.row(*counts(language, len(self.purchase.items), pieces))
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
        tax = "GST" if self.malaysian else labels["receipt_tax"]
        headed = self.layout.tax in ("summary", "analysis")
        if headed:
            self.row(f"{tax}   {labels['receipt_net']}", tax)
        for index, each in enumerate(breakdown):
            path = f"vat_breakdown[{index}]"
            rate = edition.percent(f"{path}.rate") or ""
            shown = edition.money(f"{path}.tax", False) or ""
            edition.note(f"{path}.category")
            if self.layout.tax == "line":
                self.row(f"{tax} {rate}", shown)
                continue
            taxable = edition.money(f"{path}.taxable", False) or ""
            letter = self.letter(each.rate or 0)
            if headed:
                self.row(f"{letter} = {rate}   {taxable}", shown)
            else:
                self.row(f"{letter} {tax} {rate}  {labels['receipt_net']} {taxable}", shown)
            if len(breakdown) == 1:
                edition.note("totals.net")
        if self.layout.tax == "analysis":
            net, whole = edition.money("totals.net", False), edition.money("totals.tax", False)
            self.row(f"{labels['receipt_total']}   {net}", whole or "")
        edition.note("totals.tax")

    def thanks(self) -> None:
        """The end."""
        self.y += self.sheet.leading * 0.6
        self.say(self.rng.choice(self.purchase.case.wording.texts["receipt_thanks"]))
        if self.rng.random() < 0.4:
            self.say(self.purchase.case.noise.web)
