"""The rules of each VAT category, one line a rule."""

from operators.invoice import AllowanceCharge, Invoice, Line, VatSubtotal
from operators.validation.rule import Rule
from operators.validation.vat_breakdown import (
    exemption_fits,
    in_breakdown,
    parties_registered,
    rate_fits,
    tax_fits,
    taxable_fits,
)
from operators.validation.vat_document import (
    split_payment_domestic,
    split_payment_unmixed,
    supply_dated,
    untaxed_alone,
)

DOCUMENT: tuple[Rule[Invoice], ...] = (
    Rule("BR-S-01", "vat_breakdown", in_breakdown("S")),
    Rule("BR-S-02", "seller.vat_id", parties_registered("S", "line")),
    Rule("BR-S-03", "seller.vat_id", parties_registered("S", "allowance")),
    Rule("BR-S-04", "seller.vat_id", parties_registered("S", "charge")),
    Rule("BR-Z-01", "vat_breakdown", in_breakdown("Z")),
    Rule("BR-Z-02", "seller.vat_id", parties_registered("Z", "line")),
    Rule("BR-Z-03", "seller.vat_id", parties_registered("Z", "allowance")),
    Rule("BR-Z-04", "seller.vat_id", parties_registered("Z", "charge")),
    Rule("BR-E-01", "vat_breakdown", in_breakdown("E")),
    Rule("BR-E-02", "seller.vat_id", parties_registered("E", "line")),
    Rule("BR-E-03", "seller.vat_id", parties_registered("E", "allowance")),
    Rule("BR-E-04", "seller.vat_id", parties_registered("E", "charge")),
    Rule("BR-AE-01", "vat_breakdown", in_breakdown("AE")),
    Rule("BR-AE-02", "seller.vat_id", parties_registered("AE", "line")),
    Rule("BR-AE-03", "seller.vat_id", parties_registered("AE", "allowance")),
    Rule("BR-AE-04", "seller.vat_id", parties_registered("AE", "charge")),
    Rule("BR-IC-01", "vat_breakdown", in_breakdown("K")),
    Rule("BR-IC-02", "seller.vat_id", parties_registered("K", "line")),
    Rule("BR-IC-03", "seller.vat_id", parties_registered("K", "allowance")),
    Rule("BR-IC-04", "seller.vat_id", parties_registered("K", "charge")),
    Rule("BR-IC-11", "delivery_date", supply_dated),
    Rule("BR-G-01", "vat_breakdown", in_breakdown("G")),
    Rule("BR-G-02", "seller.vat_id", parties_registered("G", "line")),
    Rule("BR-G-03", "seller.vat_id", parties_registered("G", "allowance")),
    Rule("BR-G-04", "seller.vat_id", parties_registered("G", "charge")),
    Rule("BR-O-01", "vat_breakdown", in_breakdown("O")),
    Rule("BR-O-02", "seller.vat_id", parties_registered("O", "line")),
    Rule("BR-O-03", "seller.vat_id", parties_registered("O", "allowance")),
    Rule("BR-O-04", "seller.vat_id", parties_registered("O", "charge")),
    Rule("BR-O-11", "vat_breakdown", untaxed_alone(None)),
    Rule("BR-O-12", "vat_breakdown", untaxed_alone("line")),
    Rule("BR-O-13", "vat_breakdown", untaxed_alone("allowance")),
    Rule("BR-O-14", "vat_breakdown", untaxed_alone("charge")),
    Rule("BR-AF-01", "vat_breakdown", in_breakdown("L")),
    Rule("BR-AF-02", "seller.vat_id", parties_registered("L", "line")),
    Rule("BR-AF-03", "seller.vat_id", parties_registered("L", "allowance")),
    Rule("BR-AF-04", "seller.vat_id", parties_registered("L", "charge")),
    Rule("BR-AG-01", "vat_breakdown", in_breakdown("M")),
    Rule("BR-AG-02", "seller.vat_id", parties_registered("M", "line")),
    Rule("BR-AG-03", "seller.vat_id", parties_registered("M", "allowance")),
    Rule("BR-AG-04", "seller.vat_id", parties_registered("M", "charge")),
    Rule("BR-B-01", "vat_breakdown", split_payment_domestic),
    Rule("BR-B-02", "vat_breakdown", split_payment_unmixed),
)
"""On the invoice."""

