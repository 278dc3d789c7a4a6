"""What else stands on documents: dates, numbers, amounts and names that are not the invoice's."""

from datetime import date, timedelta
from random import Random

SIGNS = frozenset("€ £ $ EUR GBP USD CHF MYR RM Euro EURO Fr. SFr. US$".split())
"""Signs and codes of currencies, as words of their own."""

_MATTER = (
    "Bestelldatum: {day}", "Auftragsdatum {day}", "Gedruckt am {day}", "gültig bis {day}",
    "Kunde seit {day}", "Erstellt: {day}", "Mahnung ab {day}", "Stand {day}", "Version {short}",
    "Kunden-Nr. {number}", "Auftrag {number}", "Vorgang {number}", "Projekt {number}",
    "Seriennummer {number}", "Objekt {number}", "Vertragskonto {number}", "Zähler {number}",
    "Saldo alt {amount}", "Offene Posten {amount}", "Skontobetrag {amount}", "Pfand {amount}",
    "Gutschein {amount}", "bei Zahlung mit Skonto {amount}", "Warenwert {amount}",
    "Nächste Abbuchung {day}", "Ein Unternehmen der {company} Gruppe", "Versand durch {company}",
    "Geschäftsführer der Komplementärin {company}", "Factoring: {company}",
    "Order date: {day}", "Printed {day}", "Subscription renews on {day}", "Member since {day}",
    "Ticket {number}", "Customer number {number}", "Job ref {number}", "Account {number}",
    "Previous balance {amount}", "Last payment received {amount}", "You saved {amount}",
    "Deposit {amount}", "Credit limit {amount}", "A division of {company}", "Carrier: {company}",
    "Next statement {day}", "Statement period ends {day}", "Loyalty points {number}",
    "Date de commande : {day}", "Imprimé le {day}", "N° client {number}", "Dossier {number}",
    "Solde antérieur {amount}", "Dont éco-participation {amount}", "Acompte versé {amount}",
    "Filiale de {company}", "Transporteur : {company}", "Date d'expédition {day}",
    "Fecha de pedido {day}", "Cliente n.º {number}", "Saldo anterior {amount}",
    "Impreso el {day}", "Grupo {company}", "Data ordine {day}", "Cod. cliente {number}",
    "Saldo precedente {amount}", "Stampato il {day}", "Gruppo {company}", "Vettore {company}",
    "Besteldatum {day}", "Klantnummer {number}", "Vorig saldo {amount}", "Afgedrukt op {day}",
    "Onderdeel van {company}", "{day}", "{amount}", "{number}", "{company}", "{short} / {number}",
)  # fmt: skip
_NAMES = ("Nordwind", "Almeda", "Castor", "Vireo", "Lumen", "Brugman", "Delacourt", "Ferrante")
_FORMS = ("GmbH", "AG", "Ltd", "SAS", "S.L.", "S.r.l.", "B.V.", "Holding", "Inc.", "SE", "KG")
_DAYS = ("%d.%m.%Y", "%d/%m/%Y", "%Y-%m-%d", "%d-%m-%Y", "%d.%m.%y", "%d %B %Y")
_NUMBERS = ("########", "##-####", "K######", "A-#####", "#### ####", "R-##-###", "######/##")


def other_matter(rng: Random) -> str:
    """A line that no invoice record has a place for."""
    return rng.choice(_MATTER).format(
        day=(date(2021, 1, 1) + timedelta(days=rng.randrange(2200))).strftime(rng.choice(_DAYS)),
        number="".join(
            str(rng.randrange(10)) if sign == "#" else sign for sign in rng.choice(_NUMBERS)
        ),
        amount=_amount(rng),
        short=f"{rng.randrange(1, 12)}.{rng.randrange(10)}",
        company=f"{rng.choice(_NAMES)} {rng.choice(_NAMES)} {rng.choice(_FORMS)}",
    )


def _amount(rng: Random) -> str:
    shown = f"{rng.randrange(100, 400000) / 100:,.2f}"
    if rng.random() < 0.6:
        shown = shown.translate(str.maketrans(",.", ".,"))
    return f"{shown} {rng.choice(('€', 'EUR', ''))}".strip()
