"""Which accounts something is booked on: proposed by rules, each with its source.

The first that says anything counts, for the account and for the cost centre alone:

| source         | confidence           | rule                                                  |
|----------------|----------------------|-------------------------------------------------------|
| ORDER_LINE     | that of the match    | the order line's own                                  |
| ITEM           | 90                   | ITEM, of the vendor's item, else of the item          |
| CLASSIFICATION | 80                   | CLASSIFICATION, the code or the longest beginning of it |
| VENDOR         | 60, of its class 50  | the vendor's own, else VENDOR_CLASS                   |
| DEFAULT        | 20                   | DEFAULT                                               |

Tax codes go by VAT category and rate, in the seller's country (100) or in any (80). What no rule
speaks of stays null: nothing is invented.
"""

from collections.abc import Iterable, Iterator
from typing import TypeAlias

from operators.enrichment.record import NOTHING, Coding, CodingSource, Proposal
from operators.inventory import Match
from operators.invoice import AllowanceCharge, Line
from operators.money import Amount, render
from operators.reference import CodingKind, ReferenceCoding, ReferenceVendor
from operators.table import Lookup

Rules: TypeAlias = Lookup[ReferenceCoding]
"""Rules by `coding_key`."""
_Found: TypeAlias = tuple[ReferenceCoding, CodingSource, int]

DEFAULT = "*"
"""Value of the one rule of kind DEFAULT."""


def coding_key(kind: CodingKind, value: str) -> str:
    """The key of a rule."""
    return f"{kind}/{value}"


class Coder:
    """The rules, for the invoices of one vendor from one country."""

    def __init__(self, rules: Rules, vendor: ReferenceVendor | None, country: str) -> None:
        """`country`: the seller's, empty when it is not known."""
        self._rules = rules
        self._vendor = vendor
        self._country = country
        self._taxes: dict[tuple[str | None, Amount | None], Coding] = {}

    def line(self, line: Line, match: Match | None) -> Coding:
        """How an invoice line is to be booked, as far as rules say."""
        found = list(self._of_line(line, match))
        tax = self.tax(line.vat_category, line.vat_rate)
        return Coding(_account(found), _cost_center(found), tax.tax_code)

    def extra(self, extra: AllowanceCharge) -> Coding:
        """How a document's allowance or charge is to be booked: by its reason code."""
        kind: CodingKind = "CHARGE" if extra.charge else "ALLOWANCE"
        found = list(self._found(kind, (extra.reason_code or "", DEFAULT), "REASON", 80))
        tax = self.tax(extra.vat_category, extra.vat_rate)
        return Coding(_account(found), _cost_center(found), tax.tax_code)

    def tax(self, category: str | None, rate: Amount | None) -> Coding:
        """How VAT of a category and rate is to be booked."""
        known = self._taxes.get((category, rate))
        if known is None:
            value = f"{category or ''}/{render(rate or 0, 0)}"
            own = f"{value}/{self._country}" if self._country else ""
            found = [
                *self._found("VAT", (own,), "VAT", 100),
                *self._found("VAT", (value,), "VAT", 80),
            ]
            code = _first((rule.tax_code, source, sure) for rule, source, sure in found)
            known = self._taxes[category, rate] = Coding(_account(found), NOTHING, code)
        return known

    def _of_line(self, line: Line, match: Match | None) -> Iterator[_Found]:
        vendor = self._vendor
        if match is not None:
            ordered = match.line
            own = ReferenceCoding("UNKNOWN", "", ordered.gl_account, ordered.cost_center)
            yield own, "ORDER_LINE", match.confidence
        if line.item_id:
            items = (f"{vendor.vendor_id}/{line.item_id}" if vendor else "", line.item_id)
            yield from self._found("ITEM", items, "ITEM", 90)
        for each in line.classifications:
            code = (each.value or "")[:_LONGEST_CODE]
            beginnings = (code[:end] for end in range(len(code), 1, -1))
            yield from self._found("CLASSIFICATION", beginnings, "CLASSIFICATION", 80)
        if vendor is not None:
            own = ReferenceCoding("UNKNOWN", "", vendor.gl_account, vendor.cost_center)
            yield own, "VENDOR", 60
            yield from self._found("VENDOR_CLASS", (vendor.vendor_class or "",), "VENDOR", 50)
        yield from self._found("DEFAULT", (DEFAULT,), "DEFAULT", 20)

    def _found(
        self, kind: CodingKind, values: Iterable[str], source: CodingSource, sure: int
    ) -> Iterator[_Found]:
        for value in values:
            rule = self._rules.get(coding_key(kind, value)) if value else None
            if rule is not None:
                yield rule, source, sure


_LONGEST_CODE = 20
"""Characters of a classification that are looked up; UNSPSC and CPV have eight."""


def _account(found: Iterable[_Found]) -> Proposal:
    return _first((rule.gl_account, source, sure) for rule, source, sure in found)


def _cost_center(found: Iterable[_Found]) -> Proposal:
    return _first((rule.cost_center, source, sure) for rule, source, sure in found)


def _first(found: Iterable[tuple[str | None, CodingSource, int]]) -> Proposal:
    for value, source, sure in found:
        if value:
            return Proposal(value, source, sure)
    return NOTHING
