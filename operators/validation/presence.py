"""What has to be there: checks made from the name of a field."""

from collections.abc import Callable
from operator import attrgetter
from typing import Any, Literal

from operators.invoice import AllowanceCharge, Invoice, ItemAttribute, Line, Payment, VatSubtotal
from operators.validation.rule import Case, Check, Taxed, blank, is_apart, is_vat, vat_code

_CARD_DIGITS = 10


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


def given(field: str, called: str) -> Check[Any]:
    """Requires that a field is given, if empty: what a syntax binding demands as an element."""
    value_of = attrgetter(field)
    text = f"{called} is missing"

    def check(subject: Any, case: Case) -> str | None:
        return text if value_of(subject) is None else None

    return check


def has_vat_category(part: Taxed, case: Case) -> str | None:
    """Requires a VAT category, if empty; that of another tax is none."""
    return "the VAT category is missing" if vat_code(part) is None else None


def has_country(party: Literal["seller", "buyer"]) -> Check[Invoice]:
    """Requires the country of an address; a missing address is another rule's."""
    address_of = attrgetter(f"{party}.address")
    text = f"the country in the {party}'s address is missing"

    def check(invoice: Invoice, case: Case) -> str | None:
        address = address_of(invoice)
        return text if address is not None and blank(address.country) else None

    return check


def has_address_with_country(party: Literal["seller", "buyer"]) -> Check[Invoice]:
    """The same as CII binds it: without an address the country is missing too."""
    address_of = attrgetter(f"{party}.address")
    text = f"the country in the {party}'s address is missing"

    def check(invoice: Invoice, case: Case) -> str | None:
        address = address_of(invoice)
        return text if address is None or blank(address.country) else None

    return check


def has_lines(invoice: Invoice, case: Case) -> str | None:
    """Requires a line."""
    return None if invoice.lines else "the invoice has no lines"


def has_vat_breakdown(invoice: Invoice, case: Case) -> str | None:
    """Requires a VAT breakdown."""
    bound = invoice.syntax != "CII" or invoice.lines
    return "the VAT breakdown is missing" if bound and not invoice.vat_breakdown else None


def has_seller_identifier(invoice: Invoice, case: Case) -> str | None:
    """Requires an identifier by which the buyer can tell who the seller is."""
    seller = invoice.seller
    known = (seller.identifier, seller.legal_id, seller.vat_id)
    if "seller" not in invoice.lacks and all(each is None for each in known):
        return "the seller has neither an identifier nor a registration number nor a VAT id"
    return None


def has_reason(entry: AllowanceCharge, case: Case) -> str | None:
    """Requires the reason of an allowance or charge, as text or as code."""
    if entry.reason is None and entry.reason_code is None:
        return "the reason is missing"
    return None


def has_breakdown_rate(subtotal: VatSubtotal, case: Case) -> str | None:
    """Requires the rate of a VAT breakdown unless nothing is subject to VAT."""
    if is_vat(subtotal) and (subtotal.category == "O" or subtotal.rate is not None):
        return None
    return "the VAT rate is missing"


def has_accounting_tax(invoice: Invoice, case: Case) -> str | None:
    """Requires the VAT in the accounting currency when there is one."""
    currency, totals = invoice.tax_currency, invoice.totals
    if currency is None or totals.tax_accounting is not None:
        return None
    if currency == invoice.currency and totals.tax is not None:
        return None
    return f"the VAT in the accounting currency ({currency[:3]}) is missing"


def has_other_accounting_tax(invoice: Invoice, case: Case) -> str | None:
    """The same as CII binds it: the accounting currency has to be another one, too."""
    currency = invoice.tax_currency
    if currency is None or "totals" in invoice.lacks:
        return None
    if currency == invoice.currency:
        return "the VAT accounting currency is the invoice's own currency"
    return has_accounting_tax(invoice, case)


def has_total(field: str, called: str) -> Check[Invoice]:
    """Requires one of the totals; that there are none at all is another rule's."""
    value_of = attrgetter(f"totals.{field}")
    text = f"{called} is missing"

    def check(invoice: Invoice, case: Case) -> str | None:
        return text if value_of(invoice) is None and "totals" not in invoice.lacks else None

    return check


def has_totals(invoice: Invoice, case: Case) -> str | None:
    """Requires the document totals."""
    return "the document totals are missing" if "totals" in invoice.lacks else None


_TRANSFERS = frozenset({"30", "58"})
_NO_ACCOUNT = "payment is by credit transfer, but the account to pay to is missing"


