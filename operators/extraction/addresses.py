"""Postal addresses, found by their postcode.

>>> found = address_in(["Kraxi GmbH", "Flugzeugallee 17", "12345 Papierfeld", "Deutschland"])
>>> found.name, found.street, found.postcode, found.city, found.country
('Kraxi GmbH', 'Flugzeugallee 17', '12345', 'Papierfeld', 'DE')
"""

import re
from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from operators.extraction.countries import POSTCODES, PREFIXES, country_coded, country_named
from operators.extraction.legal_forms import only_form

_PARTS = re.compile(r"\s*[·•●|∙◦*]\s*|\s+[-–—]\s+|;\s+|,\s+(?!Inc|Ltd|LLC|S\.)")
_DISTRICT = re.compile(r"(?:^|, ?)[A-Z][a-z]+ \d{1,2}$")
"""A city with the number of its district: Dublin 2."""
_HOUSE = re.compile(r"\d{1,4} ?[A-Za-z]?(?:[-/]\d{1,4} ?[A-Za-z]?)?")
"""The number of a house, after a comma as in Spain and Italy."""
_SIGNS = re.compile(r"\s*[·•●|∙◦*]\s*")
_LABELLED = re.compile(
    r"(?i)^(?:address|adresse|anschrift|name|straße|strasse|dirección|direccion|indirizzo"
    r"|adres)\s*:\s*"
)
_CITY = re.compile(r"[A-Za-zÀ-ÿ][A-Za-zÀ-ÿ' .\-/()]*")
_NO_STREET = re.compile(
    r"(?i)^(?:tel|fax|phone|e-?mail|www|http|ust|vat|iban|bic|siret|z\. ?hd|attn|c/o|abt|\+\d"
    r"|nif|cif|p\.? ?iva|kvk|btw|tva|geb)"
)
_AFTER = re.compile(r"(?i)\s+(?:tel|fax|phone|e-?mail|www|ust|vat)\b.*$")
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
    cleaned = [_LABELLED.sub("", line).strip(" ,;") for line in lines]
    for at, line in enumerate(cleaned):
        if re.search(r"\d", line) is None or _NO_TOWN.search(line):
            continue
        found = _town(line)
        if found is None:
            continue
        before, postcode, city, country, countries = found
        alone = not city and at > 1 and _CITY.fullmatch(cleaned[at - 1]) is not None
        if alone:
            city = cleaned[at - 1]
        street, top = _street(cleaned, at - alone, before)
        if street is None and (not 0 < at <= 4 or _better_below(cleaned, at)):
            continue
        name, first = _name(cleaned, top)
        if name is not None and first + 1 < top and _goes_on(cleaned[first + 1]):
            name = f"{name} {cleaned[first + 1]}"
        last = at
        if at + 1 < len(cleaned):
            named = country_named(cleaned[at + 1]) or country_coded(cleaned[at + 1])
            if named is not None:
                country, last = named, at + 1
        return AddressRead(name, street, postcode, city, country, countries, first, last)
    return None


def _goes_on(line: str) -> bool:
    """Whether a line is the end of a name over it, such as its legal form."""
    return only_form(line) or (line.startswith("(") and not any(map(str.isdigit, line)))


def _better_below(lines: Sequence[str], at: int) -> bool:
    """Whether a number taken for a postcode is that of a house: the next line has a town."""
    return at + 1 < len(lines) and not _NO_TOWN.search(lines[at + 1]) and bool(_town(lines[at + 1]))


def address_line(line: str) -> AddressRead | None:
    """An address on one line: `Kraxi GmbH · Flugzeugallee 17 · 12345 Papierfeld`."""
    parts: list[str] = []
    signs = _SIGNS if len(_SIGNS.findall(line)) > 1 else _PARTS
    for part in signs.split(line):
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


def _town(line: str) -> tuple[str, str, str, str | None, tuple[str, ...]] | None:
    """What stands before a postcode, the postcode, the city, and the country if it is told."""
    for pattern, countries in POSTCODES:
        for match in pattern.finditer(line):
            before, after = line[: match.start()].strip(" ,-"), line[match.end() :].strip(" ,-")
            code = match[0].strip()
            country = countries[0] if len(countries) == 1 else None
            if countries == ("US",):
                american = _american(before, code)
                if american is None:
                    continue
                return american
            prefix = re.match(r"([A-Z]{1,3})-? ?(?=\d)", code)
            if prefix is not None and countries not in (("GB",), ("IE",), ("CA",)):
                if prefix[1] not in PREFIXES:
                    continue
                country, code = PREFIXES[prefix[1]], code[prefix.end() :]
            city, told = _city(after)
            if countries == ("IE",) and (numbered := _DISTRICT.search(before)) is not None:
                city, before = numbered[0].strip(), before[: numbered.start()].strip(" ,")
            if city is None and countries in (("GB",), ("IE",), ("CA",), ("SG", "IN", "CN", "RO")):
                city, told = _city(before.split(",")[-1])
                before = ",".join(before.split(",")[:-1])
            if city is None and not after and line[: match.start()].rstrip().endswith(","):
                city, told = _city(before.split(",")[-1])  # Berlin, 10115
                before = ",".join(before.split(",")[:-1])
            if city is None and not (countries == ("GB",) and not after):
                continue
            return before, code, city or "", told or country, countries
    return None


def _american(before: str, code: str) -> tuple[str, str, str, str | None, tuple[str, ...]] | None:
    city = before.split(",")[-1].strip()
    if _CITY.fullmatch(city) is None:
        return None
    return (
        ",".join(before.split(",")[:-1]),
        code[-5:] if "-" not in code else code.split()[-1],
        city,
        "US",
        ("US",),
    )


def _city(text: str) -> tuple[str | None, str | None]:
    """The city that a text begins with, and the country behind it."""
    text = _AFTER.sub("", text)
    parts = [part.strip() for part in re.split(r"[,|·•●]|\s[-–]\s", text) if part.strip()]
    if not parts or any(sign.isdigit() for sign in parts[0]) or len(parts[0]) > 40:
        return None, None
    if _CITY.fullmatch(parts[0]) is None or len(parts[0].split()) > 5:
        return None, None
    countries = (country_named(part) or country_coded(part) for part in parts[1:])
    country = next((each for each in countries if each is not None), None)
    words = parts[0].split()
    if country is None and len(words) > 1 and country_named(words[-1]):
        return " ".join(words[:-1]).strip(" ,-("), country_named(words[-1])
    return re.sub(r" *\([A-Z]{2}\)$", "", parts[0]), country


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
