"""Every rule, one line each: identifier, field, check, and severity unless it is ERROR.

An identifier may stand on several lines where a rule concerns several fields. A new rule is
one function that returns a sentence or None, and one line here.
"""

from typing import Any

from msgspec import structs

from operators.codes import (
    COUNTRIES,
    CURRENCIES,
    PAYMENT_MEANS,
    TAX_POINTS,
    TAX_POINTS_OF_CII,
    VAT_CATEGORIES,
)
from operators.codes.reasons import ALLOWANCE_REASONS, CHARGE_REASONS
from operators.codes.schemes import ADDRESSES, CLASSIFICATIONS, REGISTERS
from operators.codes.units import UNITS
from operators.invoice import (
    AllowanceCharge,
    Identifier,
    Invoice,
    ItemAttribute,
    Line,
    Payment,
    PrecedingInvoice,
    SupportingDocument,
    VatSubtotal,
)
from operators.validation import amounts, identifiers, own, presence, vat_breakdown
from operators.validation.amounts import two_decimals
from operators.validation.identifiers import one_of
from operators.validation.presence import (
    given,
    has,
    has_address_with_country,
    has_scheme,
    of_representative,
)
from operators.validation.rule import Rule, blank, is_absent
from operators.validation.vat_breakdown import unless_apart
from operators.validation.vat_catalogue import CATEGORIES

