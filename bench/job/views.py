"""What each branch of the job reads of an invoice, and what it writes and remembers."""

from datetime import date

from msgspec import Struct

from operators.money import Amount


class Country(Struct, frozen=True, gc=False):
    """An address."""

    country: str | None = None


class CheckedParty(Struct, frozen=True, gc=False):
    """A seller or a buyer as `validation` reads it."""

    name: str | None = None
    address: Country | None = None


class CheckedLine(Struct, frozen=True, gc=False):
    """A line as `validation` reads it."""

    net: Amount | None = None


class CheckedVat(Struct, frozen=True, gc=False):
    """A VAT breakdown."""

    rate: Amount | None = None
    taxable: Amount | None = None
    tax: Amount | None = None


class CheckedTotals(Struct, frozen=True, gc=False):
    """The totals as `validation` reads them."""

    lines_net: Amount | None = None
    allowances: Amount | None = None
    charges: Amount | None = None
    net: Amount | None = None
    tax: Amount | None = None
    gross: Amount | None = None
    prepaid: Amount | None = None
    rounding: Amount | None = None
    payable: Amount | None = None


class CheckedInvoice(Struct, frozen=True, kw_only=True, gc=False):
    """What `validation` reads."""

    number: str | None = None
    issue_date: date | None = None
    type_code: str | None = None
    currency: str | None = None
    due_date: date | None = None
    seller: CheckedParty
    buyer: CheckedParty
    lines: tuple[CheckedLine, ...] = ()
    vat_breakdown: tuple[CheckedVat, ...] = ()
    totals: CheckedTotals


class OrderedLine(Struct, frozen=True, gc=False):
    """A line as `inventory` reads it."""

    id: str | None = None
    item_id: str | None = None
    quantity: Amount | None = None
    unit: str | None = None
    order_line: str | None = None


class OrderedInvoice(Struct, frozen=True, kw_only=True, gc=False):
    """What `inventory` reads."""

    issue_date: date | None = None
    purchase_order: str | None = None
    goods_receipt: str | None = None
    delivery_date: date | None = None
    lines: tuple[OrderedLine, ...] = ()


class WeighedParty(Struct, frozen=True, gc=False):
    """A seller or a buyer as `fraud` reads it."""

    name: str | None = None
    vat_id: str | None = None
    address: Country | None = None


class PaidAccount(Struct, frozen=True, gc=False):
    """An account to pay to."""

    id: str | None = None


class WeighedPayment(Struct, frozen=True, gc=False):
    """Payment instructions as `fraud` reads them."""

    account: PaidAccount | None = None


class WeighedTotals(Struct, frozen=True, gc=False):
    """The totals as `fraud` reads them."""

    gross: Amount | None = None
    payable: Amount | None = None


class WeighedInvoice(Struct, frozen=True, kw_only=True, gc=False):
    """What `fraud` reads."""

    number: str | None = None
    issue_date: date | None = None
    due_date: date | None = None
    purchase_order: str | None = None
    payments: tuple[WeighedPayment, ...] = ()
    seller: WeighedParty
    buyer: WeighedParty
    totals: WeighedTotals


class PricedLine(Struct, frozen=True, gc=False):
    """A line as `pricing` reads it."""

    name: str | None = None
    quantity: Amount | None = None
    price: Amount | None = None
    base_quantity: Amount | None = None
    net: Amount | None = None
    vat_category: str | None = None
    vat_rate: Amount | None = None


class PricedTotals(Struct, frozen=True, gc=False):
    """The totals as `pricing` reads them."""

    lines_net: Amount | None = None
    allowances: Amount | None = None


class PricedInvoice(Struct, frozen=True, kw_only=True, gc=False):
    """What `pricing` reads."""

    currency: str | None = None
    lines: tuple[PricedLine, ...] = ()
    totals: PricedTotals


class WholeLine(Struct, frozen=True, gc=False):
    """A line as the four branches read it together."""

    id: str | None = None
    item_id: str | None = None
    name: str | None = None
    quantity: Amount | None = None
    unit: str | None = None
    price: Amount | None = None
    base_quantity: Amount | None = None
    net: Amount | None = None
    vat_category: str | None = None
    vat_rate: Amount | None = None
    order_line: str | None = None


class WholeInvoice(Struct, frozen=True, kw_only=True, gc=False):
    """What the four branches read together."""

    number: str | None = None
    issue_date: date | None = None
    type_code: str | None = None
    currency: str | None = None
    due_date: date | None = None
    purchase_order: str | None = None
    goods_receipt: str | None = None
    delivery_date: date | None = None
    payments: tuple[WeighedPayment, ...] = ()
    seller: WeighedParty
    buyer: WeighedParty
    lines: tuple[WholeLine, ...] = ()
    vat_breakdown: tuple[CheckedVat, ...] = ()
    totals: CheckedTotals


class Billed(Struct, frozen=True, array_like=True, gc=False):
    """What has been billed of a vendor's purchase order: item to quantity."""

    quantities: dict[str, Amount]


class History(Struct, frozen=True, array_like=True, gc=False):
    """What is remembered of a vendor."""

    invoices: int
    gross: Amount
    """Sum of the gross amounts."""
    iban: str
    """Account of the latest invoice that named one."""
    recent: tuple[tuple[str, str], ...]
    """Number and request of the latest invoices, oldest first."""
