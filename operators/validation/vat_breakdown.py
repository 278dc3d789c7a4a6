"""What every VAT category demands of lines, allowances, charges and the VAT breakdown.

The nine categories have the same ten rules with small differences; the functions here make
a rule's check from the category's code. A check of a line, an allowance, a charge or an entry of
the VAT breakdown is applied only to those of that category. The tolerance of one currency unit,
exclusive, is the official rules'.
"""

from typing import TypeVar

from operators.invoice import AllowanceCharge, Invoice, Line, VatSubtotal
from operators.money import HUNDRED, ONE, Amount, divided, render
from operators.validation.rule import Case, Check, Place, cents, is_apart, is_vat

Item = TypeVar("Item", Line, AllowanceCharge)

RATED = frozenset({"S", "L", "M"})
"""Categories that may carry VAT: standard rated, Canary Islands, Ceuta and Melilla."""

_CHARGED: tuple[Place, ...] = ("lines", "allowances", "charges", "of_lines")
_ENTRIES: tuple[Place, ...] = ("allowances", "charges", "of_lines")


def in_breakdown(code: str) -> Check[Invoice]:
    """A category used has its place in the VAT breakdown; one without rates has exactly one."""

    def check(invoice: Invoice, case: Case) -> str | None:
        listed = case.vat["breakdown"][code]
        used = sum(case.vat[place][code] for place in _CHARGED)
        if code == "S":
            listed += case.others["breakdown"][code]
            used += sum(case.others[place][code] for place in _CHARGED)
        if code in RATED:
            also = listed + case.others["breakdown"][code] if code == "L" else listed
            if used and not also:
                return _NOT_LISTED.format(code)
            return _NOT_USED.format(code) if listed and not used else None
        if used and not listed:
            return _NOT_LISTED.format(code)
        return _REPEATED.format(code, listed) if listed > 1 else None

    return check


def in_breakdown_of_cii(code: str) -> Check[Invoice]:
    """The same as CII binds it, which looks at lines and at allowances and charges apart."""

    def check(invoice: Invoice, case: Case) -> str | None:
        listed, lines = _all(code, case, "breakdown"), _all(code, case, "lines")
        entries = _all(code, case, *_ENTRIES)
        if code in RATED:
            alone = any(used and used + listed < 2 for used in (lines, entries))
            return _NOT_LISTED.format(code) if alone else None
        if not listed:
            used = code != "O" and (lines or entries)
            return _NOT_LISTED.format(code) if used else None
        if listed > 1:
            return _REPEATED.format(code, listed)
        return None if lines or entries else _NOT_USED.format(code)

    return check


def _all(code: str, case: Case, *places: Place) -> int:
    """How often a category is at some places, whatever the tax is said to be."""
    return sum(case.vat[place][code] + case.others[place][code] for place in places)


_NOT_LISTED = "VAT category {0} is used, but the VAT breakdown lacks it"
_NOT_USED = "the VAT breakdown has category {0}, but nothing on the invoice has it"
_REPEATED = "the VAT breakdown has category {0} {1} times instead of once"


def parties_registered(code: str, place: Place) -> Check[Invoice]:
    """The identifiers of seller and buyer that a category demands, or forbids."""
    called = place.removesuffix("s")
    of_any_tax = code == "S" and place == "lines"

    def check(invoice: Invoice, case: Case) -> str | None:
        if not case.vat[place][code]:
            if of_any_tax and case.others[place][code] and invoice.syntax != "CII":
                return f"a {called} has category {code} of a tax that is not said to be VAT"
            return None
        seller, buyer, agent = invoice.seller, invoice.buyer, invoice.tax_representative
        represented = agent is not None and agent.vat_id is not None
        if code == "O":
            if seller.vat_id is None and buyer.vat_id is None and not represented:
                return None
            return f"a {called} is not subject to VAT, but seller or buyer has a VAT id"
        local = code not in {"K", "G"} and seller.tax_id is not None
        if seller.vat_id is None and not local and not represented:
            return f"a {called} has VAT category {code}, but the seller's VAT id is missing"
        registered = code == "AE" and buyer.legal_id is not None
        if code in {"K", "AE"} and buyer.vat_id is None and not registered:
            return f"a {called} has VAT category {code}, but the buyer's VAT id is missing"
        return None

    return check