DOCUMENT: tuple[Rule[Invoice], ...] = (
    Rule("BR-01", "customization", has("customization", "the specification identifier"), "INFO"),
    Rule("BR-02", "number", has("number", "the invoice number")),
    Rule("BR-03", "issue_date", has("issue_date", "the issue date")),
    Rule("BR-04", "type_code", has("type_code", "the document type")),
    Rule("BR-05", "currency", has("currency", "the currency")),
    Rule("BR-06", "seller.name", has("seller.name", "the seller's name")),
    Rule("BR-07", "buyer.name", has("buyer.name", "the buyer's name")),
    Rule("BR-08", "seller.address", has("seller.address", "the seller's address")),
    Rule("BR-09", "seller.address.country", presence.has_country("seller"), only="UBL"),
    Rule("BR-09", "seller.address.country", has_address_with_country("seller"), only="CII"),
    Rule("BR-10", "buyer.address", has("buyer.address", "the buyer's address")),
    Rule("BR-11", "buyer.address.country", presence.has_country("buyer"), only="UBL"),
    Rule("BR-11", "buyer.address.country", has_address_with_country("buyer"), only="CII"),
    Rule("BR-12", "totals.lines_net", presence.has_total("lines_net", "the total of the lines")),
    Rule("BR-13", "totals.net", presence.has_total("net", "the total without VAT")),
    Rule("BR-14", "totals.gross", presence.has_total("gross", "the total with VAT")),
    Rule("BR-15", "totals.payable", presence.has_total("payable", "the amount due")),
    Rule("BR-16", "lines", presence.has_lines),
    Rule(
        "BR-18",
        "tax_representative.name",
        of_representative("name", "the tax representative's name", blank),
    ),
    Rule(
        "BR-19",
        "tax_representative.address",
        of_representative("address", "the tax representative's address", is_absent),
    ),
    Rule("BR-20", "tax_representative.address.country", presence.has_representative_country),
    Rule("BR-29", "period.end", identifiers.period_in_order),
    Rule("BR-53", "totals.tax_accounting", presence.has_accounting_tax, only="UBL"),
    Rule("BR-53", "totals.tax_accounting", presence.has_other_accounting_tax, only="CII"),
    Rule(
        "BR-56",
        "tax_representative.vat_id",
        of_representative("vat_id", "the tax representative's VAT id", is_absent),
        only="UBL",
    ),
    Rule(
        "BR-56",
        "tax_representative.vat_id",
        of_representative("vat_id", "the tax representative's VAT id", blank),
        only="CII",
    ),
    Rule("BR-57", "delivery_address.country", presence.has_delivery_country(is_absent), only="UBL"),
    Rule("BR-57", "delivery_address.country", presence.has_delivery_country(blank), only="CII"),
    Rule(
        "BR-62",
        "seller.endpoint",
        has_scheme("seller.endpoint", "the seller's electronic address", is_absent),
        only="UBL",
    ),
    Rule(
        "BR-62",
        "seller.endpoint",
        has_scheme("seller.endpoint", "the seller's electronic address", blank),
        only="CII",
    ),
    Rule(
        "BR-63",
        "buyer.endpoint",
        has_scheme("buyer.endpoint", "the buyer's electronic address", is_absent),
        only="UBL",
    ),
    Rule(
        "BR-63",
        "buyer.endpoint",
        has_scheme("buyer.endpoint", "the buyer's electronic address", blank),
        only="CII",
    ),
    Rule("BR-CO-03", "tax_point_code", presence.one_tax_point),
    Rule("BR-CO-19", "period", presence.has_period),
    Rule("BR-CO-09", "seller.vat_id", identifiers.vat_id_prefixed("seller")),
    Rule("BR-CO-09", "buyer.vat_id", identifiers.vat_id_prefixed("buyer")),
    Rule("BR-CO-10", "totals.lines_net", amounts.lines_total),
    Rule("BR-CO-11", "totals.allowances", amounts.allowances_total),
    Rule("BR-CO-12", "totals.charges", amounts.charges_total),
    Rule("BR-CO-13", "totals.net", amounts.net_total),
    Rule("BR-CO-14", "totals.tax", amounts.tax_total),
    Rule("BR-CO-15", "totals.gross", amounts.gross_total, only="UBL"),
    Rule("BR-CO-15", "totals.gross", amounts.gross_total_or_net, only="CII"),
    Rule("BR-CO-16", "totals.payable", amounts.payable_total),
    Rule("BR-CO-18", "vat_breakdown", presence.has_vat_breakdown),
    Rule("BR-CO-26", "seller", presence.has_seller_identifier),
    Rule("BR-DEC-09", "totals.lines_net", two_decimals("totals.lines_net", "the line total")),
    Rule("BR-DEC-10", "totals.allowances", two_decimals("totals.allowances", "the allowances")),
    Rule("BR-DEC-11", "totals.charges", two_decimals("totals.charges", "the charges")),
    Rule("BR-DEC-12", "totals.net", two_decimals("totals.net", "the total without VAT")),
    Rule("BR-DEC-13", "totals.tax", amounts.tax_two_decimals, only="CII"),
    Rule("BR-DEC-14", "totals.gross", two_decimals("totals.gross", "the total with VAT")),
    Rule("BR-DEC-15", "totals.tax_accounting", amounts.accounting_tax_two_decimals, only="CII"),
    Rule("BR-DEC-16", "totals.prepaid", two_decimals("totals.prepaid", "the paid amount")),
    Rule("BR-DEC-17", "totals.rounding", two_decimals("totals.rounding", "the rounding amount")),
    Rule("BR-DEC-18", "totals.payable", two_decimals("totals.payable", "the amount due")),
    Rule("BR-CL-01", "type_code", identifiers.type_known),
    Rule("BR-CL-04", "currency", one_of("currency", CURRENCIES, "the currency")),
    Rule("BR-CL-05", "tax_currency", one_of("tax_currency", CURRENCIES, "the tax currency")),
    Rule(
        "BR-CL-06",
        "tax_point_code",
        one_of("tax_point_code", TAX_POINTS, "the tax point code"),
        only="UBL",
    ),
    Rule(
        "BR-CL-06",
        "tax_point_code",
        one_of("tax_point_code", TAX_POINTS_OF_CII, "the tax point code"),
        only="CII",
    ),
    *(
        Rule("BR-CL-14", field, one_of(field, COUNTRIES, called))
        for field, called in (
            ("seller.address.country", "the seller's country"),
            ("buyer.address.country", "the buyer's country"),
            ("delivery_address.country", "the country delivered to"),
            ("tax_representative.address.country", "the tax representative's country"),
        )
    ),
    *(
        Rule("BR-CL-25", field, one_of(field, ADDRESSES, called))
        for field, called in (
            ("seller.endpoint.scheme", "the scheme of the seller's electronic address"),
            ("buyer.endpoint.scheme", "the scheme of the buyer's electronic address"),
        )
    ),
    Rule("BR-CO-09", "tax_representative.vat_id", identifiers.representative_vat_id_prefixed),
    Rule("PEPPOL-EN16931-R005", "tax_currency", identifiers.tax_currency_differs, "WARNING"),
    Rule("MF-VATID", "seller.vat_id", identifiers.vat_id_correct("seller"), "WARNING"),
    Rule("MF-VATID", "buyer.vat_id", identifiers.vat_id_correct("buyer"), "WARNING"),
    Rule("MF-DATE-FUTURE", "issue_date", identifiers.issued_by_now),
    Rule("MF-DATE-OLD", "issue_date", identifiers.issued_lately, "WARNING"),
    Rule("MF-DATE-DUE", "due_date", identifiers.due_after_issue, "WARNING"),
    Rule("MF-TOTALS", "totals", presence.has_totals),
    Rule("MF-VAT-BREAKDOWN", "vat_breakdown", own.rates_listed),
)
"""On the invoice."""

