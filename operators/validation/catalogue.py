"""Every rule, one line each: identifier, field, check, and severity unless it is ERROR.

An identifier may stand on several lines where a rule concerns several fields. A new rule is
one function that returns a sentence or None, and one line here.
"""

from typing import Any

from operators.codes import CURRENCIES, DOCUMENT_TYPES, PAYMENT_MEANS, VAT_CATEGORIES
from operators.invoice import AllowanceCharge, Invoice, Line, VatSubtotal
from operators.validation import amounts, identifiers, own, presence, vat_breakdown, vat_catalogue
from operators.validation.amounts import two_decimals
from operators.validation.identifiers import one_of
from operators.validation.presence import has
from operators.validation.rule import Rule

DOCUMENT: tuple[Rule[Invoice], ...] = (
    Rule("BR-01", "customization", has("customization", "the specification identifier"), "INFO"),
    Rule("BR-02", "number", has("number", "the invoice number")),
    Rule("BR-03", "issue_date", has("issue_date", "the issue date")),
    Rule("BR-04", "type_code", has("type_code", "the document type")),
    Rule("BR-05", "currency", has("currency", "the currency")),
    Rule("BR-06", "seller.name", has("seller.name", "the seller's name")),
    Rule("BR-07", "buyer.name", has("buyer.name", "the buyer's name")),
    Rule("BR-08", "seller.address", has("seller.address", "the seller's address")),
    Rule("BR-09", "seller.address.country", presence.has_country("seller")),
    Rule("BR-10", "buyer.address", has("buyer.address", "the buyer's address")),
    Rule("BR-11", "buyer.address.country", presence.has_country("buyer")),
    Rule("BR-12", "totals.lines_net", has("totals.lines_net", "the total of the lines")),
    Rule("BR-13", "totals.net", has("totals.net", "the total without VAT")),
    Rule("BR-14", "totals.gross", has("totals.gross", "the total with VAT")),
    Rule("BR-15", "totals.payable", has("totals.payable", "the amount due")),
    Rule("BR-16", "lines", presence.has_lines),
    Rule("BR-29", "period_end", identifiers.period_in_order),
    Rule("BR-53", "totals.tax_accounting", presence.has_accounting_tax),
    Rule("BR-61", "seller.iban", presence.has_account),
    Rule("BR-CO-09", "seller.vat_id", identifiers.vat_id_prefixed("seller")),
    Rule("BR-CO-09", "buyer.vat_id", identifiers.vat_id_prefixed("buyer")),
    Rule("BR-CO-10", "totals.lines_net", amounts.lines_total),
    Rule("BR-CO-11", "totals.allowances", amounts.allowances_total),
    Rule("BR-CO-12", "totals.charges", amounts.charges_total),
    Rule("BR-CO-13", "totals.net", amounts.net_total),
    Rule("BR-CO-14", "totals.tax", amounts.tax_total),
    Rule("BR-CO-15", "totals.gross", amounts.gross_total),
    Rule("BR-CO-16", "totals.payable", amounts.payable_total),
    Rule("BR-CO-18", "vat_breakdown", presence.has_vat_breakdown),
    Rule("BR-CO-26", "seller", presence.has_seller_identifier),
    Rule("BR-DEC-09", "totals.lines_net", two_decimals("totals.lines_net", "the line total")),
    Rule("BR-DEC-10", "totals.allowances", two_decimals("totals.allowances", "the allowances")),
    Rule("BR-DEC-11", "totals.charges", two_decimals("totals.charges", "the charges")),
    Rule("BR-DEC-12", "totals.net", two_decimals("totals.net", "the total without VAT")),
    Rule("BR-DEC-13", "totals.tax", two_decimals("totals.tax", "the VAT")),
    Rule("BR-DEC-14", "totals.gross", two_decimals("totals.gross", "the total with VAT")),
    Rule(
        "BR-DEC-15",
        "totals.tax_accounting",
        two_decimals("totals.tax_accounting", "the VAT in the accounting currency"),
    ),
    Rule("BR-DEC-16", "totals.prepaid", two_decimals("totals.prepaid", "the paid amount")),
    Rule("BR-DEC-17", "totals.rounding", two_decimals("totals.rounding", "the rounding amount")),
    Rule("BR-DEC-18", "totals.payable", two_decimals("totals.payable", "the amount due")),
    Rule("BR-CL-01", "type_code", one_of("type_code", DOCUMENT_TYPES, "the document type")),
    Rule("BR-CL-04", "currency", one_of("currency", CURRENCIES, "the currency")),
    Rule("BR-CL-05", "tax_currency", one_of("tax_currency", CURRENCIES, "the tax currency")),
    Rule("BR-CL-14", "seller.address.country", identifiers.country_known("seller")),
    Rule("BR-CL-14", "buyer.address.country", identifiers.country_known("buyer")),
    Rule("BR-CL-16", "payment_means", one_of("payment_means", PAYMENT_MEANS, "the payment means")),
    Rule("PEPPOL-EN16931-R005", "tax_currency", identifiers.tax_currency_differs, "WARNING"),
    Rule("MF-IBAN", "seller.iban", identifiers.iban_correct("seller")),
    Rule("MF-IBAN", "buyer.iban", identifiers.iban_correct("buyer")),
    Rule("MF-VATID", "seller.vat_id", identifiers.vat_id_correct("seller"), "WARNING"),
    Rule("MF-VATID", "buyer.vat_id", identifiers.vat_id_correct("buyer"), "WARNING"),
    Rule("MF-DATE-FUTURE", "issue_date", identifiers.issued_by_now),
    Rule("MF-DATE-OLD", "issue_date", identifiers.issued_lately, "WARNING"),
    Rule("MF-DATE-DUE", "due_date", identifiers.due_after_issue, "WARNING"),
    Rule("MF-VAT-BREAKDOWN", "vat_breakdown", own.rates_listed),
    *vat_catalogue.DOCUMENT,
)
"""On the invoice."""

