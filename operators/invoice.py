"""The invoice record: EN 16931's semantic model as far as the branches need it."""

from datetime import date

from msgspec import Struct

from operators.money import Amount


class Address(Struct, frozen=True, gc=False):
    """Postal address (BG-5, BG-8)."""

    street: str | None = None
    """Address line 1 (BT-35, BT-50)."""
    city: str | None = None
    """City (BT-37, BT-52)."""
    postcode: str | None = None
    """Post code (BT-38, BT-53)."""
    country: str | None = None
    """ISO 3166-1 alpha-2 country code (BT-40, BT-55)."""


class Identifier(Struct, frozen=True, gc=False):
    """An identifier with the list or register it is from."""

    value: str | None = None
    """The identifier (BT-34, BT-49, BT-157, BT-158)."""
    scheme: str | None = None
    """Its scheme, a code of ISO 6523, of the EAS list or of UNTDID 7143."""


class Period(Struct, frozen=True, gc=False):
    """Invoicing period of the document (BG-14) or of a line (BG-26)."""

    start: date | None = None
    """First day (BT-73, BT-134)."""
    end: date | None = None
    """Last day (BT-74, BT-135)."""


class Party(Struct, frozen=True, gc=False):
    """Seller (BG-4) or buyer (BG-7)."""

    name: str | None = None
    """Registered name (BT-27, BT-44)."""
    identifier: str | None = None
    """Party identifier (BT-29, BT-46)."""
    legal_id: str | None = None
    """Legal registration identifier (BT-30, BT-47)."""
    vat_id: str | None = None
    """VAT identifier (BT-31, BT-48)."""
    tax_id: str | None = None
    """Seller's local tax registration (BT-32)."""
    address: Address | None = None
    """Postal address; null when the document has none."""
    endpoint: Identifier | None = None
    """Electronic address (BT-34, BT-49)."""


class TaxRepresentative(Struct, frozen=True, gc=False):
    """The seller's tax representative (BG-11)."""

    name: str | None = None
    """Name (BT-62)."""
    vat_id: str | None = None
    """VAT identifier (BT-63)."""
    address: Address | None = None
    """Postal address (BG-12); null when the document has none."""


class Account(Struct, frozen=True, gc=False):
    """An account to pay to (BG-17)."""

    id: str | None = None
    """Its identifier, an IBAN in most of Europe (BT-84)."""
    bank: str | None = None
    """Identifier of the bank, such as its BIC (BT-86)."""


class Payment(Struct, frozen=True, gc=False):
    """Payment instructions (BG-16)."""

    means: str | None = None
    """Payment means, UNTDID 4461 (BT-81)."""
    account: Account | None = None
    """Account to pay to (BG-17)."""
    debited_account: str | None = None
    """Account that a direct debit is from (BT-91)."""
    card: str | None = None
    """The last digits of the number of the card that was paid with (BT-87)."""


class ItemAttribute(Struct, frozen=True, gc=False):
    """A property of an item (BG-32)."""

    name: str | None = None
    """What property (BT-160)."""
    value: str | None = None
    """Its value (BT-161)."""


class AllowanceCharge(Struct, frozen=True, gc=False):
    """An allowance (BG-20, BG-27) or a charge (BG-21, BG-28)."""

    charge: bool
    """True for a charge, false for an allowance."""
    amount: Amount | None = None
    """Amount without VAT (BT-92, BT-99, BT-136, BT-141)."""
    base_amount: Amount | None = None
    """Base amount (BT-93, BT-100, BT-137, BT-142)."""
    percent: Amount | None = None
    """Percentage (BT-94, BT-101, BT-138, BT-143)."""
    vat_category: str | None = None
    """VAT category code (BT-95, BT-102); document level only."""
    vat_rate: Amount | None = None
    """VAT rate in percent (BT-96, BT-103); document level only."""
    reason: str | None = None
    """Reason (BT-97, BT-104, BT-139, BT-144)."""
    reason_code: str | None = None
    """Reason code (BT-98, BT-105, BT-140, BT-145)."""
    tax_scheme: str | None = None
    """What tax the category is of: VAT, also when null."""


class PrecedingInvoice(Struct, frozen=True, gc=False):
    """An invoice that this one corrects or continues (BG-3)."""

    number: str | None = None
    """Its number (BT-25)."""
    issue_date: date | None = None
    """Its issue date (BT-26)."""


class SupportingDocument(Struct, frozen=True, gc=False):
    """A document that supports the invoice (BG-24)."""

    reference: str | None = None
    """Reference (BT-122)."""
    description: str | None = None
    """Description (BT-123)."""