LINE: tuple[Rule[Line], ...] = (
    Rule("BR-S-05", "vat_rate", rate_fits("S")),
    Rule("BR-Z-05", "vat_rate", rate_fits("Z")),
    Rule("BR-E-05", "vat_rate", rate_fits("E")),
    Rule("BR-AE-05", "vat_rate", rate_fits("AE")),
    Rule("BR-IC-05", "vat_rate", rate_fits("K")),
    Rule("BR-G-05", "vat_rate", rate_fits("G")),
    Rule("BR-O-05", "vat_rate", rate_fits("O")),
    Rule("BR-AF-05", "vat_rate", rate_fits("L")),
    Rule("BR-AG-05", "vat_rate", rate_fits("M")),
)
"""On each line."""

ALLOWANCE: tuple[Rule[AllowanceCharge], ...] = (
    Rule("BR-S-06", "vat_rate", rate_fits("S")),
    Rule("BR-Z-06", "vat_rate", rate_fits("Z")),
    Rule("BR-E-06", "vat_rate", rate_fits("E")),
    Rule("BR-AE-06", "vat_rate", rate_fits("AE")),
    Rule("BR-IC-06", "vat_rate", rate_fits("K")),
    Rule("BR-G-06", "vat_rate", rate_fits("G")),
    Rule("BR-O-06", "vat_rate", rate_fits("O")),
    Rule("BR-AF-06", "vat_rate", rate_fits("L")),
    Rule("BR-AG-06", "vat_rate", rate_fits("M")),
)
"""On each of the document's allowances."""

CHARGE: tuple[Rule[AllowanceCharge], ...] = (
    Rule("BR-S-07", "vat_rate", rate_fits("S")),
    Rule("BR-Z-07", "vat_rate", rate_fits("Z")),
    Rule("BR-E-07", "vat_rate", rate_fits("E")),
    Rule("BR-AE-07", "vat_rate", rate_fits("AE")),
    Rule("BR-IC-07", "vat_rate", rate_fits("K")),
    Rule("BR-G-07", "vat_rate", rate_fits("G")),
    Rule("BR-O-07", "vat_rate", rate_fits("O")),
    Rule("BR-AF-07", "vat_rate", rate_fits("L")),
    Rule("BR-AG-07", "vat_rate", rate_fits("M")),
)
"""On each of the document's charges."""

SUBTOTAL: tuple[Rule[VatSubtotal], ...] = (
    Rule("BR-S-08", "taxable", taxable_fits("S")),
    Rule("BR-S-09", "tax", tax_fits("S")),
    Rule("BR-S-10", "exemption_reason", exemption_fits("S")),
    Rule("BR-Z-08", "taxable", taxable_fits("Z")),
    Rule("BR-Z-09", "tax", tax_fits("Z")),
    Rule("BR-Z-10", "exemption_reason", exemption_fits("Z")),
    Rule("BR-E-08", "taxable", taxable_fits("E")),
    Rule("BR-E-09", "tax", tax_fits("E")),
    Rule("BR-E-10", "exemption_reason", exemption_fits("E")),
    Rule("BR-AE-08", "taxable", taxable_fits("AE")),
    Rule("BR-AE-09", "tax", tax_fits("AE")),
    Rule("BR-AE-10", "exemption_reason", exemption_fits("AE")),
    Rule("BR-IC-08", "taxable", taxable_fits("K")),
    Rule("BR-IC-09", "tax", tax_fits("K")),
    Rule("BR-IC-10", "exemption_reason", exemption_fits("K")),
    Rule("BR-G-08", "taxable", taxable_fits("G")),
    Rule("BR-G-09", "tax", tax_fits("G")),
    Rule("BR-G-10", "exemption_reason", exemption_fits("G")),
    Rule("BR-O-08", "taxable", taxable_fits("O")),
    Rule("BR-O-09", "tax", tax_fits("O")),
    Rule("BR-O-10", "exemption_reason", exemption_fits("O")),
    Rule("BR-AF-08", "taxable", taxable_fits("L")),
    Rule("BR-AF-09", "tax", tax_fits("L")),
    Rule("BR-AF-10", "exemption_reason", exemption_fits("L")),
    Rule("BR-AG-08", "taxable", taxable_fits("M")),
    Rule("BR-AG-09", "tax", tax_fits("M")),
    Rule("BR-AG-10", "exemption_reason", exemption_fits("M")),
)
"""On each entry of the VAT breakdown."""
