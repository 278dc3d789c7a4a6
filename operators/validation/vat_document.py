"""What VAT categories demand of the invoice as a whole."""

from operators.invoice import Invoice, Period
from operators.validation.rule import Case, Check, Place


def supply_dated(invoice: Invoice, case: Case) -> str | None:
    """An intra-community supply has a delivery date or an invoicing period."""
    if not case.vat["breakdown"]["K"] or invoice.delivery_date is not None:
        return None
    if invoice.period is not None and invoice.period != Period():
        return None
    return "an intra-community supply needs a delivery date or an invoicing period"


def supply_delivered(invoice: Invoice, case: Case) -> str | None:
    """An intra-community supply names the country it was delivered to."""
    if not case.vat["breakdown"]["K"]:
        return None
    address = invoice.delivery_address
    country = None if address is None else address.country
    missing = country is None if invoice.syntax == "CII" else len(country or "") < _COUNTRY_CODE
    return "an intra-community supply needs the country it was delivered to" if missing else None


_COUNTRY_CODE = 2


def untaxed_alone(place: Place) -> Check[Invoice]:
    """An invoice not subject to VAT has no other category: in the breakdown, or at a place."""
    where = "the VAT breakdown" if place == "breakdown" else f"a {place.removesuffix('s')}"
    text = f"the invoice is not subject to VAT, but {where} has another VAT category"
    line = place in ("breakdown", "lines")
    in_ubl: tuple[Place, ...] = (place,) if line else (place, "of_lines")
    in_cii: tuple[Place, ...] = ("breakdown", "lines") if line else _ENTRIES

    def check(invoice: Invoice, case: Case) -> str | None:
        if not case.vat["breakdown"]["O"]:
            return None
        if invoice.syntax == "CII":
            other = any((case.vat[each] | case.others[each]).keys() - {"O"} for each in in_cii)
        else:
            other = any(case.vat[each].keys() - {"O"} or each in case.uncoded for each in in_ubl)
        return text if other else None

    return check


_ENTRIES: tuple[Place, ...] = ("allowances", "charges", "of_lines")


def split_payment_domestic(invoice: Invoice, case: Case) -> str | None:
    """Split payment (category B) is for invoices within Italy."""
    agent = invoice.tax_representative
    addresses = (
        invoice.seller.address,
        invoice.buyer.address,
        invoice.delivery_address,
        agent.address if agent is not None else None,
    )
    countries = {address.country for address in addresses if address is not None}
    if invoice.syntax != "CII":
        countries |= {line.origin for line in invoice.lines}
    if countries <= {"IT", None}:
        return None
    return "VAT category B (split payment) is for invoices within Italy"


def split_payment_unmixed(invoice: Invoice, case: Case) -> str | None:
    """Split payment (category B) and standard rate (category S) exclude each other."""
    if "S" not in case.categories:
        return None
    return "VAT category B (split payment) and category S exclude each other"
