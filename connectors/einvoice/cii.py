"""UN/CEFACT Cross Industry Invoice D16B, after EN 16931-3-3.

The tables say where each field stands; the records' docstrings give its business term.
Freight of the Factur-X and ZUGFeRD extended profile (`SpecifiedLogisticsServiceCharge`) is a
document charge, since the charge total includes it.
"""

from connectors.einvoice.binding import (
    Element,
    Field,
    absent,
    amount,
    compact,
    day,
    each,
    filled,
    first_given,
    flag,
    given,
    one,
    read_whole,
    record,
    text,
    within,
)
from operators.invoice import (
    Account,
    Address,
    AllowanceCharge,
    Identifier,
    Invoice,
    ItemAttribute,
    Line,
    Party,
    Payment,
    Period,
    PrecedingInvoice,
    SupportingDocument,
    TaxRepresentative,
    Totals,
    VatSubtotal,
)

_TRADE = "rsm:SupplyChainTradeTransaction"
_AGREEMENT = f"{_TRADE}/ram:ApplicableHeaderTradeAgreement"
_DELIVERY = f"{_TRADE}/ram:ApplicableHeaderTradeDelivery"
_SETTLEMENT = f"{_TRADE}/ram:ApplicableHeaderTradeSettlement"
_MEANS = f"{_SETTLEMENT}/ram:SpecifiedTradeSettlementPaymentMeans"
_TERMS = f"{_SETTLEMENT}/ram:SpecifiedTradePaymentTerms"
_SUMMATION = f"{_SETTLEMENT}/ram:SpecifiedTradeSettlementHeaderMonetarySummation"
_ACCOUNTING = (
    f"@currencyID = /*/{_SETTLEMENT}/ram:TaxCurrencyCode"
    f" and not(@currencyID = /*/{_SETTLEMENT}/ram:InvoiceCurrencyCode)"
)

_ADDRESS = record(
    Address,
    street=text("ram:LineOne"),
    city=text("ram:CityName"),
    postcode=text("ram:PostcodeCode"),
    country=given("ram:CountryID"),
)

_PERIOD = record(
    Period,
    start=filled("ram:StartDateTime", day("*")),
    end=filled("ram:EndDateTime", day("*")),
)


def _party(role: str) -> Field[Party]:
    party = f"{_AGREEMENT}/ram:{role}"
    return record(
        Party,
        name=text(f"{party}/ram:Name"),
        identifier=first_given(f"{party}/ram:ID", f"{party}/ram:GlobalID"),
        legal_id=given(f"{party}/ram:SpecifiedLegalOrganization/ram:ID"),
        vat_id=compact(f"{party}/ram:SpecifiedTaxRegistration/ram:ID[@schemeID = 'VA']"),
        tax_id=given(f"{party}/ram:SpecifiedTaxRegistration/ram:ID[@schemeID = 'FC']"),
        address=one(f"{party}/ram:PostalTradeAddress", _ADDRESS),
        endpoint=one(
            f"{party}/ram:URIUniversalCommunication",
            record(Identifier, value=text("ram:URIID"), scheme=given("ram:URIID/@schemeID")),
        ),
    )


_TAX_REPRESENTATIVE = record(
    TaxRepresentative,
    name=text("ram:Name"),
    vat_id=compact("ram:SpecifiedTaxRegistration/ram:ID[@schemeID = 'VA']"),
    address=one("ram:PostalTradeAddress", _ADDRESS),
)

_PAYMENT = record(
    Payment,
    means=given("ram:TypeCode"),
    account=one(
        "self::*[ram:PayeePartyCreditorFinancialAccount]",
        record(
            Account,
            id=compact(
                "ram:PayeePartyCreditorFinancialAccount/ram:IBANID",
                "ram:PayeePartyCreditorFinancialAccount/ram:ProprietaryID",
            ),
            bank=text("ram:PayeeSpecifiedCreditorFinancialInstitution/ram:BICID"),
        ),
    ),
    debited_account=compact("ram:PayerPartyDebtorFinancialAccount/ram:IBANID"),
    card=text("ram:ApplicableTradeSettlementFinancialCard/ram:ID"),
)


_ALLOWANCE_CHARGE = record(
    AllowanceCharge,
    charge=flag("ram:ChargeIndicator/udt:Indicator"),
    amount=amount("ram:ActualAmount"),
    base_amount=amount("ram:BasisAmount"),
    percent=amount("ram:CalculationPercent"),
    vat_category=given("ram:CategoryTradeTax/ram:CategoryCode"),
    tax_scheme=within("ram:CategoryTradeTax", "ram:TypeCode"),
    vat_rate=amount("ram:CategoryTradeTax/ram:RateApplicablePercent"),
    reason=given("ram:Reason"),
    reason_code=given("ram:ReasonCode"),
)

