"""ZUGFeRD 1.0, an earlier Cross Industry Invoice, after its schema (`ZUGFeRD1p0.xsd`).

It says the same things in nearly the same places under other names. Its elements are given the
names of D16B, and then read by its tables: messages about them name the later names, and the
right lines.
"""

from lxml import etree

from connectors.einvoice import cii
from connectors.einvoice.binding import NAMESPACES, Element
from operators.invoice import Invoice

ROOT = "{urn:ferd:CrossIndustryDocument:invoice:1p0}CrossIndustryDocument"
"""The document's root element."""

_UNCEFACT = "urn:un:unece:uncefact:data:standard:"
_NAMESPACES = {
    "urn:ferd:CrossIndustryDocument:invoice:1p0": NAMESPACES["rsm"],
    f"{_UNCEFACT}ReusableAggregateBusinessInformationEntity:12": NAMESPACES["ram"],
    f"{_UNCEFACT}UnqualifiedDataType:15": NAMESPACES["udt"],
}
_NAMES = {
    "CrossIndustryDocument": "CrossIndustryInvoice",
    "SpecifiedExchangedDocumentContext": "ExchangedDocumentContext",
    "HeaderExchangedDocument": "ExchangedDocument",
    "SpecifiedSupplyChainTradeTransaction": "SupplyChainTradeTransaction",
    "ApplicableSupplyChainTradeAgreement": "ApplicableHeaderTradeAgreement",
    "ApplicableSupplyChainTradeDelivery": "ApplicableHeaderTradeDelivery",
    "ApplicableSupplyChainTradeSettlement": "ApplicableHeaderTradeSettlement",
    "SpecifiedSupplyChainTradeAgreement": "SpecifiedLineTradeAgreement",
    "SpecifiedSupplyChainTradeDelivery": "SpecifiedLineTradeDelivery",
    "SpecifiedSupplyChainTradeSettlement": "SpecifiedLineTradeSettlement",
    "ApplicablePercent": "RateApplicablePercent",
}
_SUMMATION = "SpecifiedTradeSettlementMonetarySummation"
_SUMMATIONS = {
    "ApplicableHeaderTradeSettlement": "SpecifiedTradeSettlementHeaderMonetarySummation",
    "SpecifiedLineTradeSettlement": "SpecifiedTradeSettlementLineMonetarySummation",
}


def invoice(root: Element) -> Invoice:
    """The invoice in a CrossIndustryDocument; raises Unreadable for what makes no sense in it."""
    for element in root.iter("{*}*"):
        _rename(element)
    return cii.invoice(root)


def _rename(element: Element) -> None:
    name = etree.QName(element)
    parent = element.getparent()
    within = "" if parent is None else etree.QName(parent).localname
    local = _NAMES.get(name.localname, name.localname)
    if local == _SUMMATION:
        local = _SUMMATIONS.get(within, local)
    elif local == "ID" and within.endswith("ReferencedDocument"):
        local = "IssuerAssignedID"
    namespace = name.namespace or ""
    element.tag = etree.QName(_NAMESPACES.get(namespace, namespace) or None, local).text
