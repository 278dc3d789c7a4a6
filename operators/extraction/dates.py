"""Dates as documents write them; whether day or month comes first is decided per document.

>>> rows = ["Date 02/03/2026", "Due 27 Feb. 2026", "on 30/03/26"]
>>> dates = [found for row in rows for found in dates_in(row)]
>>> [str(day_of(found, day_first(dates))) for found in dates]
['2026-03-02', '2026-02-27', '2026-03-30']
"""

import re
from collections.abc import Iterable
from datetime import date

from msgspec import Struct

from operators.extraction.folded import plain


class DateWritten(Struct, frozen=True, gc=False):
    """A date as it is written."""

    start: int
    """Where it begins in the text."""
    end: int
    """Where it ends."""
    parts: tuple[int, int, int]
    """Its three numbers in the order in which they stand; the name of a month as its number."""
    order: str | None = None
    """`DMY`, `MDY` or `YMD` where it tells by itself; None when day or month may come first."""
    weak: bool = False
    """Looks like other things too: believed only where a label asks for a date."""


_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january januar janner janvier enero gennaio januari jan janv ene gen",
            "february februar fevrier febrero febbraio februari feb fev fevr febr",
            "march marz mars marzo maart mar mrz maerz mrt",
            "april avril abril aprile apr avr abr",
            "may mai mayo maggio mei mag",
            "june juni juin junio giugno jun giu",
            "july juli juillet julio luglio jul juil lug jui",
            "august aout agosto augustus aug ago",
            "september septembre septiembre settembre sep sept set",
            "october oktober octobre octubre ottobre oct okt ott",
            "november novembre noviembre nov",
            "december dezember decembre diciembre dicembre dec dez dic",
        ),
        1,
    )
    for name in names.split()
}
_NAME = "|".join(sorted(_MONTHS, key=len, reverse=True))
_YEAR = r"(?:(?:19|20)\d\d|['’]?\d\d)(?!\d(?!\d?:\d))"
_NUMERIC = re.compile(
    r"(?<![\d/])(?<!\d[.,-])(?P<a>\d{1,2}|(?:19|20)\d\d) ?(?P<sign>[./–-]|, ?) ?(?P<b>\d{1,2})"
    rf" ?(?P=sign) ?(?P<c>{_YEAR}|\d{{1,2}})(?![\d/]|[.,-]\d(?!\d?:\d))(?!:)|"
    rf"(?<![\d/])(?<!\d[.,-])(?P<d>\d{{1,2}})(?P<mark>[./-])(?P<e>\d{{1,2}})(?P=mark)"
    r"(?P<f>(?:19|20)\d\d)(?=\d{1,2}:\d\d)"
)
_DAY_NAME = re.compile(
    rf"(?<!\d)(?P<day>\d{{1,2}})(?:st|nd|rd|th|er|\.|º|°|ª)?[ ./-]*(?:de |d'|of )?(?P<name>{_NAME})"
    rf"(?![a-z])[ .,/-]*(?:del? |of )?(?P<year>{_YEAR})"
)
_NAME_DAY = re.compile(
    rf"(?<![a-z])(?P<name>{_NAME})[ .-]*(?P<day>\d{{1,2}})(?:st|nd|rd|th)?[ ,-]+(?P<year>(?:19"
    rf"|20)\d\d)(?!\d)"
)
_YEAR_NAME = re.compile(
    rf"(?<!\d)(?P<year>(?:19|20)\d\d)[ /-](?P<name>{_NAME})(?![a-z])[ /-](?P<day>\d{{1,2}})(?!\d)"
)
_COMPACT = re.compile(
    r"(?<![\w.,/-])(?P<year>20\d\d)(?P<month>[01]\d)(?P<day>[0-3]\d)(?![\w/-]|[.,]\d)"
)
_SPACED = re.compile(r"(?<![\d.,] )(?<![\w.,])(\d\d) (\d\d) ((?:19|20)\d\d)(?![\d.,]| \d)")
_CONFUSED = re.compile(
    r"(?<![A-Za-z])[0-9OoIl|SZB]{1,4}([./-])[0-9OoIl|SZB]{1,2}\1[0-9OoIl|SZB]{2,4}(?![A-Za-z])"
)
_STROKES = re.compile(r"(?<!\d)(\d\d)(?:/(\d\d)[71]|[71](\d\d)/)((?:19|20)\d\d)(?!\d)")
"""A date one of whose strokes was read as a digit."""
_DIGITS = str.maketrans("OoIl|SZB", "00111528")
_MONTH_LIKE = re.compile(
    r"(?<=\d)(?P<before>[ ./-]{1,2})(?P<name>(?=\w*[^\W\d])\w{3,9})"
    r"(?=[ .,/-]{1,2}(?:\d\d){1,2}\b)"
)
_SIGNS = str.maketrans("015689", "olsgbg")
_MISREAD = ((7, 2), (5, 1))
"""Letters of a month's name from which so many of them may be wrong."""
_CENTURY = 2000
_PIVOT = 70
"""Years of two digits from here on are of the last century."""


