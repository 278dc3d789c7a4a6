"""Texts without what differs between languages, fonts and engines.

>>> plain("Fällig"), folded("Rechnungs-Nr.: N° 5").text
('fallig', 'rechnungsnrno5')
"""

from functools import lru_cache
from unicodedata import normalize

from msgspec import Struct

_SINGLE = {"ø": "o", "ł": "l", "đ": "d", "ı": "i", "’": "'", "`": "'", "´": "'", "‐": "-", "−": "-"}
_SPELT = {
    "ß": "ss",
    "æ": "ae",
    "œ": "oe",
    "№": "no",
    "º": "o",
    "°": "o",
    "®": "o",
    "#": "#",
    "€": "",
}


class Folded(Struct, frozen=True):
    """A text reduced to its letters and digits."""

    text: str
    """What is left of it."""
    places: tuple[int, ...]
    """For each sign of it, where that stood."""


@lru_cache(maxsize=4096)
def _letter(sign: str) -> str:
    base = normalize("NFD", sign)[0].lower()
    return _SINGLE.get(base, base)[:1]


def plain(text: str) -> str:
    """The text in lower case without accents, sign by sign: places in it are the same."""
    return text.lower() if text.isascii() else "".join(map(_letter, text))


def folded(text: str) -> Folded:
    """The letters and digits of a text, in lower case and without accents, and their places."""
    kept: list[str] = []
    places: list[int] = []
    for place, sign in enumerate(text):
        if sign.isascii():
            written = sign.lower() if sign.isalnum() or sign == "#" else ""
        elif sign in _SPELT:
            written = _SPELT[sign]
        else:
            written = _letter(sign) if sign.isalnum() else ""
        for each in written:
            kept.append(each)
            places.append(place)
    return Folded("".join(kept), tuple(places))


@lru_cache(maxsize=8192)
def key(text: str) -> str:
    """The folded text alone."""
    return folded(text).text
