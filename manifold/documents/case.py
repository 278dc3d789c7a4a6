"""Invented invoices: the record, and what documents say beside it."""

from datetime import date, timedelta
from random import Random

from msgspec import Struct
from msgspec.structs import replace

from connectors.einvoice.cii_writing import EN_16931
from manifold.documents.arithmetic import breakdown, share, totals
from manifold.documents.lines import drawn_lines
from manifold.documents.names import account, digits, domain, party, person
from manifold.documents.places import PLACES, Language, Place, places_of
from manifold.documents.wording import Wording
from manifold.documents.wordings import WORDINGS
from operators.invoice import (
    Account,
    AllowanceCharge,
    Invoice,
    Line,
    Party,
    Payment,
    Period,
    PrecedingInvoice,
)
from operators.money import CENT, ONE

_FIRST_DAY = date(2022, 1, 3)
_DAYS = 1600
_NUMBERS = (
    "RE-{year}-{serial:04d}", "{year}{serial:05d}", "{serial:06d}", "F{year}/{serial:04d}",
    "INV-{serial:05d}", "{year}-{serial:03d}", "{serial}", "FA {year} {serial:04d}",
    "{serial:04d}/{short}", "R{short}{serial:05d}", "VK-{serial:06d}", "{short}-{serial:04d}-A",
)  # fmt: skip
_ORDERS = ("PO-{serial:06d}", "45{serial:08d}", "B{short}-{serial:04d}", "{serial:06d}",
           "PO{year}/{serial:03d}", "ORD-{serial:05d}")  # fmt: skip
_DAYS_TO_PAY = (7, 10, 14, 30, 30, 30, 45, 60)


class Noise(Struct, frozen=True):
    """What a document says that is no part of the invoice record."""

    customer: str
    """Number of the customer."""
    clerk: str
    """Who answers questions."""
    phone: str
    """The seller's phone number."""
    fax: str
    """The seller's fax number."""
    email: str
    """The seller's address for mail."""
    web: str
    """The seller's pages."""
    slogan: str
    """What the seller says of itself."""
    register: str
    """Number in a register."""
    managing: str
    """Who runs the company."""
    bank: str
    """Name of the bank."""


class Case(Struct, frozen=True):
    """An invoice to print."""

    invoice: Invoice
    """The record."""
    place: Place
    """The seller's country."""
    wording: Wording
    """The language."""
    noise: Noise
    """What else is printed."""
    exemption: str | None = None
    """Which text says why there is no VAT."""
    cash_discount: tuple[int, int] | None = None
    """Days and percent of an early payment discount."""


def drawn_case(language: Language, rng: Random, whose: Random | None = None) -> Case:
    """An invented invoice or credit note in a language; the same `rng` draws the same.

    `whose` draws the seller, the same one for the same state.
    """
    whose = whose or rng
    place = whose.choice(places_of(language))
    wording = WORDINGS[language]
    seller = party(place, wording, whose)
    exemption = _exemption(place, rng)
    buyer = _buyer(place, exemption, rng)
    credit = rng.random() < 0.1
    day = _FIRST_DAY + timedelta(days=rng.randrange(_DAYS))
    days_to_pay = rng.choice(_DAYS_TO_PAY)
    lines = drawn_lines(place, wording, exemption, rng)
    entries = _entries(lines, wording, rng)
    reason = rng.choice(wording.texts[exemption]) if exemption else None
    vat = breakdown(lines, entries, reason)
    number = _identifier(_NUMBERS, day, rng)
    terms = rng.choice(wording.texts["terms"]).format(days=days_to_pay)
    invoice = Invoice(
        number=number,
        issue_date=day,
        type_code="381" if credit else "380",
        currency=_currency(place, rng),
        due_date=None if credit else day + timedelta(days=days_to_pay),
        buyer_reference=_maybe(
            0.25, _identifier(("{serial:05d}", "KST-{serial:04d}"), day, rng), rng
        ),
        contract=_maybe(
            0.12, _identifier(("C-{serial:05d}", "V{short}/{serial:03d}"), day, rng), rng
        ),
        purchase_order=_maybe(0.55, _identifier(_ORDERS, day, rng), rng),
        despatch_advice=_maybe(0.3, _identifier(("LS{serial:06d}", "{serial:07d}"), day, rng), rng),
        customization=EN_16931,
        payments=() if credit else (_payment(place, whose),),
        payment_terms=None if credit or rng.random() < 0.35 else terms,
        seller=seller,
        buyer=buyer,
        allowances_charges=entries,
        lines=lines,
        vat_breakdown=vat,
        totals=totals(lines, entries, vat, 0 if credit else _prepaid(rng)),
    )
    invoice = _dated(invoice, day, rng)
    if exemption == "intra_community":
        arrived = invoice.delivery_date or day
        invoice = replace(invoice, delivery_date=arrived, delivery_address=buyer.address)
    if credit:
        earlier = day - timedelta(days=rng.randint(5, 60))
        preceding = PrecedingInvoice(_identifier(_NUMBERS, earlier, rng), earlier)
        invoice = replace(invoice, preceding_invoices=(preceding,))
    offers = days_to_pay >= 30 and not credit and rng.random() < 0.2
    return Case(
        invoice=invoice,
        place=place,
        wording=wording,
        noise=_noise(seller, place, wording, whose),
        exemption=exemption,
        cash_discount=(rng.choice((8, 10, 14)), rng.choice((2, 3))) if offers else None,
    )


