"""What is written of an approved invoice."""

from datetime import date
from typing import Literal, TypeAlias

from msgspec import Struct

from operators.invoice import Totals, VatSubtotal
from operators.money import Amount
from operators.result import MatchedBy
from operators.time import Instant

CodingSource: TypeAlias = Literal[
    "ORDER_LINE", "ITEM", "CLASSIFICATION", "VENDOR", "VAT", "REASON", "DEFAULT", "UNKNOWN"
]
"""What a proposal was taken from."""


class Proposal(Struct, frozen=True, gc=False):
    """One part of an account coding."""

    value: str | None = None
    """What is proposed; null when no rule says anything."""
    source: CodingSource | None = None
    """What it was taken from."""
    confidence: int = 0
    """How sure it is, in percent."""


NOTHING = Proposal()
"""What no rule says anything of."""


class Coding(Struct, frozen=True, gc=False):
    """How something is to be booked."""

    gl_account: Proposal
    """G/L account."""
    cost_center: Proposal
    """Cost centre."""
    tax_code: Proposal
    """Tax code."""


NO_CODING = Coding(NOTHING, NOTHING, NOTHING)
"""Of what nothing is proposed."""


class EnrichedLine(Struct, frozen=True, kw_only=True, gc=False):
    """A line with its order line and how it is to be booked."""

    line: str | None = None
    """Line identifier."""
    item_id: str | None = None
    """Item identifier."""
    name: str | None = None
    """Item name."""
    quantity: Amount | None = None
    """Invoiced quantity."""
    unit: str | None = None
    """Unit of measure."""
    net: Amount | None = None
    """Net amount."""
    vat_category: str | None = None
    """VAT category code."""
    vat_rate: Amount | None = None
    """VAT rate in percent."""
    order_line: str | None = None
    """Order line matched; null when none was found."""
    matched_by: MatchedBy | None = None
    """What told which order line it is."""
    match_confidence: int = 0
    """How sure that is, in percent."""
    coding: Coding
    """How it is to be booked."""


class EnrichedVendor(Struct, frozen=True, kw_only=True, gc=False):
    """Master data of the vendor."""

    vendor_id: str
    """Vendor."""
    name: str
    """Registered name."""
    vat_id: str | None = None
    """VAT identifier."""
    country: str | None = None
    """ISO 3166-1 alpha-2."""
    ibans: tuple[str, ...] = ()
    """Accounts known to be the vendor's."""
    vendor_class: str | None = None
    """What kind of vendor it is."""


class EnrichedPayment(Struct, frozen=True, kw_only=True, gc=False):
    """What is to be paid, where and when."""

    amount: Amount | None = None
    """Amount due; null when the invoice does not say."""
    account: str | None = None
    """Account that the invoice names."""
    account_known: bool = False
    """Whether the vendor's master data has it."""
    means: str | None = None
    """Payment means, UNTDID 4461."""
    due_date: date | None = None
    """Payment due date."""
    terms: str | None = None
    """Payment terms."""


PostingKind: TypeAlias = Literal[
    "LINE",
    "ALLOWANCE",
    "CHARGE",
    "TAX",
    "ROUNDING",
    "PREPAID",
    "DIFFERENCE",
    "VENDOR",
    "UNKNOWN",
]
"""What is booked."""
Side: TypeAlias = Literal["DEBIT", "CREDIT", "UNKNOWN"]
"""Which side of the account."""


class Posting(Struct, frozen=True, kw_only=True, gc=False):
    """One entry of the document; all debits and all credits come to the same."""

    kind: PostingKind
    """What is booked."""
    side: Side
    """Which side of the account."""
    amount: Amount
    """Amount in the invoice's currency, never negative."""
    line: str | None = None
    """Invoice line."""
    gl_account: str | None = None
    """G/L account proposed; the vendor's own is found by vendor_id."""
    cost_center: str | None = None
    """Cost centre proposed."""
    tax_code: str | None = None
    """Tax code proposed."""


class InvoiceEnriched(Struct, frozen=True, kw_only=True, gc=False):
    """An approved invoice as an ERP system would post it."""

    request_id: str
    """Identifies the request on every topic."""
    attempt: int = 1
    """1 for the first upload; a later attempt replaces an earlier one."""
    invoice_id: str
    """The producer's identifier of the invoice."""
    vendor_id: str
    """Vendor the invoice is from."""
    settled_at: Instant
    """When it was approved."""
    number: str | None = None
    """Invoice number."""
    type_code: str | None = None
    """Document type, UNTDID 1001."""
    issue_date: date | None = None
    """Issue date."""
    delivery_date: date | None = None
    """Actual delivery date."""
    currency: str | None = None
    """Currency of the amounts."""
    purchase_order: str | None = None
    """Purchase order matched; null when none of this vendor is known."""
    contract: str | None = None
    """Contract reference."""
    buyer_reference: str | None = None
    """Buyer reference."""
    buyer_vat_id: str | None = None
    """VAT identifier of the company that is billed."""
    preceding_invoices: tuple[str, ...] = ()
    """Numbers of the invoices that this one corrects."""
    totals: Totals
    """Document totals."""
    vat_breakdown: tuple[VatSubtotal, ...] = ()
    """VAT breakdown."""
    vendor: EnrichedVendor | None = None
    """Master data of the vendor; null when it has none."""
    payment: EnrichedPayment
    """What is to be paid, where and when."""
    lines: tuple[EnrichedLine, ...] = ()
    """Lines."""
    postings: tuple[Posting, ...] = ()
    """The document, balanced."""
    remarks: tuple[str, ...] = ()
    """What a person has to add or look at before it is posted."""
