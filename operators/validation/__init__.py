"""Is the invoice a correct invoice? EN 16931's rules and a few of our own.

Each rule is a pure function listed on one line of `catalogue`; `judge` applies each to the
parts of an invoice that it concerns. Rules judge what is there: incomplete invoices have
violations, never exceptions.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import TypeVar

from msgspec import Struct, structs

from operators.extraction.differences import Difference, violations
from operators.invoice import (
    PAGE,
    RECEIPT,
    AllowanceCharge,
    Identifier,
    Invoice,
    ItemAttribute,
    Line,
    Payment,
    PrecedingInvoice,
    SupportingDocument,
    VatSubtotal,
)
from operators.judgement import Judgement, reported
from operators.money import render
from operators.reference import ReferencePolicy, ReferenceTaxRate
from operators.result import ValidationDetails, Violation
from operators.table import Lookup
from operators.validation import catalogue
from operators.validation.catalogue import RULES
from operators.validation.pages import severity_on
from operators.validation.rule import Case, Rule, case_of, vat_code
from operators.validation.vat_catalogue import CATEGORIES, OfCategory

__all__ = ["RULES", "judge"]

Subject = TypeVar("Subject")

_DETAILS = ValidationDetails(rules_checked=len({rule.rule_id for rule in RULES}))


def judge(
    invoice: Invoice,
    policy: ReferencePolicy,
    tax_rates: Lookup[ReferenceTaxRate],
    today: date,
    contradicted: Iterable[Difference] = (),
) -> Judgement[ValidationDetails]:
    """APPROVED, or REJECTED when a rule of severity ERROR is violated.

    `contradicted`: where the XML in a document and its visible text do not say the same.

    Warnings and information do not reject. `tax_rates` is keyed by country; the rates of a
    country it lacks are not judged. Messages hold amounts and codes, but neither names nor
    whole VAT identifiers or account numbers.
    """
    case = case_of(invoice, policy, tax_rates, today)
    syntax = invoice.syntax if invoice.syntax in _SYNTAXES else None
    rules = _rules_for(syntax, policy)
    found = _broken(rules.document, invoice, case, "", "")
    found += violations(contradicted)
    for category in case.categories:
        found += _broken(rules.of(category).document, invoice, case, "", "")
    found += _each_broken(rules.payment, invoice.payments, case, "payments", "payment")
    found += _each_broken(
        rules.preceding, invoice.preceding_invoices, case, "preceding_invoices", "preceding invoice"
    )
    found += _each_broken(
        rules.supporting,
        invoice.supporting_documents,
        case,
        "supporting_documents",
        "supporting document",
    )
    for position, line in enumerate(invoice.lines):
        _judge_line(rules, line, position, case, found)
    for position, entry in enumerate(invoice.allowances_charges):
        of_category = rules.of(vat_code(entry))
        path, name = f"allowances_charges[{position}]", _entry_name(entry, position)
        found += _broken(rules.charge if entry.charge else rules.allowance, entry, case, path, name)
        of_entry = of_category.charge if entry.charge else of_category.allowance
        found += _broken(of_entry, entry, case, path, name)
    for position, subtotal in enumerate(invoice.vat_breakdown):
        path, name = f"vat_breakdown[{position}]", _subtotal_name(subtotal)
        found += _broken(rules.subtotal, subtotal, case, path, name)
        of_category = rules.of(_category_of(subtotal, invoice))
        found += _broken(of_category.subtotal, subtotal, case, path, name)
    rejected = any(violation.severity == "ERROR" for violation in found)
    return Judgement("REJECTED" if rejected else "APPROVED", _DETAILS, reported(found))


def _category_of(subtotal: VatSubtotal, invoice: Invoice) -> str | None:
    """The category whose rules an entry of the VAT breakdown has to keep."""
    if invoice.syntax == "CII" and subtotal.category in _OF_ANY_TAX_IN_CII:
        return subtotal.category
    return vat_code(subtotal)


_OF_ANY_TAX_IN_CII = frozenset({"S", "Z"})


class _Rules(Struct, frozen=True):
    """The rules for invoices of one syntax, by the part they are about."""

    document: tuple[Rule[Invoice], ...]
    payment: tuple[Rule[Payment], ...]
    preceding: tuple[Rule[PrecedingInvoice], ...]
    supporting: tuple[Rule[SupportingDocument], ...]
    line: tuple[Rule[Line], ...]
    classification: tuple[Rule[Identifier], ...]
    attribute: tuple[Rule[ItemAttribute], ...]
    allowance: tuple[Rule[AllowanceCharge], ...]
    charge: tuple[Rule[AllowanceCharge], ...]
    line_allowance: tuple[Rule[AllowanceCharge], ...]
    line_charge: tuple[Rule[AllowanceCharge], ...]
    subtotal: tuple[Rule[VatSubtotal], ...]
    by_category: Mapping[str, OfCategory]

    def of(self, category: str | None) -> OfCategory:
        """The rules for what has a category."""
        return _UNKNOWN if category is None else self.by_category.get(category, _UNKNOWN)


_UNKNOWN = OfCategory(document=())


_SYNTAXES = frozenset({"UBL Invoice", "UBL CreditNote", "CII", PAGE, RECEIPT})


def _rules_for(syntax: str | None, policy: ReferencePolicy) -> _Rules:
    """The rules in force, worked out once for each version of the policy."""
    settings = (policy.peppol_rules, policy.rules)
    known = _CHOSEN.get((syntax, policy.version))
    if known is not None and known[0] == settings:
        return known[1]
    if len(_CHOSEN) >= _MOST_CHOSEN:
        _CHOSEN.clear()
    chosen = _chosen(syntax, policy)
    _CHOSEN[syntax, policy.version] = (settings, chosen)
    return chosen


_CHOSEN: dict[tuple[str | None, str], tuple[object, _Rules]] = {}
_MOST_CHOSEN = 24
"""Six syntaxes of a few policies: one in force, one on trial, those before."""


def _chosen(syntax: str | None, policy: ReferencePolicy) -> _Rules:
    severities = {setting.rule_id: setting.severity for setting in policy.rules}

    def binding(rules: tuple[Rule[Subject], ...]) -> tuple[Rule[Subject], ...]:
        return tuple(
            rule if severity == rule.severity else structs.replace(rule, severity=severity)
            for rule in rules
            if rule.binds(syntax, peppol=policy.peppol_rules)
            and (usual := severity_on(syntax, rule.rule_id, rule.severity)) is not None
            and (severity := severities.get(rule.rule_id, usual)) != "OFF"
        )

    return _Rules(
        document=binding(catalogue.DOCUMENT),
        payment=binding(catalogue.PAYMENT),
        preceding=binding(catalogue.PRECEDING),
        supporting=binding(catalogue.SUPPORTING),
        line=binding(catalogue.LINE),
        classification=binding(catalogue.CLASSIFICATION),
        attribute=binding(catalogue.ATTRIBUTE),
        allowance=binding(catalogue.ALLOWANCE),
        charge=binding(catalogue.CHARGE),
        line_allowance=binding(catalogue.LINE_ALLOWANCE),
        line_charge=binding(catalogue.LINE_CHARGE),
        subtotal=binding(catalogue.SUBTOTAL),
        by_category={
            code: OfCategory(*map(binding, structs.astuple(of))) for code, of in CATEGORIES.items()
        },
    )


def _judge_line(
    rules: _Rules, line: Line, position: int, case: Case, found: list[Violation]
) -> None:
    path, name = f"lines[{position}]", f"line {(line.id or str(position + 1))[:20]}"
    found += _broken(rules.line, line, case, path, name)
    found += _broken(rules.of(vat_code(line)).line, line, case, path, name)
    for place, entry in enumerate(line.allowances_charges):
        of_entry = rules.line_charge if entry.charge else rules.line_allowance
        inner = f"{path}.allowances_charges[{place}]"
        found += _broken(of_entry, entry, case, inner, f"{name}, {_entry_name(entry, place)}")
    for place, identifier in enumerate(line.classifications):
        inner = f"{path}.classifications[{place}]"
        found += _broken(rules.classification, identifier, case, inner, name)
    for place, attribute in enumerate(line.attributes):
        found += _broken(rules.attribute, attribute, case, f"{path}.attributes[{place}]", name)


def _each_broken(
    rules: tuple[Rule[Subject], ...],
    parts: tuple[Subject, ...],
    case: Case,
    kind: str,
    called: str,
) -> list[Violation]:
    return [
        violation
        for position, part in enumerate(parts)
        for violation in _broken(
            rules, part, case, f"{kind}[{position}]", f"{called} {position + 1}"
        )
    ]


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
