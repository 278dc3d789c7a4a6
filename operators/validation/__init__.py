"""Is the invoice a correct invoice? EN 16931's rules and a few of our own.

Each rule is a pure function listed on one line of `catalogue`; `judge` applies each to the
parts of an invoice that it concerns. Rules judge what is there: incomplete invoices have
violations, never exceptions.
"""

from datetime import date
from typing import TypeVar

from operators.invoice import AllowanceCharge, Invoice, Line, VatSubtotal
from operators.judgement import Judgement, reported
from operators.money import render
from operators.reference import ReferencePolicy, ReferenceTaxRate
from operators.result import ValidationDetails, Violation
from operators.table import Lookup
from operators.validation.catalogue import (
    ALLOWANCE,
    CHARGE,
    DOCUMENT,
    LINE,
    LINE_ALLOWANCE,
    LINE_CHARGE,
    RULES,
    SUBTOTAL,
)
from operators.validation.rule import Case, Rule, case_of

__all__ = ["RULES", "judge"]

Subject = TypeVar("Subject")

_DETAILS = ValidationDetails(rules_checked=len({rule.rule_id for rule in RULES}))


def judge(
    invoice: Invoice,
    policy: ReferencePolicy,
    tax_rates: Lookup[ReferenceTaxRate],
    today: date,
) -> Judgement[ValidationDetails]:
    """APPROVED, or REJECTED when a rule of severity ERROR is violated.

    Warnings and information do not reject. `tax_rates` is keyed by country; the rates of a
    country it lacks are not judged. Messages hold amounts and codes, but neither names nor
    whole VAT identifiers or account numbers.
    """
    case = case_of(invoice, policy, tax_rates, today)
    found = _broken(DOCUMENT, invoice, case, "", "")
    for position, line in enumerate(invoice.lines):
        _judge_line(line, position, case, found)
    for position, entry in enumerate(invoice.allowances_charges):
        rules = CHARGE if entry.charge else ALLOWANCE
        path, name = f"allowances_charges[{position}]", _entry_name(entry, position)
        found += _broken(rules, entry, case, path, name)
    for position, subtotal in enumerate(invoice.vat_breakdown):
        path = f"vat_breakdown[{position}]"
        found += _broken(SUBTOTAL, subtotal, case, path, _subtotal_name(subtotal))
    rejected = any(violation.severity == "ERROR" for violation in found)
    return Judgement("REJECTED" if rejected else "APPROVED", _DETAILS, reported(found))


def _judge_line(line: Line, position: int, case: Case, found: list[Violation]) -> None:
    path, name = f"lines[{position}]", f"line {(line.id or str(position + 1))[:20]}"
    found += _broken(LINE, line, case, path, name)
    for place, entry in enumerate(line.allowances_charges):
        rules = LINE_CHARGE if entry.charge else LINE_ALLOWANCE
        inner = f"{path}.allowances_charges[{place}]"
        found += _broken(rules, entry, case, inner, f"{name}, {_entry_name(entry, place)}")


def _broken(
    rules: tuple[Rule[Subject], ...], subject: Subject, case: Case, path: str, name: str
) -> list[Violation]:
    return [
        Violation(
            rule.rule_id,
            f"{name}: {text}" if name else text[0].upper() + text[1:],
            rule.severity,
            ".".join(filter(None, (path, rule.field))) or None,
        )
        for rule in rules
        if (text := rule.check(subject, case)) is not None
    ]


def _entry_name(entry: AllowanceCharge, position: int) -> str:
    return f"{'charge' if entry.charge else 'allowance'} {position + 1}"


def _subtotal_name(subtotal: VatSubtotal) -> str:
    rate = "" if subtotal.rate is None else f" {render(subtotal.rate, 0)} %"
    return f"VAT {(subtotal.category or '?')[:2]}{rate}"
