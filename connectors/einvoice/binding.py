"""The vocabulary of the syntax tables: where a business term stands in an XML document.

A `Field` takes an element and returns a value. `text`, `compact`, `amount`, `day` and `flag`
take XPaths relative to that element, the preferred place first; the first one that holds
anything wins. `record`, `one` and `each` compose them into the invoice's records. What is
absent or empty is None. What is present and cannot be understood is None too, and a fault with
the element and its line: leaving it out without a word would alter the document.
"""

import re
from collections.abc import Callable, Iterator
from datetime import date
from typing import TypeAlias, TypeVar

from lxml import etree
from msgspec import Struct, structs

from connectors.einvoice.reading import Reason, Unreadable
from operators import money
from operators.invoice import Invoice
from operators.money import Amount

Value = TypeVar("Value")
Record = TypeVar("Record", bound=Struct)
Element: TypeAlias = etree._Element
Faults: TypeAlias = list[Unreadable]
Field: TypeAlias = Callable[[Element, Faults], Value]
"""Reads one value out of an element, and adds what it could not understand to the faults; or
raises Unreadable when there is no value at all."""

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
    return lambda element, _: next((written for _, written in find(element)), None)


def given(*paths: str) -> Field[str | None]:
    """Text that counts as given, if empty, as soon as its element or attribute is there.

    EN 16931's syntax bindings demand some terms as elements, others as something to read. Where a
    document gives it more than once it has to be the same: taking the first would hide the others.
    """
    find = [_xpath(path) for path in paths]
    first = first_given(*paths)

    def read(element: Element, faults: Faults) -> str | None:
        for finder in find:
            written, *others = [_stripped(found) for found in finder(element)] or [""]
            if any(other != written for other in others):
                place = next(each for each in finder(element) if _stripped(each) != written)
                where = element if isinstance(place, str) else place
                raise bad_value(where, "", "is there more than once, and differs", "repeated")
        return first(element, faults)

    return read


def first_given(*paths: str) -> Field[str | None]:
    """The same where a document may give several: the first that is not empty."""
    return _given(paths, str)


def within(place: str, path: str) -> Field[str | None]:
    """Text in the only element of a place: empty when the place has none, None without it."""
    find, inner = _sole(place), given(path)

    def read(element: Element, faults: Faults) -> str | None:
        found = find(element)
        return None if found is None else inner(found, faults) or ""

    return read


def filled(place: str, read: Field[Value | None]) -> Field[Value | None]:
    """What an element holds, which has to be something when the element is there."""

    def demanded(element: Element, faults: Faults) -> Value:
        value = read(element, faults)
        if value is None:
            raise bad_value(element, "", "is empty: fill it or leave it out")
        return value

    return one(place, demanded)


def compact(*paths: str) -> Field[str | None]:
    """The same for an identifier that people space out, such as an IBAN: without white space."""
    return _given(paths, lambda written: "".join(written.split()))


def amount(*paths: str) -> Field[Amount | None]:
    """An exact decimal number, which is there once: of two, taking the first would alter it."""
    finders = [_sole(path) for path in paths]

    def read(element: Element, _: Faults) -> Amount | None:
        for find in finders:
            place = find(element)
            if place is not None and (written := _stripped(place)):
                return _number(place, written)
        return None

    return read


def _number(place: Element, written: str) -> Amount:
    try:
        return money.parse(written)
    except ValueError:
        raise bad_value(
            place,
            written,
            "is not a number that can be kept exactly: write it like 1234.50, with at most 8"
            " decimal places and 20 digits before the point",
        ) from None


def day(*paths: str) -> Field[date | None]:
    """A calendar day: ISO 8601 in UBL, UN/CEFACT's formats 102, 203 and 204 in CII."""
    find = _written(paths)

    def read(element: Element, _: Faults) -> date | None:
        for place, written in find(element):
            if etree.QName(place).localname.endswith("String"):
                pattern = _CII_DAYS.get(place.get("format", "").strip())
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

    def read(element: Element, _: Faults) -> bool:
        for place, written in find(element):
            if written in _FLAGS:
                return _FLAGS[written]
            raise bad_value(place, written, "is neither true nor false")
        raise bad_value(element, "", "does not say whether it is an allowance or a charge")

    return read


