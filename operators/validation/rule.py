"""What a rule is, and what it may look at."""

from collections import Counter
from collections.abc import Callable
from datetime import date
from operator import attrgetter
from typing import Any, Generic, Literal, TypeAlias, TypeVar, get_args

from msgspec import Struct

from operators.invoice import AllowanceCharge, Invoice, Line, VatSubtotal
from operators.money import CENT, Amount
from operators.reference import ReferencePolicy, ReferenceTaxRate
from operators.result import Severity
from operators.table import Lookup
from operators.vat import rates_in_force

Subject = TypeVar("Subject")
Taxed: TypeAlias = Line | AllowanceCharge | VatSubtotal
"""What has a tax category."""
Place: TypeAlias = Literal["lines", "allowances", "charges", "of_lines", "breakdown"]
"""Where a VAT category may stand: on lines, the document's allowances and charges, those of
lines, and the VAT breakdown."""


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
    """Amount to be taxed, by category and rate: lines, less allowances, plus charges."""
    sums: dict[tuple[str, Amount | None], list[Amount]]
    """The same in parts: lines, charges, allowances."""
    vat: dict[Place, Counter[str]]
    """VAT categories at each place, as often as they occur."""
    others: dict[Place, Counter[str]]
    """The same of taxes that are not said to be VAT."""
    uncoded: frozenset[Place]
    """Places that speak of VAT somewhere without giving its category."""

    @property
    def categories(self) -> list[str]:
        """All categories of the invoice, of VAT or not, in order."""
        found: set[str] = set()
        for counted in (*self.vat.values(), *self.others.values()):
            found.update(counted)
        return sorted(found)


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
    only: str | None = None
    """The syntax whose binding says it so; None for every invoice."""

    def binds(self, syntax: str | None, *, peppol: bool) -> bool:
        """Whether it is a rule for invoices of a syntax; what came in neither follows UBL's."""
        if self.rule_id.startswith("PEPPOL-") and not peppol:
            return False
        return self.only is None or self.only == ("CII" if syntax == "CII" else "UBL")


def case_of(
    invoice: Invoice,
    policy: ReferencePolicy,
    tax_rates: Lookup[ReferenceTaxRate],
    today: date,
) -> Case:
    """Work out what the rules of one invoice share."""
    sums: dict[tuple[str, Amount | None], list[Amount]] = {}
    vat: dict[Place, Counter[str]] = {place: Counter() for place in get_args(Place)}
    others: dict[Place, Counter[str]] = {place: Counter() for place in get_args(Place)}
    uncoded: set[Place] = set()

    def count(place: Place, part: Taxed) -> None:
        code = code_of(part)
        if code is not None:
            (vat if is_vat(part) else others)[place][code] += 1
        elif part.tax_scheme is not None and is_vat(part):
            uncoded.add(place)

    def add(part: Line | AllowanceCharge, which: int, amount: Amount | None) -> None:
        if part.vat_category is not None:
            parts = sums.setdefault((part.vat_category, part.vat_rate), [0, 0, 0])
            parts[which] += amount or 0

    for line in invoice.lines:
        count("lines", line)
        add(line, 0, line.net)
        for entry in line.allowances_charges:
            count("of_lines", entry)
    for entry in invoice.allowances_charges:
        count("charges" if entry.charge else "allowances", entry)
        add(entry, 1 if entry.charge else 2, entry.amount)
    for subtotal in invoice.vat_breakdown:
        count("breakdown", subtotal)
    return Case(
        invoice=invoice,
        policy=policy,
        today=today,
        rates=rates_in_force(invoice, tax_rates),
        bases={key: parts[0] + parts[1] - parts[2] for key, parts in sums.items()},
        sums=sums,
        vat=vat,
        others=others,
        uncoded=frozenset(uncoded),
    )


def code_of(part: Taxed) -> str | None:
    """The tax category of a part, of VAT or not."""
    return part.category if isinstance(part, VatSubtotal) else part.vat_category


def is_vat(part: Taxed) -> bool:
    """Whether a part's tax is VAT: it is said to be, or nothing is said."""
    return part.tax_scheme is None or part.tax_scheme.upper() == "VAT"


def vat_code(part: Taxed) -> str | None:
    """The VAT category of a part; None when it has none, or that of another tax."""
    return code_of(part) if is_vat(part) else None


def is_apart(subtotal: VatSubtotal) -> bool:
    """Whether CII's artefact has rules of their own for an entry, in place of the general ones."""
    return vat_code(subtotal) in _APART


_APART = frozenset({"O", "L", "M"})


def cents(amount: Amount) -> Amount:
    """Rounded to two decimals as XPath's `round` does: a half goes up, below zero too.

    The official rules are XPath; an amount that already has two decimals stays as it is.

    >>> cents(1_500_000), cents(-1_500_000)
    (2000000, -1000000)
    """
    return (amount + CENT // 2) // CENT * CENT


def reach(path: str) -> Callable[[Any], Any]:
    """Reads a field by its path; None where something on the way is missing."""
    names = path.split(".")

    def read(subject: Any) -> Any:
        for name in names:
            if subject is None:
                return None
            subject = getattr(subject, name)
        return subject

    return attrgetter(path) if len(names) == 1 else read


def blank(text: str | None) -> bool:
    """Whether a text is missing or only white space."""
    return text is None or not text or text.isspace()


def is_absent(value: object) -> bool:
    """Whether something is not given at all."""
    return value is None


def masked(identifier: str) -> str:
    """The last four characters, which tell a clerk which one is meant and nobody else much.

    >>> masked("DE75512108001245126199"), masked("DE12")
    ('…6199', '…')
    """
    return f"…{identifier.strip()[-4:] if len(identifier) > 8 else ''}"