LINE: tuple[Rule[Line], ...] = (
    Rule("BR-21", "id", has("id", "the line's identifier")),
    Rule("BR-22", "quantity", has("quantity", "the quantity")),
    Rule("BR-23", "unit", has("unit", "the unit of measure")),
    Rule("BR-24", "net", has("net", "the net amount")),
    Rule("BR-25", "name", has("name", "the item's name")),
    Rule("BR-26", "price", has("price", "the item price")),
    Rule("BR-27", "price", presence.has_price_not_negative),
    Rule("BR-CO-04", "vat_category", has("vat_category", "the VAT category")),
    Rule("BR-DEC-23", "net", two_decimals("net", "the net amount")),
    Rule("BR-CL-18", "vat_category", one_of("vat_category", VAT_CATEGORIES, "the VAT category")),
    Rule("PEPPOL-EN16931-R120", "net", amounts.line_net),
    Rule("PEPPOL-EN16931-R121", "base_quantity", presence.has_positive_base_quantity),
    *vat_catalogue.LINE,
)
"""On each line."""

ALLOWANCE: tuple[Rule[AllowanceCharge], ...] = (
    Rule("BR-31", "amount", has("amount", "the amount")),
    Rule("BR-32", "vat_category", has("vat_category", "the VAT category")),
    Rule("BR-33", "reason", presence.has_reason),
    Rule("BR-DEC-01", "amount", two_decimals("amount", "the amount")),
    Rule("BR-DEC-02", "base_amount", two_decimals("base_amount", "the base amount")),
    Rule("BR-CL-17", "vat_category", one_of("vat_category", VAT_CATEGORIES, "the VAT category")),
    Rule("PEPPOL-EN16931-R040", "amount", amounts.percentage),
    *vat_catalogue.ALLOWANCE,
)
"""On each of the document's allowances."""

CHARGE: tuple[Rule[AllowanceCharge], ...] = (
    Rule("BR-36", "amount", has("amount", "the amount")),
    Rule("BR-37", "vat_category", has("vat_category", "the VAT category")),
    Rule("BR-38", "reason", presence.has_reason),
    Rule("BR-DEC-05", "amount", two_decimals("amount", "the amount")),
    Rule("BR-DEC-06", "base_amount", two_decimals("base_amount", "the base amount")),
    Rule("BR-CL-17", "vat_category", one_of("vat_category", VAT_CATEGORIES, "the VAT category")),
    Rule("PEPPOL-EN16931-R040", "amount", amounts.percentage),
    *vat_catalogue.CHARGE,
)
"""On each of the document's charges."""

LINE_ALLOWANCE: tuple[Rule[AllowanceCharge], ...] = (
    Rule("BR-41", "amount", has("amount", "the amount")),
    Rule("BR-42", "reason", presence.has_reason),
    Rule("BR-DEC-24", "amount", two_decimals("amount", "the amount")),
    Rule("BR-DEC-25", "base_amount", two_decimals("base_amount", "the base amount")),
    Rule("PEPPOL-EN16931-R040", "amount", amounts.percentage),
)
"""On each allowance of a line."""

LINE_CHARGE: tuple[Rule[AllowanceCharge], ...] = (
    Rule("BR-43", "amount", has("amount", "the amount")),
    Rule("BR-44", "reason", presence.has_reason),
    Rule("BR-DEC-27", "amount", two_decimals("amount", "the amount")),
    Rule("BR-DEC-28", "base_amount", two_decimals("base_amount", "the base amount")),
    Rule("PEPPOL-EN16931-R040", "amount", amounts.percentage),
)
"""On each charge of a line."""

SUBTOTAL: tuple[Rule[VatSubtotal], ...] = (
    Rule("BR-45", "taxable", has("taxable", "the taxable amount")),
    Rule("BR-46", "tax", has("tax", "the VAT amount")),
    Rule("BR-47", "category", has("category", "the VAT category")),
    Rule("BR-48", "rate", presence.has_breakdown_rate),
    Rule("BR-CO-17", "tax", vat_breakdown.tax_amount),
    Rule("BR-DEC-19", "taxable", two_decimals("taxable", "the taxable amount")),
    Rule("BR-DEC-20", "tax", two_decimals("tax", "the VAT amount")),
    Rule("BR-CL-17", "category", one_of("category", VAT_CATEGORIES, "the VAT category")),
    Rule("MF-VAT-RATE", "rate", own.rate_in_force, "WARNING"),
    Rule("MF-VAT-BASE", "taxable", own.taxable_exact, "WARNING"),
    Rule("MF-VAT-TAX", "tax", own.tax_exact, "INFO"),
    *vat_catalogue.SUBTOTAL,
)
"""On each entry of the VAT breakdown."""

RULES: tuple[Rule[Any], ...] = (
    *DOCUMENT,
    *LINE,
    *ALLOWANCE,
    *CHARGE,
    *LINE_ALLOWANCE,
    *LINE_CHARGE,
    *SUBTOTAL,
)
"""All of them."""
