"""Seller and buyer: which of the names, addresses and identifiers in a document are whose."""

import re
from collections.abc import Sequence
from itertools import product

from msgspec import Struct

from operators.extraction.document import Document
from operators.extraction.folded import key, plain
from operators.extraction.identifiers import Found
from operators.extraction.labels import Label
from operators.extraction.legal_forms import LEGAL
from operators.extraction.page import Box
from operators.extraction.places import Place, same_name
from operators.vat import vat_country

_KNOWN = 4.0
"""What it says for a place that the seller is known to have its name."""
_YOURS = (
    "ihre",
    "your",
    "votre",
    "su ",
    "vostr",
    "vs ",
    "uw ",
    "customer",
    "kunde",
    "client",
    "klant",
    "buyer",
)


_BANK = re.compile(r"(?i)(?:bank|banca|banque|banco|sparkasse|raiffeisen)\b")
"""Who is paid through, and seldom whoever is paid."""
_FOOT = 0.85
"""Part of a page's height from which on only the seller speaks of itself."""
_AT_HOME = 1.2
"""What it says for whose an identifier is that it is of the country of one party only."""
_FAR = 3.0
"""How far ahead of all others a choice is clear."""


class Sides(Struct, frozen=True):
    """The places of the parties."""

    seller: Place | None = None
    """Of the seller."""
    buyer: Place | None = None
    """Of the buyer."""
    delivery: Place | None = None
    """Where the goods go, if that is named."""
    seller_ahead: float = 0.0
    """How far the seller's name is ahead of the next other one, 0 to 1."""
    buyer_ahead: float = 0.0
    """The same of the buyer's."""


def sides(
    document: Document,
    found: Sequence[Place],
    marks: Sequence[Found],
    sellers: Sequence[str] = (),
) -> Sides:
    """Chooses the places of seller and buyer together.

    Args:
        document: The document.
        found: Its places.
        marks: Its identifiers.
        sellers: Names that its seller is known to go by.
    """
    for place in found:
        _score(document, place, found, marks)
        if any(same_name(place.name, name) for name in sellers):
            place.seller, place.buyer = place.seller + _KNOWN, place.buyer - _KNOWN
    delivery = max(found, key=lambda each: each.elsewhere, default=None)
    if delivery is not None and delivery.elsewhere < 1.5:
        delivery = None
    options: list[Place | None] = [each for each in found if each is not delivery]
    weighed: list[tuple[float, Place | None, Place | None]] = [(0.0, None, None)]
    for seller, buyer in product([*options, None], [*options, None]):
        worth = (seller.seller if seller else 0.0) + (buyer.buyer if buyer else 0.0)
        if seller is not None and buyer is not None:
            if seller is buyer:
                continue
            alike = same_name(seller.name, buyer.name) or _same_address(seller, buyer)
            worth -= 4.0 if alike else 0.0
        weighed.append((worth, seller, buyer))
    best, seller, buyer = max(weighed, key=lambda each: each[0])
    if seller is not None and seller.name is None:
        again = (each for each in found if each.name and _same_address(seller, each))
        seller = next(again, seller)
    ahead = [
        best - max((each[0] for each in weighed if _another(each[side], own)), default=best - _FAR)
        for side, own in ((1, seller), (2, buyer))
    ]
    return Sides(seller, buyer, delivery, *(min(1.0, each / _FAR) for each in ahead))


def _another(place: object, own: Place | None) -> bool:
    return isinstance(place, Place) and own is not None and not same_name(place.name, own.name)


def _same_address(one: Place, other: Place) -> bool:
    if one.address is None or other.address is None:
        return False
    same = [
        key(getattr(one.address, part) or "") == key(getattr(other.address, part) or "")
        for part in ("street", "postcode", "city")
    ]
    return one.address.street is not None and all(same)


def _score(
    document: Document, place: Place, found: Sequence[Place], marks: Sequence[Found]
) -> None:
    page = document.pages[place.page - 1]
    top, left = place.box.top / page.height, place.box.left / page.width
    seller = buyer = elsewhere = 0.0
    for label in document.labels:
        weight = _over(document, label, place)
        if weight and label.means("delivery_to"):
            elsewhere += 3.0 * weight
        elif weight and label.means("seller"):
            seller += 3.0 * weight
        elif weight and label.means("buyer"):
            buyer += 3.0 * weight
    full = place.address is not None and place.name is not None
    seller += 0.4 if full else 0.0
    buyer += 0.4 if full else 0.0
    if place.line:
        seller += 1.8 + (0.4 if place.page == 1 and top < 0.35 else 0.0)
        buyer -= 2.0
    elif place.page == 1 and place.address is not None:
        buyer += 0.9 if 0.1 < top < 0.42 else -0.6
        seller += 0.9 if top < 0.14 else 0.6 if top > 0.82 else 0.0
        buyer += 0.7 if _window(place, found) else 0.0
        buyer += 0.2 if left < 0.25 else 0.0
    seller -= 1.0 if place.page > 1 else 0.0
    buyer -= 1.5 if place.page > 1 else 0.0
    seller += 1.1 if _contacted(document, place) else 0.0
    for mark in marks:
        if _beside(mark.box, place.box) and document.page_of(mark.row) == place.page:
            theirs = mark.label is not None and _is_yours(document, mark)
            seller += 0.0 if theirs else 0.7
    legal = place.name is not None and LEGAL.search(place.name) is not None
    seller += 0.4 if legal else -2.0 if place.name and _BANK.search(place.name) else 0.0
    repeated = sum(same_name(place.name, other.name) for other in found) > 1
    seller += 0.5 if repeated else 0.0
    place.seller, place.buyer, place.elsewhere = seller, buyer, elsewhere


