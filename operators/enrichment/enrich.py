"""From an approved request and its upload to the record an ERP system reads.

A request is written once for each attempt that is approved: the first approval of an attempt
counts, and one that comes after a later attempt was approved does not, since that has replaced it.
"""

from collections.abc import Iterable, Iterator

from msgspec import Struct

from operators.decision import InvoiceSettled
from operators.enrichment.coding import Coder, Rules
from operators.enrichment.postings import postings
from operators.enrichment.record import (
    Coding,
    EnrichedLine,
    EnrichedPayment,
    EnrichedVendor,
    InvoiceEnriched,
    Posting,
)
from operators.inventory import Match, finder
from operators.invoice import Invoice, Line
from operators.money import Amount, render
from operators.reference import OrderLine, ReferencePurchaseOrder, ReferenceVendor
from operators.table import Lookup
from operators.time import Instant
from operators.units import converted

_MOST_NAMED = 5
"""Lines that a remark names."""


class Done(Struct, frozen=True, array_like=True, gc=False):
    """What is remembered of a request that was written."""

    attempt: int
    settled_at: Instant


def is_new(settled: InvoiceSettled, done: Done | None) -> bool:
    """Whether a settlement is to be written."""
    return settled.outcome == "APPROVED" and (done is None or done.attempt < settled.attempt)


def enrich(
    settled: InvoiceSettled,
    invoice: Invoice,
    *,
    vendors: Lookup[ReferenceVendor],
    orders: Lookup[ReferencePurchaseOrder],
    rules: Rules,
    price_tolerance_percent: Amount,
) -> InvoiceEnriched:
    """The approved invoice with what is known of its vendor, its order and its accounts."""
    vendor = vendors.get(settled.vendor_id)
    coder = Coder(rules, vendor, _country(invoice, vendor))
    number = (invoice.purchase_order or "").strip()
    order = orders.get(number) if number else None
    if order is not None and order.vendor_id != settled.vendor_id:
        order = None
    matches = _matches(invoice, order, price_tolerance_percent)
    lines = tuple(
        _line(line, match, coder.line(line, match))
        for line, match in zip(invoice.lines, matches, strict=True)
    )
    entries = postings(invoice, lines, coder)
    payment = _payment(invoice, vendor)
    return InvoiceEnriched(
        request_id=settled.request_id,
        attempt=settled.attempt,
        invoice_id=settled.invoice_id,
        vendor_id=settled.vendor_id,
        settled_at=settled.settled_at,
        number=invoice.number,
        type_code=invoice.type_code,
        issue_date=invoice.issue_date,
        delivery_date=invoice.delivery_date,
        currency=invoice.currency,
        purchase_order=None if order is None else number,
        contract=invoice.contract,
        buyer_reference=invoice.buyer_reference,
        buyer_vat_id=invoice.buyer.vat_id,
        preceding_invoices=tuple(
            each.number for each in invoice.preceding_invoices if each.number is not None
        ),
        totals=invoice.totals,
        vat_breakdown=invoice.vat_breakdown,
        vendor=_vendor(vendor),
        payment=payment,
        lines=lines,
        postings=entries,
        remarks=tuple(_remarks(vendor, payment, lines, entries)),
    )


def _matches(
    invoice: Invoice, order: ReferencePurchaseOrder | None, price_tolerance_percent: Amount
) -> list[Match | None]:
    """Each line's order line, as inventory finds it; of lines alike, one after the other."""
    if order is None:
        return [None] * len(invoice.lines)
    billed: dict[str, Amount] = {}

    def remaining(line: OrderLine) -> Amount:
        return line.quantity - billed.get(line.line, 0)

    find = finder(order, remaining, price_tolerance_percent)
    found: list[Match | None] = []
    for line in invoice.lines:
        match = find(line)
        if match is not None:
            against = match.line
            taken = converted(line.quantity or 0, line.unit or against.unit, against.unit)
            billed[against.line] = billed.get(against.line, 0) + abs(taken or 0)
        found.append(match)
    return found


def _line(line: Line, match: Match | None, coding: Coding) -> EnrichedLine:
    return EnrichedLine(
        line=line.id,
        item_id=line.item_id,
        name=line.name,
        quantity=line.quantity,
        unit=line.unit,
        net=line.net,
        vat_category=line.vat_category,
        vat_rate=line.vat_rate,
        order_line=None if match is None else match.line.line,
        matched_by=None if match is None else match.by,
        match_confidence=0 if match is None else match.confidence,
        coding=coding,
    )


def _country(invoice: Invoice, vendor: ReferenceVendor | None) -> str:
    if vendor is not None and vendor.country:
        return vendor.country
    address = invoice.seller.address
    return (address.country if address else None) or ""


def _vendor(vendor: ReferenceVendor | None) -> EnrichedVendor | None:
    if vendor is None:
        return None
    return EnrichedVendor(
        vendor_id=vendor.vendor_id,
        name=vendor.name,
        vat_id=vendor.vat_id,
        country=vendor.country,
        ibans=vendor.ibans,
        vendor_class=vendor.vendor_class,
    )


def _payment(invoice: Invoice, vendor: ReferenceVendor | None) -> EnrichedPayment:
    first = next((each for each in invoice.payments if each.account and each.account.id), None)
    account = first.account.id if first and first.account else None
    known = {_plain(iban) for iban in vendor.ibans} if vendor else set()
    return EnrichedPayment(
        amount=invoice.totals.payable,
        account=account,
        account_known=account is not None and _plain(account) in known,
        means=next((each.means for each in invoice.payments), None),
        due_date=invoice.due_date,
        terms=invoice.payment_terms,
    )


def _plain(account: str) -> str:
    return "".join(account.split()).upper()


def _remarks(
    vendor: ReferenceVendor | None,
    payment: EnrichedPayment,
    lines: Iterable[EnrichedLine],
    entries: Iterable[Posting],
) -> Iterator[str]:
    if vendor is None:
        yield "The vendor is not in the master data."
    if payment.account is not None and not payment.account_known:
        yield "The account to pay to is not in the vendor's master data."
    numbered = [
        (line.line or str(place), line.coding) for place, line in enumerate(lines, 1) if line.net
    ]
    for what, missing in (
        ("G/L account", [name for name, coding in numbered if coding.gl_account.value is None]),
        ("cost centre", [name for name, coding in numbered if coding.cost_center.value is None]),
        ("tax code", [name for name, coding in numbered if coding.tax_code.value is None]),
    ):
        if missing:
            named = ", ".join(name[:20] for name in missing[:_MOST_NAMED])
            more = f" and {len(missing) - _MOST_NAMED} more" if len(missing) > _MOST_NAMED else ""
            yield f"No rule says the {what} of line {named}{more}."
    for entry in entries:
        if entry.kind in ("ALLOWANCE", "CHARGE", "TAX") and entry.gl_account is None:
            yield f"No rule says the G/L account of {render(entry.amount)} {_NOUNS[entry.kind]}."
        if entry.kind == "DIFFERENCE":
            yield f"The invoice's amounts do not add up: {render(entry.amount)} is left over."


_NOUNS = {"ALLOWANCE": "allowance", "CHARGE": "charge", "TAX": "VAT"}