def has_account(payment: Payment, case: Case) -> str | None:
    """Requires the account to pay to when payment is by credit transfer."""
    if payment.means not in _TRANSFERS:
        return None
    return _NO_ACCOUNT if payment.account is None or payment.account.id is None else None


def has_account_identified(payment: Payment, case: Case) -> str | None:
    """The same as CII binds it: only where there is something about an account."""
    return None if payment.account is None else has_account(payment, case)


def has_account_filled(payment: Payment, case: Case) -> str | None:
    """Requires that an account for a credit transfer does not stay empty."""
    if payment.means not in _TRANSFERS or payment.account is None:
        return None
    return "the account to pay to is empty" if blank(payment.account.id) else None


def has_card_shortened(payment: Payment, case: Case) -> str | None:
    """Requires that a card's number is cut to its last digits."""
    if payment.card is None or len(payment.card) <= _CARD_DIGITS:
        return None
    return "the number of the card is given in full: only its last digits may be"


def has_price_not_negative(line: Line, case: Case) -> str | None:
    """Requires a price of zero or more."""
    if line.price is None:
        return "there is no item price that could be zero or more"
    return "the item price is negative" if line.price < 0 else None


def has_gross_price_not_negative(line: Line, case: Case) -> str | None:
    """Requires a gross price of zero or more when there is one."""
    negative = line.gross_price is not None and line.gross_price < 0
    return "the item's gross price is negative" if negative else None


def has_scheme(field: str, called: str, missing: Callable[[str | None], bool]) -> Check[Any]:
    """Requires the scheme of an identifier that is there."""
    identifier_of = attrgetter(field)
    text = f"the scheme of {called} is missing"

    def check(subject: Any, case: Case) -> str | None:
        identifier = identifier_of(subject)
        return text if identifier is not None and missing(identifier.scheme) else None

    return check


def has_delivery_country(missing: Callable[[str | None], bool]) -> Check[Invoice]:
    """Requires the country of an address that was delivered to."""

    def check(invoice: Invoice, case: Case) -> str | None:
        address = invoice.delivery_address
        if address is None or not missing(address.country):
            return None
        return "the country in the delivery address is missing"

    return check


def has_name_and_value(attribute: ItemAttribute, case: Case) -> str | None:
    """Requires what property of an item is meant, and its value."""
    if attribute.name is None or attribute.value is None:
        return "an item attribute lacks its name or its value"
    return None


def of_representative(field: str, called: str, missing: Callable[[Any], bool]) -> Check[Invoice]:
    """Requires something of the seller's tax representative when there is one."""
    value_of = attrgetter(field)
    text = f"{called} is missing"

    def check(invoice: Invoice, case: Case) -> str | None:
        representative = invoice.tax_representative
        if representative is None:
            return None
        return text if missing(value_of(representative)) else None

    return check


def has_representative_country(invoice: Invoice, case: Case) -> str | None:
    """Requires the country in the tax representative's address."""
    representative = invoice.tax_representative
    if representative is None:
        return None
    address = representative.address
    demanded = invoice.syntax == "CII" if address is None else blank(address.country)
    return "the country in the tax representative's address is missing" if demanded else None


def one_tax_point(invoice: Invoice, case: Case) -> str | None:
    """Forbids to give both the date on which VAT is due and a code for it."""
    if invoice.tax_point_date is None or invoice.tax_point_code is None:
        return None
    if invoice.syntax == "CII" and all(map(is_apart, invoice.vat_breakdown)):
        return None
    return "both a tax point date and a code for the tax point are given"


def has_period(invoice: Invoice, case: Case) -> str | None:
    """Requires a first or last day of an invoicing period, or in UBL a tax point code."""
    period = invoice.period
    if period is None or period.start is not None or period.end is not None:
        return None
    coded = invoice.syntax != "CII" and invoice.tax_point_code is not None
    return None if coded else "the invoicing period has neither a first nor a last day"


def has_line_period(line: Line, case: Case) -> str | None:
    """Requires a first or last day of a line's invoicing period."""
    period = line.period
    if period is None or period.start is not None or period.end is not None:
        return None
    return "the line's invoicing period has neither a first nor a last day"


def has_positive_base_quantity(line: Line, case: Case) -> str | None:
    """Requires a base quantity above zero when there is one."""
    if line.base_quantity is not None and line.base_quantity <= 0:
        return "the quantity the price is for is not above zero"
    return None
