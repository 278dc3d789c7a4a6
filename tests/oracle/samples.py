"""Invoices that use what EN 16931's rules speak of, each written in both syntaxes.

They are right: what a rule finds wrong with them, a mutation has put there.
"""

from collections.abc import Iterator
from decimal import Decimal

from msgspec import Struct

CENT = Decimal("0.01")


class Category(Struct, frozen=True):
    """A VAT category with what it asks of an invoice."""

    code: str
    rate: str | None
    reason: tuple[str, str] | None = None
    """Code and text, where no VAT is charged."""


STANDARD = Category("S", "19")
CATEGORIES = (
    STANDARD,
    Category("Z", "0"),
    Category("E", "0", ("VATEX-EU-132", "Exempt")),
    Category("AE", "0", ("VATEX-EU-AE", "Reverse charge")),
    Category("K", "0", ("VATEX-EU-IC", "Intra-community supply")),
    Category("G", "0", ("VATEX-EU-G", "Export outside the EU")),
    Category("O", None, ("VATEX-EU-O", "Not subject to VAT")),
    Category("L", "7"),
    Category("M", "4"),
    Category("B", "22"),
)
"""UNTDID 5305 as far as EN 16931 allows it."""


class Sample(Struct, frozen=True, kw_only=True):
    """What one invoice is like."""

    category: Category
    """VAT category of the first two lines, of the allowance and of the charge."""
    last: Category
    """VAT category of the third line."""
    credit_note: bool = False
    rich: bool = True
    """With everything that an invoice may have."""
    means: str = "58"
    """Payment means."""
    accounting: bool = False
    """With the VAT in another currency too."""

    @property
    def untaxed(self) -> bool:
        """Whether no VAT identifier may be given."""
        return "O" in (self.category.code, self.last.code)

    @property
    def country(self) -> str:
        """Where everybody is."""
        return "IT" if "B" in (self.category.code, self.last.code) else "DE"

    @property
    def breakdown(self) -> list[tuple[Category, Decimal, Decimal]]:
        """Categories with taxable amount and VAT."""
        extra = Decimal("-5.00") if self.rich else Decimal(0)
        line = Decimal("39.00") if self.rich else Decimal("40.00")
        taxable = {self.category: Decimal("59.70") + line + extra}
        taxable[self.last] = taxable.get(self.last, Decimal(0)) + Decimal("101.30")
        return [
            (each, amount, (amount * Decimal(each.rate or 0) / 100).quantize(CENT))
            for each, amount in taxable.items()
        ]

    @property
    def lines_net(self) -> Decimal:
        """Sum of the lines."""
        return Decimal("200.00") if self.rich else Decimal("201.00")

    @property
    def net(self) -> Decimal:
        """Total without VAT."""
        return sum((amount for _, amount, _ in self.breakdown), Decimal(0))

    @property
    def tax(self) -> Decimal:
        """Total VAT."""
        return sum((amount for _, _, amount in self.breakdown), Decimal(0))

    @property
    def due(self) -> Decimal:
        """Amount due."""
        return self.net + self.tax - (Decimal("49.98") if self.rich else Decimal(0))


def samples() -> Iterator[Sample]:
    """Every category alone and beside the standard rate; rich and plain; also as credit note."""
    for category in CATEGORIES:
        for last in dict.fromkeys((category, STANDARD)):
            if last is not category and category.code in ("O", "B"):
                continue
            for number, (rich, credit_note) in enumerate(
                ((True, False), (True, True), (False, False))
            ):
                yield Sample(
                    category=category,
                    last=last,
                    rich=rich,
                    credit_note=credit_note,
                    means=("58", "30", "48")[number],
                    accounting=credit_note,
                )
