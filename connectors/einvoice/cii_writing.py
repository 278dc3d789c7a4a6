"""The invoice record as UN/CEFACT Cross Industry Invoice D16B: the counterpart of `cii`.

Elements stand in the order of the schema. What the record lacks is left out. A tax scheme that
the record does not name is written as VAT; a tax point stands in the VAT breakdown, and is lost
without one.
"""

import re

from lxml import etree

from connectors.einvoice.binding import Element
from connectors.einvoice.cii_line_writing import allowance_charge, line, period
from connectors.einvoice.elements import amount, day, element, group, text
from operators.invoice import (
    Account,
    Address,
    Invoice,
    Party,
    Payment,
    PrecedingInvoice,
    SupportingDocument,
    TaxRepresentative,
    VatSubtotal,
)

EN_16931 = "urn:cen.eu:en16931:2017"
"""Specification identifier (BT-24) of an invoice that names none."""

_IBAN = re.compile(r"[A-Z]{2}\d{2}[0-9A-Z]{8,30}", re.ASCII)


def write(invoice: Invoice) -> bytes:
    """The document, in UTF-8; `connectors.einvoice.read` gives the record back."""
    root = element(
        "rsm:CrossIndustryInvoice",
        element(
            "rsm:ExchangedDocumentContext",
            element(
                "ram:GuidelineSpecifiedDocumentContextParameter",
                element("ram:ID", invoice.customization or EN_16931),
            ),
        ),
        element(
            "rsm:ExchangedDocument",
            text("ram:ID", invoice.number),
            text("ram:TypeCode", invoice.type_code),
            day("ram:IssueDateTime", invoice.issue_date),
        ),
        element(
            "rsm:SupplyChainTradeTransaction",
            *(line(each) for each in invoice.lines),
            _agreement(invoice),
            _delivery(invoice),
            _settlement(invoice),
        ),
    )
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _agreement(invoice: Invoice) -> Element:
    return element(
        "ram:ApplicableHeaderTradeAgreement",
        text("ram:BuyerReference", invoice.buyer_reference),
        _party("ram:SellerTradeParty", invoice.seller),
        _party("ram:BuyerTradeParty", invoice.buyer),
        _tax_representative(invoice.tax_representative),
        _reference("ram:BuyerOrderReferencedDocument", invoice.purchase_order),
        _reference("ram:ContractReferencedDocument", invoice.contract),
        *(_supporting(each) for each in invoice.supporting_documents),
    )


def _reference(tag: str, value: str | None) -> Element | None:
    return group(tag, text("ram:IssuerAssignedID", value))


def _supporting(document: SupportingDocument) -> Element:
    return element(
        "ram:AdditionalReferencedDocument",
        text("ram:IssuerAssignedID", document.reference),
        element("ram:TypeCode", "916"),
        text("ram:Name", document.description),
    )


def _party(tag: str, party: Party) -> Element:
    endpoint = party.endpoint
    return element(
        tag,
        text("ram:ID", party.identifier),
        text("ram:Name", party.name),
        group("ram:SpecifiedLegalOrganization", text("ram:ID", party.legal_id)),
        _address(party.address),
        None
        if endpoint is None
        else group(
            "ram:URIUniversalCommunication",
            text("ram:URIID", endpoint.value, schemeID=endpoint.scheme),
        ),
        _registration(party.tax_id, "FC"),
        _registration(party.vat_id, "VA"),
    )


def _registration(value: str | None, scheme: str) -> Element | None:
    return group("ram:SpecifiedTaxRegistration", text("ram:ID", value, schemeID=scheme))


def _address(address: Address | None) -> Element | None:
    if address is None:
        return None
    return element(
        "ram:PostalTradeAddress",
        text("ram:PostcodeCode", address.postcode),
        text("ram:LineOne", address.street),
        text("ram:CityName", address.city),
        text("ram:CountryID", address.country),
    )


def _tax_representative(representative: TaxRepresentative | None) -> Element | None:
    if representative is None:
        return None
    return element(
        "ram:SellerTaxRepresentativeTradeParty",
        text("ram:Name", representative.name),
        _address(representative.address),
        _registration(representative.vat_id, "VA"),
    )


