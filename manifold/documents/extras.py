"""What real invoices say besides, and layouts for tuning have more or less of."""

from collections.abc import Mapping
from datetime import timedelta
from random import Random

from msgspec.structs import replace

from manifold.documents.arithmetic import share
from manifold.documents.edition import Edition
from manifold.documents.formats import Formats
from manifold.documents.names import vat_id
from manifold.documents.places import PLACES, Language
from operators.money import ONE

HOLDER: Mapping[Language, tuple[str, ...]] = {
    "de": ("Kontoinhaber", "Empfänger"),
    "en": ("Account name", "Account holder", "Beneficiary"),
    "fr": ("Titulaire", "Titulaire du compte", "Bénéficiaire"),
    "es": ("Titular", "Titular de la cuenta", "Beneficiario"),
    "it": ("Intestatario conto", "Intestato a", "Beneficiario"),
    "nl": ("Rekeninghouder", "Ten name van", "t.n.v."),
}
"""What the name of an account's holder is called."""

_ORDERED: Mapping[Language, tuple[str, ...]] = {
    "de": ("Bestelldatum", "Bestellt am", "Auftragsdatum"),
    "en": ("Order date", "Ordered on", "PO date"),
    "fr": ("Date de commande", "Commandé le"),
    "es": ("Fecha de pedido", "Fecha del pedido"),
    "it": ("Data ordine", "Ordinato il"),
    "nl": ("Besteldatum", "Orderdatum", "Besteld op"),
}
_LETTER: Mapping[Language, tuple[str, ...]] = {
    "de": ("{city}, den {day}", "{city}, {day}", "{city}, den {day}"),
    "en": ("{city}, {day}", "{day}"),
    "fr": ("{city}, le {day}", "À {city}, le {day}"),
    "es": ("{city}, {day}", "En {city}, a {day}", "{city}, a {day}"),
    "it": ("{city}, {day}", "{city}, lì {day}", "{city}, il {day}"),
    "nl": ("{city}, {day}", "{city}, d.d. {day}"),
}
_WORDS: Mapping[Language, tuple[str, ...]] = {
    "de": ("%-d. %B %Y",),
    "en": ("%-d %B %Y", "%B %-d, %Y"),
    "fr": ("%-d %B %Y",),
    "es": ("%-d de %B de %Y", "%-d %B %Y"),
    "it": ("%-d %B %Y",),
    "nl": ("%-d %B %Y",),
}
_EARLY: Mapping[Language, str] = {
    "de": "Bei Zahlung bis {day} abzüglich 2 % Skonto = {off}, zu zahlen {rest}.",
    "en": "If paid by {day}: 2 % discount {off}, amount payable {rest}.",
    "fr": "Si paiement avant le {day} : escompte 2 % soit {off}, montant à payer {rest}.",
    "es": "Pagando antes del {day}: descuento 2 % {off}, importe {rest}.",
    "it": "Per pagamento entro il {day}: sconto 2 % {off}, importo {rest}.",
    "nl": "Bij betaling voor {day}: 2 % korting {off}, te betalen {rest}.",
}
_RIGHTS: Mapping[Language, str] = {
    "de": "Alle Rechte vorbehalten",
    "en": "All rights reserved",
    "fr": "Tous droits réservés",
    "es": "Todos los derechos reservados",
    "it": "Tutti i diritti riservati",
    "nl": "Alle rechten voorbehouden",
}


def holder(edition: Edition, rng: Random) -> str:
    """Whose account it is."""
    return f"{rng.choice(HOLDER[edition.case.place.language])}: {edition.text('seller.name')}"


def copyright_line(edition: Edition, rng: Random) -> str:
    """Whose the document is."""
    day = edition.case.invoice.issue_date
    said = f"© {day.year if day is not None else 2024} {edition.text('seller.name')}"
    rights = _RIGHTS[edition.case.place.language]
    return rng.choice((said, f"{said}. {rights}.", f"{said} · {edition.case.noise.web}"))


def abroad(edition: Edition, rng: Random) -> str:
    """A VAT identifier of the seller's in another country."""
    own = edition.case.place.country
    there = rng.choice([each for each in PLACES if each.vat_id and each.country not in (own, "CH")])
    return f"{edition.labels['vat_id']} ({there.country}): {vat_id(there, rng)}"


def ordered(edition: Edition, rng: Random) -> tuple[str, str] | None:
    """When the goods were ordered; None for what has no date."""
    day = edition.case.invoice.issue_date
    if day is None:
        return None
    words = _ORDERED[edition.case.place.language]
    return rng.choice(words), edition.formats.day(day - timedelta(days=rng.randint(3, 40)))


def letter(edition: Edition, rng: Random) -> str:
    """Town and day, as over a letter."""
    address = edition.case.invoice.seller.address
    city = address.city if address is not None and address.city else ""
    shape = rng.choice(_LETTER[edition.case.place.language])
    return shape.format(city=city, day=edition.day("issue_date"))


def in_words(formats: Formats, language: Language, rng: Random) -> Formats:
    """The same way of writing, but days in words."""
    return replace(formats, day_format=rng.choice(_WORDS[language]))


def early(edition: Edition, rng: Random) -> str | None:
    """What is to be paid by a day a little earlier than is due; None for what has no due day."""
    invoice = edition.case.invoice
    if invoice.issue_date is None or invoice.due_date is None:
        return None
    payable, money = edition.amount("totals.payable"), edition.formats.money
    off = share(payable, 2 * ONE)
    return _EARLY[edition.case.place.language].format(
        day=edition.formats.day(invoice.issue_date + timedelta(days=rng.randint(4, 8))),
        off=money(off),
        rest=money(payable - off),
    )