def _over(document: Document, label: Label, place: Place) -> float:
    """How clearly a label heads a place: 1 directly over or beside its first line."""
    if (
        not label.means("seller", "buyer", "delivery_to")
        or document.page_of(label.row) != place.page
    ):
        return 0.0
    if not label.alone and (label.end - label.start < 4 or not _begins(document, label)):
        return 0.0
    height = max(label.box.bottom - label.box.top, 1.0)
    gap = (place.box.top - label.box.bottom) / height
    across = abs(place.box.left - label.box.left) / height
    if label.row in place.rows and label.box.left <= place.box.left + height:
        return 1.0
    if -0.8 < gap < 1.6 and across < 3:
        return 1.0
    if 1.6 <= gap < 4.5 and across < 3:
        return 0.6
    if _is_section(document, label, place) and gap < 14:
        return 0.7
    beside = (
        0 <= place.box.left - label.box.right < 20 * height
        and -1.5 * height < place.box.top - label.box.top < 1.5 * height
    )
    return 0.8 if beside else 0.0


def _is_section(document: Document, label: Label, place: Place) -> bool:
    """Whether a label stands alone in its row as the last such over a place."""
    if "\t" in document.rows[label.row].text or not label.alone or label.row >= place.rows[0]:
        return False
    return not any(
        other.means("seller", "buyer", "delivery_to")
        and other.alone
        and label.row < other.row < place.rows[0]
        for other in document.labels
    )


def _begins(document: Document, label: Label) -> bool:
    """Whether a label is the beginning of its cell and a colon follows, or it heads a name."""
    text = document.rows[label.row].text
    start = text.rfind("\t", 0, label.start) + 1
    return not text[start : label.start].strip() and text[label.end : label.end + 2].strip()[
        :1
    ] in (":", "")


def _window(place: Place, found: Sequence[Place]) -> bool:
    """Whether a sender's line stands over it, as over the window of an envelope."""
    height = max(place.cells[0].box.bottom - place.cells[0].box.top, 1.0)
    return any(
        other.line
        and other.page == place.page
        and -height < place.box.top - other.box.bottom < 6 * height
        and other.box.left < place.box.right
        and other.box.right > place.box.left
        for other in found
    )


def _contacted(document: Document, place: Place) -> bool:
    """Whether a telephone number, a mail address or the like stands beside or under it."""
    height = max(place.cells[0].box.bottom - place.cells[0].box.top, 1.0)
    for label in document.labels:
        if label.means("contact") and document.page_of(label.row) == place.page:
            near = -2 * height < label.box.top - place.box.bottom < 3.5 * height
            if (near or label.row in place.rows) and abs(
                label.box.left - place.box.left
            ) < 6 * height:
                return True
    return False


def _beside(mark: Box, place: Box) -> bool:
    height = 12.0
    return (
        place.top - 2 * height < mark.top < place.bottom + 7 * height
        and mark.left < place.right + 2 * height
        and mark.right > place.left - 2 * height
    )


def _is_yours(document: Document, mark: Found) -> bool:
    row = mark.row if mark.label is None else mark.label.row
    whole = document.rows[row].text
    if mark.label is not None and row != mark.row:
        start = whole.rfind("\t", 0, mark.label.start) + 1
        text = plain(whole[start:].partition("\t")[0])
    else:
        text = plain(whole[: mark.start])[-40:]
    return any(word in text for word in _YOURS)


def buyers_mark(
    document: Document, mark: Found, chosen: Sides, marks: Sequence[Found] = ()
) -> float:
    """How much speaks for an identifier being the buyer's, below 0 for the seller's."""
    if _is_yours(document, mark):
        return 2.0
    page = document.page_of(mark.row)

    def near(place: Place | None) -> float:
        if place is None or place.page != page or not _beside(mark.box, place.box):
            return 0.0
        return 1.0 + (0.3 if mark.row in place.rows else 0.0)

    foot = mark.box.top > _FOOT * document.pages[page - 1].height
    said = near(chosen.buyer) - near(chosen.seller) - 0.2 - (0.6 if foot else 0.0)
    return said + _of_country(mark, chosen, marks)


def _of_country(mark: Found, chosen: Sides, marks: Sequence[Found]) -> float:
    """What the country of a VAT identifier says: above 0 where it is the buyer's alone."""
    country = vat_country(mark.value) if mark.kind == "vat_id" else None
    if country is None:
        return 0.0
    accounts = {each.value[:2] for each in marks if each.kind == "iban"}
    sellers, buyers = _countries(chosen.seller), _countries(chosen.buyer)
    # A post code may be of many countries; the seller's account is mostly at home.
    sellers = (sellers & accounts or sellers) if sellers else accounts
    if not sellers or not buyers or (country in sellers) == (country in buyers):
        return 0.0
    return -_AT_HOME if country in sellers else _AT_HOME


def _countries(place: Place | None) -> set[str]:
    """The countries that an address can be in, as far as it tells."""
    if place is None or place.address is None:
        return set()
    told = place.address.country
    return {told} if told is not None else set(place.address.countries)
