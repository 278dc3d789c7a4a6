"""What a number or a day may mean as it is written.

Formats differ by country, so a text may have several readings; whoever chooses among them chooses
among these and no others.

>>> from operators.money import render
>>> sorted(map(render, amounts("1.234")))
['1.234', '1234.00']
>>> sorted(map(str, days("03/04/2026")))
['2026-03-04', '2026-04-03']
"""

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import date

from operators.codes import CURRENCIES
from operators.money import Amount, parse

_SIGNS: dict[str, tuple[str, ...]] = {
    "€": ("EUR",),
    "£": ("GBP",),
    "zł": ("PLN",),
    "Kč": ("CZK",),
    "Ft": ("HUF",),
    "lei": ("RON",),
    "Fr.": ("CHF",),
    "RM": ("MYR",),
    "S$": ("SGD",),
    "US$": ("USD",),
    "A$": ("AUD",),
    "C$": ("CAD",),
    "Euro": ("EUR",),
    "$": ("USD", "AUD", "CAD", "SGD", "NZD", "HKD", "MXN"),
    "kr": ("SEK", "NOK", "DKK", "ISK"),
    "¥": ("JPY", "CNY"),
}
"""Other ways than ISO 4217 to write a currency, and what each may be."""

_MARK = "|".join(sorted(map(re.escape, (*_SIGNS, *CURRENCIES, "%")), key=len, reverse=True))
_AMOUNT = re.compile(
    rf"(?P<open>\()?(?P<sign>[-−–+])? ?(?:(?:{_MARK}) ?)?(?P<inner>[-−–+])?"
    rf"(?P<number>[\d.,'’ ]*\d)(?P<dash>[.,](?:--?|[–—]))?"
    rf" ?(?P<after>[-−–])?(?: ?(?:{_MARK}))?(?P<close>\))?",
    re.ASCII,
)
_PLAIN = re.compile(r"(\d*)(?:([.,])(\d+))?", re.ASCII)
_GROUPED = re.compile(r"(\d{1,3}(?:([.,'’ ])\d{3})(?:\2\d{3})*)(?:([.,])(\d+))?", re.ASCII)

_DAY = re.compile(r"(\d{1,4})([./-]) ?(\d{1,2})\2 ?(\d{1,4})", re.ASCII)
_NAMED = re.compile(
    r"(?:(?P<day>\d{1,2})(?:st|nd|rd|th|er|º|\.)?[ -]?(?:de |del )?(?P<month>[^\W\d_]{3,})\.?"
    r"|(?P<month2>[^\W\d_]{3,})\.? (?P<day2>\d{1,2})(?:st|nd|rd|th)?,?)"
    r"[ ,-]*(?:de |del )?(?P<year>(?a:\d{4}|\d{2}))"
)
_MONTHS = tuple(
    frozenset(names.split())
    for names in (
        "jan january januar jänner janvier enero ene gennaio gen januari janv",
        "feb february februar février fevrier fév febrero febbraio februari févr",
        "mar march märz maerz mrz mär mars marzo maart mrt",
        "apr april avril avr abril abr aprile",
        "may mai mayo maggio mag mei",
        "jun june juni juin junio giugno giu",
        "jul july juli juillet juil julio luglio lug",
        "aug august août aout aoû agosto ago augustus",
        "sep sept september septembre septiembre settembre set",
        "oct october oktober okt octobre octubre ottobre ott",
        "nov november novembre noviembre",
        "dec december dezember dez décembre decembre déc diciembre dic dicembre",
    )
)
"""Names of the months in English, German, French, Spanish, Italian and Dutch, from January."""


def amounts(text: str) -> frozenset[Amount]:
    """The amounts that a text may mean; none when it is no amount.

    A currency or a percent sign may stand beside it. Negative is what has a minus sign before or
    behind it, or stands in parentheses.
    """
    match = _AMOUNT.fullmatch(text)
    if match is None or (match["open"] is None) != (match["close"] is None):
        return frozenset()
    signs = [match[name] for name in ("sign", "inner", "after") if match[name]]
    if len(signs) > 1 or (signs and match["open"]):
        return frozenset()
    negative = match["open"] is not None or (bool(signs) and signs[0] != "+")
    found: set[Amount] = set()
    for plain in _numbers(match["number"], whole=match["dash"] is not None):
        with suppress(ValueError):
            found.add(-parse(plain) if negative else parse(plain))
    return frozenset(found)


def _numbers(text: str, *, whole: bool) -> Iterator[str]:
    """Plain decimal texts; `whole`: a dash stands where the decimal places would."""
    plain = _PLAIN.fullmatch(text)
    if plain is not None and not (whole and plain[2]):
        yield f"{plain[1]}.{plain[3]}" if plain[2] else plain[1]
    grouped = _GROUPED.fullmatch(text)
    if (
        grouped is None
        or grouped[2] == grouped[3]
        or text.startswith("0")
        or (whole and grouped[3])
    ):
        return
    digits = grouped[1].replace(grouped[2], "")
    yield f"{digits}.{grouped[4]}" if grouped[4] else digits


def days(text: str) -> frozenset[date]:
    """The days that a text may mean; none when it is no day. Two digits are a year from 2000."""
    found: set[date] = set()
    match = _DAY.fullmatch(text)
    if match is not None:
        first, middle, last = match[1], match[3], match[4]
        if len(first) == 4:
            orders = [(first, middle, last)]
        elif len(first) <= 2 and len(last) in (2, 4):
            orders = [(last, middle, first), (last, first, middle)]
        else:
            orders = []
        for year, month, day in orders:
            _add(found, year, int(month), day)
        return frozenset(found)
    named = _NAMED.fullmatch(text)
    if named is not None:
        name = (named["month"] or named["month2"]).lower()
        for month, names in enumerate(_MONTHS, 1):
            if name in names:
                _add(found, named["year"], month, named["day"] or named["day2"])
    return frozenset(found)


def _add(found: set[date], year: str, month: int, day: str) -> None:
    with suppress(ValueError):
        found.add(date(int(year) + (2000 if len(year) == 2 else 0), month, int(day)))


def currencies(text: str) -> frozenset[str]:
    """The currencies that a code or a sign may mean, by their codes of ISO 4217.

    >>> sorted(currencies("€")), sorted(currencies("MYR")), len(currencies("$")) > 1
    (['EUR'], ['MYR'], True)
    """
    return frozenset({text} & CURRENCIES) or frozenset(_SIGNS.get(text, ()))
