"""What every part of a page is drawn with: the paper, the edition, the layout and its colours."""

from random import Random

from manifold.documents.edition import Edition
from manifold.documents.extras import abroad, holder
from manifold.documents.layout import Layout
from manifold.documents.places import PLACES, town
from manifold.documents.sheet import Rgb, Sheet
from manifold.documents.wordings import WORDINGS

GREY: Rgb = (0.35, 0.35, 0.35)
_ACCENTS: tuple[Rgb, ...] = (
    (0.1, 0.25, 0.5), (0.55, 0.1, 0.1), (0.1, 0.4, 0.25), (0.2, 0.2, 0.2), (0.8, 0.4, 0.05),
    (0.35, 0.15, 0.45), (0.0, 0.45, 0.55),
)  # fmt: skip


class Draft:
    """A document being drawn."""

    def __init__(self, sheet: Sheet, edition: Edition, layout: Layout, pages: int, rng: Random):
        """`pages` is how many the document will have."""
        self.sheet = sheet
        self.edition = edition
        self.layout = layout
        self.pages = pages
        self.rng = rng
        self.accent = rng.choice(_ACCENTS)
        self.left = layout.margin
        self.right = sheet.width - layout.margin
        self.foot = 96.0 if layout.footer in ("columns", "headed") else 74.0
        self.negative = edition.credit and rng.random() < 0.4
        self.unit_beside_quantity = rng.random() < 0.5
        self.carries = rng.random() < 0.7
        self.currency_in_head = edition.formats.currency_at == "none" and rng.random() < 0.7
        self.grouped_account = rng.random() < 0.7

    @property
    def bottom(self) -> float:
        """Where the footer begins."""
        return self.sheet.height - self.foot

    def label(self, name: str, **places: str) -> str:
        """A label with its places filled in, in two languages where the layout has them."""
        text = self.edition.labels[name].format(**places)
        if self.layout.bilingual:
            language = self.edition.case.wording.language
            other = WORDINGS["de" if language == "en" else "en"].labels[name][0]
            other = other.format(**places)
            text = text if other.lower() == text.lower() else f"{text} / {other}"
        if self.layout.shouting:
            text = text.upper()
        return text

    def contrast(self) -> Rgb:
        """A light tint of the accent."""
        red, green, blue = (0.86 + 0.14 * part for part in self.accent)
        return red, green, blue

    def address(self, path: str, abroad: bool = False) -> list[str]:
        """Street and town of an address, with the country when it is `abroad`."""
        edition = self.edition
        street = edition.text(f"{path}.street")
        postcode = edition.text(f"{path}.postcode") or ""
        city = edition.text(f"{path}.city") or ""
        country = edition.value(f"{path}.country")
        place = next((each for each in PLACES if each.country == country), edition.case.place)
        lines = [street or "", town(place, postcode, city)]
        if abroad:
            edition.note(f"{path}.country")
            lines.append(place.name.upper() if self.layout.shouting else place.name)
        return [line for line in lines if line]

    def account(self) -> list[str]:
        """The account to pay to, in lines with their labels."""
        edition = self.edition
        number = edition.value("payments[0].account.id")
        if not isinstance(number, str):
            return []
        if self.grouped_account:
            parts = [number[at : at + 4] for at in range(0, len(number), 4)]
            written = " ".join(parts)
        else:
            written = number
        shown = edition.shown("payments[0].account.id", written)
        lines = [f"{edition.labels['iban']}: {shown}"]
        if "holder" in self.layout.extras:
            lines.insert(0, holder(edition, self.rng))
        bank = edition.text("payments[0].account.bank")
        return [*lines, f"{edition.labels['bic']}: {bank}"] if bank else lines

    def legal(self) -> list[str]:
        """What the law wants on paper: tax numbers, register, management."""
        edition, noise = self.edition, self.edition.case.noise
        lines = []
        for name in ("vat_id", "tax_id"):
            if shown := edition.text(f"seller.{name}"):
                lines.append(f"{edition.labels[name]}: {shown}")
        if "abroad" in self.layout.extras and edition.value("seller.vat_id"):
            lines.append(abroad(edition, self.rng))
        return [*lines, noise.register, noise.managing]

    def contacts(self) -> list[str]:
        """Phone, mail and pages."""
        noise, labels = self.edition.case.noise, self.edition.labels
        return [f"{labels['phone']} {noise.phone}", noise.email, noise.web]
