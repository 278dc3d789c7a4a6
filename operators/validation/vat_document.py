"""What VAT categories demand of the invoice as a whole."""

from operators.invoice import Invoice
from operators.validation.rule import Case, Check
from operators.validation.vat_breakdown import CATEGORIES_OF, Place


def supply_dated(invoice: Invoice, case: Case) -> str | None:
    """An intra-community supply has a delivery date or an invoicing period."""
    dates = (invoice.delivery_date, invoice.period_start, invoice.period_end)
    if "K" not in case.breakdown_categories or any(day is not None for day in dates):
        return None
    return "an intra-community supply needs a delivery date or an invoicing period"


def untaxed_alone(place: Place | None) -> Check[Invoice]:
    """An invoice not subject to VAT has no other category: in the breakdown, or at a place."""

    def check(invoice: Invoice, case: Case) -> str | None:
        if "O" not in case.breakdown_categories:
            return None
        if place is None:
            others = set(case.breakdown_categories) - {"O"}
            where = "the VAT breakdown"
        else:
            others = set(CATEGORIES_OF[place](case)) - {"O"}
            where = f"a {place}"
        if not others:
            return None
        return f"the invoice is not subject to VAT, but {where} has another VAT category"

    return check


def split_payment_domestic(invoice: Invoice, case: Case) -> str | None:
    """Split payment (category B) is for invoices within Italy."""
    addresses = (invoice.seller.address, invoice.buyer.address)
    countries = {address.country for address in addresses if address is not None}
    if "B" not in _all_categories(case) or countries <= {"IT", None}:
        return None
    return "VAT category B (split payment) is for invoices within Italy"


def split_payment_unmixed(invoice: Invoice, case: Case) -> str | None:
    """Split payment (category B) and standard rate (category S) exclude each other."""
    if not {"B", "S"} <= _all_categories(case):
        return None
    return "VAT category B (split payment) and category S exclude each other"


def _all_categories(case: Case) -> frozenset[str]:
    return case.line_categories.union(
        case.allowance_categories, case.charge_categories, case.breakdown_categories
    )
