"""Invented purchases at a till."""

from datetime import date, timedelta
from random import Random

from msgspec import Struct
from msgspec.structs import replace

from manifold.documents.case import Case, Noise
from manifold.documents.names import digits, domain, party, person
from manifold.documents.places import MALAYSIA, Language, Place, places_of
from manifold.documents.wordings import WORDINGS
from operators.invoice import Invoice, Line, Totals, VatSubtotal
from operators.money import CENT, HUNDRED, ONE, Amount, divided, parse

_FIRST_DAY = date(2016, 3, 1)
_DAYS = 3700


class Item(Struct, frozen=True):
    """Something bought."""

    name: str
    """As the till prints it."""
    quantity: Amount
    """How many."""
    price: Amount
    """Of one, as the shelf says it."""
    amount: Amount
    """Quantity times price."""
    rate: Amount
    """VAT rate in percent."""


class Purchase(Struct, frozen=True):
    """A receipt to print."""

    case: Case
    """The record and its words."""
    items: tuple[Item, ...]
    """What was bought."""
    included: bool
    """Whether prices include tax."""
    given: Amount | None
    """Cash that was given; None when it was paid by card."""
    time: str
    """Time of day."""


def drawn_purchase(language: Language, rng: Random, whose: Random | None = None) -> Purchase:
    """An invented purchase in a language; Malaysian in half of the English ones.

    `whose` draws the seller, the same one for the same state.
    """
    whose = whose or rng
    wording = WORDINGS[language]
    malaysian = language == "en" and whose.random() < 0.5
    place = MALAYSIA if malaysian else whose.choice(places_of(language))
    seller = party(place, wording, whose)
    if malaysian:
        seller = replace(seller, name=(seller.name or "").upper(), vat_id=None,
                         tax_id=digits("00##########", whose))  # fmt: skip
    elif whose.random() < 0.4:
        seller = replace(seller, name=(seller.name or "").upper())
    goods = rng.sample(wording.groceries, rng.choice((1, 2, 2, 3, 4, 5, 6, 8, 11)))
    items = tuple(_item(good.name, good.low, good.high, good.reduced, place, rng) for good in goods)
    included = not (place.country == "US" or (malaysian and whose.random() < 0.3))
    vat = _breakdown(items, included)
    net, tax = sum(each.taxable or 0 for each in vat), sum(each.tax or 0 for each in vat)
    rounding = _rounding(net + tax) if place.country in ("MY", "CH") else 0
    payable = net + tax + rounding
    cash = rng.random() < 0.55
    day = _FIRST_DAY + timedelta(days=rng.randrange(_DAYS))
    shapes = (
        "{0:06d}",
        "{0:04d}/{1:03d}",
        "{2}-{0:05d}",
        "CS{0:08d}",
        "{0:05d}",
        "T{1:02d}-{0:04d}",
    )
    number = whose.choice(shapes).format(rng.randint(3, 9999), rng.randint(1, 99), day.year)
    invoice = Invoice(
        number=number,
        issue_date=day,
        type_code="380",
        currency=place.currency,
        seller=seller,
        buyer=replace(seller, name=None, vat_id=None, tax_id=None, address=None),
        lines=() if included else tuple(_line(each, at) for at, each in enumerate(items)),
        vat_breakdown=vat,
        totals=Totals(
            net=net,
            tax=tax,
            gross=net + tax,
            rounding=rounding or None,
            payable=payable,
        ),
    )
    return Purchase(
        case=Case(invoice, place, wording, _noise(seller.name or "", place, language, whose)),
        items=items,
        included=included,
        given=_given(payable, rng) if cash else None,
        time=f"{rng.randint(7, 21):02d}:{rng.randint(0, 59):02d}"
        + (f":{rng.randint(0, 59):02d}" if rng.random() < 0.5 else ""),
    )


def _item(name: str, low: int, high: int, reduced: bool, place: Place, rng: Random) -> Item:
    price = rng.randint(low, high) * CENT
    quantity = rng.choice((1, 1, 1, 1, 2, 2, 3)) * ONE
    rate = parse(place.reduced[0] if reduced and place.reduced else place.standard)
    return Item(name, quantity, price, quantity * price // ONE, rate)


def _line(item: Item, at: int) -> Line:
    return Line(
        id=str(at + 1),
        name=item.name,
        quantity=item.quantity,
        price=item.price,
        net=item.amount,
        vat_category="S",
        vat_rate=item.rate,
    )


def _breakdown(items: tuple[Item, ...], included: bool) -> tuple[VatSubtotal, ...]:
    sums: dict[Amount, Amount] = {}
    for item in items:
        sums[item.rate] = sums.get(item.rate, 0) + item.amount
    found = []
    for rate, total in sorted(sums.items(), reverse=True):
        if included:
            tax = divided(total * rate, (HUNDRED + rate) * CENT) * CENT
            taxable = total - tax
        else:
            taxable = total
            tax = divided(total * rate, HUNDRED * CENT) * CENT
        found.append(VatSubtotal("S" if rate else "Z", rate, taxable, tax))
    return tuple(found)


def _rounding(amount: Amount) -> Amount:
    """To the next five cents."""
    five = 5 * CENT
    return divided(amount, five) * five - amount


def _given(payable: Amount, rng: Random) -> Amount:
    note = rng.choice((5, 10, 20, 50, 100)) * ONE
    return -(-payable // note) * note


def _noise(name: str, place: Place, language: Language, rng: Random) -> Noise:
    pages = domain(name)
    return Noise(
        customer=digits("######", rng),
        clerk=person(rng),
        phone=digits(place.phone, rng),
        fax=digits(place.phone, rng),
        email=f"info@{pages}",
        web=f"www.{pages}",
        slogan=rng.choice(WORDINGS[language].slogans),
        register=digits("######-#", rng),
        managing=person(rng),
        bank="",
    )
