"""Reserve what an invoice bills, then confirm or release it: the match as a saga."""

from msgspec.structs import replace

from operators.codes import CREDIT_NOTES
from operators.decision import InvoiceSettled
from operators.inventory.match import Comparison, compare
from operators.inventory.state import (
    Claim,
    ClaimState,
    OrderReservations,
    RequestClaims,
)
from operators.invoice import Invoice
from operators.judgement import Judgement, reported
from operators.reference import ReferenceGoodsReceipt, ReferencePolicy, ReferencePurchaseOrder
from operators.remembered import REMEMBERED, forget, is_time_to_forget
from operators.result import InventoryDetails, InventoryStatus, LineMatch, Violation
from operators.table import Lookup, Table
from operators.time import Instant

_NOTHING = OrderReservations()
_NOBODY = RequestClaims()


def judge(
    request_id: str,
    attempt: int,
    vendor_id: str,
    invoice: Invoice,
    *,
    orders: Lookup[ReferencePurchaseOrder],
    receipts: Lookup[tuple[ReferenceGoodsReceipt, ...]],
    policy: ReferencePolicy,
    reservations: Table[OrderReservations],
    requests: Table[RequestClaims],
) -> Judgement[InventoryDetails]:
    """Whether the invoice was ordered and received; reserves what it bills and is there.

    `orders` and `receipts` are keyed by purchase order, `reservations` too, `requests` by
    request. The same attempt judged again gets the first answer and changes nothing. A later
    attempt releases what an earlier one still reserves. An attempt that was settled before it
    is judged here is booked as it was settled.
    """
    known = requests.get(request_id) or _NOBODY
    early = known.of(attempt)
    if early is not None and early.status:
        return _answer(early)
    superseded = any(claim.status and claim.attempt > attempt for claim in known.claims)
    if not superseded:
        for claim in known.claims:
            if claim.state == "reserved":
                known = known.replaced(_moved(claim, "released", reservations))

    number = order_of(invoice)
    order = orders.get(number) if number else None
    against: str | None = None
    if order is not None and order.vendor_id == vendor_id:
        against = number
        booked = reservations.get(number) or _NOTHING
        comparison = compare(invoice, order, receipts.get(number) or (), policy, booked)
    else:
        comparison = _not_compared(number, order)
    if superseded:
        comparison = _superseded(comparison)

    claim = Claim(
        attempt,
        "released" if superseded else "reserved",
        comparison.status,
        against,
        invoice.type_code in CREDIT_NOTES,
        comparison.lines,
        reported(list(comparison.violations)) if comparison.violations else (),
    )
    if not superseded:
        _book(claim, reservations)
        if early is not None:
            claim = _moved(claim, early.state, reservations)
    requests.put(request_id, known.replaced(claim))
    return _answer(claim)


def order_of(invoice: Invoice) -> str:
    """The purchase order that an invoice names, empty when it names none."""
    return invoice.purchase_order.strip() if invoice.purchase_order else ""


def settle(
    settled: InvoiceSettled,
    *,
    reservations: Table[OrderReservations],
    requests: Table[RequestClaims],
    remembered: Instant = REMEMBERED,
) -> None:
    """Confirm (APPROVED) or release (REJECTED, EXPIRED, REPLACED) what an attempt reserved.

    The first settlement of an attempt counts; further ones, and those of attempts that a later
    one has replaced, change nothing. One that comes before its upload is kept for it. Requests
    settled longer than `remembered` before this one are forgotten, a few at a time.
    """
    if settled.outcome == "UNKNOWN":
        return
    final: ClaimState = "confirmed" if settled.outcome == "APPROVED" else "released"
    known = requests.get(settled.request_id) or _NOBODY
    claim = known.of(settled.attempt)
    if claim is None:
        if any(other.status and other.attempt > settled.attempt for other in known.claims):
            return
        claim = Claim(settled.attempt, final)
    elif claim.state != "reserved":
        return
    else:
        claim = _moved(claim, final, reservations)
    requests.put(settled.request_id, known.replaced(claim, max(1, settled.settled_at)))
    if is_time_to_forget(settled):
        forget(requests, settled.settled_at - remembered)


def _not_compared(number: str, order: ReferencePurchaseOrder | None) -> Comparison:
    if order is not None:
        message = f"Purchase order {number[:40]} was placed with another vendor."
        violation = Violation("MF-PO-VENDOR", message, "ERROR", "purchase_order")
        return Comparison("UNAVAILABLE", (), (violation,))
    if number:
        message = f"Purchase order {number[:40]} is not known."
        violation = Violation("MF-PO-UNKNOWN", message, "WARNING", "purchase_order")
    else:
        message = "The invoice names no purchase order, so nothing can be compared."
        violation = Violation("MF-PO-MISSING", message, "WARNING", "purchase_order")
    return Comparison("LIMITED", (), (violation,))


def _superseded(comparison: Comparison) -> Comparison:
    violation = Violation(
        "MF-PO-SUPERSEDED",
        "A later attempt of this request has been judged already; this one reserves nothing.",
        "WARNING",
    )
    lines = tuple(replace(line, taken=0) for line in comparison.lines)
    status: InventoryStatus = "UNAVAILABLE" if comparison.status == "UNAVAILABLE" else "LIMITED"
    return Comparison(status, lines, (*comparison.violations, violation))


def _answer(claim: Claim) -> Judgement[InventoryDetails]:
    lines = tuple(
        LineMatch(
            line=line.line,
            order_line=line.order_line,
            invoiced=line.invoiced,
            available=line.available,
            reserved=0 if claim.credit else line.taken,
            matched_by=line.matched_by,
            confidence=line.confidence,
        )
        for line in claim.lines
    )
    return Judgement(claim.status, InventoryDetails(claim.purchase_order, lines), claim.violations)


def _book(claim: Claim, reservations: Table[OrderReservations]) -> None:
    if not claim.credit:
        _change(claim, reservations, reserved=1)


def _moved(claim: Claim, to: ClaimState, reservations: Table[OrderReservations]) -> Claim:
    """The claim in its final state, with the order's sums moved along."""
    confirmed = int(to == "confirmed")
    if claim.credit:
        _change(claim, reservations, confirmed=-confirmed)
    else:
        _change(claim, reservations, reserved=-1, confirmed=confirmed)
    return Claim(
        claim.attempt,
        to,
        claim.status,
        claim.purchase_order,
        claim.credit,
        claim.lines,
        claim.violations,
    )


def _change(
    claim: Claim,
    reservations: Table[OrderReservations],
    *,
    reserved: int = 0,
    confirmed: int = 0,
) -> None:
    """Add the claim's quantities, times these signs, to the sums of its order."""
    if claim.purchase_order is None:
        return
    by = [
        (line.order_line, (reserved * line.taken, confirmed * line.taken))
        for line in claim.lines
        if line.taken and line.order_line is not None
    ]
    if not by:
        return
    after = (reservations.get(claim.purchase_order) or _NOTHING).changed(by)
    if after.lines:
        reservations.put(claim.purchase_order, after)
    else:
        reservations.delete(claim.purchase_order)