LINE: tuple[Rule[Line], ...] = (
    Rule("BR-21", "id", has("id", "the line's identifier")),
    Rule("BR-22", "quantity", has("quantity", "the quantity")),
    Rule("BR-23", "unit", given("unit", "the unit of measure")),
    Rule("BR-24", "net", has("net", "the net amount")),
    Rule("BR-25", "name", has("name", "the item's name")),
    Rule("BR-26", "price", has("price", "the item price")),
    Rule("BR-27", "price", presence.has_price_not_negative),
    Rule("BR-28", "gross_price", presence.has_gross_price_not_negative),
    Rule("BR-30", "period.end", identifiers.period_in_order),
    Rule(
        "BR-64",
        "standard_id",
        has_scheme("standard_id", "the standard item identifier", is_absent),
        only="UBL",
    ),
    Rule(
        "BR-64",
        "standard_id",
        has_scheme("standard_id", "the standard item identifier", blank),
        only="CII",
    ),
    Rule("BR-CO-04", "vat_category", presence.has_vat_category),
    Rule("BR-CO-20", "period", presence.has_line_period),
    Rule("BR-CL-23", "unit", one_of("unit", UNITS, "the unit of measure")),
    Rule(
        "BR-CL-23",
        "base_unit",
        one_of("base_unit", UNITS, "the unit of the quantity the price is for"),
    ),
    Rule(
        "BR-CL-21",
        "standard_id.scheme",
        one_of("standard_id.scheme", REGISTERS, "the scheme of the standard item identifier"),
    ),
    Rule("BR-DEC-23", "net", two_decimals("net", "the net amount")),
    Rule("BR-CL-15", "origin", one_of("origin", COUNTRIES, "the country of origin")),
    Rule("BR-CL-18", "vat_category", one_of("vat_category", VAT_CATEGORIES, "the VAT category")),
    Rule("PEPPOL-EN16931-R046", "price", amounts.net_price),
    Rule("PEPPOL-EN16931-R120", "net", amounts.line_net),
    Rule("PEPPOL-EN16931-R121", "base_quantity", presence.has_positive_base_quantity),
)
"""On each line."""

