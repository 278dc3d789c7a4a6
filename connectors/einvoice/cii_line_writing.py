"""Lines, allowances, charges and periods in a Cross Industry Invoice that is written."""

from connectors.einvoice.binding import Element
from connectors.einvoice.elements import amount, day, element, group, text
from operators.invoice import AllowanceCharge, Line, Period
from operators.money import Amount


def line(each: Line) -> Element:
    """An invoice line (BG-25)."""
    return element(
        "ram:IncludedSupplyChainTradeLineItem",
        group("ram:AssociatedDocumentLineDocument", text("ram:LineID", each.id)),
        _product(each),
        element(
            "ram:SpecifiedLineTradeAgreement",
            group("ram:BuyerOrderReferencedDocument", text("ram:LineID", each.order_line)),
            _gross_price(each),
            group(
                "ram:NetPriceProductTradePrice",
                amount("ram:ChargeAmount", each.price),
                amount("ram:BasisQuantity", each.base_quantity, 0, unitCode=each.base_unit),
            ),
        ),
        group(
            "ram:SpecifiedLineTradeDelivery",
            amount("ram:BilledQuantity", each.quantity, 0, unitCode=each.unit),
        ),
        element(
            "ram:SpecifiedLineTradeSettlement",
            tax("ram:ApplicableTradeTax", each.vat_category, each.vat_rate, each.tax_scheme),
            period(each.period),
            *(allowance_charge(entry) for entry in each.allowances_charges),
            group(
                "ram:SpecifiedTradeSettlementLineMonetarySummation",
                amount("ram:LineTotalAmount", each.net),
            ),
        ),
    )


def _product(each: Line) -> Element:
    standard = each.standard_id
    return element(
        "ram:SpecifiedTradeProduct",
        None
        if standard is None
        else text("ram:GlobalID", standard.value, schemeID=standard.scheme),
        text("ram:SellerAssignedID", each.item_id),
        text("ram:Name", each.name),
        *(
            element(
                "ram:ApplicableProductCharacteristic",
                text("ram:Description", attribute.name),
                text("ram:Value", attribute.value),
            )
            for attribute in each.attributes
        ),
        *(
            group(
                "ram:DesignatedProductClassification",
                text("ram:ClassCode", code.value, listID=code.scheme),
            )
            for code in each.classifications
        ),
        group("ram:OriginTradeCountry", text("ram:ID", each.origin)),
    )


def _gross_price(each: Line) -> Element | None:
    discount = each.price_discount
    return group(
        "ram:GrossPriceProductTradePrice",
        amount("ram:ChargeAmount", each.gross_price),
        None
        if discount is None
        else element(
            "ram:AppliedTradeAllowanceCharge",
            element("ram:ChargeIndicator", element("udt:Indicator", "false")),
            amount("ram:ActualAmount", discount),
        ),
    )


def tax(tag: str, category: str | None, rate: Amount | None, scheme: str | None) -> Element | None:
    """The tax that something is subject to; None when nothing is said of it."""
    if category is None and rate is None and scheme is None:
        return None
    return element(
        tag,
        element("ram:TypeCode", scheme or "VAT"),
        text("ram:CategoryCode", category),
        amount("ram:RateApplicablePercent", rate),
    )


def period(each: Period | None) -> Element | None:
    """An invoicing period (BG-14, BG-26)."""
    if each is None:
        return None
    return element(
        "ram:BillingSpecifiedPeriod",
        day("ram:StartDateTime", each.start),
        day("ram:EndDateTime", each.end),
    )


def allowance_charge(each: AllowanceCharge) -> Element:
    """An allowance or charge (BG-20, BG-21, BG-27, BG-28)."""
    return element(
        "ram:SpecifiedTradeAllowanceCharge",
        element(
            "ram:ChargeIndicator", element("udt:Indicator", "true" if each.charge else "false")
        ),
        amount("ram:CalculationPercent", each.percent),
        amount("ram:BasisAmount", each.base_amount),
        amount("ram:ActualAmount", each.amount),
        text("ram:ReasonCode", each.reason_code),
        text("ram:Reason", each.reason),
        tax("ram:CategoryTradeTax", each.vat_category, each.vat_rate, each.tax_scheme),
    )
