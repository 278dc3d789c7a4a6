"""Towns in addresses: postcodes with their cities.

>>> found = town_in("D-60325 Frankfurt am Main, Germany")
>>> found.postcode, found.city, found.country
('60325', 'Frankfurt am Main', 'DE')
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from operators.extraction.countries import POSTCODES, PREFIXES, country_coded, country_named

CITY = re.compile(r"[A-Za-zÀ-ÿ][A-Za-zÀ-ÿ' .\-/()]*")
"""The name of a city."""
_AFTER = re.compile(r"(?i)\s+(?:tel|fax|phone|e-?mail|www|ust|vat)\b.*$")
_DISTRICT = re.compile(r"(?:^|, ?)[A-Z][a-z]+ \d{1,2}$")
"""A city with the number of its district: Dublin 2."""


class Town(NamedTuple):
    """A town in a line."""

    before: str
    """What stands before it."""
    postcode: str
    """Its postcode."""
    city: str
    """Its name, empty where none stands there."""
    country: str | None
    """ISO 3166-1 code, if the line or the postcode tells."""
    countries: tuple[str, ...]
    """Countries that have such postcodes."""
    below: bool = False
    """Whether the name stands in the next line."""


def town_in(line: str) -> Town | None:
    """The first town in a line."""
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
            return Town(before, code, city or "", told or country, countries)
    return None


def _american(before: str, code: str) -> Town | None:
    city = before.split(",")[-1].strip()
    if CITY.fullmatch(city) is None:
        return None
    rest = ",".join(before.split(",")[:-1])
    return Town(rest, code[-5:] if "-" not in code else code.split()[-1], city, "US", ("US",))


def _city(text: str) -> tuple[str | None, str | None]:
    """The city that a text begins with, and the country behind it."""
    text = _AFTER.sub("", text)
    parts = [part.strip() for part in re.split(r"[,|·•●]|\s[-–]\s", text) if part.strip()]
    if not parts or any(sign.isdigit() for sign in parts[0]) or len(parts[0]) > 40:
        return None, None
    if CITY.fullmatch(parts[0]) is None or len(parts[0].split()) > 5:
        return None, None
    countries = (country_named(part) or country_coded(part) for part in parts[1:])
    country = next((each for each in countries if each is not None), None)
    words = parts[0].split()
    if country is None and len(words) > 1 and country_named(words[-1]):
        return " ".join(words[:-1]).strip(" ,-("), country_named(words[-1])
    return re.sub(r" *\([A-Z]{2}\)$", "", parts[0]), country


def town_below(lines: Sequence[str], at: int) -> Town | None:
    """A postcode alone on its line under a street, with the city under it, as forms have them."""
    if not 0 < at < len(lines) - 1:
        return None
    street, city = lines[at - 1], lines[at + 1]
    if CITY.fullmatch(city) is None or len(city.split()) > 4 or country_named(city) is not None:
        return None
    if not (any(map(str.isdigit, street)) and any(map(str.isalpha, street))):
        return None
    found = town_in(f"{lines[at]} {city}")
    alone = found is not None and not found.before and found.postcode in lines[at]
    return found._replace(below=True) if found is not None and alone else None
