"""VAT by category and country of supply, after Directive 2006/112/EC.

An invoice does not say what is goods and what a service. A line measured in time is taken for a
service; all else for goods, which are supplied where they are sent from (Article 32), as far as
the seller's VAT identifier tells.
"""

from operators.codes import CREDIT_NOTES
from operators.invoice import Invoice
from operators.money import CENT, ONE, Amount, percent, render, rounded
from operators.pricing.said import saving
from operators.reference import ReferenceTaxRate
from operators.result import Saving, Severity, Violation
from operators.table import Lookup
from operators.vat import (
    MEMBER_STATES,
    rates_in_force,
    rates_on,
    tax_point,
    taxing_country,
    vat_country,
)

_TIME = frozenset("SEC MIN HUR LH DAY E49 WEE MON ANN".split())
_EXEMPT = frozenset({"AE", "K", "G"})


def vat(
    invoice: Invoice, tax_rates: Lookup[ReferenceTaxRate]
) -> tuple[list[Violation], list[Saving]]:
    """VAT charged where none is due, not charged where it is, or charged too high."""
    found: list[Violation] = []
    saved: list[Saving] = []
    if not invoice.vat_breakdown:
        return found, saved
    for each in invoice.vat_breakdown:
        if each.category in _EXEMPT:
            found += _exempted(invoice)
            break
    if not _charged_abroad(invoice, found, saved):
        _rates(invoice, tax_rates, found, saved)
    return found, saved


def _seller_country(invoice: Invoice) -> str | None:
    """Whose VAT the seller charges: of its VAT identifier, else its tax representative's."""
    agent = invoice.tax_representative
    return vat_country(invoice.seller.vat_id) or (vat_country(agent.vat_id) if agent else None)


def _delivered_to(invoice: Invoice) -> str | None:
    return invoice.delivery_address.country if invoice.delivery_address is not None else None


def _charged_abroad(invoice: Invoice, found: list[Violation], saved: list[Saving]) -> bool:
    """Whether VAT is charged to a business of another member state without need.

    Goods sent there are exempt (Article 138), services are taxed where the buyer is, and by the
    buyer (Articles 44 and 196).
    """
    buyer = vat_country(invoice.buyer.vat_id)
    seller = _seller_country(invoice)
    if buyer == seller or buyer not in MEMBER_STATES or seller not in MEMBER_STATES:
        return False
    charged = [line for line in invoice.lines if line.vat_category == "S"]
    services = all(line.unit in _TIME for line in charged)
    delivered = _delivered_to(invoice)
    sent = delivered in MEMBER_STATES and delivered != seller
    if not charged or not (sent or services):
        return False
    tax = sum(each.tax or 0 for each in invoice.vat_breakdown if each.category == "S")
    if not tax:
        return False
    if services:
        severity: Severity = "WARNING"
        why = f"services to a business of {buyer}: the buyer owes the VAT (Article 196, AE)"
    else:
        severity = "ERROR" if tax > 0 and invoice.type_code not in CREDIT_NOTES else "WARNING"
        why = f"goods sent from {seller} to a business of {buyer} are exempt (Article 138, K)"
    text = f"VAT of {render(tax)} is charged, but {why}"
    found.append(Violation("MF-PRICE-VAT-ABROAD", text, severity, "vat_breakdown"))
    if tax > 0:
        saved.append(saving("TAX", tax, text))
    return True


def _exempted(invoice: Invoice) -> list[Violation]:
    """What speaks against the reason for which no VAT is charged."""
    seller, buyer = _seller_country(invoice), vat_country(invoice.buyer.vat_id)
    delivered = _delivered_to(invoice)
    found: dict[str, Violation] = {}
    for place, each in enumerate(invoice.vat_breakdown):
        said = None
        if each.category == "AE":
            said = _reverse_charged(seller, buyer)
        elif each.category == "K":
            said = _within_the_union(seller, buyer, delivered)
        elif each.category == "G":
            address = invoice.buyer.address
            to = delivered or (address.country if address is not None else None)
            if to in MEMBER_STATES:
                said = (
                    "MF-PRICE-EXPORT",
                    f"export (G), but to {to}, which is in the Union (Article 146)",
                )
        if said is not None:
            path = f"vat_breakdown[{place}].category"
            found.setdefault(said[0], Violation(said[0], said[1], "WARNING", path))
    return list(found.values())


