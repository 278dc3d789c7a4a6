"""An approved invoice as UBL 2.1, with what enrichment has added: the coding of its lines.

The proposal for a G/L account stands where EN 16931 has the buyer's accounting reference (BT-133).
`connectors.einvoice.read` reads it. What the enriched invoice does not have, such as the buyer's
name, is left out: the document is there to be posted, and does not replace the one that came.
"""

import re
from datetime import date

from lxml import etree

from connectors.einvoice.binding import NAMESPACES, Element
from operators import money
from operators.enrichment import InvoiceEnriched
from operators.enrichment.record import EnrichedLine
from operators.invoice import Totals
from operators.money import Amount

_CREDIT_NOTES = frozenset("81 83 261 262 296 308 381 396 420 458 532".split())
"""Document types, UNTDID 1001, that UBL has its own document for."""
_FORBIDDEN = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ROOT = "urn:oasis:names:specification:ubl:schema:xsd:"


class _Writing:
    def __init__(self, currency: str | None) -> None:
        self._currency = currency

    def text(self, tag: str, value: object, **attributes: str | None) -> Element | None:
        if value is None:
            return None
        written = value.isoformat() if isinstance(value, date) else str(value)
        return self._element(tag, written, attributes)

    def amount(self, tag: str, value: Amount | None) -> Element | None:
        if value is None:
            return None
        return self._element(tag, money.render(value), {"currencyID": self._currency})

    def group(self, tag: str, *children: Element | None) -> Element | None:
        there = [child for child in children if child is not None]
        if not there:
            return None
        made = self._element(tag, None, {})
        made.extend(there)
        return made

    def _element(self, tag: str, text: str | None, attributes: dict[str, str | None]) -> Element:
        prefix, _, name = tag.partition(":")
        made = etree.Element(f"{{{NAMESPACES[prefix]}}}{name}")
        for key, value in attributes.items():
            if value is not None:
                made.set(key, _whole(value))
        made.text = None if text is None else _whole(text)
        return made


def _whole(text: str) -> str:
    """What XML 1.0 can carry of a text."""
    return _FORBIDDEN.sub("\ufffd", text)


def write(invoice: InvoiceEnriched) -> bytes:
    """The document, in UTF-8."""
    kind = "CreditNote" if invoice.type_code in _CREDIT_NOTES else "Invoice"
    spaces = {None: f"{_ROOT}{kind}-2", "cac": NAMESPACES["cac"], "cbc": NAMESPACES["cbc"]}
    root = etree.Element(f"{{{spaces[None]}}}{kind}", nsmap=spaces)
    for child in _children(invoice, kind):
        if child is not None:
            root.append(child)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def _children(invoice: InvoiceEnriched, kind: str) -> list[Element | None]:
    w = _Writing(invoice.currency)
    payment, totals = invoice.payment, invoice.totals
    return [
        w.text("cbc:CustomizationID", "urn:cen.eu:en16931:2017"),
        w.text("cbc:ID", invoice.number),
        w.text("cbc:UUID", invoice.request_id),
        w.text("cbc:IssueDate", invoice.issue_date),
        w.text("cbc:DueDate", payment.due_date) if kind == "Invoice" else None,
        w.text(f"cbc:{kind}TypeCode", invoice.type_code),
        *(w.text("cbc:Note", each) for each in invoice.remarks),
        w.text("cbc:DocumentCurrencyCode", invoice.currency),
        w.text("cbc:BuyerReference", invoice.buyer_reference),
        w.group("cac:OrderReference", w.text("cbc:ID", invoice.purchase_order)),
        *(
            w.group(
                "cac:BillingReference",
                w.group("cac:InvoiceDocumentReference", w.text("cbc:ID", each)),
            )
            for each in invoice.preceding_invoices
        ),
        w.group("cac:ContractDocumentReference", w.text("cbc:ID", invoice.contract)),
        w.group("cac:AccountingSupplierParty", _seller(w, invoice)),
        w.group(
            "cac:AccountingCustomerParty",
            w.group("cac:Party", _vat_id(w, invoice.buyer_vat_id)),
        ),
        w.group("cac:Delivery", w.text("cbc:ActualDeliveryDate", invoice.delivery_date)),
        w.group(
            "cac:PaymentMeans",
            w.text("cbc:PaymentMeansCode", payment.means),
            w.text("cbc:PaymentDueDate", payment.due_date) if kind == "CreditNote" else None,
            w.group("cac:PayeeFinancialAccount", w.text("cbc:ID", payment.account)),
        ),
        w.group("cac:PaymentTerms", w.text("cbc:Note", payment.terms)),
        w.group(
            "cac:TaxTotal",
            w.amount("cbc:TaxAmount", totals.tax),
            *(
                w.group(
                    "cac:TaxSubtotal",
                    w.amount("cbc:TaxableAmount", each.taxable),
                    w.amount("cbc:TaxAmount", each.tax),
                    _category(w, "cac:TaxCategory", each.category, each.rate),
                )
                for each in invoice.vat_breakdown
            ),
        ),
        _totals(w, totals),
        *(_line(w, each, kind) for each in invoice.lines),
    ]


