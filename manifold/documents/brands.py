"""Letterheads without the seller's legal name, or with it among much else."""

from collections.abc import Mapping
from typing import TypeAlias

from manifold.documents.draft import GREY, Draft
from manifold.documents.places import Language

FormLabels: TypeAlias = tuple[str, str, str, str, str]
"""Name, street, town, post code, province or country."""

FORMS: Mapping[Language, tuple[FormLabels, ...]] = {
    "de": (("Firma", "Straße", "Ort", "PLZ", "Land"), ("Name", "Anschrift", "Ort", "PLZ", "Land")),
    "en": (("Company", "Address", "City", "Postcode", "Country"),
           ("Name", "Street", "Town", "Post code", "Country")),
    "fr": (("Raison sociale", "Adresse", "Ville", "Code postal", "Pays"),
           ("Société", "Adresse", "Commune", "CP", "Pays")),
    "es": (("Razón social", "Domicilio", "Población", "C.P.", "País"),
           ("Nombre", "Dirección", "Localidad", "Código postal", "País")),
    "it": (("Denominazione", "Indirizzo", "Comune", "CAP", "Provincia"),
           ("Ragione sociale", "Indirizzo", "Comune", "CAP", "Prov.")),
    "nl": (("Bedrijfsnaam", "Adres", "Plaats", "Postcode", "Land"),
           ("Naam", "Straat", "Plaats", "Postcode", "Land")),
}  # fmt: skip
"""What forms call the parts of an address."""
_PROVINCES = {
    "Milano": "MI", "Torino": "TO", "Bologna": "BO", "Firenze": "FI", "Padova": "PD",
}  # fmt: skip


def picture(draft: Draft) -> float:
    """A logo and a name that are shapes, as in a scan; contacts at the right."""
    sheet, left = draft.sheet, draft.left
    sheet.ellipse(left, 36, left + 38, 74, draft.accent)
    for index in range(draft.rng.randint(5, 9)):
        at = left + 48 + index * 13
        sheet.rectangle(at, 44, at + 9, 66, fill=draft.accent, radius=2)
    return max(88.0, _contacts(draft) + 6)


def brand(draft: Draft) -> float:
    """The first word of the name, which customers know, over a slogan."""
    name = draft.edition.case.invoice.seller.name or ""
    known = max(name.replace("-", " ").split()[:2], key=len)
    shown = draft.rng.choice((known.upper(), known, f"{known.lower()}."))
    y = draft.sheet.text(draft.left, 36, shown, bold=True, size=24, colour=draft.accent)
    slogan = draft.edition.case.noise.slogan
    y = draft.sheet.text(draft.left, y, slogan, size=7.5, colour=GREY)
    return max(88.0, y + 6, _contacts(draft) + 6)


def _contacts(draft: Draft) -> float:
    y = 38.0
    for line in (*draft.address("seller.address"), *draft.contacts()):
        y = draft.sheet.text(draft.right, y, line, size=7.5, align="right")
    return y


def blocks(draft: Draft) -> float:
    """Name and address, contacts, legal data and account, each in a column."""
    sheet, edition = draft.sheet, draft.edition
    columns = (
        [edition.text("seller.name") or "", *draft.address("seller.address")],
        draft.contacts(),
        draft.legal() if draft.layout.footer == "none" else [edition.case.noise.register],
    )
    width = (draft.right - draft.left) / len(columns)
    below = 0.0
    for index, lines in enumerate(columns):
        y = 38.0
        for number, line in enumerate(lines):
            heads = index == 0 and number == 0
            size = 9.0 if heads else 7.5
            x = draft.left + index * width
            y = sheet.paragraph(x, y, width - 10, line, bold=heads, size=size)
        below = max(below, y)
    sheet.rule(draft.left, below + 3, draft.right, 0.6, draft.accent)
    return max(88.0, below + 10)


def form(draft: Draft, y: float) -> float:
    """Seller and buyer side by side, each part of their addresses behind its label."""
    labels = draft.rng.choice(FORMS[draft.edition.case.place.language])
    width = (draft.right - draft.left) / 2
    below = y
    for index, (side, title) in enumerate((("seller", "seller"), ("buyer", "bill_to"))):
        x = draft.left + index * width
        at = draft.sheet.text(x, y + 6, draft.label(title), bold=True, size=8.5) + 2
        for label, value in zip(labels, _parts(draft, side), strict=True):
            if value:
                text = f"{label}: {value}"
                at = draft.sheet.paragraph(x, at, width - 14, text)
        if shown := draft.edition.text(f"{side}.vat_id"):
            label = draft.edition.labels["vat_id"]
            at = draft.sheet.paragraph(x, at, width - 14, f"{label}: {shown}")
        below = max(below, at)
    return below + 6


def _parts(draft: Draft, side: str) -> list[str | None]:
    """Name, street, town, post code, and the province of an Italian town."""
    edition = draft.edition
    city = edition.text(f"{side}.address.city")
    return [
        edition.text(f"{side}.name"),
        edition.text(f"{side}.address.street"),
        city,
        edition.text(f"{side}.address.postcode"),
        _PROVINCES.get(city or ""),
    ]