def dates_in(text: str, mend: bool = False) -> list[DateWritten]:
    """The dates in a text, from left to right, that could be dates at all.

    Args:
        text: What a row says.
        mend: Take letters that look like digits for these, where an OCR engine read it.
    """
    if mend:
        text = _CONFUSED.sub(lambda match: match[0].translate(_DIGITS), text)
        text = _STROKES.sub(lambda match: f"{match[1]}/{match[2] or match[3]}/{match[4]}", text)
        text = _MONTH_LIKE.sub(lambda each: each["before"] + _month_mended(each["name"]), text)
    low = plain(text)
    found = [*_numeric(low), *_named(low), *_others(low)]
    found.sort(key=lambda each: (each.start, each.weak, -each.end))
    kept: list[DateWritten] = []
    for each in found:
        if not kept or each.start >= kept[-1].end:
            kept.append(each)
    return kept


def _month_mended(word: str) -> str:
    """The month's name that a word between two numbers is, but for signs that look like others.

    >>> _month_mended("0ct"), _month_mended("lanuar"), _month_mended("Netto")
    ('oct', 'januar', 'Netto')
    """
    read = plain(word.translate(_SIGNS))
    if read in _MONTHS or len(read) != len(word):
        return read if len(read) == len(word) else word
    wrong = next((most for length, most in _MISREAD if len(read) >= length), 0)
    for name in _MONTHS:
        if len(name) == len(read) and 0 < sum(map(str.__ne__, name, read)) <= wrong:
            return name
    return word


def _numeric(text: str) -> Iterable[DateWritten]:
    for match in _NUMERIC.finditer(text):
        first, second, third = (
            (match["a"], match["b"], match["c"])
            if match["a"]
            else (match["d"], match["e"], match["f"])
        )
        parts = (int(first), int(second), int(third.lstrip("'’")))
        order = "YMD" if len(first) == 4 else None
        if len(first) < 4 and len(third) < 2:
            continue
        short = len(first) < 4 and len(third) < 4
        weak = short and ((match["sign"] or "").strip() in (",", "") or _is_code(text, match))
        candidate = DateWritten(match.start(), match.end(), parts, order, weak)
        orders = [each for each in ("DMY", "MDY", "YMD") if _day(candidate, each) is not None]
        if order is None and len(third) == 4:
            orders = [each for each in orders if each != "YMD"]
        if order is None and len(orders) == 1:
            candidate = DateWritten(match.start(), match.end(), parts, orders[0], weak)
        if orders:
            yield candidate


def _is_code(text: str, match: re.Match[str]) -> bool:
    """Whether three numbers are parts of an article's code, such as `HC03-7 - 15`."""
    written = match[0]
    uneven = written.count(" ") == 1
    return uneven or text[max(0, match.start() - 1) : match.start()].isalpha()


def _named(text: str) -> Iterable[DateWritten]:
    for pattern in (_DAY_NAME, _NAME_DAY, _YEAR_NAME):
        for match in pattern.finditer(text):
            parts = (int(match["day"]), _MONTHS[match["name"]], int(match["year"].lstrip("'’")))
            candidate = DateWritten(match.start(), match.end(), parts, "DMY")
            if _day(candidate, "DMY") is not None:
                yield candidate


def _others(text: str) -> Iterable[DateWritten]:
    for match in _COMPACT.finditer(text):
        parts = (int(match["year"]), int(match["month"]), int(match["day"]))
        candidate = DateWritten(match.start(), match.end(), parts, "YMD", weak=True)
        if _day(candidate, "YMD") is not None:
            yield candidate
    for match in _SPACED.finditer(text):
        parts = (int(match[1]), int(match[2]), int(match[3]))
        candidate = DateWritten(match.start(), match.end(), parts, None, weak=True)
        if _day(candidate, "DMY") or _day(candidate, "MDY"):
            yield candidate


def day_first(written: Iterable[DateWritten], default: bool = True) -> bool:
    """Whether the day comes before the month in a document's ambiguous dates.

    Dates that are possible in one order only decide; the default where there are none.
    """
    votes = order_votes(written)
    return default if votes == 0 else votes > 0


def order_votes(written: Iterable[DateWritten]) -> int:
    """How many dates have to begin with the day, less those that have to begin with the month."""
    votes = 0
    for each in written:
        if not each.weak and each.order != "YMD" and each.parts[2] != each.parts[0]:
            votes += 0 if _day(each, "MDY") else 1
            votes -= 0 if _day(each, "DMY") else 1
    return votes


def day_of(written: DateWritten, first: bool) -> date | None:
    """The day that is meant.

    Args:
        written: The date as written.
        first: Whether the day comes first where the date does not tell.
    """
    if written.order is not None:
        return _day(written, written.order)
    orders = ("DMY", "MDY", "YMD") if first else ("MDY", "DMY", "YMD")
    return next((day for each in orders if (day := _day(written, each)) is not None), None)


def _day(written: DateWritten, order: str) -> date | None:
    at = dict(zip(order, written.parts, strict=True))
    year = at["Y"]
    if year < 100:
        year += _CENTURY if year < _PIVOT else _CENTURY - 100
    try:
        return date(year, at["M"], at["D"]) if 1970 <= year < 2100 else None
    except ValueError:
        return None