_FREIGHT = record(
    AllowanceCharge,
    charge=lambda *_: True,
    amount=amount("ram:AppliedAmount"),
    vat_category=text("ram:AppliedTradeTax/ram:CategoryCode"),
    tax_scheme=within("ram:AppliedTradeTax", "ram:TypeCode"),
    vat_rate=amount("ram:AppliedTradeTax/ram:RateApplicablePercent"),
    reason=text("ram:Description"),
)

_LINE = record(
    Line,
    id=text("ram:AssociatedDocumentLineDocument/ram:LineID"),
    item_id=text(
        "ram:SpecifiedTradeProduct/ram:SellerAssignedID",
        "ram:SpecifiedTradeProduct/ram:BuyerAssignedID",
        "ram:SpecifiedTradeProduct/ram:GlobalID",
    ),
    name=text("ram:SpecifiedTradeProduct/ram:Name"),
    quantity=amount("ram:SpecifiedLineTradeDelivery/ram:BilledQuantity"),
    unit=given("ram:SpecifiedLineTradeDelivery/ram:BilledQuantity/@unitCode"),
    price=amount("ram:SpecifiedLineTradeAgreement/ram:NetPriceProductTradePrice/ram:ChargeAmount"),
    base_quantity=amount(
        "ram:SpecifiedLineTradeAgreement/ram:NetPriceProductTradePrice/ram:BasisQuantity",
        "ram:SpecifiedLineTradeAgreement/ram:GrossPriceProductTradePrice/ram:BasisQuantity",
    ),
    base_unit=given(
        "ram:SpecifiedLineTradeAgreement/ram:NetPriceProductTradePrice/ram:BasisQuantity/@unitCode",
        "ram:SpecifiedLineTradeAgreement/ram:GrossPriceProductTradePrice"
        "/ram:BasisQuantity/@unitCode",
    ),
    net=amount(
        "ram:SpecifiedLineTradeSettlement"
        "/ram:SpecifiedTradeSettlementLineMonetarySummation/ram:LineTotalAmount"
    ),
    vat_category=given("ram:SpecifiedLineTradeSettlement/ram:ApplicableTradeTax/ram:CategoryCode"),
    tax_scheme=within("ram:SpecifiedLineTradeSettlement/ram:ApplicableTradeTax", "ram:TypeCode"),
    vat_rate=amount(
        "ram:SpecifiedLineTradeSettlement/ram:ApplicableTradeTax/ram:RateApplicablePercent"
    ),
    gross_price=amount(
        "ram:SpecifiedLineTradeAgreement/ram:GrossPriceProductTradePrice/ram:ChargeAmount"
    ),
    price_discount=amount(
        "ram:SpecifiedLineTradeAgreement/ram:GrossPriceProductTradePrice"
        "/ram:AppliedTradeAllowanceCharge/ram:ActualAmount"
    ),
    order_line=text("ram:SpecifiedLineTradeAgreement/ram:BuyerOrderReferencedDocument/ram:LineID"),
    period=one("ram:SpecifiedLineTradeSettlement/ram:BillingSpecifiedPeriod", _PERIOD),
    origin=given("ram:SpecifiedTradeProduct/ram:OriginTradeCountry/ram:ID"),
    standard_id=one(
        "ram:SpecifiedTradeProduct/ram:GlobalID",
        record(Identifier, value=text("."), scheme=given("@schemeID")),
    ),
    classifications=each(
        (
            "ram:SpecifiedTradeProduct/ram:DesignatedProductClassification/ram:ClassCode",
            record(Identifier, value=text("."), scheme=given("@listID")),
        )
    ),
    attributes=each(
        (
            "ram:SpecifiedTradeProduct/ram:ApplicableProductCharacteristic",
            record(ItemAttribute, name=given("ram:Description"), value=given("ram:Value")),
        )
    ),
    allowances_charges=each(
        ("ram:SpecifiedLineTradeSettlement/ram:SpecifiedTradeAllowanceCharge", _ALLOWANCE_CHARGE)
    ),
)

_VAT_SUBTOTAL = record(
    VatSubtotal,
    category=given("ram:CategoryCode"),
    tax_scheme=within("self::*", "ram:TypeCode"),
    rate=amount("ram:RateApplicablePercent"),
    taxable=amount("ram:BasisAmount"),
    tax=amount("ram:CalculatedAmount"),
    exemption_reason=given("ram:ExemptionReason"),
    exemption_code=given("ram:ExemptionReasonCode"),
)

