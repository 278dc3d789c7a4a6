"""What a text may mean as a value of the invoice record, and which of it is meant.

>>> from operators.money import render
>>> may_be = readings("amount", "1.234")
>>> render(chosen("amount", may_be, "1234")), chosen("amount", may_be, "9999")
('1234.00', None)
>>> readings("amount", "Total")
frozenset()
"""

import re
from collections.abc import Iterable
from datetime import date
from typing import TypeAlias

from schwifty import IBAN

from operators.extraction.asking import Kind
from operators.extraction.numbered import cleaned
from operators.extraction.written import amounts, currencies, days
from operators.money import Amount, parse
from operators.vat import check_digits_agree

Value: TypeAlias = Amount | date | str
"""A value of the invoice record."""

_IBAN = re.compile(r"(?<![A-Z0-9])[A-Z]{2}\d{2}(?: ?[A-Z0-9]){11,30}", re.ASCII)
"""How one begins; words in capitals behind it look like more of it."""
_SHORTEST_IBAN = 15
_PARTED = re.compile(r"[ .-]")


def readings(kind: Kind, text: str) -> frozenset[Value]:
    """All that a text may mean; nothing when it is nothing of this kind."""
    match kind:
        case "amount":
            return frozenset(() if "%" in text else amounts(text))
        case "percent":
            return frozenset(amounts(text))
        case "day":
            return frozenset(days(text))
        case "currency":
            return frozenset(currencies(text))
        case "iban":
            compact = "".join(text.split())
            return frozenset({compact} if _correct(compact) else ())
        case "vat_id":
            correct = check_digits_agree(text) is not False
            return frozenset({_PARTED.sub("", text)} if correct else ())
        case "text":
            return frozenset({cleaned(text)})


def chosen(kind: Kind, may_be: frozenset[Value], said: str) -> Value | None:
    """The reading that is `said`, None when it is none of them.

    Of texts and identifiers what is said does not matter: they are what stands there.
    """
    if kind in ("text", "iban", "vat_id"):
        return next(iter(may_be), None)
    meant = _said(kind, said)
    return meant if meant in may_be else None


def _said(kind: Kind, said: str) -> Value | None:
    try:
        if kind in ("amount", "percent"):
            return parse(said)
        if kind == "day":
            return date.fromisoformat(said)
    except ValueError:
        return None
    return said


def _correct(iban: str) -> bool:
    return bool(IBAN(iban, allow_invalid=True).is_valid)


def ibans(lines: Iterable[str]) -> frozenset[str]:
    """The valid IBANs in lines of text.

    >>> ibans(["IBAN DE89 3704 0044 0532 0130 00 BIC COBADEFFXXX", "DE89370400440532013001"])
    frozenset({'DE89370400440532013000'})
    """
    long = ("".join(match[0].split()) for line in lines for match in _IBAN.finditer(line))
    cut = (text[:length] for text in long for length in range(_SHORTEST_IBAN, len(text) + 1))
    return frozenset(text for text in cut if _correct(text))