def _exemption(place: Place, rng: Random) -> str | None:
    if place.country in ("US", "CH") or rng.random() > 0.14:
        return None
    if place.country == "GB":
        return "exempt"
    return rng.choice(("reverse_charge", "reverse_charge", "intra_community", "exempt"))


def _buyer(place: Place, exemption: str | None, rng: Random) -> Party:
    abroad = exemption in ("reverse_charge", "intra_community")
    there = place
    if abroad or rng.random() < 0.12:
        others = [each for each in PLACES if each.country not in (place.country, "US", "GB", "CH")]
        there = rng.choice(others)
    buyer = party(there, WORDINGS[there.language], rng)
    keeps_vat_id = abroad or rng.random() < 0.4
    return replace(buyer, tax_id=None, vat_id=buyer.vat_id if keeps_vat_id else None)


def _currency(place: Place, rng: Random) -> str:
    if place.country != "US" and rng.random() < 0.07:
        return rng.choice([each for each in ("USD", "GBP", "CHF", "EUR") if each != place.currency])
    return place.currency


def _identifier(shapes: tuple[str, ...], day: date, rng: Random) -> str:
    serial = rng.randint(12, 9999)
    return rng.choice(shapes).format(year=day.year, short=day.year % 100, serial=serial)


def _maybe(probability: float, value: str, rng: Random) -> str | None:
    return value if rng.random() < probability else None


def _payment(place: Place, rng: Random) -> Payment:
    number, bank = account(place, rng)
    return Payment(means=rng.choice(("58", "30")), account=Account(number, bank))


def _prepaid(rng: Random) -> int:
    return rng.choice((10, 20, 30, 50)) * ONE if rng.random() < 0.07 else 0


def _dated(invoice: Invoice, day: date, rng: Random) -> Invoice:
    draw = rng.random()
    if draw < 0.5:
        return replace(invoice, delivery_date=day - timedelta(days=rng.randint(0, 12)))
    if draw < 0.62:
        end = day.replace(day=1) - timedelta(days=1)
        return replace(invoice, period=Period(end.replace(day=1), end))
    return invoice


def _entries(lines: tuple[Line, ...], wording: Wording, rng: Random) -> tuple[AllowanceCharge, ...]:
    """Allowances and charges, at the rate of the first line."""
    first = lines[0]
    same = [line for line in lines if line.vat_rate == first.vat_rate]
    base = sum(line.net or 0 for line in same)
    listed: list[AllowanceCharge] = []
    if rng.random() < 0.12:
        percent = rng.choice((2, 3, 5, 10)) * ONE
        listed.append(
            AllowanceCharge(
                charge=False,
                amount=share(base, percent),
                base_amount=base,
                percent=percent,
                vat_category=first.vat_category,
                vat_rate=first.vat_rate,
                reason=rng.choice(wording.labels["allowance"]),
                reason_code="95",
            )
        )
    if rng.random() < 0.2:
        listed.append(
            AllowanceCharge(
                charge=True,
                amount=rng.randint(390, 4990) * CENT,
                vat_category=first.vat_category,
                vat_rate=first.vat_rate,
                reason=rng.choice(wording.labels["freight"]),
                reason_code="FC",
            )
        )
    return tuple(each for each in listed if each.amount)


def _noise(seller: Party, place: Place, wording: Wording, rng: Random) -> Noise:
    city = seller.address.city if seller.address and seller.address.city else ""
    pages = domain(seller.name or "")
    register = rng.choice(wording.labels["register"])
    return Noise(
        customer=digits(rng.choice(("#####", "1####", "K-####", "D######")), rng),
        clerk=person(rng),
        phone=digits(place.phone, rng),
        fax=digits(place.phone, rng),
        email=f"{rng.choice(('info', 'office', 'billing', 'contact'))}@{pages}",
        web=f"www.{pages}",
        slogan=rng.choice(wording.slogans),
        register=register.format(city=city, number=digits("#####", rng)),
        managing=rng.choice(wording.labels["managing"]).format(name=person(rng)),
        bank=f"{rng.choice(('Musterbank', 'Bank Exemplar', 'Banca Sample', 'Example Bank'))}",
    )
