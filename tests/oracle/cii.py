"""A sample as UN/CEFACT Cross Industry Invoice D16B."""

from decimal import Decimal

from lxml import etree

from tests.oracle.samples import Category, Sample
from tests.oracle.tags import e


def write(sample: Sample) -> bytes:
    """The document."""
    guideline = e(
        "ram:GuidelineSpecifiedDocumentContextParameter", e("ram:ID", "urn:cen.eu:en16931:2017")
    )
    root = e(
        "rsm:CrossIndustryInvoice",
        e("rsm:ExchangedDocumentContext", guideline),
        e(
            "rsm:ExchangedDocument",
            e("ram:ID", "R-1"),
            e("ram:TypeCode", "381" if sample.credit_note else "380"),
            e("ram:IssueDateTime", _day("20260302")),
        ),
        e(
            "rsm:SupplyChainTradeTransaction",
            *(_line(sample, number) for number in (1, 2, 3)),
            _agreement(sample),
            _delivery(sample),
            _settlement(sample),
        ),
    )
    return etree.tostring(root)


def _day(digits: str, prefix: str = "udt") -> etree._Element:
    return e(f"{prefix}:DateTimeString", digits, format="102")


def _period(start: str, end: str) -> etree._Element:
    return e(
        "ram:BillingSpecifiedPeriod",
        e("ram:StartDateTime", _day(start)),
        e("ram:EndDateTime", _day(end)),
    )


def _address(country: str) -> etree._Element:
    return e(
        "ram:PostalTradeAddress",
        e("ram:PostcodeCode", "12345"),
        e("ram:LineOne", "Street 1"),
        e("ram:CityName", "City"),
        e("ram:CountryID", country),
    )


def _registration(number: str) -> etree._Element:
    return e("ram:SpecifiedTaxRegistration", e("ram:ID", number, schemeID="VA"))


def _party(sample: Sample, role: str) -> etree._Element:
    number = "123456789" if role == "seller" else "987654321"
    endpoint = e("ram:URIID", f"{role}@example.com", schemeID="EM")
    return e(
        f"ram:{role.title()}TradeParty",
        e("ram:ID", f"{role}-1"),
        e("ram:Name", f"{role.title()} Ltd"),
        e("ram:SpecifiedLegalOrganization", e("ram:ID", f"HR {number}")),
        _address(sample.country),
        e("ram:URIUniversalCommunication", endpoint) if sample.rich else None,
        None if sample.untaxed else _registration(sample.country + number),
    )


def _agreement(sample: Sample) -> etree._Element:
    document = e(
        "ram:AdditionalReferencedDocument",
        e("ram:IssuerAssignedID", "sheet"),
        e("ram:TypeCode", "916"),
    )
    representative = e(
        "ram:SellerTaxRepresentativeTradeParty",
        e("ram:Name", "Representative"),
        _address(sample.country),
        _registration(f"{sample.country}111111111"),
    )
    return e(
        "ram:ApplicableHeaderTradeAgreement",
        e("ram:BuyerReference", "B-7"),
        _party(sample, "seller"),
        _party(sample, "buyer"),
        None if not sample.rich or sample.untaxed else representative,
        e("ram:BuyerOrderReferencedDocument", e("ram:IssuerAssignedID", "PO-9")),
        document if sample.rich else None,
    )


def _delivery(sample: Sample) -> etree._Element:
    return e(
        "ram:ApplicableHeaderTradeDelivery",
        e("ram:ShipToTradeParty", _address(sample.country)),
        e("ram:ActualDeliverySupplyChainEvent", e("ram:OccurrenceDateTime", _day("20260227"))),
    )


def _settlement(sample: Sample) -> etree._Element:
    rich = sample.rich
    return e(
        "ram:ApplicableHeaderTradeSettlement",
        e("ram:TaxCurrencyCode", "SEK") if sample.accounting else None,
        e("ram:InvoiceCurrencyCode", "EUR"),
        e("ram:PayeeTradeParty", e("ram:Name", "Factor")) if rich else None,
        _payment(sample),
        *(_tax(category, taxable, tax, sample) for category, taxable, tax in sample.breakdown),
        _period("20260201", "20260228"),
        *(_document_entries(sample) if rich else ()),
        e(
            "ram:SpecifiedTradePaymentTerms",
            e("ram:Description", "30 days"),
            None if sample.credit_note else e("ram:DueDateDateTime", _day("20260401")),
        ),
        _summation(sample),
        e("ram:InvoiceReferencedDocument", e("ram:IssuerAssignedID", "R-0")) if rich else None,
    )


def _payment(sample: Sample) -> etree._Element:
    if sample.means == "48":
        card = e("ram:ApplicableTradeSettlementFinancialCard", e("ram:ID", "1234"))
        return e("ram:SpecifiedTradeSettlementPaymentMeans", e("ram:TypeCode", "48"), card)
    account = e("ram:PayeePartyCreditorFinancialAccount", e("ram:IBANID", "DE75512108001245126199"))
    return e("ram:SpecifiedTradeSettlementPaymentMeans", e("ram:TypeCode", sample.means), account)


