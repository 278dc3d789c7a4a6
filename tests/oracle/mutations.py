"""Documents with a few things dropped, blanked, changed or doubled, as a seed says."""

import re
from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from random import Random
from typing import TypeAlias

from lxml import etree

from tests.oracle.tags import e

Element: TypeAlias = etree._Element
Mutation: TypeAlias = Callable[[Element, Random], None]

_CATEGORIES = ("S", "Z", "E", "AE", "K", "G", "O", "L", "M", "B")
_CATEGORY_PLACES = (
    "TaxCategory",
    "ClassifiedTaxCategory",
    "CategoryTradeTax",
    "ApplicableTradeTax",
)
_ENTRIES = ("AllowanceCharge", "SpecifiedTradeAllowanceCharge")
_SOME = 0.5
_MOST = 3
"""Mutations of one document: with more of them, rules hide each other."""


def mutated(document: bytes, rng: Random) -> bytes:
    """A document with one to three mutations."""
    root = etree.fromstring(document)
    for _ in range(rng.randint(1, _MOST)):
        rng.choices(list(_WEIGHTS), list(_WEIGHTS.values()))[0](root, rng)
    return etree.tostring(root)


def _drop(root: Element, rng: Random) -> None:
    place = _any(root, rng)
    parent = place.getparent()
    if parent is not None:
        parent.remove(place)


def _double(root: Element, rng: Random) -> None:
    place = _any(root, rng)
    place.addnext(deepcopy(place))


def _blank(root: Element, rng: Random) -> None:
    # XML Schema refuses an empty number or day before the rules run.
    places = [
        each for each in _leaves(root) if _number(_text(each)) is None and _day(_text(each)) is None
    ]
    if places:
        rng.choice(places).text = rng.choice(["", " "])


def _change(root: Element, rng: Random) -> None:
    place = rng.choice(_leaves(root))
    place.text = _other(place, root, rng)


def _drop_attribute(root: Element, rng: Random) -> None:
    place, name = _attribute(root, rng)
    if place is not None:
        del place.attrib[name]


def _change_attribute(root: Element, rng: Random) -> None:
    place, name = _attribute(root, rng)
    if place is not None:
        place.set(name, rng.choice(["", "XX", "EUR", "USD", "9930", "C62", "102"]))


def _drop_all(root: Element, rng: Random) -> None:
    """Everything of one name: what one of several cannot break, none of them does."""
    for place in list(root.iter(_tag(_any(root, rng)))):
        parent = place.getparent()
        if parent is not None:
            parent.remove(place)


def _recategorise(root: Element, rng: Random) -> None:
    """Another VAT category in some of the places that name one."""
    places = [
        code
        for place in root.iter("{*}*")
        if _name(place) in _CATEGORY_PLACES
        for code in place
        if _name(code) in ("ID", "CategoryCode")
    ]
    if not places:
        return
    to = rng.choice(_CATEGORIES)
    for place in (
        places if rng.random() < _SOME else rng.sample(places, rng.randint(1, len(places)))
    ):
        place.text = to


def _hollow(root: Element, rng: Random) -> None:
    """A group without anything in it."""
    groups = [place for place in root.iter("{*}*") if len(place) and place is not root]
    group = rng.choice(groups)
    for inner in list(group):
        group.remove(inner)


def _drop_reasons(root: Element, rng: Random) -> None:
    """Neither a reason nor its code for some of the allowances and charges."""
    names = {"AllowanceChargeReason", "AllowanceChargeReasonCode", "Reason", "ReasonCode"}
    for entry in [place for place in root.iter("{*}*") if _name(place) in _ENTRIES]:
        if rng.random() < _SOME:
            for part in [part for part in entry if _name(part) in names]:
                entry.remove(part)


def _more_decimals(root: Element, rng: Random) -> None:
    """A third decimal for one of the amounts, but no half cent."""
    amounts = [each for each in _leaves(root) if re.fullmatch(r"-?\d+\.\d\d", _text(each))]
    if amounts:
        place = rng.choice(amounts)
        place.text = f"{_text(place)}{rng.choice('12346789')}"


def _whole_card_number(root: Element, _: Random) -> None:
    for place in root.iter(
        "{*}PrimaryAccountNumberID", "{*}ApplicableTradeSettlementFinancialCard"
    ):
        number = place if not len(place) else place[0]
        number.text = "4111111111111111"