def rate_fits(code: str, *, above_zero: bool = False) -> Check[Item]:
    """The VAT rate a category allows on a line, allowance or charge."""

    def check(item: Item, case: Case) -> str | None:
        rate = item.vat_rate
        if code == "S" or above_zero:
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
        if code in RATED:
            if subtotal.rate is None:
                return None
            base = case.bases.get((code, subtotal.rate))
            if base is None and code == "S":
                return "nothing on the invoice has this VAT rate"
            base = base or 0
            fits = subtotal.taxable is not None and abs(subtotal.taxable - base) < ONE
        else:
            base = _base(code, case)
            fits = subtotal.taxable == base and bool(case.invoice.lines)
        return None if fits else _taxed(base, subtotal)

    return check


def taxable_fits_in_cents(code: str) -> Check[VatSubtotal]:
    """The same as CII binds it for categories S and O: to the cent, each of the sums rounded."""

    def check(subtotal: VatSubtotal, case: Case) -> str | None:
        if code in RATED and subtotal.rate is None:
            return None
        keys = [key for key in case.sums if key[0] == code]
        if code in RATED:
            keys = [key for key in keys if key[1] == subtotal.rate]
        lines, charges, allowances = (
            cents(sum(case.sums[key][part] for key in keys)) for part in range(3)
        )
        base = lines + charges - allowances
        return None if subtotal.taxable == base else _taxed(base, subtotal)

    return check


def taxable_nearly_fits(code: str) -> Check[VatSubtotal]:
    """The same as CII binds it for the other categories: by less than one currency unit."""

    def check(subtotal: VatSubtotal, case: Case) -> str | None:
        base = _base(code, case)
        fits = subtotal.taxable is not None and abs(subtotal.taxable - base) < ONE
        return None if fits else _taxed(base, subtotal)

    return check


def _base(code: str, case: Case) -> Amount:
    return sum(amount for key, amount in case.bases.items() if key[0] == code)


def _taxed(base: Amount, subtotal: VatSubtotal) -> str:
    stated = "nothing" if subtotal.taxable is None else render(subtotal.taxable)
    return f"{render(base)} is to be taxed, invoice says {stated}"


def tax_fits(code: str) -> Check[VatSubtotal]:
    """The VAT amount of a category: taxable amount × rate, or 0."""

    def check(subtotal: VatSubtotal, case: Case) -> str | None:
        if code in RATED:
            return _tax_near(subtotal)
        if subtotal.tax != 0:
            stated = "nothing" if subtotal.tax is None else render(subtotal.tax)
            return f"VAT category {code} carries no VAT, invoice says {stated}"
        return None

    return check


def exemption_fits(code: str) -> Check[VatSubtotal]:
    """The reason why no VAT is charged: demanded, or out of place."""
    reason_wanted = code not in RATED and code != "Z"

    def check(subtotal: VatSubtotal, case: Case) -> str | None:
        given = subtotal.exemption_reason is not None or subtotal.exemption_code is not None
        if given is reason_wanted:
            return None
        if given:
            return f"VAT category {code} takes no exemption reason, but one is given"
        return "the reason for the VAT exemption is missing"

    return check


def unless_apart(check: Check[VatSubtotal]) -> Check[VatSubtotal]:
    """A rule that CII's artefact does not apply to categories that have rules of their own."""

    def checked(subtotal: VatSubtotal, case: Case) -> str | None:
        return None if is_apart(subtotal) else check(subtotal, case)

    return checked


def tax_amount(*, within: bool) -> Check[VatSubtotal]:
    """Whatever the category, VAT = taxable amount × rate; about 0 for a rate of about 0.

    `within`: a difference of exactly one currency unit is allowed, as CII binds it.
    """

    def check(subtotal: VatSubtotal, case: Case) -> str | None:
        rate, tax = subtotal.rate if is_vat(subtotal) else None, subtotal.tax
        if rate is None or -ONE <= 2 * rate < ONE:
            if tax is None:
                return "the VAT amount is missing"
            return None if -ONE <= 2 * tax < ONE else f"without a VAT rate, VAT is {render(tax)}"
        return _tax_near(subtotal, within=within)

    return check


def _tax_near(subtotal: VatSubtotal, *, within: bool = False) -> str | None:
    if subtotal.taxable is None or subtotal.rate is None or subtotal.tax is None:
        return "the taxable amount, the rate or the VAT amount is missing"
    exact = tax_on(abs(subtotal.taxable), subtotal.rate)
    difference = abs(abs(subtotal.tax) - exact)
    if difference < ONE or (within and difference == ONE):
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