def _tax(category: Category, taxable: Decimal, tax: Decimal, sample: Sample) -> etree._Element:
    code, text = category.reason or (None, None)
    return e(
        "ram:ApplicableTradeTax",
        e("ram:CalculatedAmount", str(tax)),
        e("ram:TypeCode", "VAT"),
        e("ram:ExemptionReason", text) if text else None,
        e("ram:BasisAmount", str(taxable)),
        e("ram:CategoryCode", category.code),
        e("ram:ExemptionReasonCode", code) if code else None,
        e("ram:TaxPointDate", e("udt:DateString", "20260301", format="102"))
        if sample.rich
        else e("ram:DueDateTypeCode", "5"),
        e("ram:RateApplicablePercent", category.rate) if category.rate is not None else None,
    )


def _category(name: str, category: Category) -> etree._Element:
    return e(
        f"ram:{name}",
        e("ram:TypeCode", "VAT"),
        e("ram:CategoryCode", category.code),
        e("ram:RateApplicablePercent", category.rate) if category.rate is not None else None,
    )


def _entry(
    charge: bool, amount: str, base: str, percent: str, code: str, category: Category | None
) -> etree._Element:
    return e(
        "ram:SpecifiedTradeAllowanceCharge",
        e("ram:ChargeIndicator", e("udt:Indicator", "true" if charge else "false")),
        e("ram:CalculationPercent", percent),
        e("ram:BasisAmount", base),
        e("ram:ActualAmount", amount),
        e("ram:ReasonCode", code),
        e("ram:Reason", "Freight" if charge else "Discount"),
        _category("CategoryTradeTax", category) if category else None,
    )


def _document_entries(sample: Sample) -> list[etree._Element]:
    return [
        _entry(False, "10.00", "100.00", "10", "95", sample.category),
        _entry(True, "5.00", "100.00", "5", "FC", sample.category),
    ]


def _summation(sample: Sample) -> etree._Element:
    rich = sample.rich
    return e(
        "ram:SpecifiedTradeSettlementHeaderMonetarySummation",
        e("ram:LineTotalAmount", str(sample.lines_net)),
        e("ram:ChargeTotalAmount", "5.00") if rich else None,
        e("ram:AllowanceTotalAmount", "10.00") if rich else None,
        e("ram:TaxBasisTotalAmount", str(sample.net)),
        e("ram:TaxTotalAmount", str(sample.tax), currencyID="EUR"),
        e("ram:TaxTotalAmount", str(sample.tax * 11), currencyID="SEK")
        if sample.accounting
        else None,
        e("ram:RoundingAmount", "0.02") if rich else None,
        e("ram:GrandTotalAmount", str(sample.net + sample.tax)),
        e("ram:TotalPrepaidAmount", "50.00") if rich else None,
        e("ram:DuePayableAmount", str(sample.due)),
    )


_LINES = {1: ("3", "19.90", "59.70"), 2: ("10", "4.00", "40.00"), 3: ("1", "101.30", "101.30")}


def _line(sample: Sample, number: int) -> etree._Element:
    quantity, price, net = _LINES[number]
    adjusted = sample.rich and number == 2
    category = sample.last if number == 3 else sample.category
    entries = (
        (
            _entry(False, "2.00", "40.00", "5", "95", None),
            _entry(True, "1.00", "40.00", "2.5", "FC", None),
        )
        if adjusted
        else ()
    )
    return e(
        "ram:IncludedSupplyChainTradeLineItem",
        e("ram:AssociatedDocumentLineDocument", e("ram:LineID", str(number))),
        _product(sample, number),
        _prices(price, number, adjusted),
        e("ram:SpecifiedLineTradeDelivery", e("ram:BilledQuantity", quantity, unitCode="C62")),
        e(
            "ram:SpecifiedLineTradeSettlement",
            _category("ApplicableTradeTax", category),
            _period("20260201", "20260215") if adjusted else None,
            *entries,
            e(
                "ram:SpecifiedTradeSettlementLineMonetarySummation",
                e("ram:LineTotalAmount", "39.00" if adjusted else net),
            ),
        ),
    )


def _product(sample: Sample, number: int) -> etree._Element:
    rich = sample.rich
    return e(
        "ram:SpecifiedTradeProduct",
        e("ram:GlobalID", "4012345678901", schemeID="0160") if rich else None,
        e("ram:SellerAssignedID", f"T-{number}"),
        e("ram:Name", f"Thing {number}"),
        e(
            "ram:ApplicableProductCharacteristic",
            e("ram:Description", "Colour"),
            e("ram:Value", "red"),
        )
        if rich
        else None,
        e("ram:DesignatedProductClassification", e("ram:ClassCode", "47131700", listID="TST"))
        if rich
        else None,
        e("ram:OriginTradeCountry", e("ram:ID", sample.country)) if rich else None,
    )


def _prices(price: str, number: int, discounted: bool) -> etree._Element:
    gross = e(
        "ram:GrossPriceProductTradePrice",
        e("ram:ChargeAmount", "5.00"),
        e(
            "ram:AppliedTradeAllowanceCharge",
            e("ram:ChargeIndicator", e("udt:Indicator", "false")),
            e("ram:ActualAmount", "1.00"),
        ),
    )
    return e(
        "ram:SpecifiedLineTradeAgreement",
        e("ram:BuyerOrderReferencedDocument", e("ram:LineID", str(number))),
        gross if discounted else None,
        e(
            "ram:NetPriceProductTradePrice",
            e("ram:ChargeAmount", price),
            e("ram:BasisQuantity", "1", unitCode="C62"),
        ),
    )
