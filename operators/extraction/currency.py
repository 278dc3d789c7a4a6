"""The currency of a document, by the signs and codes on its pages.

>>> currency_of(["Total EUR 12.00", "€ 5.00"]), currency_of(["RM 9.00"]), currency_of(["9.00"])
('EUR', 'MYR', None)
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from operators.codes import CURRENCIES

_SIGNS = {
    "€": "EUR", "£": "GBP", "US$": "USD", "S$": "SGD", "A$": "AUD", "C$": "CAD", "HK$": "HKD",
    "RM": "MYR", "₹": "INR", "Rs": "INR", "Rs.": "INR", "Rp": "IDR", "Rp.": "IDR", "¥": "JPY",
    "Fr.": "CHF", "SFr.": "CHF", "sFr.": "CHF", "zł": "PLN", "Kč": "CZK", "Ft": "HUF",
    "$": "USD", "₩": "KRW", "฿": "THB", "₺": "TRY", "₽": "RUB", "EURO": "EUR", "Euro": "EUR",
    "euros": "EUR", "Euros": "EUR", "euro": "EUR", "lei": "RON", "NT$": "TWD", "R$": "BRL",
}  # fmt: skip
_OFTEN = frozenset(
    "EUR USD GBP CHF MYR SGD SEK NOK DKK PLN CZK HUF INR IDR AUD CAD NZD JPY CNY RON BGN TRY HKD"
    " THB PHP ZAR MXN BRL AED ILS ISK KRW VND".split()
)
_WORTH = re.compile(
    "|".join(
        [
            r"(?:US|NT|HK|S|A|C|R)\$|[€£₹¥₩฿₺₽$]",
            r"(?<![A-Za-z])(?:S|s)?Fr\.(?=\s?\d)|(?<![A-Za-z])R[ps]\.?(?=\s?\d)",
            r"(?<![A-Za-z])RM(?![A-Za-z])",
            r"(?<=\d)\s?(?:zł|Kč|Ft|lei)(?![a-z])",
            r"(?<![A-Za-z])[Ee]uros?(?![a-z])|(?<![A-Za-z])EURO(?![A-Za-z])",
            rf"(?<![A-Za-z])(?:{'|'.join(sorted(CURRENCIES))})(?![A-Za-z])",
        ]
    )
)
_ASKED = re.compile(r"(?i)\b(?:currency|währung|waehrung|devise|moneda|divisa|valuta|monnaie)\b")


def currency_of(texts: Iterable[str]) -> str | None:
    """The ISO 4217 code that most speaks for; None when nothing does.

    Codes that are seldom used count only beside the word currency: they are words as well.
    """
    votes = currency_votes(texts)
    return max(votes, key=lambda code: votes[code], default=None)


def currency_votes(texts: Iterable[str]) -> Counter[str]:
    """How much speaks for each currency, by its ISO 4217 code."""
    votes: Counter[str] = Counter()
    for text in texts:
        asked = _ASKED.search(text) is not None
        for match in _WORTH.finditer(text):
            found = match[0].strip()
            code = _SIGNS.get(found, found)
            near_number = any(
                sign.isdigit() for sign in text[max(0, match.start() - 3) : match.end() + 3]
            )
            if code in _OFTEN or asked:
                votes[code] += 10 if asked else 3 if near_number else 1
    return votes


def currency_at(texts: Sequence[str], code: str) -> tuple[int, int, int] | None:
    """Which text first says a currency, and where in it; None when none does.

    >>> currency_at(["Hello", "Total € 5.00"], "EUR")
    (1, 6, 7)
    """
    for number, text in enumerate(texts):
        for match in _WORTH.finditer(text):
            found = match[0].strip()
            if _SIGNS.get(found, found) == code:
                return number, *match.span()
    return None


_EURO = frozenset("AT BE CY DE EE ES FI FR GR HR IE IT LT LU LV MC MT NL PT SI SK".split())
_OF_COUNTRIES = {
    "GB": "GBP", "CH": "CHF", "LI": "CHF", "US": "USD", "MY": "MYR", "SG": "SGD", "DK": "DKK",
    "SE": "SEK", "NO": "NOK", "PL": "PLN", "CZ": "CZK", "HU": "HUF", "RO": "RON", "BG": "BGN",
    "CA": "CAD", "AU": "AUD", "NZ": "NZD", "IN": "INR", "ID": "IDR", "JP": "JPY",
}  # fmt: skip


def currency_in(country: str | None) -> str | None:
    """What is paid with in a country; None where that is not known here.

    >>> currency_in("FR"), currency_in("CH"), currency_in(None)
    ('EUR', 'CHF', None)
    """
    return "EUR" if country in _EURO else _OF_COUNTRIES.get(country or "")
