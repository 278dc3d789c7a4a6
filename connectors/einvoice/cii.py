"""UN/CEFACT Cross Industry Invoice D16B, after EN 16931-3-3.

The tables say where each field stands; the records' docstrings give its business term.
Freight of the Factur-X and ZUGFeRD extended profile (`SpecifiedLogisticsServiceCharge`) is a
document charge, since the charge total includes it.
"""

from connectors.einvoice.binding import (
    Element,
    Field,
    amount,
    compact,
    day,
    each,
    flag,
    one,
    record,
    refuse_other_currencies,
    text,
)
from operators.invoice import Address, AllowanceCharge, Invoice, Line, Party, Totals, VatSubtotal

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
_CREDITOR = f"{_MEANS}/ram:PayeePartyCreditorFinancialAccount"
_DEBTOR = f"{_MEANS}/ram:PayerPartyDebtorFinancialAccount"

_ADDRESS = record(
    Address,
    street=text("ram:LineOne"),
    city=text("ram:CityName"),
    postcode=text("ram:PostcodeCode"),
    country=text("ram:CountryID"),
)


def _party(role: str, account: str) -> Field[Party]:
    party = f"{_AGREEMENT}/ram:{role}"
    return record(
        Party,
        name=text(f"{party}/ram:Name"),
        identifier=text(f"{party}/ram:ID", f"{party}/ram:GlobalID"),
        legal_id=text(f"{party}/ram:SpecifiedLegalOrganization/ram:ID"),
        vat_id=compact(f"{party}/ram:SpecifiedTaxRegistration/ram:ID[@schemeID = 'VA']"),
        tax_id=text(f"{party}/ram:SpecifiedTaxRegistration/ram:ID[@schemeID = 'FC']"),
        address=one(f"{party}/ram:PostalTradeAddress", _ADDRESS),
        iban=compact(f"{account}/ram:IBANID", f"{account}/ram:ProprietaryID"),
    )


_ALLOWANCE_CHARGE = record(
    AllowanceCharge,
    charge=flag("ram:ChargeIndicator/udt:Indicator"),
    amount=amount("ram:ActualAmount"),
    base_amount=amount("ram:BasisAmount"),
    percent=amount("ram:CalculationPercent"),
    vat_category=text("ram:CategoryTradeTax/ram:CategoryCode"),
    vat_rate=amount("ram:CategoryTradeTax/ram:RateApplicablePercent"),
    reason=text("ram:Reason"),
    reason_code=text("ram:ReasonCode"),
)

_FREIGHT = record(
    AllowanceCharge,
    charge=lambda _: True,
    amount=amount("ram:AppliedAmount"),
    vat_category=text("ram:AppliedTradeTax/ram:CategoryCode"),
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
    unit=text("ram:SpecifiedLineTradeDelivery/ram:BilledQuantity/@unitCode"),
    price=amount("ram:SpecifiedLineTradeAgreement/ram:NetPriceProductTradePrice/ram:ChargeAmount"),
    base_quantity=amount(
        "ram:SpecifiedLineTradeAgreement/ram:NetPriceProductTradePrice/ram:BasisQuantity",
        "ram:SpecifiedLineTradeAgreement/ram:GrossPriceProductTradePrice/ram:BasisQuantity",
    ),
    net=amount(
        "ram:SpecifiedLineTradeSettlement"
        "/ram:SpecifiedTradeSettlementLineMonetarySummation/ram:LineTotalAmount"
    ),
    vat_category=text("ram:SpecifiedLineTradeSettlement/ram:ApplicableTradeTax/ram:CategoryCode"),
    vat_rate=amount(
        "ram:SpecifiedLineTradeSettlement/ram:ApplicableTradeTax/ram:RateApplicablePercent"
    ),
    order_line=text("ram:SpecifiedLineTradeAgreement/ram:BuyerOrderReferencedDocument/ram:LineID"),
    allowances_charges=each(
        ("ram:SpecifiedLineTradeSettlement/ram:SpecifiedTradeAllowanceCharge", _ALLOWANCE_CHARGE)
    ),
)

_VAT_SUBTOTAL = record(
    VatSubtotal,
    category=text("ram:CategoryCode"),
    rate=amount("ram:RateApplicablePercent"),
    taxable=amount("ram:BasisAmount"),
    tax=amount("ram:CalculatedAmount"),
    exemption_reason=text("ram:ExemptionReason"),
    exemption_code=text("ram:ExemptionReasonCode"),
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
    number=text("rsm:ExchangedDocument/ram:ID"),
    issue_date=day("rsm:ExchangedDocument/ram:IssueDateTime/*"),
    type_code=text("rsm:ExchangedDocument/ram:TypeCode"),
    currency=text(f"{_SETTLEMENT}/ram:InvoiceCurrencyCode"),
    tax_currency=text(f"{_SETTLEMENT}/ram:TaxCurrencyCode"),
    tax_point_date=day(f"{_SETTLEMENT}/ram:ApplicableTradeTax/ram:TaxPointDate/*"),
    due_date=day(f"{_TERMS}/ram:DueDateDateTime/*"),
    buyer_reference=text(f"{_AGREEMENT}/ram:BuyerReference"),
    contract=text(f"{_AGREEMENT}/ram:ContractReferencedDocument/ram:IssuerAssignedID"),
    purchase_order=text(f"{_AGREEMENT}/ram:BuyerOrderReferencedDocument/ram:IssuerAssignedID"),
    goods_receipt=text(f"{_DELIVERY}/ram:ReceivingAdviceReferencedDocument/ram:IssuerAssignedID"),
    despatch_advice=text(f"{_DELIVERY}/ram:DespatchAdviceReferencedDocument/ram:IssuerAssignedID"),
    preceding_invoices=each(
        (f"{_SETTLEMENT}/ram:InvoiceReferencedDocument", text("ram:IssuerAssignedID"))
    ),
    delivery_date=day(f"{_DELIVERY}/ram:ActualDeliverySupplyChainEvent/ram:OccurrenceDateTime/*"),
    period_start=day(f"{_SETTLEMENT}/ram:BillingSpecifiedPeriod/ram:StartDateTime/*"),
    period_end=day(f"{_SETTLEMENT}/ram:BillingSpecifiedPeriod/ram:EndDateTime/*"),
    customization=text(
        "rsm:ExchangedDocumentContext/ram:GuidelineSpecifiedDocumentContextParameter/ram:ID"
    ),
    payment_means=text(f"{_MEANS}/ram:TypeCode"),
    payment_terms=text(f"{_TERMS}/ram:Description"),
    seller=_party("SellerTradeParty", _CREDITOR),
    buyer=_party("BuyerTradeParty", _DEBTOR),
    allowances_charges=each(
        (f"{_SETTLEMENT}/ram:SpecifiedTradeAllowanceCharge", _ALLOWANCE_CHARGE),
        (f"{_SETTLEMENT}/ram:SpecifiedLogisticsServiceCharge", _FREIGHT),
    ),
    lines=each((f"{_TRADE}/ram:IncludedSupplyChainTradeLineItem", _LINE)),
    vat_breakdown=each((f"{_SETTLEMENT}/ram:ApplicableTradeTax", _VAT_SUBTOTAL)),
    totals=_TOTALS,
)


def invoice(root: Element) -> Invoice:
    """The invoice in a CrossIndustryInvoice; Unreadable when a value is not understood."""
    read = _INVOICE(root)
    refuse_other_currencies(root, read.currency, read.tax_currency)
    return read
