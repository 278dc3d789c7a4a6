"""A sample as UBL 2.1."""

from decimal import Decimal

from lxml import etree

from tests.oracle.samples import Category, Sample
from tests.oracle.tags import Child, e

_DOCUMENT = "urn:oasis:names:specification:ubl:schema:xsd:{0}-2"


def write(sample: Sample) -> bytes:
    """The document."""
    kind = "CreditNote" if sample.credit_note else "Invoice"
    root = etree.Element(f"{{{_DOCUMENT.format(kind)}}}{kind}")
    for child in _document(sample, kind):
        if child is not None and not isinstance(child, str):
            root.append(child)
    return etree.tostring(root)


def _document(sample: Sample, kind: str) -> list[Child]:
    rich = sample.rich
    return [
        e("cbc:CustomizationID", "urn:cen.eu:en16931:2017"),
        e("cbc:ID", "R-1"),
        e("cbc:IssueDate", "2026-03-02"),
        None if sample.credit_note else e("cbc:DueDate", "2026-04-01"),
        e(f"cbc:{kind}TypeCode", "381" if sample.credit_note else "380"),
        e("cbc:TaxPointDate", "2026-03-01") if rich else None,
        e("cbc:DocumentCurrencyCode", "EUR"),
        e("cbc:TaxCurrencyCode", "SEK") if sample.accounting else None,
        e("cbc:BuyerReference", "B-7"),
        _period("2026-02-01", "2026-02-28", None if rich else "3"),
        e("cac:OrderReference", e("cbc:ID", "PO-9")),
        _related("BillingReference", "InvoiceDocumentReference", "R-0") if rich else None,
        e("cac:AdditionalDocumentReference", e("cbc:ID", "sheet")) if rich else None,
        e("cac:AccountingSupplierParty", _party(sample, "seller")),
        e("cac:AccountingCustomerParty", _party(sample, "buyer")),
        e("cac:PayeeParty", e("cac:PartyName", e("cbc:Name", "Factor"))) if rich else None,
        None if not rich or sample.untaxed else _representative(sample),
        _delivery(sample),
        _payment(sample),
        e("cac:PaymentTerms", e("cbc:Note", "30 days")),
        *(_document_entries(sample) if rich else ()),
        _tax_total(sample),
        e("cac:TaxTotal", _money("TaxAmount", sample.tax * 11, "SEK"))
        if sample.accounting
        else None,
        _totals(sample),
        *(_line(sample, number, kind) for number in (1, 2, 3)),
    ]


def _money(name: str, amount: Decimal | str, currency: str = "EUR") -> etree._Element:
    return e(f"cbc:{name}", str(amount), currencyID=currency)


def _period(start: str, end: str, code: str | None = None) -> etree._Element:
    return e(
        "cac:InvoicePeriod",
        e("cbc:StartDate", start),
        e("cbc:EndDate", end),
        e("cbc:DescriptionCode", code) if code else None,
    )


def _related(outer: str, inner: str, number: str) -> etree._Element:
    return e(f"cac:{outer}", e(f"cac:{inner}", e("cbc:ID", number)))


def _address(country: str) -> etree._Element:
    return e(
        "cac:PostalAddress",
        e("cbc:StreetName", "Street 1"),
        e("cbc:CityName", "City"),
        e("cbc:PostalZone", "12345"),
        e("cac:Country", e("cbc:IdentificationCode", country)),
    )


def _vat_scheme() -> etree._Element:
    return e("cac:TaxScheme", e("cbc:ID", "VAT"))


def _party(sample: Sample, role: str) -> etree._Element:
    number = "123456789" if role == "seller" else "987654321"
    vat = e("cac:PartyTaxScheme", e("cbc:CompanyID", sample.country + number), _vat_scheme())
    return e(
        "cac:Party",
        e("cbc:EndpointID", f"{role}@example.com", schemeID="EM") if sample.rich else None,
        e("cac:PartyIdentification", e("cbc:ID", f"{role}-1", schemeID="0088")),
        e("cac:PartyName", e("cbc:Name", role.title())),
        _address(sample.country),
        None if sample.untaxed else vat,
        e(
            "cac:PartyLegalEntity",
            e("cbc:RegistrationName", f"{role.title()} Ltd"),
            e("cbc:CompanyID", f"HR {number}"),
        ),
    )


def _representative(sample: Sample) -> etree._Element:
    return e(
        "cac:TaxRepresentativeParty",
        e("cac:PartyName", e("cbc:Name", "Representative")),
        _address(sample.country),
        e("cac:PartyTaxScheme", e("cbc:CompanyID", f"{sample.country}111111111"), _vat_scheme()),
    )


def _delivery(sample: Sample) -> etree._Element:
    country = e("cac:Country", e("cbc:IdentificationCode", sample.country))
    return e(
        "cac:Delivery",
        e("cbc:ActualDeliveryDate", "2026-02-27"),
        e("cac:DeliveryLocation", e("cac:Address", e("cbc:CityName", "City"), country)),
    )