def _reverse_charged(seller: str | None, buyer: str | None) -> tuple[str, str] | None:
    if buyer is None:
        why = "the buyer has no VAT identifier (Article 196)"
    elif buyer == seller:
        why = f"both are of {seller}: VAT is due, but for what Articles 199 to 199b name"
    else:
        return None
    return "MF-PRICE-REVERSE-CHARGE", f"reverse charge (AE), but {why}"


def _within_the_union(
    seller: str | None, buyer: str | None, delivered: str | None
) -> tuple[str, str] | None:
    if buyer not in MEMBER_STATES:
        why = "the buyer has no VAT identifier of a member state"
    elif buyer == seller:
        why = f"seller and buyer both use a VAT identifier of {seller}"
    elif delivered is not None and (delivered == seller or delivered not in MEMBER_STATES):
        why = f"the goods were delivered to {delivered}"
    else:
        return None
    return "MF-PRICE-INTRA-COMMUNITY", f"intra-Community supply (K), but {why} (Article 138)"


def _rates(
    invoice: Invoice,
    tax_rates: Lookup[ReferenceTaxRate],
    found: list[Violation],
    saved: list[Saving],
) -> None:
    """VAT by the rates in force against VAT invoiced.

    A cent a line is left for sellers who round each line. A rate above all rates in force
    and a unit or more too much are overcharged; anything else asks for a look.
    """
    rates = _rates_of_supply(invoice, tax_rates)
    if not rates:
        return
    credit = invoice.type_code in CREDIT_NOTES
    leeway = CENT * max(1, len(invoice.lines))
    for place, each in enumerate(invoice.vat_breakdown):
        taxable, rate, tax = each.taxable, each.rate, each.tax
        if each.category != "S" or taxable is None or rate is None or tax is None:
            continue
        if rate in rates:
            expected = rounded(percent(taxable, rate))
            if abs(tax - expected) <= leeway:
                continue
            too_high = abs(tax) - abs(expected) >= ONE
            rule, field = "MF-PRICE-TAX", "tax"
            text = (
                f"VAT at {render(rate, 0)} % of {render(taxable)} is {render(expected)}, "
                f"invoice says {render(tax)}"
            )
        else:
            too_high = rate > max(rates)
            expected = rounded(percent(taxable, max(rates)))
            rule, field = "MF-PRICE-TAXRATE", "rate"
            text = (
                f"VAT at {render(rate, 0)} % is {render(tax)}; the highest rate in force, "
                f"{render(max(rates), 0)} %, makes {render(expected)}"
            )
        severity: Severity = "ERROR" if too_high and not credit else "WARNING"
        found.append(Violation(rule, text, severity, f"vat_breakdown[{place}].{field}"))
        if severity == "ERROR" and tax > expected:
            saved.append(saving("TAX", tax - expected, text))


def _rates_of_supply(
    invoice: Invoice, tax_rates: Lookup[ReferenceTaxRate]
) -> tuple[Amount, ...] | None:
    """The rates that may be charged; None when country or day is not known.

    Of the seller's country; goods sent to another member state for a buyer without VAT identifier
    may carry that state's too (Articles 33 and 59c).
    """
    rates = rates_in_force(invoice, tax_rates)
    to = _delivered_to(invoice)
    if to is None or invoice.buyer.vat_id or to not in MEMBER_STATES:
        return rates
    reference, day = tax_rates.get(to), tax_point(invoice)
    if reference is None or day is None or to == taxing_country(invoice, tax_rates):
        return rates
    return (*(rates or ()), *rates_on(reference, day))