ALLOWANCE: tuple[Rule[AllowanceCharge], ...] = (
    Rule("BR-31", "amount", has("amount", "the amount")),
    Rule("BR-32", "vat_category", presence.has_vat_category),
    Rule("BR-33", "reason", presence.has_reason),
    Rule("BR-CO-21", "reason", presence.has_reason),
    Rule("BR-CL-19", "reason_code", one_of("reason_code", ALLOWANCE_REASONS, "the reason code")),
    Rule("BR-DEC-01", "amount", two_decimals("amount", "the amount")),
    Rule("BR-DEC-02", "base_amount", two_decimals("base_amount", "the base amount")),
    Rule("BR-CL-17", "vat_category", one_of("vat_category", VAT_CATEGORIES, "the VAT category")),
    Rule("PEPPOL-EN16931-R040", "amount", amounts.percentage),
)
"""On each of the document's allowances."""

CHARGE: tuple[Rule[AllowanceCharge], ...] = (
    Rule("BR-36", "amount", has("amount", "the amount")),
    Rule("BR-37", "vat_category", presence.has_vat_category),
    Rule("BR-38", "reason", presence.has_reason),
    Rule("BR-CO-22", "reason", presence.has_reason),
    Rule("BR-CL-20", "reason_code", one_of("reason_code", CHARGE_REASONS, "the reason code")),
    Rule("BR-DEC-05", "amount", two_decimals("amount", "the amount")),
    Rule("BR-DEC-06", "base_amount", two_decimals("base_amount", "the base amount")),
    Rule("BR-CL-17", "vat_category", one_of("vat_category", VAT_CATEGORIES, "the VAT category")),
    Rule("PEPPOL-EN16931-R040", "amount", amounts.percentage),
)
"""On each of the document's charges."""

LINE_ALLOWANCE: tuple[Rule[AllowanceCharge], ...] = (
    Rule("BR-41", "amount", has("amount", "the amount")),
    Rule("BR-42", "reason", presence.has_reason),
    Rule("BR-CO-23", "reason", presence.has_reason),
    Rule("BR-CL-17", "vat_category", one_of("vat_category", VAT_CATEGORIES, "the VAT category")),
    Rule("BR-CL-19", "reason_code", one_of("reason_code", ALLOWANCE_REASONS, "the reason code")),
    Rule("BR-DEC-24", "amount", two_decimals("amount", "the amount")),
    Rule("BR-DEC-25", "base_amount", two_decimals("base_amount", "the base amount")),
    Rule("PEPPOL-EN16931-R040", "amount", amounts.percentage),
)
"""On each allowance of a line."""

LINE_CHARGE: tuple[Rule[AllowanceCharge], ...] = (
    Rule("BR-43", "amount", has("amount", "the amount")),
    Rule("BR-44", "reason", presence.has_reason),
    Rule("BR-CO-24", "reason", presence.has_reason),
    Rule("BR-CL-17", "vat_category", one_of("vat_category", VAT_CATEGORIES, "the VAT category")),
    Rule("BR-CL-20", "reason_code", one_of("reason_code", CHARGE_REASONS, "the reason code")),
    Rule("BR-DEC-27", "amount", two_decimals("amount", "the amount")),
    Rule("BR-DEC-28", "base_amount", two_decimals("base_amount", "the base amount")),
    Rule("PEPPOL-EN16931-R040", "amount", amounts.percentage),
)
"""On each charge of a line."""

