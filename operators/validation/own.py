"""Manifold's own rules on VAT: where the official ones leave a gap or a clerk should look."""

from operators.invoice import Invoice, VatSubtotal
from operators.money import ONE, render
from operators.validation.rule import Case
from operators.validation.vat_breakdown import RATED, tax_on


def rates_listed(invoice: Invoice, case: Case) -> str | None:
    """Every VAT rate used has its place in the VAT breakdown.

    BR-S-01 asks only for the category, BR-S-08 only for the rates that the breakdown names.
    """
    listed = {(subtotal.category, subtotal.rate) for subtotal in invoice.vat_breakdown}
    lacking = [key for key in case.bases if key[0] in RATED and key not in listed]
    if not lacking or not any(category == lacking[0][0] for category, _ in listed):
        return None
    rates = ", ".join("no rate" if rate is None else f"{render(rate, 0)} %" for _, rate in lacking)
    return f"used, but not in the VAT breakdown: {rates}"


def taxable_exact(subtotal: VatSubtotal, case: Case) -> str | None:
    """The taxable amount of a rate to the cent; BR-S-08 tolerates less than one unit."""
    if subtotal.category not in RATED or subtotal.taxable is None:
        return None
    base = case.bases.get((subtotal.category, subtotal.rate))
    if base is None or not 0 < abs(subtotal.taxable - base) < ONE:
        return None
    return f"{render(base)} is to be taxed, invoice says {render(subtotal.taxable)}"


def tax_exact(subtotal: VatSubtotal, case: Case) -> str | None:
    """The VAT of a rate to the cent; BR-CO-17 tolerates less than one unit."""
    if subtotal.tax is None or subtotal.taxable is None or not subtotal.rate:
        return None
    exact = tax_on(subtotal.taxable, subtotal.rate)
    if not 0 < abs(subtotal.tax - exact) < ONE:
        return None
    return (
        f"{render(subtotal.rate, 0)} % of {render(subtotal.taxable)} is {render(exact)}, "
        f"invoice says {render(subtotal.tax)}"
    )


def rate_in_force(subtotal: VatSubtotal, case: Case) -> str | None:
    """A standard rate is one of the seller's country's on the day of supply."""
    if subtotal.category != "S" or subtotal.rate is None or case.rates is None:
        return None
    if subtotal.rate in case.rates:
        return None
    known = ", ".join(f"{render(rate, 0)} %" for rate in sorted(case.rates, reverse=True))
    return f"the seller's country has no such VAT rate on that day, only {known or 'none'}"