def _payment(sample: Sample) -> etree._Element:
    if sample.means == "48":
        card = e(
            "cac:CardAccount",
            e("cbc:PrimaryAccountNumberID", "1234"),
            e("cbc:NetworkID", "VISA"),
        )
        return e("cac:PaymentMeans", e("cbc:PaymentMeansCode", "48"), card)
    account = e("cac:PayeeFinancialAccount", e("cbc:ID", "DE75512108001245126199"))
    return e("cac:PaymentMeans", e("cbc:PaymentMeansCode", sample.means), account)


def _category(name: str, category: Category, reason: bool = False) -> etree._Element:
    code, text = category.reason or ("", "")
    given = reason and category.reason is not None
    return e(
        f"cac:{name}",
        e("cbc:ID", category.code),
        e("cbc:Percent", category.rate) if category.rate is not None else None,
        e("cbc:TaxExemptionReasonCode", code) if given else None,
        e("cbc:TaxExemptionReason", text) if given else None,
        _vat_scheme(),
    )


def _entry(
    charge: bool, amount: str, base: str, percent: str, code: str, category: Category | None
) -> etree._Element:
    return e(
        "cac:AllowanceCharge",
        e("cbc:ChargeIndicator", "true" if charge else "false"),
        e("cbc:AllowanceChargeReasonCode", code),
        e("cbc:AllowanceChargeReason", "Freight" if charge else "Discount"),
        e("cbc:MultiplierFactorNumeric", percent),
        _money("Amount", amount),
        _money("BaseAmount", base),
        _category("TaxCategory", category) if category else None,
    )


def _document_entries(sample: Sample) -> list[etree._Element]:
    return [
        _entry(False, "10.00", "100.00", "10", "95", sample.category),
        _entry(True, "5.00", "100.00", "5", "FC", sample.category),
    ]


def _tax_total(sample: Sample) -> etree._Element:
    subtotals = [
        e(
            "cac:TaxSubtotal",
            _money("TaxableAmount", taxable),
            _money("TaxAmount", tax),
            _category("TaxCategory", category, reason=True),
        )
        for category, taxable, tax in sample.breakdown
    ]
    return e("cac:TaxTotal", _money("TaxAmount", sample.tax), *subtotals)


def _totals(sample: Sample) -> etree._Element:
    rich = sample.rich
    return e(
        "cac:LegalMonetaryTotal",
        _money("LineExtensionAmount", sample.lines_net),
        _money("TaxExclusiveAmount", sample.net),
        _money("TaxInclusiveAmount", sample.net + sample.tax),
        _money("AllowanceTotalAmount", "10.00") if rich else None,
        _money("ChargeTotalAmount", "5.00") if rich else None,
        _money("PrepaidAmount", "50.00") if rich else None,
        _money("PayableRoundingAmount", "0.02") if rich else None,
        _money("PayableAmount", sample.due),
    )


_LINES = {1: ("3", "19.90", "59.70"), 2: ("10", "4.00", "40.00"), 3: ("1", "101.30", "101.30")}


def _line(sample: Sample, number: int, kind: str) -> etree._Element:
    quantity, price, net = _LINES[number]
    adjusted = sample.rich and number == 2
    count = "CreditedQuantity" if sample.credit_note else "InvoicedQuantity"
    return e(
        f"cac:{kind}Line",
        e("cbc:ID", str(number)),
        e(f"cbc:{count}", quantity, unitCode="C62"),
        _money("LineExtensionAmount", "39.00" if adjusted else net),
        _period("2026-02-01", "2026-02-15") if adjusted else None,
        e("cac:OrderLineReference", e("cbc:LineID", str(number))),
        *(
            (
                _entry(False, "2.00", "40.00", "5", "95", None),
                _entry(True, "1.00", "40.00", "2.5", "FC", None),
            )
            if adjusted
            else ()
        ),
        _item(sample, number),
        _price(price, adjusted),
    )


def _item(sample: Sample, number: int) -> etree._Element:
    rich = sample.rich
    code = e("cbc:ItemClassificationCode", "47131700", listID="TST")
    return e(
        "cac:Item",
        e("cbc:Name", f"Thing {number}"),
        e("cac:SellersItemIdentification", e("cbc:ID", f"T-{number}")),
        e("cac:StandardItemIdentification", e("cbc:ID", "4012345678901", schemeID="0160"))
        if rich
        else None,
        e("cac:OriginCountry", e("cbc:IdentificationCode", sample.country)) if rich else None,
        e("cac:CommodityClassification", code) if rich else None,
        _category("ClassifiedTaxCategory", sample.last if number == 3 else sample.category),
        e("cac:AdditionalItemProperty", e("cbc:Name", "Colour"), e("cbc:Value", "red"))
        if rich
        else None,
    )


def _price(price: str, discounted: bool) -> etree._Element:
    discount = e(
        "cac:AllowanceCharge",
        e("cbc:ChargeIndicator", "false"),
        _money("Amount", "1.00"),
        _money("BaseAmount", "5.00"),
    )
    return e(
        "cac:Price",
        _money("PriceAmount", price),
        e("cbc:BaseQuantity", "1", unitCode="C62"),
        discount if discounted else None,
    )