SUBTOTAL: tuple[Rule[VatSubtotal], ...] = (
    Rule("BR-45", "taxable", has("taxable", "the taxable amount"), only="UBL"),
    Rule("BR-45", "taxable", unless_apart(has("taxable", "the taxable amount")), only="CII"),
    Rule("BR-46", "tax", has("tax", "the VAT amount"), only="UBL"),
    Rule("BR-46", "tax", unless_apart(has("tax", "the VAT amount")), only="CII"),
    Rule("BR-47", "category", presence.has_vat_category, only="UBL"),
    Rule("BR-47", "category", unless_apart(presence.has_vat_category), only="CII"),
    Rule("BR-48", "rate", presence.has_breakdown_rate, only="UBL"),
    Rule("BR-48", "rate", unless_apart(presence.has_breakdown_rate), only="CII"),
    Rule("BR-CO-17", "tax", vat_breakdown.tax_amount(within=False), only="UBL"),
    Rule("BR-CO-17", "tax", unless_apart(vat_breakdown.tax_amount(within=True)), only="CII"),
    Rule("BR-DEC-19", "taxable", two_decimals("taxable", "the taxable amount"), only="UBL"),
    Rule(
        "BR-DEC-19",
        "taxable",
        unless_apart(two_decimals("taxable", "the taxable amount")),
        only="CII",
    ),
    Rule("BR-DEC-20", "tax", two_decimals("tax", "the VAT amount"), only="UBL"),
    Rule("BR-DEC-20", "tax", unless_apart(two_decimals("tax", "the VAT amount")), only="CII"),
    Rule(
        "BR-CL-17", "category", one_of("category", VAT_CATEGORIES, "the VAT category"), only="UBL"
    ),
    Rule(
        "BR-CL-18", "category", one_of("category", VAT_CATEGORIES, "the VAT category"), only="CII"
    ),
    Rule("BR-CL-22", "exemption_code", identifiers.exemption_known),
    Rule("MF-VAT-RATE", "rate", own.rate_in_force, "WARNING"),
    Rule("MF-VAT-BASE", "taxable", own.taxable_exact, "WARNING"),
    Rule("MF-VAT-TAX", "tax", own.tax_exact, "INFO"),
)
"""On each entry of the VAT breakdown."""

PAYMENT: tuple[Rule[Payment], ...] = (
    Rule("BR-49", "means", given("means", "the payment means")),
    Rule("BR-50", "account.id", presence.has_account_filled),
    Rule("BR-51", "card", presence.has_card_shortened, "WARNING"),
    Rule("BR-61", "account.id", presence.has_account, only="UBL"),
    Rule("BR-61", "account.id", presence.has_account_identified, only="CII"),
    Rule("BR-CL-16", "means", one_of("means", PAYMENT_MEANS, "the payment means")),
    Rule("MF-IBAN", "account.id", identifiers.iban_correct("seller")),
    Rule("MF-IBAN", "debited_account", identifiers.iban_correct("buyer")),
)
"""On each of the payment instructions."""

PRECEDING: tuple[Rule[PrecedingInvoice], ...] = (
    Rule("BR-55", "number", given("number", "the number of the preceding invoice"), only="UBL"),
    Rule("BR-55", "number", has("number", "the number of the preceding invoice"), only="CII"),
)
"""On each preceding invoice."""

SUPPORTING: tuple[Rule[SupportingDocument], ...] = (
    Rule("BR-52", "reference", has("reference", "the reference of the supporting document")),
)
"""On each supporting document."""

CLASSIFICATION: tuple[Rule[Identifier], ...] = (
    Rule("BR-65", "scheme", given("scheme", "the scheme of the item classification"), only="UBL"),
    Rule("BR-65", "scheme", has("scheme", "the scheme of the item classification"), only="CII"),
    Rule("BR-CL-13", "scheme", one_of("scheme", CLASSIFICATIONS, "the classification's scheme")),
)
"""On each classification of a line's item."""

ATTRIBUTE: tuple[Rule[ItemAttribute], ...] = (Rule("BR-54", "", presence.has_name_and_value),)
"""On each attribute of a line's item."""

RULES: tuple[Rule[Any], ...] = (
    *DOCUMENT,
    *PAYMENT,
    *PRECEDING,
    *SUPPORTING,
    *CLASSIFICATION,
    *ATTRIBUTE,
    *LINE,
    *ALLOWANCE,
    *CHARGE,
    *LINE_ALLOWANCE,
    *LINE_CHARGE,
    *SUBTOTAL,
    *(rule for of in CATEGORIES.values() for part in structs.astuple(of) for rule in part),
)
"""All of them."""
