"""What has to be there: checks made from the name of a field."""

from operator import attrgetter
from typing import Any, Literal

from operators.invoice import AllowanceCharge, Invoice, Line, VatSubtotal
from operators.validation.rule import Case, Check, blank


def has(field: str, called: str) -> Check[Any]:
    """Requires a field, given by its path from the part; `called` is the clerk's word for it."""
    value_of = attrgetter(field)
    text = f"{called} is missing"

    def check(subject: Any, case: Case) -> str | None:
        value = value_of(subject)
        if value is None or (value.__class__ is str and blank(value)):
            return text
        return None

    return check


def has_country(party: Literal["seller", "buyer"]) -> Check[Invoice]:
    """Requires the country of an address; a missing address is another rule's."""
    address_of = attrgetter(f"{party}.address")
    text = f"the country in the {party}'s address is missing"

    def check(invoice: Invoice, case: Case) -> str | None:
        address = address_of(invoice)
        return text if address is not None and blank(address.country) else None

    return check


def has_lines(invoice: Invoice, case: Case) -> str | None:
    """Requires a line."""
    return None if invoice.lines else "the invoice has no lines"


def has_vat_breakdown(invoice: Invoice, case: Case) -> str | None:
    """Requires a VAT breakdown."""
    return None if invoice.vat_breakdown else "the VAT breakdown is missing"


def has_seller_identifier(invoice: Invoice, case: Case) -> str | None:
    """Requires an identifier by which the buyer can tell who the seller is."""
    seller = invoice.seller
    if blank(seller.identifier) and blank(seller.legal_id) and blank(seller.vat_id):
        return "the seller has neither an identifier nor a registration number nor a VAT id"
    return None


def has_reason(entry: AllowanceCharge, case: Case) -> str | None:
    """Requires the reason of an allowance or charge, as text or as code."""
    if blank(entry.reason) and blank(entry.reason_code):
        return "the reason is missing"
    return None


def has_breakdown_rate(subtotal: VatSubtotal, case: Case) -> str | None:
    """Requires the rate of a VAT breakdown unless nothing is subject to VAT."""
    if subtotal.rate is None and subtotal.category != "O":
        return "the VAT rate is missing"
    return None


def has_accounting_tax(invoice: Invoice, case: Case) -> str | None:
    """Requires the VAT in the accounting currency when there is one."""
    if not blank(invoice.tax_currency) and invoice.totals.tax_accounting is None:
        return f"the VAT in the accounting currency ({str(invoice.tax_currency)[:3]}) is missing"
    return None


def has_account(invoice: Invoice, case: Case) -> str | None:
    """Requires the account to pay to when payment is by credit transfer."""
    if invoice.payment_means in {"30", "58"} and blank(invoice.seller.iban):
        return "payment is by credit transfer, but the account to pay to is missing"
    return None


def has_price_not_negative(line: Line, case: Case) -> str | None:
    """Requires a price of zero or more."""
    return "the item price is negative" if line.price is not None and line.price < 0 else None


def has_positive_base_quantity(line: Line, case: Case) -> str | None:
    """Requires a base quantity above zero when there is one."""
    if line.base_quantity is not None and line.base_quantity <= 0:
        return "the quantity the price is for is not above zero"
    return None
