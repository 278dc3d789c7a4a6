"""Postal addresses, found by their postcode.

>>> found = address_in(["Kraxi GmbH", "Flugzeugallee 17", "12345 Papierfeld", "Deutschland"])
>>> found.name, found.street, found.postcode, found.city, found.country
('Kraxi GmbH', 'Flugzeugallee 17', '12345', 'Papierfeld', 'DE')
"""

import re
from collections.abc import Iterable, Sequence

from msgspec import Struct
from msgspec.structs import replace

from operators.extraction.address_forms import Parts, parts_in
from operators.extraction.countries import country_coded, country_named
from operators.extraction.legal_forms import only_form
from operators.extraction.towns import CITY, town_below, town_in

_PARTS = re.compile(r"\s*[·•●|∙◦*]\s*|\s+[-–—]\s+|;\s+|,\s+(?!Inc|Ltd|LLC|S\.)")
_HOUSE = re.compile(r"\d{1,4} ?[A-Za-z]?(?:[-/]\d{1,4} ?[A-Za-z]?)?")
"""The number of a house, after a comma as in Spain and Italy."""
_SIGNS = re.compile(r"\s*[·•●|∙◦*]\s*")
_DASHES = re.compile(r"\s*[·•●|∙◦*]\s*|\s+[-–—]\s+")
_LABELLED = re.compile(
    r"(?i)^(?:address|adresse|anschrift|name|straße|strasse|dirección|direccion|indirizzo"
    r"|adres)\s*:\s*"
)
_NO_STREET = re.compile(
    r"(?i)^(?:tel|fax|phone|e-?mail|www|http|ust|vat|iban|bic|siret|z\. ?hd|attn|c/o|abt|\+\d"
    r"|nif|cif|p\.? ?iva|kvk|btw|tva|geb)"
)
_PERSON = re.compile(
    r"(?i)^(?:z\. ?hd|attn|c/o|herrn?|frau|mr|mrs|ms|mme|m\.|à l'attention|t\.a\.v|att"
    r"|abteilung|dept)\b"
)


class AddressRead(Struct, frozen=True, gc=False):
    """An address as found."""

    name: str | None
    """Who lives there."""
    street: str | None
    """Street and number."""
    postcode: str | None
    """Post code."""
    city: str | None
    """City."""
    country: str | None
    """ISO 3166-1 code, if the address says or its postcode tells."""
    countries: tuple[str, ...]
    """Countries that have such postcodes."""
    first: int
    """Which of the lines it begins with."""
    last: int
    """Which it ends with."""


_NO_TOWN = re.compile(
    r"(?i)(?<![a-z])(?:hr[ab]|amtsgericht|iban|bic|swift|ust|vat|tva|mwst|btw|siret|siren|rcs"
    r"|kvk|tel|fax|phone|steuer|kunden"
    r"|customer|invoice|rechnung|facture|factura|fattura|factuur|n[or]\.|n°|www|capital"
    r"|kapital|blz|konto|gst|reg)(?![a-z])|@|€"
)


def address_in(lines: Sequence[str]) -> AddressRead | None:
    """The first address in some lines of text; None when they have no postcode with a city."""
    form = parts_in(lines)
    if form is not None:
        return _of_form(form)
    cleaned = [_LABELLED.sub("", line).strip(" ,;") for line in lines]
    for at, line in enumerate(cleaned):
        if re.search(r"\d", line) is None or _NO_TOWN.search(line):
            continue
        found = town_in(line) or town_below(cleaned, at)
        if found is None:
            continue
        city, country = found.city, found.country
        alone = not city and at > 1 and CITY.fullmatch(cleaned[at - 1]) is not None
        if alone:
            city = cleaned[at - 1]
        street, top = _street(cleaned, at - alone, found.before)
        if street is None and (not 0 < at <= 4 or _better_below(cleaned, at)):
            continue
        name, first = _name(cleaned, top)
        if name is not None and first + 1 < top and _goes_on(cleaned[first + 1]):
            name = f"{name} {cleaned[first + 1]}"
        last = at + found.below
        if last + 1 < len(cleaned):
            named = country_named(cleaned[last + 1]) or country_coded(cleaned[last + 1])
            if named is not None:
                country, last = named, last + 1
        return AddressRead(
            name, street, found.postcode, city, country, found.countries, first, last
        )
    return None


