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


def line_coding(
    line: Line, match: Match | None, vendor: ReferenceVendor | None, country: str, rules: Rules
) -> Coding:
    """How an invoice line is to be booked, as far as rules say."""
    found = list(_of_line(line, match, vendor, rules))
    return Coding(
        _first((rule.gl_account, source, sure) for rule, source, sure in found),
        _first((rule.cost_center, source, sure) for rule, source, sure in found),
        tax_code(line.vat_category, line.vat_rate, country, rules),
    )


def extra_coding(extra: AllowanceCharge, country: str, rules: Rules) -> Coding:
    """How a document's allowance or charge is to be booked: by its reason code."""
    kind: CodingKind = "CHARGE" if extra.charge else "ALLOWANCE"
    found = list(_rules(kind, (extra.reason_code or "", DEFAULT), "REASON", 80, rules))
    return Coding(
        _first((rule.gl_account, source, sure) for rule, source, sure in found),
        _first((rule.cost_center, source, sure) for rule, source, sure in found),
        tax_code(extra.vat_category, extra.vat_rate, country, rules),
    )


def tax_coding(category: str | None, rate: Amount | None, country: str, rules: Rules) -> Coding:
    """How VAT of a category and rate is to be booked."""
    found = list(_vat(category, rate, country, rules))
    return Coding(
        _first((rule.gl_account, source, sure) for rule, source, sure in found),
        NOTHING,
        _first((rule.tax_code, source, sure) for rule, source, sure in found),
    )


def tax_code(category: str | None, rate: Amount | None, country: str, rules: Rules) -> Proposal:
    """The tax code of a category and rate."""
    found = _vat(category, rate, country, rules)
    return _first((rule.tax_code, source, sure) for rule, source, sure in found)


def _of_line(
    line: Line, match: Match | None, vendor: ReferenceVendor | None, rules: Rules
) -> Iterator[_Found]:
    if match is not None:
        ordered = match.line
        own = ReferenceCoding("UNKNOWN", "", ordered.gl_account, ordered.cost_center)
        yield own, "ORDER_LINE", match.confidence
    if line.item_id:
        items = (f"{vendor.vendor_id}/{line.item_id}" if vendor else "", line.item_id)
        yield from _rules("ITEM", items, "ITEM", 90, rules)
    for each in line.classifications:
        code = each.value or ""
        beginnings = (code[:end] for end in range(len(code[:_LONGEST_CODE]), 1, -1))
        yield from _rules("CLASSIFICATION", beginnings, "CLASSIFICATION", 80, rules)
    if vendor is not None:
        own = ReferenceCoding("UNKNOWN", "", vendor.gl_account, vendor.cost_center)
        yield own, "VENDOR", 60
        yield from _rules("VENDOR_CLASS", (vendor.vendor_class or "",), "VENDOR", 50, rules)
    yield from _rules("DEFAULT", (DEFAULT,), "DEFAULT", 20, rules)


_LONGEST_CODE = 20
"""Characters of a classification that are looked up; UNSPSC and CPV have eight."""


def _vat(category: str | None, rate: Amount | None, country: str, rules: Rules) -> Iterator[_Found]:
    value = f"{category or ''}/{render(rate or 0, 0)}"
    yield from _rules("VAT", (f"{value}/{country}" if country else "",), "VAT", 100, rules)
    yield from _rules("VAT", (value,), "VAT", 80, rules)


def _rules(
    kind: CodingKind, values: Iterable[str], source: CodingSource, sure: int, rules: Rules
) -> Iterator[_Found]:
    for value in values:
        rule = rules.get(coding_key(kind, value)) if value else None
        if rule is not None:
            yield rule, source, sure


def _first(found: Iterable[tuple[str | None, CodingSource, int]]) -> Proposal:
    for value, source, sure in found:
        if value:
            return Proposal(value, source, sure)
    return NOTHING
