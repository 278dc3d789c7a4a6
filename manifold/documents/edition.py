"""What of a record one document says, in its own words; and with that the truth about it."""

from collections.abc import Mapping
from datetime import date
from random import Random
from typing import Any

from msgspec import Struct

from connectors.einvoice import to_json
from manifold.documents.case import Case
from manifold.documents.formats import Formats
from operators.extraction.paths import value_at
from operators.invoice import Invoice
from operators.money import Amount


class Edition:
    """Writes values of a record as one document does, and remembers which it has written.

    Paths are those of the record, such as `lines[0].net`.
    """

    def __init__(self, case: Case, formats: Formats, rng: Random) -> None:
        """The labels are drawn at once, so that a document calls a thing one name throughout."""
        self.case = case
        self.formats = formats
        self.labels: Mapping[str, str] = _labels(case, rng)
        self.units: Mapping[str, str] = {
            code: rng.choice(names) for code, names in case.wording.units.items()
        }
        self.said: set[str] = set()
        self.printed: list[tuple[str, str]] = []

    def note(self, *paths: str) -> None:
        """Values that the document says without writing them as such, such as its type."""
        self.said.update(paths)

    def text(self, path: str) -> str | None:
        """A text of the record; None when it has none."""
        value = self.value(path)
        return None if value is None else self._written(path, str(value))

    def day(self, path: str) -> str | None:
        """A day of the record."""
        value = self.value(path)
        return self._written(path, self.formats.day(value)) if isinstance(value, date) else None

    def money(self, path: str, with_currency: bool = True, negative: bool = False) -> str | None:
        """An amount of money, as its opposite when `negative`."""
        value = self.value(path)
        if not isinstance(value, int):
            return None
        shown = self.formats.money(-value if negative else value, with_currency)
        return self._written(path, shown)

    def number(self, path: str, digits: int = 0, most: int = 4) -> str | None:
        """A quantity."""
        value = self.value(path)
        if not isinstance(value, int):
            return None
        return self._written(path, self.formats.number(value, digits, most))

    def percent(self, path: str) -> str | None:
        """A percentage."""
        value = self.value(path)
        return self._written(path, self.formats.percent(value)) if isinstance(value, int) else None

    def shown(self, path: str, text: str) -> str:
        """A value as the caller writes it."""
        return self._written(path, text)

    def amount(self, path: str) -> Amount:
        """The bare amount, for sums and decisions; 0 when there is none. Nothing is written."""
        value = self.value(path)
        return value if isinstance(value, int) else 0

    def value(self, path: str) -> object:
        """The bare value; None as soon as a step of the path leads nowhere."""
        found: object = value_at(self.case.invoice, path)
        return found

    @property
    def credit(self) -> bool:
        """Whether this is a credit note."""
        return self.case.invoice.type_code == "381"

    def _written(self, path: str, text: str) -> str:
        self.said.add(path)
        self.printed.append((path, text))
        return text

    def truth(self) -> dict[str, Any]:
        """The record as JSON, with nothing but what was said."""
        return spoken(self.case.invoice, self.said)


def _labels(case: Case, rng: Random) -> dict[str, str]:
    """A label for each thing; what stands among the totals has different ones."""
    drawn = {name: rng.choice(synonyms) for name, synonyms in case.wording.labels.items()}
    if case.place.country == "US":
        drawn |= _UNITED_STATES
    taken: set[str] = set()
    for name in _AMONG_TOTALS:
        synonyms = [each for each in case.wording.labels[name] if each not in taken]
        if drawn[name] in taken and synonyms:
            drawn[name] = synonyms[0]
        taken.add(drawn[name])
    return drawn


_AMONG_TOTALS = ("total_net", "total_gross", "total_lines", "prepaid", "payable", "tax", "carried",
                 "refundable")  # fmt: skip
_UNITED_STATES = {
    "invoice": "Invoice",
    "vat": "Tax",
    "tax": "Sales tax",
    "total_tax": "Sales tax {rate}",
    "rate": "Tax rate",
    "total_net": "Subtotal",
    "total_lines": "Merchandise",
    "total_gross": "Total",
    "tax_id": "EIN",
}


def spoken(invoice: Invoice, said: set[str]) -> dict[str, Any]:
    """Those values of a record whose paths are given, as the JSON of `connectors.einvoice`."""
    kept = _kept(to_json(invoice), "", said)
    return kept if isinstance(kept, dict) else {}


def _kept(value: object, path: str, said: set[str]) -> object:
    match value:
        case dict():
            parts = {
                name: _kept(part, f"{path}.{name}".lstrip("."), said)
                for name, part in value.items()
            }
            there = {name: part for name, part in parts.items() if part is not None}
            return there if there.keys() - {"charge"} else None
        case list():
            items = [_kept(item, f"{path}[{index}]", said) for index, item in enumerate(value)]
            return [item for item in items if item is not None] or None
        case _:
            return value if path in said or path.endswith(".charge") else None


class Truth(Struct, frozen=True):
    """What is known about a generated document."""

    printed: dict[str, Any]
    """The record as far as the document says it."""
    record: dict[str, Any]
    """The whole record."""
