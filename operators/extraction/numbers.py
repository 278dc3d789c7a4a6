"""Numbers as documents write them; which sign parts the decimals is decided per document.

>>> from operators.money import render
>>> written = written_in("1.234,56 EUR 99,00 (12.000)")
>>> sign = decimal_sign(written, ".")
>>> sign, [render(number.amount) for number in read(written, sign)]
(',', ['1234.56', '99.00', '-12000.00'])
"""

import re
from collections.abc import Iterable
from typing import Literal, TypeAlias

from msgspec import Struct

from operators.money import LARGEST, SCALE, Amount, parse

Sign: TypeAlias = Literal[".", ","]
"""What parts the decimals from the whole."""


class Written(Struct, frozen=True, gc=False):
    """A number as it is written, not yet understood."""

    start: int
    """Where it begins in the text, its sign and currency included."""
    end: int
    """Where it ends, a percent sign included."""
    core: str
    """Its digits and what stands between them."""
    negative: bool = False
    """Has a minus before or after it, or brackets around it."""
    percent: bool = False
    """Has a percent sign after it."""
    money: bool = False
    """Has a sign of a currency before or after it."""
    mended: bool = False
    """Letters in it were taken for digits, or a blank in it was left out."""


class Number(Struct, frozen=True, gc=False):
    """A number as understood."""

    written: Written
    """As it stands there."""
    amount: Amount
    """Its value."""
    decimals: int
    """How many decimal places are written."""
    sure: bool
    """False when it does not fit how the document writes its other numbers."""


_CURRENCY = r"(?:RM|EUR|USD|US\$|GBP|CHF|MYR|SGD|S\$|Fr\.|Rp\.?|Rs\.?|INR|SEK|NOK|DKK|PLN|[€£¥₹$])"


def _shape(between: str) -> re.Pattern[str]:
    """How a number looks, with `between` allowed around the sign that parts the decimals."""
    decimals = rf"{between}[.,]{between}\d{{1,6}}"
    return re.compile(
        rf"(?P<open>\()?(?P<minus>(?<![\w.,)])(?:[-−–](?=[\d.,]| ?{_CURRENCY})|(?<![^\t])-"
        rf" (?=\d)))? ?"
        rf"(?P<currency>(?<![A-Za-z]){_CURRENCY}[ \u00a0]?(?P<inner>[-−–] ?)?)?"
        rf"(?P<core>\d{{1,3}}(?:(?P<group>[ '’´\u00a0\u202f\u2009.,])\d{{3}}(?:(?P=group)\d{{3}})*)"
        rf"(?:{decimals})?(?![\d])|\d{{1,2}}(?:,\d{{2}})+,\d{{3}}(?:\.\d\d)?(?!\d)"
        rf"|\d+(?:{decimals})?|[.,]\d\d(?!\d))"
        r"(?P<dash>[.,][-–—]{1,2})?(?P<after>-(?!\w))?"
        r"(?P<percent>[ \u00a0]?%)?(?P<close>\))?"
    )


_SHAPE = _shape("")
_BROKEN_SHAPE = _shape(" ?")
_CONFUSED = re.compile(
    r"(?<![A-Za-z0-9])[0-9OoQDlI|SsBZ]{1,7}(?:[.,][0-9OolI|SB]{3})*[.,] ?[0-9OoQDlI"
    r"|SsBZ]{2}(?![A-Za-z0-9])"
)
_DIGITS = str.maketrans("OoQDlI|SsBZ", "00001115582")
_MONEY_AFTER = re.compile(rf"[ \u00a0]?{_CURRENCY}(?![A-Za-z])")
_CENTS = re.compile(r".*[.,] ?\d{2}", re.DOTALL)
_FITS = {
    ".": re.compile(
        r"(?:\d+|[1-9]\d{0,2}(?:([ ,'])\d{3}(?:\1\d{3})*)|[1-9]\d?(?:,\d{2})+,\d{3})?(?:\.\d+)?"
    ),
    ",": re.compile(r"(?:\d+|[1-9]\d{0,2}(?:([ .'])\d{3}(?:\1\d{3})*))?(?:,\d+)?"),
}
_APOSTROPHES = str.maketrans(dict.fromkeys("’´`", "'") | dict.fromkeys("\xa0\u202f\u2009", " "))


def written_in(text: str, mend: bool = False) -> list[Written]:
    """The numbers in a text; dates, identifiers and telephone numbers may be among them.

    Args:
        text: What a row says.
        mend: Take letters that look like digits for these, and leave out blanks beside the
            decimal sign, as is right for what an OCR engine read.
    """
    mended = _CONFUSED.sub(_digits, text) if mend else text
    shape = _BROKEN_SHAPE if mend else _SHAPE
    found = []
    at = 0
    while (match := shape.search(mended, at)) is not None:
        at = max(match.end(), at + 1)
        if _alone(mended, match, mend):
            found.append(_written(match, mended, text))
    return found