class Line(Struct, frozen=True, gc=False):
    """Invoice line (BG-25)."""

    id: str | None = None
    """Line identifier (BT-126)."""
    item_id: str | None = None
    """The seller's item identifier (BT-155), else buyer's (BT-156), else standard (BT-157)."""
    name: str | None = None
    """Item name (BT-153)."""
    quantity: Amount | None = None
    """Invoiced quantity (BT-129)."""
    unit: str | None = None
    """Unit of measure, UN/ECE Recommendation 20 (BT-130)."""
    price: Amount | None = None
    """Item net price (BT-146)."""
    gross_price: Amount | None = None
    """Item gross price (BT-148)."""
    price_discount: Amount | None = None
    """What the net price is below the gross price (BT-147)."""
    base_quantity: Amount | None = None
    """Quantity the price is for (BT-149); null means 1."""
    base_unit: str | None = None
    """Unit of that quantity (BT-150)."""
    net: Amount | None = None
    """Line net amount (BT-131)."""
    vat_category: str | None = None
    """VAT category code (BT-151)."""
    tax_scheme: str | None = None
    """What tax the category is of: VAT, also when null."""
    vat_rate: Amount | None = None
    """VAT rate in percent (BT-152)."""
    order_line: str | None = None
    """Purchase order line reference (BT-132)."""
    period: Period | None = None
    """Invoicing period (BG-26)."""
    origin: str | None = None
    """Country the item is from (BT-159)."""
    standard_id: Identifier | None = None
    """Standard item identifier (BT-157)."""
    classifications: tuple[Identifier, ...] = ()
    """Item classifications (BT-158)."""
    attributes: tuple[ItemAttribute, ...] = ()
    """Item attributes (BG-32)."""
    allowances_charges: tuple[AllowanceCharge, ...] = ()
    """Line allowances and charges (BG-27, BG-28)."""


class VatSubtotal(Struct, frozen=True, gc=False):
    """VAT breakdown (BG-23)."""

    category: str | None = None
    """VAT category code (BT-118)."""
    rate: Amount | None = None
    """VAT rate in percent (BT-119)."""
    taxable: Amount | None = None
    """Taxable amount (BT-116)."""
    tax: Amount | None = None
    """Tax amount (BT-117)."""
    exemption_reason: str | None = None
    """Exemption reason text (BT-120)."""
    exemption_code: str | None = None
    """Exemption reason code (BT-121)."""
    tax_scheme: str | None = None
    """What tax the category is of: VAT, also when null."""


class Totals(Struct, frozen=True, gc=False):
    """Document totals (BG-22)."""

    lines_net: Amount | None = None
    """Sum of line net amounts (BT-106)."""
    allowances: Amount | None = None
    """Sum of document allowances (BT-107)."""
    charges: Amount | None = None
    """Sum of document charges (BT-108)."""
    net: Amount | None = None
    """Total without VAT (BT-109)."""
    tax: Amount | None = None
    """Total VAT (BT-110)."""
    tax_accounting: Amount | None = None
    """Total VAT in the accounting currency (BT-111)."""
    gross: Amount | None = None
    """Total with VAT (BT-112)."""
    prepaid: Amount | None = None
    """Paid amount (BT-113)."""
    rounding: Amount | None = None
    """Rounding amount (BT-114)."""
    payable: Amount | None = None
    """Amount due (BT-115)."""


PAGE = "Page"
"""Syntax of an invoice that was read from a page."""
RECEIPT = "Receipt"
"""Of a simplified invoice, such as a till's receipt."""


class Invoice(Struct, frozen=True, kw_only=True, gc=False):
    """An invoice or credit note in the terms of EN 16931-1, whatever syntax it came in.

    What a document lacks is None: incomplete documents are judged, not refused.
    """

    syntax: str | None = None
    """Invoice or CreditNote in UBL, or CII, which bind some rules differently; Page or Receipt when
    it was read from one; else null."""
    lacks: tuple[str, ...] = ()
    """Groups that the document does not have at all, of seller and totals: what would stand in
    them is not missed one by one."""
    number: str | None = None
    """Invoice number (BT-1)."""
    issue_date: date | None = None
    """Issue date (BT-2)."""
    type_code: str | None = None
    """Document type, UNTDID 1001 (BT-3)."""
    currency: str | None = None
    """Invoice currency, ISO 4217 (BT-5)."""
    tax_currency: str | None = None
    """VAT accounting currency (BT-6)."""
    tax_point_date: date | None = None
    """Date when VAT becomes accountable (BT-7)."""
    tax_point_code: str | None = None
    """Code of the date when VAT becomes accountable (BT-8)."""
    due_date: date | None = None
    """Payment due date (BT-9)."""
    buyer_reference: str | None = None
    """Buyer reference (BT-10)."""
    contract: str | None = None
    """Contract reference (BT-12)."""
    purchase_order: str | None = None
    """Purchase order reference (BT-13)."""
    goods_receipt: str | None = None
    """Receiving advice reference (BT-15)."""
    despatch_advice: str | None = None
    """Despatch advice reference (BT-16)."""
    preceding_invoices: tuple[PrecedingInvoice, ...] = ()
    """Preceding invoices (BG-3)."""
    supporting_documents: tuple[SupportingDocument, ...] = ()
    """Supporting documents (BG-24)."""
    delivery_date: date | None = None
    """Actual delivery date (BT-72)."""
    period: Period | None = None
    """Invoicing period (BG-14)."""
    customization: str | None = None
    """Specification identifier (BT-24)."""
    payments: tuple[Payment, ...] = ()
    """Payment instructions (BG-16)."""
    payment_terms: str | None = None
    """Payment terms (BT-20)."""
    seller: Party
    """Seller (BG-4)."""
    buyer: Party
    """Buyer (BG-7)."""
    tax_representative: TaxRepresentative | None = None
    """The seller's tax representative (BG-11)."""
    delivery_address: Address | None = None
    """Where the goods went (BG-15)."""
    allowances_charges: tuple[AllowanceCharge, ...] = ()
    """Document allowances and charges (BG-20, BG-21)."""
    lines: tuple[Line, ...] = ()
    """Invoice lines (BG-25)."""
    vat_breakdown: tuple[VatSubtotal, ...] = ()
    """VAT breakdown (BG-23)."""
    totals: Totals
    """Document totals (BG-22)."""