def _of_form(form: Parts) -> AddressRead:
    """The address that a form has, with the countries of its post code."""
    town = town_in(f"{form.postcode} {form.city}") or town_in(f"{form.city} {form.postcode}")
    countries = town.countries if town is not None else ()
    told = form.country or (town.country if town is not None else None)
    return AddressRead(
        form.name, form.street, form.postcode, form.city, told, countries, 0, form.last
    )


def _goes_on(line: str) -> bool:
    """Whether a line is the end of a name over it, such as its legal form."""
    return only_form(line) or (line.startswith("(") and not any(map(str.isdigit, line)))


def _better_below(lines: Sequence[str], at: int) -> bool:
    """Whether a number taken for a postcode is that of a house: the next line has a town."""
    return (
        at + 1 < len(lines)
        and not _NO_TOWN.search(lines[at + 1])
        and town_in(lines[at + 1]) is not None
    )


def address_line(line: str) -> AddressRead | None:
    """An address on one line: `Kraxi GmbH · Flugzeugallee 17 · 12345 Papierfeld`.

    Engines take some of the dots for dashes, of which names have their own.

    >>> address_line("Kraxi GmbH - Flugzeugallee 17 · 12345 Papierfeld · Tel 12 · Fax 13").name
    'Kraxi GmbH'
    """
    if len(_SIGNS.findall(line)) <= 1:
        return _parted(_PARTS.split(line))
    found = _parted(_SIGNS.split(line))
    if found is None or found.name is None:
        return _parted(_DASHES.split(line)) or found
    return found


def _parted(texts: Iterable[str]) -> AddressRead | None:
    """An address in the parts of a line."""
    parts: list[str] = []
    for part in texts:
        if parts and _HOUSE.fullmatch(part.strip()):
            parts[-1] = f"{parts[-1]}, {part.strip()}"
        elif part.strip():
            parts.append(part)
    found = address_in(parts) if len(parts) >= 2 else None
    if found is None or found.name is None or found.street is None:
        return found
    street = next((at for at, part in enumerate(parts) if found.street in part), found.first)
    between = [part.strip() for part in parts[found.first + 1 : street]]
    between = [part for part in between if not (_PERSON.match(part) or _NO_STREET.match(part))]
    return replace(found, street=", ".join([*between, found.street]))


def _street(lines: Sequence[str], at: int, before: str) -> tuple[str | None, int]:
    """The street of an address whose town is on a line, and which line it is on."""
    if before and any(sign.isdigit() for sign in before) and not before.isdigit():
        return before.split(",")[-1].strip() if before.count(",") > 1 else before, at
    for step in (1, 2):
        if at - step < 0:
            break
        line = lines[at - step]
        if _NO_STREET.match(line):
            continue
        if any(sign.isdigit() for sign in line) or (step == 1 and at - step > 0):
            return line, at - step
    return None, at


def _name(lines: Sequence[str], top: int) -> tuple[str | None, int]:
    """The name over a street: the first line of those that stand over it."""
    over = [at for at in range(max(0, top - 4), top) if lines[at]]
    named = [
        at
        for at in over
        if not (_PERSON.match(lines[at]) or _NO_STREET.match(lines[at]) or lines[at].endswith(":"))
        and sum(sign.isalpha() for sign in lines[at]) > sum(sign.isdigit() for sign in lines[at])
    ]
    if not named:
        people = [at for at in over if _PERSON.match(lines[at])]
        if not people:
            return None, top
        return _PERSON.sub("", lines[people[0]]).strip(" :.") or None, people[0]
    return lines[named[0]], named[0]