def _seller(w: _Writing, invoice: InvoiceEnriched) -> Element | None:
    vendor = invoice.vendor
    return w.group(
        "cac:Party",
        w.group("cac:PartyIdentification", w.text("cbc:ID", invoice.vendor_id)),
        None
        if vendor is None
        else w.group(
            "cac:PostalAddress",
            w.group("cac:Country", w.text("cbc:IdentificationCode", vendor.country)),
        ),
        None if vendor is None else _vat_id(w, vendor.vat_id),
        None
        if vendor is None
        else w.group("cac:PartyLegalEntity", w.text("cbc:RegistrationName", vendor.name)),
    )


def _vat_id(w: _Writing, vat_id: str | None) -> Element | None:
    if vat_id is None:
        return None
    return w.group(
        "cac:PartyTaxScheme",
        w.text("cbc:CompanyID", vat_id),
        w.group("cac:TaxScheme", w.text("cbc:ID", "VAT")),
    )


def _category(w: _Writing, tag: str, category: str | None, rate: Amount | None) -> Element | None:
    if category is None and rate is None:
        return None
    return w.group(
        tag,
        w.text("cbc:ID", category),
        w.text("cbc:Percent", None if rate is None else money.render(rate, 0)),
        w.group("cac:TaxScheme", w.text("cbc:ID", "VAT")),
    )


def _totals(w: _Writing, totals: Totals) -> Element | None:
    return w.group(
        "cac:LegalMonetaryTotal",
        w.amount("cbc:LineExtensionAmount", totals.lines_net),
        w.amount("cbc:TaxExclusiveAmount", totals.net),
        w.amount("cbc:TaxInclusiveAmount", totals.gross),
        w.amount("cbc:AllowanceTotalAmount", totals.allowances),
        w.amount("cbc:ChargeTotalAmount", totals.charges),
        w.amount("cbc:PrepaidAmount", totals.prepaid),
        w.amount("cbc:PayableRoundingAmount", totals.rounding),
        w.amount("cbc:PayableAmount", totals.payable),
    )


def _line(w: _Writing, line: EnrichedLine, kind: str) -> Element | None:
    quantity = "cbc:InvoicedQuantity" if kind == "Invoice" else "cbc:CreditedQuantity"
    amount = None if line.quantity is None else money.render(line.quantity, 0)
    return w.group(
        f"cac:{kind}Line",
        w.text("cbc:ID", line.line),
        w.text(quantity, amount, unitCode=line.unit),
        w.amount("cbc:LineExtensionAmount", line.net),
        w.text("cbc:AccountingCost", line.coding.gl_account.value),
        w.group("cac:OrderLineReference", w.text("cbc:LineID", line.order_line)),
        w.group(
            "cac:Item",
            w.text("cbc:Name", line.name),
            w.group("cac:SellersItemIdentification", w.text("cbc:ID", line.item_id)),
            _category(w, "cac:ClassifiedTaxCategory", line.vat_category, line.vat_rate),
        ),
    )
