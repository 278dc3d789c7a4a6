"""What every VAT category demands of lines, allowances, charges and the VAT breakdown.

The nine categories have the same ten rules with small differences; the functions here make
a rule's check from the category's code. The tolerance of one currency unit, exclusive, is
the official rules'.
"""

from collections.abc import Callable
from typing import Literal, TypeAlias, TypeVar

from operators.invoice import AllowanceCharge, Invoice, Line, VatSubtotal
from operators.money import HUNDRED, ONE, Amount, divided, render
from operators.validation.rule import Case, Check, blank, cents

Place: TypeAlias = Literal["line", "allowance", "charge"]
Item = TypeVar("Item", Line, AllowanceCharge)

RATED = frozenset({"S", "L", "M"})
"""Categories that may carry VAT: standard rated, Canary Islands, Ceuta and Melilla."""

CATEGORIES_OF: dict[Place, Callable[[Case], frozenset[str]]] = {
    "line": lambda case: case.line_categories,
    "allowance": lambda case: case.allowance_categories,
    "charge": lambda case: case.charge_categories,
}
"""The categories used at each place."""


def in_breakdown(code: str) -> Check[Invoice]:
    """A category used has its place in the VAT breakdown; one without rates has exactly one."""

    def check(invoice: Invoice, case: Case) -> str | None:
        listed = case.breakdown_categories.count(code)
        used = (
            code in case.line_categories
            or code in case.allowance_categories
            or code in case.charge_categories
        )
        if used and not listed:
            return f"VAT category {code} is used, but the VAT breakdown lacks it"
        if code in RATED and listed and not used:
            return f"the VAT breakdown has category {code}, but nothing on the invoice has it"
        if code not in RATED and listed > 1:
            return f"the VAT breakdown has category {code} {listed} times instead of once"
        return None

    return check


def parties_registered(code: str, place: Place) -> Check[Invoice]:
    """The identifiers of seller and buyer that a category demands, or forbids."""
    categories_of = CATEGORIES_OF[place]

    def check(invoice: Invoice, case: Case) -> str | None:
        if code not in categories_of(case):
            return None
        seller, buyer = invoice.seller, invoice.buyer
        if code == "O":
            if blank(seller.vat_id) and blank(buyer.vat_id):
                return None
            return f"a {place} is not subject to VAT, but seller or buyer has a VAT id"
        local = code not in {"K", "G"} and not blank(seller.tax_id)
        if blank(seller.vat_id) and not local:
            return f"a {place} has VAT category {code}, but the seller's VAT id is missing"
        registered = code == "AE" and not blank(buyer.legal_id)
        if code in {"K", "AE"} and blank(buyer.vat_id) and not registered:
            return f"a {place} has VAT category {code}, but the buyer's VAT id is missing"
        return None

    return check


def rate_fits(code: str) -> Check[Item]:
    """The VAT rate a category allows on a line, allowance or charge."""

    def check(item: Item, case: Case) -> str | None:
        if item.vat_category != code:
            return None
        rate = item.vat_rate
        if code == "S":
            fits, wanted = rate is not None and rate > 0, "a VAT rate above 0"
        elif code in RATED:
            fits, wanted = rate is not None and rate >= 0, "a VAT rate of 0 or more"
        elif code == "O":
            fits, wanted = rate is None, "no VAT rate"
        else:
            fits, wanted = rate == 0, "a VAT rate of 0"
        if fits:
            return None
        return f"VAT category {code} needs {wanted}, invoice says {_percent(rate)}"

    return check


def taxable_fits(code: str) -> Check[VatSubtotal]:
    """The taxable amount is the sum of what has the category, by rate where it has rates."""

    def check(subtotal: VatSubtotal, case: Case) -> str | None:
        if subtotal.category != code or subtotal.taxable is None:
            return None
        if code in RATED:
            if subtotal.rate is None:
                return None
            base = case.bases.get((code, subtotal.rate))
            if base is None and code == "S":
                return "nothing on the invoice has this VAT rate"
            fits = abs(subtotal.taxable - (base or 0)) < ONE
        else:
            base = sum(amount for key, amount in case.bases.items() if key[0] == code)
            fits = subtotal.taxable == base
        if fits:
            return None
        return f"{render(base or 0)} is to be taxed, invoice says {render(subtotal.taxable)}"

    return check


def tax_fits(code: str) -> Check[VatSubtotal]:
    """The VAT amount of a category: taxable amount × rate, or 0."""

    def check(subtotal: VatSubtotal, case: Case) -> str | None:
        if subtotal.category != code or subtotal.tax is None:
            return None
        if code in RATED:
            return _tax_near(subtotal)
        if subtotal.tax:
            return f"VAT category {code} carries no VAT, invoice says {render(subtotal.tax)}"
        return None

    return check


def exemption_fits(code: str) -> Check[VatSubtotal]:
    """The reason why no VAT is charged: demanded, or out of place."""
    reason_wanted = code not in RATED and code != "Z"

    def check(subtotal: VatSubtotal, case: Case) -> str | None:
        if subtotal.category != code:
            return None
        given = not (blank(subtotal.exemption_reason) and blank(subtotal.exemption_code))
        if given is reason_wanted:
            return None
        if given:
            return f"VAT category {code} takes no exemption reason, but one is given"
        return "the reason for the VAT exemption is missing"

    return check


def tax_amount(subtotal: VatSubtotal, case: Case) -> str | None:
    """Whatever the category, VAT = taxable amount × rate; about 0 for a rate of about 0."""
    rate, tax = subtotal.rate, subtotal.tax
    if tax is None:
        return None
    if rate is None or -ONE <= 2 * rate < ONE:
        return None if -ONE <= 2 * tax < ONE else f"without a VAT rate, VAT is {render(tax)}"
    return _tax_near(subtotal)


def _tax_near(subtotal: VatSubtotal) -> str | None:
    if subtotal.taxable is None or subtotal.rate is None or subtotal.tax is None:
        return None
    exact = tax_on(abs(subtotal.taxable), subtotal.rate)
    if abs(abs(subtotal.tax) - exact) < ONE:
        return None
    return (
        f"{_percent(subtotal.rate)} of {render(subtotal.taxable)} is "
        f"{render(tax_on(subtotal.taxable, subtotal.rate))}, invoice says {render(subtotal.tax)}"
    )


def tax_on(taxable: Amount, rate: Amount) -> Amount:
    """VAT on an amount, in cents.

    >>> render(tax_on(200 * ONE, 19 * ONE))
    '38.00'
    """
    return cents(divided(taxable * rate, HUNDRED))


def _percent(rate: Amount | None) -> str:
    return "none" if rate is None else f"{render(rate, 0)} %"