def record(kind: type[Record], **fields: Field[object]) -> Field[Record]:
    """A record made of the fields given; the others, and those with a fault, keep their defaults.

    Raises Unreadable for the fault of a field that has no default.
    """
    required = {field.name: field.required for field in structs.fields(kind)}
    if unknown := fields.keys() - required.keys():
        raise TypeError(f"{kind.__name__} has no {', '.join(sorted(unknown))}")

    def read(element: Element, faults: Faults) -> Record:
        values: dict[str, object] = {}
        for name, read_field in fields.items():
            try:
                values[name] = read_field(element, faults)
            except Unreadable as fault:
                if required[name]:
                    raise
                faults.append(fault)
        return kind(**values)

    return read


def one(path: str, read: Field[Value]) -> Field[Value | None]:
    """What an element holds, every one of them when there are several; None when there is none."""
    find = _xpath(path)

    def only(element: Element, faults: Faults) -> Value | None:
        first, *others = find(element) or [None]
        if first is None:
            return None
        value = read(first, faults)
        for other in others:
            if read(other, []) != value:
                raise bad_value(other, "", "is there more than once, and differs", "repeated")
        return value

    return only


def each(*places: tuple[str, Field[Value | None]]) -> Field[tuple[Value, ...]]:
    """All elements of the paths, each read its own way; those that give nothing are left out."""
    finders = [(_xpath(path), read) for path, read in places]

    def every(element: Element, faults: Faults) -> tuple[Value, ...]:
        values: list[Value] = []
        for find, read in finders:
            for found in find(element):
                try:
                    value = read(found, faults)
                except Unreadable as fault:
                    faults.append(fault)
                    continue
                if value is not None:
                    values.append(value)
        return tuple(values)

    return every


def absent(**paths: str) -> Field[tuple[str, ...]]:
    """The names of those elements that are not there."""
    finders = {name: _xpath(path) for name, path in paths.items()}
    return lambda element, _: tuple(name for name, find in finders.items() if not find(element))


def read_whole(read: Field[Invoice], root: Element) -> Invoice:
    """The invoice of a document; raises Unreadable, with what could be read, for its faults."""
    faults: Faults = []
    invoice = read(root, faults)
    faults = [*_other_currencies(root, invoice.currency, invoice.tax_currency), *faults]
    if faults:
        first, *further = faults
        raise Unreadable(first.reason, str(first), invoice=invoice, further=further)
    return invoice


def _other_currencies(root: Element, currency: str | None, accounting: str | None) -> Faults:
    """The first amount that names a currency that is not the invoice's.

    The records hold one currency, so such an amount would silently become another one. VAT
    totals may be in the accounting currency.
    """
    if currency is None:
        return []
    for element in root.iter("{*}*"):
        named = element.get("currencyID", currency).strip()
        if named != currency and not (named == accounting and _about_vat(element)):
            why = f"names another currency than the invoice's, {currency[:3]}"
            return [bad_value(element, "", why, "other_currency")]
    return []


def bad_value(place: Element, written: str, why: str, reason: Reason = "bad_value") -> Unreadable:
    """The exception for a value that cannot be understood, without repeating personal data."""
    shown = f"“{written}” " if _HARMLESS.fullmatch(written) else ""
    return Unreadable(
        reason, f"{_path(place)}, line {place.sourceline}: {shown or 'what is there '}{why}."
    )


def _given(paths: tuple[str, ...], clean: Callable[[str], str]) -> Field[str | None]:
    finders = [_xpath(path) for path in paths]

    def read(element: Element, _: Faults) -> str | None:
        there = None
        for finder in finders:
            for found in finder(element):
                if written := _stripped(found):
                    return clean(written)
                there = ""
        return there

    return read


def _stripped(found: Element | str) -> str:
    return (found if isinstance(found, str) else _content(found)).strip()


def _sole(path: str) -> Callable[[Element], Element | None]:
    find = _xpath(path)

    def only(element: Element) -> Element | None:
        found = find(element)
        if len(found) > 1:
            raise bad_value(found[1], "", "is there more than once", "repeated")
        return found[0] if found else None

    return only


def _written(paths: tuple[str, ...]) -> Callable[[Element], Iterator[tuple[Element, str]]]:
    finders = [_xpath(path) for path in paths]

    def find(element: Element) -> Iterator[tuple[Element, str]]:
        for finder in finders:
            for found in finder(element):
                if isinstance(found, str):
                    place, written = element, found.strip()
                else:
                    place, written = found, _content(found).strip()
                if written:
                    yield place, written

    return find


def _xpath(path: str) -> etree.XPath:
    return etree.XPath(path, namespaces=NAMESPACES, smart_strings=False)


def _content(element: Element) -> str:
    return "".join(element.itertext()) if len(element) else element.text or ""


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