_TOTALS = record(
    Totals,
    lines_net=amount(f"{_SUMMATION}/ram:LineTotalAmount"),
    allowances=amount(f"{_SUMMATION}/ram:AllowanceTotalAmount"),
    charges=amount(f"{_SUMMATION}/ram:ChargeTotalAmount"),
    net=amount(f"{_SUMMATION}/ram:TaxBasisTotalAmount"),
    tax=amount(f"{_SUMMATION}/ram:TaxTotalAmount[not({_ACCOUNTING})]"),
    tax_accounting=amount(f"{_SUMMATION}/ram:TaxTotalAmount[{_ACCOUNTING}]"),
    gross=amount(f"{_SUMMATION}/ram:GrandTotalAmount"),
    prepaid=amount(f"{_SUMMATION}/ram:TotalPrepaidAmount"),
    rounding=amount(f"{_SUMMATION}/ram:RoundingAmount"),
    payable=amount(f"{_SUMMATION}/ram:DuePayableAmount"),
)

_INVOICE = record(
    Invoice,
    syntax=lambda *_: "CII",
    lacks=absent(
        seller=f"{_AGREEMENT}/ram:SellerTradeParty",
        totals=_SUMMATION,
        vat_currency=f"{_SUMMATION}/ram:TaxTotalAmount"
        f"[@currencyID = /*/{_SETTLEMENT}/ram:InvoiceCurrencyCode]",
    ),
    number=text("rsm:ExchangedDocument/ram:ID"),
    issue_date=day("rsm:ExchangedDocument/ram:IssueDateTime/*"),
    type_code=given("rsm:ExchangedDocument/ram:TypeCode"),
    currency=given(f"{_SETTLEMENT}/ram:InvoiceCurrencyCode"),
    tax_currency=given(f"{_SETTLEMENT}/ram:TaxCurrencyCode"),
    tax_point_date=filled(f"{_SETTLEMENT}/ram:ApplicableTradeTax/ram:TaxPointDate", day("*")),
    tax_point_code=given(f"{_SETTLEMENT}/ram:ApplicableTradeTax/ram:DueDateTypeCode"),
    due_date=day(f"{_TERMS}/ram:DueDateDateTime/*"),
    buyer_reference=text(f"{_AGREEMENT}/ram:BuyerReference"),
    contract=text(f"{_AGREEMENT}/ram:ContractReferencedDocument/ram:IssuerAssignedID"),
    purchase_order=text(f"{_AGREEMENT}/ram:BuyerOrderReferencedDocument/ram:IssuerAssignedID"),
    goods_receipt=text(f"{_DELIVERY}/ram:ReceivingAdviceReferencedDocument/ram:IssuerAssignedID"),
    despatch_advice=text(f"{_DELIVERY}/ram:DespatchAdviceReferencedDocument/ram:IssuerAssignedID"),
    preceding_invoices=each(
        (
            f"{_SETTLEMENT}/ram:InvoiceReferencedDocument",
            record(
                PrecedingInvoice,
                number=text("ram:IssuerAssignedID"),
                issue_date=day("ram:FormattedIssueDateTime/*"),
            ),
        )
    ),
    supporting_documents=each(
        (
            f"{_AGREEMENT}/ram:AdditionalReferencedDocument",
            record(
                SupportingDocument,
                reference=text("ram:IssuerAssignedID"),
                description=text("ram:Name"),
            ),
        )
    ),
    delivery_date=day(f"{_DELIVERY}/ram:ActualDeliverySupplyChainEvent/ram:OccurrenceDateTime/*"),
    delivery_address=one(f"{_DELIVERY}/ram:ShipToTradeParty/ram:PostalTradeAddress", _ADDRESS),
    period=one(f"{_SETTLEMENT}/ram:BillingSpecifiedPeriod", _PERIOD),
    customization=text(
        "rsm:ExchangedDocumentContext/ram:GuidelineSpecifiedDocumentContextParameter/ram:ID"
    ),
    payments=each((_MEANS, _PAYMENT)),
    payment_terms=text(f"{_TERMS}/ram:Description"),
    seller=_party("SellerTradeParty"),
    buyer=_party("BuyerTradeParty"),
    tax_representative=one(
        f"{_AGREEMENT}/ram:SellerTaxRepresentativeTradeParty", _TAX_REPRESENTATIVE
    ),
    allowances_charges=each(
        (f"{_SETTLEMENT}/ram:SpecifiedTradeAllowanceCharge", _ALLOWANCE_CHARGE),
        (f"{_SETTLEMENT}/ram:SpecifiedLogisticsServiceCharge", _FREIGHT),
    ),
    lines=each((f"{_TRADE}/ram:IncludedSupplyChainTradeLineItem", _LINE)),
    vat_breakdown=each((f"{_SETTLEMENT}/ram:ApplicableTradeTax", _VAT_SUBTOTAL)),
    totals=_TOTALS,
)


def invoice(root: Element) -> Invoice:
    """The invoice in a CrossIndustryInvoice; raises Unreadable for what makes no sense in it."""
    return read_whole(_INVOICE, root)
