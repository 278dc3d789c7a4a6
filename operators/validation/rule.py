"""What a rule is, and what it may look at."""

from collections.abc import Callable
from datetime import date
from typing import Generic, TypeAlias, TypeVar

from msgspec import Struct

from operators.invoice import Invoice
from operators.money import CENT, Amount
from operators.reference import ReferencePolicy, ReferenceTaxRate
from operators.result import Severity
from operators.table import Lookup
from operators.vat import rates_in_force

Subject = TypeVar("Subject")


class Case(Struct, frozen=True):
    """An invoice with what its rules measure it against, worked out once for all of them."""

    invoice: Invoice
    """The invoice."""
    policy: ReferencePolicy
    """Limits."""
    today: date
    """The day of judgement."""
    rates: tuple[Amount, ...] | None
    """Standard VAT rates in force, None when they are not known."""
    bases: dict[tuple[str, Amount | None], Amount]
    """Amount to be taxed, by VAT category and rate: lines, less allowances, plus charges."""
    line_categories: frozenset[str]
    """VAT categories of the lines."""
    allowance_categories: frozenset[str]
    """VAT categories of the document's allowances."""
    charge_categories: frozenset[str]
    """VAT categories of the document's charges."""
    breakdown_categories: tuple[str, ...]
    """VAT categories of the VAT breakdown, as often as they occur."""


Check: TypeAlias = Callable[[Subject, Case], str | None]
"""Says what is wrong with a part of an invoice, None when nothing is."""


class Rule(Struct, Generic[Subject], frozen=True):
    """One thing to check on each part of its kind."""

    rule_id: str
    """EN 16931's or Peppol's identifier; Manifold's own begin with MF-."""
    field: str
    """The field to blame, relative to the part; empty for the part itself."""
    check: Check[Subject]
    """Finds the fault."""
    severity: Severity = "ERROR"
    """How bad it is."""


def case_of(
    invoice: Invoice,
    policy: ReferencePolicy,
    tax_rates: Lookup[ReferenceTaxRate],
    today: date,
) -> Case:
    """Work out what the rules of one invoice share."""
    bases: dict[tuple[str, Amount | None], Amount] = {}
    lines: set[str] = set()
    allowances: set[str] = set()
    charges: set[str] = set()
    for line in invoice.lines:
        if line.vat_category is not None:
            lines.add(line.vat_category)
            key = (line.vat_category, line.vat_rate)
            bases[key] = bases.get(key, 0) + (line.net or 0)
    for entry in invoice.allowances_charges:
        if entry.vat_category is not None:
            (charges if entry.charge else allowances).add(entry.vat_category)
            key = (entry.vat_category, entry.vat_rate)
            amount = entry.amount or 0
            bases[key] = bases.get(key, 0) + (amount if entry.charge else -amount)
    return Case(
        invoice=invoice,
        policy=policy,
        today=today,
        rates=rates_in_force(invoice, tax_rates),
        bases=bases,
        line_categories=frozenset(lines),
        allowance_categories=frozenset(allowances),
        charge_categories=frozenset(charges),
        breakdown_categories=tuple(
            subtotal.category for subtotal in invoice.vat_breakdown if subtotal.category is not None
        ),
    )


def cents(amount: Amount) -> Amount:
    """Rounded to two decimals as XPath's `round` does: a half goes up, below zero too.

    The official rules are XPath; an amount that already has two decimals stays as it is.

    >>> cents(1_500_000), cents(-1_500_000)
    (2000000, -1000000)
    """
    return (amount + CENT // 2) // CENT * CENT


def blank(text: str | None) -> bool:
    """Whether a text is missing or only white space."""
    return text is None or not text or text.isspace()


def masked(identifier: str) -> str:
    """The last four characters, which tell a clerk which one is meant and nobody else much.

    >>> masked("DE75512108001245126199"), masked("DE12")
    ('…6199', '…')
    """
    return f"…{identifier.strip()[-4:] if len(identifier) > 8 else ''}"
