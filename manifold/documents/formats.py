"""How a document writes numbers, amounts of money, percentages and days."""

from datetime import date
from random import Random
from typing import Literal, TypeAlias

from msgspec import Struct

from manifold.documents.places import Place
from operators.money import SCALE, Amount, rounded

CurrencyAt: TypeAlias = Literal[
    "before", "before_tight", "after", "code_before", "code_after", "none"
]
"""Where the currency stands beside an amount."""

_SIGNS = {"EUR": "€", "GBP": "£", "USD": "$", "CHF": "CHF", "MYR": "RM"}
_BEFORE: tuple[CurrencyAt, ...] = ("before_tight", "before_tight", "code_before", "none")
_AFTER: tuple[CurrencyAt, ...] = ("after", "after", "code_after", "none", "code_before")


class Formats(Struct, frozen=True):
    """One document's way of writing."""

    thousands: str
    """Between groups of three digits; empty for none."""
    decimal: str
    """Before the decimal places."""
    day_format: str
    """As for `strftime`."""
    months: tuple[str, ...]
    """Names of the months."""
    currency: str
    """ISO 4217."""
    currency_at: CurrencyAt
    """Where it stands beside totals."""
    currency_in_lines: bool
    """Whether prices and amounts of lines have it as well."""
    percent_space: bool
    """Whether there is a space before the percent sign."""
    percent_digits: int
    """Decimal places of percentages at least."""
    minus_behind: bool = False
    """Whether the minus sign stands behind the number."""
    glued: bool = False
    """Whether nothing stands between an amount and its currency."""

    def number(self, value: Amount, digits: int, most: int | None = None) -> str:
        """A number with at least `digits` and at most `most` decimal places."""
        most = digits if most is None else most
        value = rounded(value, most)
        whole, part = divmod(abs(value), 10**SCALE)
        decimals = f"{part:08d}"[:most].rstrip("0").ljust(digits, "0")
        grouped = f"{whole:,}".replace(",", self.thousands)
        text = f"{grouped}{self.decimal}{decimals}" if decimals else grouped
        if value >= 0:
            return text
        return f"{text}-" if self.minus_behind else f"-{text}"

    def money(self, value: Amount, with_currency: bool = True) -> str:
        """An amount of the document's currency."""
        text = self.number(value, 2)
        if not with_currency:
            return text
        sign = _SIGNS.get(self.currency, self.currency)
        gap = "" if self.glued else " "
        match self.currency_at:
            case "before":
                return f"{sign}{gap}{text}"
            case "before_tight":
                tight = sign if len(sign) == 1 else f"{sign} "
                return f"-{tight}{text[1:]}" if text.startswith("-") else f"{tight}{text}"
            case "after":
                return f"{text}{gap}{sign}"
            case "code_before":
                return f"{self.currency}{gap}{text}"
            case "code_after":
                return f"{text}{gap}{self.currency}"
            case "none":
                return text

    def percent(self, value: Amount) -> str:
        """A percentage."""
        space = " " if self.percent_space else ""
        return f"{self.number(value, self.percent_digits, 2)}{space}%"

    def day(self, value: date) -> str:
        """A day."""
        month = self.months[value.month - 1]
        shape = self.day_format.replace("%B", month).replace("%b", month[:3])
        shape = shape.replace("%-d", str(value.day)).replace("%-m", str(value.month))
        return value.strftime(shape)

    @property
    def sign(self) -> str:
        """The currency's sign or code."""
        return _SIGNS.get(self.currency, self.currency)


def drawn_formats(place: Place, currency: str, months: tuple[str, ...], rng: Random) -> Formats:
    """A way of writing that fits a country."""
    separators = rng.choice(place.numbers)
    english = place.language == "en"
    ways = _BEFORE if english or currency == "CHF" else _AFTER
    if currency != place.currency:  # what is not paid with at home is named
        ways = tuple(way for way in ways if way != "none")
    return Formats(
        thousands=separators[:-1],
        decimal=separators[-1],
        day_format=rng.choice(place.days),
        months=months,
        currency=currency,
        currency_at=rng.choice(ways),
        currency_in_lines=rng.random() < 0.25,
        percent_space=not english and rng.random() < 0.6,
        percent_digits=rng.choice((0, 0, 0, 1, 2)),
        minus_behind=rng.random() < 0.06,
    )
