"""The rules of each VAT category, one line a rule."""

from collections.abc import Mapping
from types import MappingProxyType

from msgspec import Struct

from operators.invoice import AllowanceCharge, Invoice, Line, VatSubtotal
from operators.validation.rule import Rule
from operators.validation.vat_breakdown import (
    exemption_fits,
    in_breakdown,
    in_breakdown_of_cii,
    parties_registered,
    rate_fits,
    tax_fits,
    taxable_fits,
    taxable_fits_in_cents,
    taxable_nearly_fits,
)
from operators.validation.vat_document import (
    split_payment_domestic,
    split_payment_unmixed,
    supply_dated,
    supply_delivered,
    untaxed_alone,
)


class OfCategory(Struct, frozen=True):
    """The rules for what has one category."""

    document: tuple[Rule[Invoice], ...]
    """On the invoice, as soon as the category occurs anywhere."""
    line: tuple[Rule[Line], ...] = ()
    """On each line."""
    allowance: tuple[Rule[AllowanceCharge], ...] = ()
    """On each of the document's allowances."""
    charge: tuple[Rule[AllowanceCharge], ...] = ()
    """On each of the document's charges."""
    subtotal: tuple[Rule[VatSubtotal], ...] = ()
    """On each entry of the VAT breakdown."""


