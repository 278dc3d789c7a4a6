"""The vocabulary of the syntax tables: where a business term stands in an XML document.

A `Field` takes an element and returns a value. `text`, `compact`, `amount`, `day` and `flag`
take XPaths relative to that element, the preferred place first; the first one that holds
anything wins. `record`, `one` and `each` compose them into the invoice's records. What is
absent or empty is None; what is present and cannot be understood raises `Unreadable` with the
element and its line, because leaving it out would alter the document.
"""

import re
from collections.abc import Callable, Iterator
from datetime import date
from typing import TypeAlias, TypeVar

from lxml import etree
from msgspec import Struct
from msgspec.structs import astuple

from connectors.einvoice.reading import Unreadable
from operators import money
from operators.money import Amount

Value = TypeVar("Value")
Record = TypeVar("Record", bound=Struct)
Element: TypeAlias = etree._Element
Field: TypeAlias = Callable[[Element], Value]
"""Reads one value out of an element."""

_UBL = "urn:oasis:names:specification:ubl:schema:xsd:"
_CII = "urn:un:unece:uncefact:data:standard:"
NAMESPACES = {
    "cac": f"{_UBL}CommonAggregateComponents-2",
    "cbc": f"{_UBL}CommonBasicComponents-2",
    "rsm": f"{_CII}CrossIndustryInvoice:100",
    "ram": f"{_CII}ReusableAggregateBusinessInformationEntity:100",
    "udt": f"{_CII}UnqualifiedDataType:100",
}
"""Prefixes used in the tables' paths."""

_ISO_DAY = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)(?:T\d\d:\d\d:\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)?", re.ASCII
)
_CII_DAYS = {
    "102": re.compile(r"(\d{4})(\d\d)(\d\d)", re.ASCII),
    "203": re.compile(r"(\d{4})(\d\d)(\d\d)\d{4}", re.ASCII),
    "204": re.compile(r"(\d{4})(\d\d)(\d\d)\d{6}", re.ASCII),
}
_FLAGS = {"true": True, "1": True, "false": False, "0": False}
_HARMLESS = re.compile(r"[\d\s.,:;'+/%€$£TZ-]{1,24}", re.ASCII)


def text(*paths: str) -> Field[str | None]:
    """Text without the white space around it."""
    find = _written(paths)
    return lambda element: next((written for _, written in find(element)), None)


def compact(*paths: str) -> Field[str | None]:
    """An identifier that people space out, such as an IBAN, without any white space."""
    find = _written(paths)
    return lambda element: next(("".join(written.split()) for _, written in find(element)), None)


def amount(*paths: str) -> Field[Amount | None]:
    """An exact decimal number."""
    find = _written(paths)

    def read(element: Element) -> Amount | None:
        for place, written in find(element):
            try:
                return money.parse(written)
            except ValueError:
                raise bad_value(
                    place,
                    written,
                    "is not a number that can be kept exactly: write it like 1234.50, with at"
                    " most 8 decimal places and 20 digits before the point",
                ) from None
        return None

    return read


def day(*paths: str) -> Field[date | None]:
    """A calendar day: ISO 8601 in UBL, UN/CEFACT's formats 102, 203 and 204 in CII."""
    find = _written(paths)

    def read(element: Element) -> date | None:
        for place, written in find(element):
            if etree.QName(place).localname.endswith("String"):
                pattern = _CII_DAYS.get(place.get("format", "102").strip())
                wanted = 'is not a day: write it like 20240131, with format="102"'
            else:
                pattern, wanted = _ISO_DAY, "is not a day: write it like 2024-01-31"
            match = pattern.fullmatch(written) if pattern else None
            try:
                if match:
                    return date(int(match[1]), int(match[2]), int(match[3]))
            except ValueError:
                pass
            raise bad_value(place, written, wanted)
        return None

    return read


def flag(path: str) -> Field[bool]:
    """True or false; there is no reading an element that does not say which."""
    find = _written((path,))

    def read(element: Element) -> bool:
        for place, written in find(element):
            if written in _FLAGS:
                return _FLAGS[written]
            raise bad_value(place, written, "is neither true nor false")
        raise bad_value(element, "", "does not say whether it is an allowance or a charge")

    return read


def record(kind: type[Record], **fields: Field[object]) -> Field[Record]:
    """A record made of the fields given; the others keep their defaults."""
    unknown = fields.keys() - set(kind.__struct_fields__)
    if unknown:
        raise TypeError(f"{kind.__name__} has no {', '.join(sorted(unknown))}")
    return lambda element: kind(**{name: read(element) for name, read in fields.items()})


def one(path: str, read: Field[Record]) -> Field[Record | None]:
    """The first element's record; None when there is no element or nothing in it."""
    find = etree.XPath(path, namespaces=NAMESPACES)

    def first(element: Element) -> Record | None:
        for found in find(element):
            value = read(found)
            return value if any(part is not None for part in astuple(value)) else None
        return None

    return first


def each(*places: tuple[str, Field[Value | None]]) -> Field[tuple[Value, ...]]:
    """All elements of the paths, each read its own way; those that give None are left out."""
    finders = [(etree.XPath(path, namespaces=NAMESPACES), read) for path, read in places]

    def every(element: Element) -> tuple[Value, ...]:
        values = (read(found) for find, read in finders for found in find(element))
        return tuple(value for value in values if value is not None)

    return every


def refuse_other_currencies(root: Element, currency: str | None, accounting: str | None) -> None:
    """Raise Unreadable when an amount names a currency that is not the invoice's.

    The records hold one currency, so such an amount would silently become another one. VAT
    totals may be in the accounting currency.
    """
    if currency is None:
        return
    for element in root.iter("{*}*"):
        named = element.get("currencyID", currency).strip()
        if named != currency and not (named == accounting and _about_vat(element)):
            raise bad_value(
                element, "", f"names another currency than the invoice's, {currency[:3]}"
            )


def bad_value(place: Element, written: str, why: str) -> Unreadable:
    """The exception for a value that cannot be understood, without repeating personal data."""
    shown = f"“{written}” " if _HARMLESS.fullmatch(written) else ""
    return Unreadable(
        "bad_value", f"{_path(place)}, line {place.sourceline}: {shown or 'what is there '}{why}."
    )


def _written(paths: tuple[str, ...]) -> Callable[[Element], Iterator[tuple[Element, str]]]:
    finders = [etree.XPath(path, namespaces=NAMESPACES, smart_strings=False) for path in paths]

    def find(element: Element) -> Iterator[tuple[Element, str]]:
        for finder in finders:
            for found in finder(element):
                if isinstance(found, str):
                    place, written = element, found.strip()
                else:
                    place = found
                    written = (
                        "".join(found.itertext()) if len(found) else found.text or ""
                    ).strip()
                if written:
                    yield place, written

    return find


def _about_vat(element: Element) -> bool:
    names = {etree.QName(part).localname for part in (element, *element.iterancestors())}
    return not names.isdisjoint({"TaxTotal", "TaxTotalAmount"})


def _path(element: Element) -> str:
    steps = [element, *element.iterancestors()]
    return "/".join(_step(step) for step in reversed(steps))


def _step(element: Element) -> str:
    name = etree.QName(element).localname
    parent = element.getparent()
    alike = [element] if parent is None else parent.findall(str(element.tag))
    return name if len(alike) == 1 else f"{name}[{alike.index(element) + 1}]"
