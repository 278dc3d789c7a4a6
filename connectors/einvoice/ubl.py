"""UBL 2.1 Invoice and CreditNote, after EN 16931-3-2.

The tables say where each field stands; the records' docstrings give its business term.
"""

from lxml import etree

from connectors.einvoice.binding import (
    Element,
    Field,
    absent,
    amount,
    compact,
    day,
    each,
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

_VAT = "translate(normalize-space(cac:TaxScheme/cbc:ID), 'vat', 'VAT') = 'VAT'"
_ACCOUNTING = (
    "@currencyID = /*/cbc:TaxCurrencyCode and not(@currencyID = /*/cbc:DocumentCurrencyCode)"
)

_ADDRESS = record(
    Address,
    street=text("cbc:StreetName"),
    city=text("cbc:CityName"),
    postcode=text("cbc:PostalZone"),
    country=given("cac:Country/cbc:IdentificationCode"),
)

_PERIOD = record(Period, start=day("cbc:StartDate"), end=day("cbc:EndDate"))


def _party(role: str) -> Field[Party]:
    party = f"cac:{role}/cac:Party"
    return record(
        Party,
        name=text(f"{party}/cac:PartyLegalEntity/cbc:RegistrationName"),
        identifier=first_given(f"{party}/cac:PartyIdentification/cbc:ID[not(@schemeID = 'SEPA')]"),
        legal_id=given(f"{party}/cac:PartyLegalEntity/cbc:CompanyID"),
        vat_id=compact(f"{party}/cac:PartyTaxScheme[{_VAT}]/cbc:CompanyID"),
        tax_id=given(f"{party}/cac:PartyTaxScheme[not({_VAT})]/cbc:CompanyID"),
        address=one(f"{party}/cac:PostalAddress", _ADDRESS),
        endpoint=one(
            f"{party}/cbc:EndpointID",
            record(Identifier, value=text("."), scheme=given("@schemeID")),
        ),
    )


_TAX_REPRESENTATIVE = record(
    TaxRepresentative,
    name=text("cac:PartyName/cbc:Name"),
    vat_id=compact(f"cac:PartyTaxScheme[{_VAT}]/cbc:CompanyID"),
    address=one("cac:PostalAddress", _ADDRESS),
)

_PAYMENT = record(
    Payment,
    means=given("cbc:PaymentMeansCode"),
    account=one(
        "cac:PayeeFinancialAccount",
        record(
            Account,
            id=compact("cbc:ID"),
            bank=text("cac:FinancialInstitutionBranch/cbc:ID"),
        ),
    ),
    debited_account=compact("cac:PaymentMandate/cac:PayerFinancialAccount/cbc:ID"),
    card=text("cac:CardAccount/cbc:PrimaryAccountNumberID"),
)


_ALLOWANCE_CHARGE = record(
    AllowanceCharge,
    charge=flag("cbc:ChargeIndicator"),
    amount=amount("cbc:Amount"),
    base_amount=amount("cbc:BaseAmount"),
    percent=amount("cbc:MultiplierFactorNumeric"),
    vat_category=given("cac:TaxCategory/cbc:ID"),
    tax_scheme=within("cac:TaxCategory", "cac:TaxScheme/cbc:ID"),
    vat_rate=amount("cac:TaxCategory/cbc:Percent"),
    reason=given("cbc:AllowanceChargeReason"),
    reason_code=given("cbc:AllowanceChargeReasonCode"),
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
    unit=given("cbc:InvoicedQuantity/@unitCode | cbc:CreditedQuantity/@unitCode"),
    price=amount("cac:Price/cbc:PriceAmount"),
    base_quantity=amount("cac:Price/cbc:BaseQuantity"),
    base_unit=given("cac:Price/cbc:BaseQuantity/@unitCode"),
    net=amount("cbc:LineExtensionAmount"),
    vat_category=given("cac:Item/cac:ClassifiedTaxCategory/cbc:ID"),
    tax_scheme=within("cac:Item/cac:ClassifiedTaxCategory", "cac:TaxScheme/cbc:ID"),
    vat_rate=amount("cac:Item/cac:ClassifiedTaxCategory/cbc:Percent"),
    gross_price=amount("cac:Price/cac:AllowanceCharge/cbc:BaseAmount"),
    price_discount=amount("cac:Price/cac:AllowanceCharge/cbc:Amount"),
    order_line=text("cac:OrderLineReference/cbc:LineID"),
    period=one("cac:InvoicePeriod", _PERIOD),
    origin=given("cac:Item/cac:OriginCountry/cbc:IdentificationCode"),
    standard_id=one(
        "cac:Item/cac:StandardItemIdentification/cbc:ID",
        record(Identifier, value=text("."), scheme=given("@schemeID")),
    ),
    classifications=each(
        (
            "cac:Item/cac:CommodityClassification/cbc:ItemClassificationCode",
            record(Identifier, value=text("."), scheme=given("@listID")),
        )
    ),
    attributes=each(
        (
            "cac:Item/cac:AdditionalItemProperty",
            record(ItemAttribute, name=given("cbc:Name"), value=given("cbc:Value")),
        )
    ),
    allowances_charges=each(("cac:AllowanceCharge", _ALLOWANCE_CHARGE)),
)

_VAT_SUBTOTAL = record(
    VatSubtotal,
    category=given("cac:TaxCategory/cbc:ID"),
    tax_scheme=within("cac:TaxCategory", "cac:TaxScheme/cbc:ID"),
    rate=amount("cac:TaxCategory/cbc:Percent"),
    taxable=amount("cbc:TaxableAmount"),
    tax=amount("cbc:TaxAmount"),
    exemption_reason=given("cac:TaxCategory/cbc:TaxExemptionReason"),
    exemption_code=given("cac:TaxCategory/cbc:TaxExemptionReasonCode"),
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
    syntax=lambda root, _: f"UBL {etree.QName(root).localname}",
    lacks=absent(
        seller="cac:AccountingSupplierParty",
        totals="cac:LegalMonetaryTotal",
        vat_currency="cac:TaxTotal/cbc:TaxAmount[@currencyID = /*/cbc:DocumentCurrencyCode]",
    ),
    number=text("cbc:ID"),
    issue_date=day("cbc:IssueDate"),
    type_code=given("cbc:InvoiceTypeCode | cbc:CreditNoteTypeCode"),
    currency=given("cbc:DocumentCurrencyCode"),
    tax_currency=given("cbc:TaxCurrencyCode"),
    tax_point_date=day("cbc:TaxPointDate"),
    tax_point_code=given("cac:InvoicePeriod/cbc:DescriptionCode"),
    due_date=day(
        "cbc:DueDate", "cac:PaymentMeans/cbc:PaymentDueDate", "cac:PaymentTerms/cbc:PaymentDueDate"
    ),
    buyer_reference=text("cbc:BuyerReference"),
    contract=text("cac:ContractDocumentReference/cbc:ID"),
    purchase_order=text("cac:OrderReference/cbc:ID"),
    goods_receipt=text("cac:ReceiptDocumentReference/cbc:ID"),
    despatch_advice=text("cac:DespatchDocumentReference/cbc:ID"),
    preceding_invoices=each(
        (
            "cac:BillingReference",
            record(
                PrecedingInvoice,
                number=given("cac:InvoiceDocumentReference/cbc:ID"),
                issue_date=day("cac:InvoiceDocumentReference/cbc:IssueDate"),
            ),
        )
    ),
    supporting_documents=each(
        (
            "cac:AdditionalDocumentReference",
            record(
                SupportingDocument,
                reference=text("cbc:ID"),
                description=text("cbc:DocumentDescription"),
            ),
        )
    ),
    delivery_date=day("cac:Delivery/cbc:ActualDeliveryDate"),
    delivery_address=one("cac:Delivery/cac:DeliveryLocation/cac:Address", _ADDRESS),
    period=one("cac:InvoicePeriod", _PERIOD),
    customization=text("cbc:CustomizationID"),
    payments=each(("cac:PaymentMeans", _PAYMENT)),
    payment_terms=text("cac:PaymentTerms/cbc:Note"),
    seller=_party("AccountingSupplierParty"),
    buyer=_party("AccountingCustomerParty"),
    tax_representative=one("cac:TaxRepresentativeParty", _TAX_REPRESENTATIVE),
    allowances_charges=each(("cac:AllowanceCharge", _ALLOWANCE_CHARGE)),
    lines=each(("cac:InvoiceLine | cac:CreditNoteLine", _LINE)),
    vat_breakdown=each(
        (f"cac:TaxTotal[not(cbc:TaxAmount[{_ACCOUNTING}])]/cac:TaxSubtotal", _VAT_SUBTOTAL)
    ),
    totals=_TOTALS,
)


def invoice(root: Element) -> Invoice:
    """The invoice in a UBL Invoice or CreditNote; raises Unreadable for what makes no sense."""
    return read_whole(_INVOICE, root)