def _both_tax_points(root: Element, rng: Random) -> None:
    """The day on which VAT is due beside a code for it."""
    for tax in root.iter("{*}ApplicableHeaderTradeSettlement"):
        for entry in tax.iterchildren("{*}ApplicableTradeTax"):
            _add(entry, e("ram:DueDateTypeCode", rng.choice(["5", "29", "72", "3"])))
            _add(entry, e("ram:TaxPointDate", e("udt:DateString", "20260301", format="102")))
    for period in root.iterchildren("{*}InvoicePeriod"):
        _add(period, e("cbc:DescriptionCode", rng.choice(["3", "35", "432", "5"])))
        _add(root, e("cbc:TaxPointDate", "2026-03-01"))


def _rename_currency(root: Element, rng: Random) -> None:
    """A code that is none for a currency, wherever it stands."""
    codes = {_text(place) for place in root.iter("{*}*") if _name(place).endswith("CurrencyCode")}
    if not codes:
        return
    code = rng.choice(sorted(codes))
    for place in root.iter("{*}*"):
        if _text(place) == code:
            place.text = "EUX"
        if place.get("currencyID") == code:
            place.set("currencyID", "EUX")


def _add(place: Element, part: Element) -> None:
    if place.find(str(part.tag)) is None:
        place.append(part)


_WEIGHTS: Mapping[Mutation, int] = {
    _drop: 6,
    _drop_all: 2,
    _blank: 3,
    _change: 8,
    _double: 2,
    _drop_attribute: 1,
    _change_attribute: 1,
    _recategorise: 3,
    _hollow: 2,
    _drop_reasons: 1,
    _more_decimals: 1,
    _whole_card_number: 1,
    _both_tax_points: 1,
    _rename_currency: 1,
}


def _any(root: Element, rng: Random) -> Element:
    return rng.choice(list(root.iter("{*}*"))[1:] or [root])


def _leaves(root: Element) -> Sequence[Element]:
    return [place for place in root.iter("{*}*") if not len(place)]


def _text(place: Element) -> str:
    return (place.text or "").strip()


def _attribute(root: Element, rng: Random) -> tuple[Element | None, str]:
    places = [(place, str(name)) for place in root.iter("{*}*") for name in place.attrib]
    return rng.choice(places) if places else (None, "")


def _other(place: Element, root: Element, rng: Random) -> str:
    """Something else of the same kind: a number, a day, a truth, or a code of the same name."""
    text = _text(place)
    if text in ("true", "false"):
        return "false" if text == "true" else "true"
    if (day := _day(text)) is not None:
        moved = day + timedelta(days=rng.choice([-400, -31, -1, 1, 31, 400]))
        return moved.isoformat() if "-" in text else moved.strftime("%Y%m%d")
    if (number := _number(text)) is not None:
        return _other_number(number, rng)
    alike = sorted({(each.text or "").strip() for each in root.iter(_tag(place))} - {text, ""})
    return rng.choice([*alike, "XX", "DE", "30", "58", "DE123456789", "1" * 12, text.lower()])


def _other_number(number: Decimal, rng: Random) -> str:
    change: Callable[[Decimal], Decimal] = rng.choice(
        [
            lambda value: value + Decimal("0.01"),
            lambda value: value - Decimal("0.01"),
            lambda value: value + Decimal("0.99"),
            # The artefacts compare binary numbers: by exactly one unit or half a cent, they err.
            lambda value: value + Decimal("1.01"),
            lambda value: value - Decimal("1.01"),
            lambda value: value + Decimal("0.004"),
            lambda value: value * 10,
            lambda value: -value,
            lambda _: Decimal(0),
        ]
    )
    # Ours do not count a zero at the end as a decimal, theirs do.
    return re.sub(r"(\.\d\d\d*?)0+$", r"\1", f"{change(number):f}")


def _number(text: str) -> Decimal | None:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _day(text: str) -> date | None:
    if len(text) not in (8, 10) or not text.replace("-", "").isdigit():
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if 1990 < day.year < 2100 else None


def _tag(place: Element) -> str:
    return etree.QName(place).text


def _name(place: Element) -> str:
    return etree.QName(place).localname
