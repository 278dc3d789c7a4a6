"""The rules of each VAT category, which are the same ten with small differences."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from msgspec import Struct

from operators.invoice import AllowanceCharge, Invoice, Line, VatSubtotal
from operators.validation.rule import Check, Rule
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


def _category(
    prefix: str,
    code: str,
    taxable_in_cii: Callable[[str], Check[VatSubtotal]] | None = taxable_nearly_fits,
    *,
    above_zero_in_cii: bool = False,
    further: tuple[Rule[Invoice], ...] = (),
) -> OfCategory:
    """The ten rules that every category has: BR-S-01 to -10 for `prefix` S.

    `taxable_in_cii`: how CII binds -08; None when it binds neither that nor -09.
    `above_zero_in_cii`: whether CII's -05 to -07 demand a rate above 0 where UBL's allow 0.
    `further`: rules on the invoice that only this category has.
    """

    def rated(number: int) -> tuple[Rule[Any], ...]:
        rule_id = f"BR-{prefix}-{number:02}"
        if not above_zero_in_cii:
            return (Rule(rule_id, "vat_rate", rate_fits(code)),)
        return (
            Rule(rule_id, "vat_rate", rate_fits(code), only="UBL"),
            Rule(rule_id, "vat_rate", rate_fits(code, above_zero=True), only="CII"),
        )

    taxed_in_cii: tuple[Rule[VatSubtotal], ...] = ()
    if taxable_in_cii is not None:
        taxed_in_cii = (Rule(f"BR-{prefix}-08", "taxable", taxable_in_cii(code), only="CII"),)
    return OfCategory(
        document=(
            Rule(f"BR-{prefix}-01", "vat_breakdown", in_breakdown(code), only="UBL"),
            Rule(f"BR-{prefix}-01", "vat_breakdown", in_breakdown_of_cii(code), only="CII"),
            Rule(f"BR-{prefix}-02", "seller.vat_id", parties_registered(code, "lines")),
            Rule(f"BR-{prefix}-03", "seller.vat_id", parties_registered(code, "allowances")),
            Rule(f"BR-{prefix}-04", "seller.vat_id", parties_registered(code, "charges")),
            *further,
        ),
        line=rated(5),
        allowance=rated(6),
        charge=rated(7),
        subtotal=(
            Rule(f"BR-{prefix}-08", "taxable", taxable_fits(code), only="UBL"),
            *taxed_in_cii,
            Rule(f"BR-{prefix}-09", "tax", tax_fits(code), only=None if taxed_in_cii else "UBL"),
            Rule(f"BR-{prefix}-10", "exemption_reason", exemption_fits(code)),
        ),
    )


_STANDARD_RATE = _category("S", "S", taxable_fits_in_cents)
_ZERO_RATED = _category("Z", "Z")
_EXEMPT = _category("E", "E")
_REVERSE_CHARGE = _category("AE", "AE")
_INTRA_COMMUNITY_SUPPLY = _category(
    "IC",
    "K",
    further=(
        Rule("BR-IC-11", "delivery_date", supply_dated),
        Rule("BR-IC-12", "delivery_address.country", supply_delivered),
    ),
)
_EXPORT_OUTSIDE_THE_EU = _category("G", "G")
_NOT_SUBJECT_TO_VAT = _category(
    "O",
    "O",
    taxable_fits_in_cents,
    further=(
        Rule("BR-O-11", "vat_breakdown", untaxed_alone("breakdown")),
        Rule("BR-O-12", "vat_breakdown", untaxed_alone("lines")),
        Rule("BR-O-13", "vat_breakdown", untaxed_alone("allowances")),
        Rule("BR-O-14", "vat_breakdown", untaxed_alone("charges")),
    ),
)
_CANARY_ISLANDS = _category("AF", "L", None, above_zero_in_cii=True)
_CEUTA_AND_MELILLA = _category("AG", "M", None)
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