def _digits(match: re.Match[str]) -> str:
    word = match[0]
    known = sum(sign.isdigit() for sign in word)
    return word.translate(_DIGITS) if 2 * known >= len(word) - 1 else word


def _alone(text: str, match: re.Match[str], mend: bool) -> bool:
    """Whether it is a number of its own, not part of a word, a date or an identifier."""
    start, end = match.start("core"), match.end()
    after, beyond = text[end : end + 1], text[end + 1 : end + 2]
    cents = _CENTS.fullmatch(match["core"]) is not None
    if not (match["currency"] or match["minus"]) and not _begins(
        text, start, exact=mend and (cents or bool(match["percent"]))
    ):
        return False
    if after.isdigit() or (after and after in "/_-:.," and beyond.isdigit()):
        return cents and after == "/"  # a price for a hundred: 3,50/100
    if after.isalpha() and not cents:
        return after in "xX" or _MONEY_AFTER.match(text, end) is not None
    return True


def _begins(text: str, start: int, exact: bool) -> bool:
    """Whether a number may begin behind what stands before it.

    An engine that leaves out blanks runs labels and exact amounts together: `TVA20%`, `Total9.00`.
    """
    before, further = text[start - 1 : start], text[start - 2 : start - 1]
    if not before:
        return True
    if before.isdigit() or before in "/_-–" or (before == ":" and further.isdigit()):
        return False
    if before in ".,":
        return exact and further.isalpha()
    return not before.isalpha() or exact or _multiplied(text, start)


def _multiplied(text: str, start: int) -> bool:
    """Whether an x between two numbers stands before: `2x9.00`."""
    return text[start - 1] in "xX" and text[: start - 1].rstrip()[-1:].isdigit()


def _written(match: re.Match[str], mended: str, text: str) -> Written:
    percent = bool(match["percent"])
    dash = match["dash"]
    exact = any(sign in ".," for sign in match["core"])
    bracketed = bool(match["open"] and match["close"]) and exact and not percent
    start = match.start() if bracketed or not match["open"] else match.start() + 1
    end = match.end() if bracketed or not match["close"] else match.end() - 1
    while mended[start].isspace():
        start += 1
    blank = match["group"] != " " and " " in match["core"]
    core = match["core"].replace(" ", "") if blank else match["core"]
    return Written(
        start=start,
        end=end,
        core=core.translate(_APOSTROPHES) + (f"{dash[0]}00" if dash else ""),
        negative=bracketed or bool(match["minus"] or match["inner"] or match["after"]),
        percent=percent,
        money=bool(match["currency"] or dash or _MONEY_AFTER.match(mended, end)),
        mended=blank or text[start:end] != mended[start:end],
    )


def decimal_sign(written: Iterable[Written], default: Sign) -> Sign:
    """What parts the decimals in a document, by all numbers in it; the default when none tells.

    >>> decimal_sign(written_in("1.234 5.678"), "."), decimal_sign(written_in("0.234"), ",")
    (',', '.')
    """
    weights: dict[str, float] = {".": 0.0, ",": 0.0, default: 0.1}
    for number in written:
        sign, weight = _evidence(number.core)
        if sign:
            weights[sign] += weight * (2 if number.money else 1)
    return "." if weights["."] > weights[","] else ","


def _evidence(core: str) -> tuple[str, float]:
    """Which decimal sign a number speaks for, and how loudly."""
    signs = [sign for sign in core if not sign.isdigit()]
    marks = [sign for sign in signs if sign in ".,"]
    if not marks:
        return "", 0.0
    last = marks[-1]
    other = "," if last == "." else "."
    behind = len(core) - core.rindex(last) - 1
    if len(set(signs)) > 1:
        return (last, 3.0) if signs.count(last) == 1 and signs[-1] == last else (other, 1.0)
    if len(signs) > 1:
        return other, 2.0
    if behind == 3 and not core.startswith("0"):
        return other, 0.25
    return last, 2.0 if behind == 2 else 1.0


def read(written: Iterable[Written], sign: Sign) -> list[Number]:
    """Numbers understood with a decimal sign; those that make no sense with either are left out."""
    found = []
    other: Sign = "," if sign == "." else "."
    for number in written:
        value = _value(number.core, sign)
        sure = value is not None and not number.mended
        value = value if value is not None else _value(number.core, other)
        if value is not None:
            amount, decimals = value
            found.append(Number(number, -amount if number.negative else amount, decimals, sure))
    return found


def _value(core: str, sign: Sign) -> tuple[Amount, int] | None:
    if _FITS[sign].fullmatch(core) is None:
        return None
    whole, _, decimals = core.partition(sign)
    digits = "".join(each for each in whole if each.isdigit())
    if len(decimals.rstrip("0")) > SCALE or len(digits) + SCALE > len(str(LARGEST)):
        return None
    return parse(f"{digits or '0'}.{decimals or '0'}"), len(decimals)