_STANDARD_RATE = OfCategory(
    document=(
        Rule("BR-S-01", "vat_breakdown", in_breakdown("S"), only="UBL"),
        Rule("BR-S-01", "vat_breakdown", in_breakdown_of_cii("S"), only="CII"),
        Rule("BR-S-02", "seller.vat_id", parties_registered("S", "lines")),
        Rule("BR-S-03", "seller.vat_id", parties_registered("S", "allowances")),
        Rule("BR-S-04", "seller.vat_id", parties_registered("S", "charges")),
    ),
    line=(Rule("BR-S-05", "vat_rate", rate_fits("S")),),
    allowance=(Rule("BR-S-06", "vat_rate", rate_fits("S")),),
    charge=(Rule("BR-S-07", "vat_rate", rate_fits("S")),),
    subtotal=(
        Rule("BR-S-08", "taxable", taxable_fits("S"), only="UBL"),
        Rule("BR-S-08", "taxable", taxable_fits_in_cents("S"), only="CII"),
        Rule("BR-S-09", "tax", tax_fits("S")),
        Rule("BR-S-10", "exemption_reason", exemption_fits("S")),
    ),
)
_ZERO_RATED = OfCategory(
    document=(
        Rule("BR-Z-01", "vat_breakdown", in_breakdown("Z"), only="UBL"),
        Rule("BR-Z-01", "vat_breakdown", in_breakdown_of_cii("Z"), only="CII"),
        Rule("BR-Z-02", "seller.vat_id", parties_registered("Z", "lines")),
        Rule("BR-Z-03", "seller.vat_id", parties_registered("Z", "allowances")),
        Rule("BR-Z-04", "seller.vat_id", parties_registered("Z", "charges")),
    ),
    line=(Rule("BR-Z-05", "vat_rate", rate_fits("Z")),),
    allowance=(Rule("BR-Z-06", "vat_rate", rate_fits("Z")),),
    charge=(Rule("BR-Z-07", "vat_rate", rate_fits("Z")),),
    subtotal=(
        Rule("BR-Z-08", "taxable", taxable_fits("Z"), only="UBL"),
        Rule("BR-Z-08", "taxable", taxable_nearly_fits("Z"), only="CII"),
        Rule("BR-Z-09", "tax", tax_fits("Z")),
        Rule("BR-Z-10", "exemption_reason", exemption_fits("Z")),
    ),
)
_EXEMPT = OfCategory(
    document=(
        Rule("BR-E-01", "vat_breakdown", in_breakdown("E"), only="UBL"),
        Rule("BR-E-01", "vat_breakdown", in_breakdown_of_cii("E"), only="CII"),
        Rule("BR-E-02", "seller.vat_id", parties_registered("E", "lines")),
        Rule("BR-E-03", "seller.vat_id", parties_registered("E", "allowances")),
        Rule("BR-E-04", "seller.vat_id", parties_registered("E", "charges")),
    ),
    line=(Rule("BR-E-05", "vat_rate", rate_fits("E")),),
    allowance=(Rule("BR-E-06", "vat_rate", rate_fits("E")),),
    charge=(Rule("BR-E-07", "vat_rate", rate_fits("E")),),
    subtotal=(
        Rule("BR-E-08", "taxable", taxable_fits("E"), only="UBL"),
        Rule("BR-E-08", "taxable", taxable_nearly_fits("E"), only="CII"),
        Rule("BR-E-09", "tax", tax_fits("E")),
        Rule("BR-E-10", "exemption_reason", exemption_fits("E")),
    ),
)
_REVERSE_CHARGE = OfCategory(
    document=(
        Rule("BR-AE-01", "vat_breakdown", in_breakdown("AE"), only="UBL"),
        Rule("BR-AE-01", "vat_breakdown", in_breakdown_of_cii("AE"), only="CII"),
        Rule("BR-AE-02", "seller.vat_id", parties_registered("AE", "lines")),
        Rule("BR-AE-03", "seller.vat_id", parties_registered("AE", "allowances")),
        Rule("BR-AE-04", "seller.vat_id", parties_registered("AE", "charges")),
    ),
    line=(Rule("BR-AE-05", "vat_rate", rate_fits("AE")),),
    allowance=(Rule("BR-AE-06", "vat_rate", rate_fits("AE")),),
    charge=(Rule("BR-AE-07", "vat_rate", rate_fits("AE")),),
    subtotal=(
        Rule("BR-AE-08", "taxable", taxable_fits("AE"), only="UBL"),
        Rule("BR-AE-08", "taxable", taxable_nearly_fits("AE"), only="CII"),
        Rule("BR-AE-09", "tax", tax_fits("AE")),
        Rule("BR-AE-10", "exemption_reason", exemption_fits("AE")),
    ),
)
_INTRA_COMMUNITY_SUPPLY = OfCategory(
    document=(
        Rule("BR-IC-01", "vat_breakdown", in_breakdown("K"), only="UBL"),
        Rule("BR-IC-01", "vat_breakdown", in_breakdown_of_cii("K"), only="CII"),
        Rule("BR-IC-02", "seller.vat_id", parties_registered("K", "lines")),
        Rule("BR-IC-03", "seller.vat_id", parties_registered("K", "allowances")),
        Rule("BR-IC-04", "seller.vat_id", parties_registered("K", "charges")),
        Rule("BR-IC-11", "delivery_date", supply_dated),
        Rule("BR-IC-12", "delivery_address.country", supply_delivered),
    ),
    line=(Rule("BR-IC-05", "vat_rate", rate_fits("K")),),
    allowance=(Rule("BR-IC-06", "vat_rate", rate_fits("K")),),
    charge=(Rule("BR-IC-07", "vat_rate", rate_fits("K")),),
    subtotal=(
        Rule("BR-IC-08", "taxable", taxable_fits("K"), only="UBL"),
        Rule("BR-IC-08", "taxable", taxable_nearly_fits("K"), only="CII"),
        Rule("BR-IC-09", "tax", tax_fits("K")),
        Rule("BR-IC-10", "exemption_reason", exemption_fits("K")),
    ),
)
_EXPORT_OUTSIDE_THE_EU = OfCategory(
    document=(
        Rule("BR-G-01", "vat_breakdown", in_breakdown("G"), only="UBL"),
        Rule("BR-G-01", "vat_breakdown", in_breakdown_of_cii("G"), only="CII"),
        Rule("BR-G-02", "seller.vat_id", parties_registered("G", "lines")),
        Rule("BR-G-03", "seller.vat_id", parties_registered("G", "allowances")),
        Rule("BR-G-04", "seller.vat_id", parties_registered("G", "charges")),
    ),
    line=(Rule("BR-G-05", "vat_rate", rate_fits("G")),),
    allowance=(Rule("BR-G-06", "vat_rate", rate_fits("G")),),
    charge=(Rule("BR-G-07", "vat_rate", rate_fits("G")),),
    subtotal=(
        Rule("BR-G-08", "taxable", taxable_fits("G"), only="UBL"),
        Rule("BR-G-08", "taxable", taxable_nearly_fits("G"), only="CII"),
        Rule("BR-G-09", "tax", tax_fits("G")),
        Rule("BR-G-10", "exemption_reason", exemption_fits("G")),
    ),
)
_NOT_SUBJECT_TO_VAT = OfCategory(
    document=(
        Rule("BR-O-01", "vat_breakdown", in_breakdown("O"), only="UBL"),
        Rule("BR-O-01", "vat_breakdown", in_breakdown_of_cii("O"), only="CII"),
        Rule("BR-O-02", "seller.vat_id", parties_registered("O", "lines")),
        Rule("BR-O-03", "seller.vat_id", parties_registered("O", "allowances")),
        Rule("BR-O-04", "seller.vat_id", parties_registered("O", "charges")),
        Rule("BR-O-11", "vat_breakdown", untaxed_alone("breakdown")),
        Rule("BR-O-12", "vat_breakdown", untaxed_alone("lines")),
        Rule("BR-O-13", "vat_breakdown", untaxed_alone("allowances")),
        Rule("BR-O-14", "vat_breakdown", untaxed_alone("charges")),
    ),
    line=(Rule("BR-O-05", "vat_rate", rate_fits("O")),),
    allowance=(Rule("BR-O-06", "vat_rate", rate_fits("O")),),
    charge=(Rule("BR-O-07", "vat_rate", rate_fits("O")),),
    subtotal=(
        Rule("BR-O-08", "taxable", taxable_fits("O"), only="UBL"),
        Rule("BR-O-08", "taxable", taxable_fits_in_cents("O"), only="CII"),
        Rule("BR-O-09", "tax", tax_fits("O")),
        Rule("BR-O-10", "exemption_reason", exemption_fits("O")),
    ),
)
_CANARY_ISLANDS = OfCategory(
    document=(
        Rule("BR-AF-01", "vat_breakdown", in_breakdown("L"), only="UBL"),
        Rule("BR-AF-01", "vat_breakdown", in_breakdown_of_cii("L"), only="CII"),
        Rule("BR-AF-02", "seller.vat_id", parties_registered("L", "lines")),
        Rule("BR-AF-03", "seller.vat_id", parties_registered("L", "allowances")),
        Rule("BR-AF-04", "seller.vat_id", parties_registered("L", "charges")),
    ),
    line=(
        Rule("BR-AF-05", "vat_rate", rate_fits("L"), only="UBL"),
        Rule("BR-AF-05", "vat_rate", rate_fits("L", above_zero=True), only="CII"),
    ),
    allowance=(
        Rule("BR-AF-06", "vat_rate", rate_fits("L"), only="UBL"),
        Rule("BR-AF-06", "vat_rate", rate_fits("L", above_zero=True), only="CII"),
    ),
    charge=(
        Rule("BR-AF-07", "vat_rate", rate_fits("L"), only="UBL"),
        Rule("BR-AF-07", "vat_rate", rate_fits("L", above_zero=True), only="CII"),
    ),
    subtotal=(
        Rule("BR-AF-08", "taxable", taxable_fits("L"), only="UBL"),
        Rule("BR-AF-09", "tax", tax_fits("L"), only="UBL"),
        Rule("BR-AF-10", "exemption_reason", exemption_fits("L")),
    ),
)
_CEUTA_AND_MELILLA = OfCategory(
    document=(
        Rule("BR-AG-01", "vat_breakdown", in_breakdown("M"), only="UBL"),
        Rule("BR-AG-01", "vat_breakdown", in_breakdown_of_cii("M"), only="CII"),
        Rule("BR-AG-02", "seller.vat_id", parties_registered("M", "lines")),
        Rule("BR-AG-03", "seller.vat_id", parties_registered("M", "allowances")),
        Rule("BR-AG-04", "seller.vat_id", parties_registered("M", "charges")),
    ),
    line=(Rule("BR-AG-05", "vat_rate", rate_fits("M")),),
    allowance=(Rule("BR-AG-06", "vat_rate", rate_fits("M")),),
    charge=(Rule("BR-AG-07", "vat_rate", rate_fits("M")),),
    subtotal=(
        Rule("BR-AG-08", "taxable", taxable_fits("M"), only="UBL"),
        Rule("BR-AG-09", "tax", tax_fits("M"), only="UBL"),
        Rule("BR-AG-10", "exemption_reason", exemption_fits("M")),
    ),
)
_SPLIT_PAYMENT_IN_ITALY = OfCategory(
    document=(
        Rule("BR-B-01", "vat_breakdown", split_payment_domestic),
        Rule("BR-B-02", "vat_breakdown", split_payment_unmixed),
    ),
)

CATEGORIES: Mapping[str, OfCategory] = MappingProxyType(
    {
        "S": _STANDARD_RATE,
        "Z": _ZERO_RATED,
        "E": _EXEMPT,
        "AE": _REVERSE_CHARGE,
        "K": _INTRA_COMMUNITY_SUPPLY,
        "G": _EXPORT_OUTSIDE_THE_EU,
        "O": _NOT_SUBJECT_TO_VAT,
        "L": _CANARY_ISLANDS,
        "M": _CEUTA_AND_MELILLA,
        "B": _SPLIT_PAYMENT_IN_ITALY,
    }
)
"""By code of UNTDID 5305."""