def _delivery(invoice: Invoice) -> Element:
    return element(
        "ram:ApplicableHeaderTradeDelivery",
        None
        if invoice.delivery_address is None
        else element("ram:ShipToTradeParty", _address(invoice.delivery_address)),
        group(
            "ram:ActualDeliverySupplyChainEvent",
            day("ram:OccurrenceDateTime", invoice.delivery_date),
        ),
        _reference("ram:DespatchAdviceReferencedDocument", invoice.despatch_advice),
        _reference("ram:ReceivingAdviceReferencedDocument", invoice.goods_receipt),
    )


def _settlement(invoice: Invoice) -> Element:
    return element(
        "ram:ApplicableHeaderTradeSettlement",
        text("ram:TaxCurrencyCode", invoice.tax_currency),
        text("ram:InvoiceCurrencyCode", invoice.currency),
        *(_payment(each) for each in invoice.payments),
        *(_vat(each, invoice) for each in invoice.vat_breakdown),
        period(invoice.period),
        *(allowance_charge(each) for each in invoice.allowances_charges),
        group(
            "ram:SpecifiedTradePaymentTerms",
            text("ram:Description", invoice.payment_terms),
            day("ram:DueDateDateTime", invoice.due_date),
        ),
        _summation(invoice),
        *(_preceding(each) for each in invoice.preceding_invoices),
    )


def _payment(payment: Payment) -> Element:
    account = payment.account
    return element(
        "ram:SpecifiedTradeSettlementPaymentMeans",
        text("ram:TypeCode", payment.means),
        group("ram:ApplicableTradeSettlementFinancialCard", text("ram:ID", payment.card)),
        group("ram:PayerPartyDebtorFinancialAccount", text("ram:IBANID", payment.debited_account)),
        None if account is None else _account(account),
        None
        if account is None
        else group(
            "ram:PayeeSpecifiedCreditorFinancialInstitution", text("ram:BICID", account.bank)
        ),
    )


def _account(account: Account) -> Element:
    kind = "ram:IBANID" if _IBAN.fullmatch(account.id or "") else "ram:ProprietaryID"
    return element("ram:PayeePartyCreditorFinancialAccount", text(kind, account.id))


def _vat(subtotal: VatSubtotal, invoice: Invoice) -> Element:
    return element(
        "ram:ApplicableTradeTax",
        amount("ram:CalculatedAmount", subtotal.tax),
        element("ram:TypeCode", subtotal.tax_scheme or "VAT"),
        text("ram:ExemptionReason", subtotal.exemption_reason),
        amount("ram:BasisAmount", subtotal.taxable),
        text("ram:CategoryCode", subtotal.category),
        text("ram:ExemptionReasonCode", subtotal.exemption_code),
        day("ram:TaxPointDate", invoice.tax_point_date, "udt:DateString"),
        text("ram:DueDateTypeCode", invoice.tax_point_code),
        amount("ram:RateApplicablePercent", subtotal.rate),
    )


def _summation(invoice: Invoice) -> Element:
    totals = invoice.totals
    foreign = None if invoice.tax_currency == invoice.currency else invoice.tax_currency
    return element(
        "ram:SpecifiedTradeSettlementHeaderMonetarySummation",
        amount("ram:LineTotalAmount", totals.lines_net),
        amount("ram:ChargeTotalAmount", totals.charges),
        amount("ram:AllowanceTotalAmount", totals.allowances),
        amount("ram:TaxBasisTotalAmount", totals.net),
        amount("ram:TaxTotalAmount", totals.tax, currencyID=invoice.currency),
        amount("ram:TaxTotalAmount", totals.tax_accounting, currencyID=foreign)
        if foreign
        else None,
        amount("ram:RoundingAmount", totals.rounding),
        amount("ram:GrandTotalAmount", totals.gross),
        amount("ram:TotalPrepaidAmount", totals.prepaid),
        amount("ram:DuePayableAmount", totals.payable),
    )


def _preceding(preceding: PrecedingInvoice) -> Element:
    return element(
        "ram:InvoiceReferencedDocument",
        text("ram:IssuerAssignedID", preceding.number),
        day("ram:FormattedIssueDateTime", preceding.issue_date, "qdt:DateTimeString"),
    )
