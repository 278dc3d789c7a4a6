"""UBL 2.1 Invoice and CreditNote, after EN 16931-3-2.

The tables say where each field stands; the records' docstrings give its business term.
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

_VAT = "translate(normalize-space(cac:TaxScheme/cbc:ID), 'vat', 'VAT') = 'VAT'"
_ACCOUNTING = (
    "@currencyID = /*/cbc:TaxCurrencyCode and not(@currencyID = /*/cbc:DocumentCurrencyCode)"
)
_CREDITOR = "cac:PaymentMeans/cac:PayeeFinancialAccount/cbc:ID"
_DEBTOR = "cac:PaymentMeans/cac:PaymentMandate/cac:PayerFinancialAccount/cbc:ID"

_ADDRESS = record(
    Address,
    street=text("cbc:StreetName"),
    city=text("cbc:CityName"),
    postcode=text("cbc:PostalZone"),
    country=text("cac:Country/cbc:IdentificationCode"),
)


def _party(role: str, account: str) -> Field[Party]:
    party = f"cac:{role}/cac:Party"
    return record(
        Party,
        name=text(f"{party}/cac:PartyLegalEntity/cbc:RegistrationName"),
        identifier=text(f"{party}/cac:PartyIdentification/cbc:ID[not(@schemeID = 'SEPA')]"),
        legal_id=text(f"{party}/cac:PartyLegalEntity/cbc:CompanyID"),
        vat_id=compact(f"{party}/cac:PartyTaxScheme[{_VAT}]/cbc:CompanyID"),
        tax_id=text(f"{party}/cac:PartyTaxScheme[not({_VAT})]/cbc:CompanyID"),
        address=one(f"{party}/cac:PostalAddress", _ADDRESS),
        iban=compact(account),
    )


_ALLOWANCE_CHARGE = record(
    AllowanceCharge,
    charge=flag("cbc:ChargeIndicator"),
    amount=amount("cbc:Amount"),
    base_amount=amount("cbc:BaseAmount"),
    percent=amount("cbc:MultiplierFactorNumeric"),
    vat_category=text("cac:TaxCategory/cbc:ID"),
    vat_rate=amount("cac:TaxCategory/cbc:Percent"),
    reason=text("cbc:AllowanceChargeReason"),
    reason_code=text("cbc:AllowanceChargeReasonCode"),
)

_LINE = record(
    Line,
    id=text("cbc:ID"),
    item_id=text(
        "cac:Item/cac:SellersItemIdentification/cbc:ID",
        "cac:Item/cac:BuyersItemIdentification/cbc:ID",
        "cac:Item/cac:StandardItemIdentification/cbc:ID",
    ),
    name=text("cac:Item/cbc:Name"),
    quantity=amount("cbc:InvoicedQuantity | cbc:CreditedQuantity"),
    unit=text("cbc:InvoicedQuantity/@unitCode | cbc:CreditedQuantity/@unitCode"),
    price=amount("cac:Price/cbc:PriceAmount"),
    base_quantity=amount("cac:Price/cbc:BaseQuantity"),
    net=amount("cbc:LineExtensionAmount"),
    vat_category=text("cac:Item/cac:ClassifiedTaxCategory/cbc:ID"),
    vat_rate=amount("cac:Item/cac:ClassifiedTaxCategory/cbc:Percent"),
    order_line=text("cac:OrderLineReference/cbc:LineID"),
    allowances_charges=each(("cac:AllowanceCharge", _ALLOWANCE_CHARGE)),
)

_VAT_SUBTOTAL = record(
    VatSubtotal,
    category=text("cac:TaxCategory/cbc:ID"),
    rate=amount("cac:TaxCategory/cbc:Percent"),
    taxable=amount("cbc:TaxableAmount"),
    tax=amount("cbc:TaxAmount"),
    exemption_reason=text("cac:TaxCategory/cbc:TaxExemptionReason"),
    exemption_code=text("cac:TaxCategory/cbc:TaxExemptionReasonCode"),
)

_TOTALS = record(
    Totals,
    lines_net=amount("cac:LegalMonetaryTotal/cbc:LineExtensionAmount"),
    allowances=amount("cac:LegalMonetaryTotal/cbc:AllowanceTotalAmount"),
    charges=amount("cac:LegalMonetaryTotal/cbc:ChargeTotalAmount"),
    net=amount("cac:LegalMonetaryTotal/cbc:TaxExclusiveAmount"),
    tax=amount(f"cac:TaxTotal/cbc:TaxAmount[not({_ACCOUNTING})]"),
    tax_accounting=amount(f"cac:TaxTotal/cbc:TaxAmount[{_ACCOUNTING}]"),
    gross=amount("cac:LegalMonetaryTotal/cbc:TaxInclusiveAmount"),
    prepaid=amount("cac:LegalMonetaryTotal/cbc:PrepaidAmount"),
    rounding=amount("cac:LegalMonetaryTotal/cbc:PayableRoundingAmount"),
    payable=amount("cac:LegalMonetaryTotal/cbc:PayableAmount"),
)

_INVOICE = record(
    Invoice,
    number=text("cbc:ID"),
    issue_date=day("cbc:IssueDate"),
    type_code=text("cbc:InvoiceTypeCode | cbc:CreditNoteTypeCode"),
    currency=text("cbc:DocumentCurrencyCode"),
    tax_currency=text("cbc:TaxCurrencyCode"),
    tax_point_date=day("cbc:TaxPointDate"),
    due_date=day(
        "cbc:DueDate", "cac:PaymentMeans/cbc:PaymentDueDate", "cac:PaymentTerms/cbc:PaymentDueDate"
    ),
    buyer_reference=text("cbc:BuyerReference"),
    contract=text("cac:ContractDocumentReference/cbc:ID"),
    purchase_order=text("cac:OrderReference/cbc:ID"),
    goods_receipt=text("cac:ReceiptDocumentReference/cbc:ID"),
    despatch_advice=text("cac:DespatchDocumentReference/cbc:ID"),
    preceding_invoices=each(("cac:BillingReference/cac:InvoiceDocumentReference", text("cbc:ID"))),
    delivery_date=day("cac:Delivery/cbc:ActualDeliveryDate"),
    period_start=day("cac:InvoicePeriod/cbc:StartDate"),
    period_end=day("cac:InvoicePeriod/cbc:EndDate"),
    customization=text("cbc:CustomizationID"),
    payment_means=text("cac:PaymentMeans/cbc:PaymentMeansCode"),
    payment_terms=text("cac:PaymentTerms/cbc:Note"),
    seller=_party("AccountingSupplierParty", _CREDITOR),
    buyer=_party("AccountingCustomerParty", _DEBTOR),
    allowances_charges=each(("cac:AllowanceCharge", _ALLOWANCE_CHARGE)),
    lines=each(("cac:InvoiceLine | cac:CreditNoteLine", _LINE)),
    vat_breakdown=each(
        (f"cac:TaxTotal[not(cbc:TaxAmount[{_ACCOUNTING}])]/cac:TaxSubtotal", _VAT_SUBTOTAL)
    ),
    totals=_TOTALS,
)


def invoice(root: Element) -> Invoice:
    """The invoice in a UBL Invoice or CreditNote; Unreadable when a value is not understood."""
    read = _INVOICE(root)
    refuse_other_currencies(root, read.currency, read.tax_currency)
    return read
