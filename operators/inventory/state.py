"""What is booked on purchase orders, and by whom.

Two tables say the same twice, as a ledger does: `OrderReservations` holds one pair of sums per
order line, `RequestClaims` what each request booked. Judging an invoice reads two values and
writes two, whatever the age of the order.

>>> booked = OrderReservations().changed([("10", (5, 0))])
>>> booked.on("10"), booked.on("20"), booked.changed([("10", (-5, 5))]).on("10")
((5, 0), (0, 0), (0, 5))
"""

from collections.abc import Iterable
from typing import Literal, TypeAlias

from msgspec import Struct

from operators.money import Amount
from operators.result import MatchedBy, Violation

LARGEST: Amount = 2**63 - 1
"""92 billion units. Larger quantities are booked and reported as this: MessagePack ends here."""

ATTEMPTS = 8
"""Attempts of one request that are remembered."""

Sums: TypeAlias = tuple[Amount, Amount]
"""Quantity reserved and quantity confirmed."""


class OrderReservations(Struct, frozen=True, array_like=True, gc=False):
    """What invoices have booked on one purchase order. Never more entries than order lines."""

    lines: dict[str, Sums] = {}
    """Order line to its sums; a line with nothing booked has no entry."""

    def on(self, line: str) -> Sums:
        """What is reserved and confirmed on an order line."""
        return self.lines.get(line, (0, 0))

    def changed(self, by: Iterable[tuple[str, Sums]]) -> "OrderReservations":
        """The sums after adding to them; neither falls below zero."""
        lines = dict(self.lines)
        for line, (reserved, confirmed) in by:
            before = lines.get(line)
            if before is not None:
                reserved, confirmed = max(0, before[0] + reserved), max(0, before[1] + confirmed)
            if reserved > 0 or confirmed > 0:
                lines[line] = (max(0, reserved), max(0, confirmed))
            else:
                lines.pop(line, None)
        return OrderReservations(lines)


ClaimState: TypeAlias = Literal["reserved", "confirmed", "released"]
"""Confirmed and released are final."""


class ClaimLine(Struct, frozen=True, array_like=True, gc=False):
    """One invoice line as it was answered."""

    line: str | None
    order_line: str | None
    invoiced: Amount
    available: Amount
    taken: Amount
    """Quantity reserved; of a credit note, to be given back."""
    matched_by: MatchedBy | None = None
    confidence: int | None = None
    """Percent."""


class Claim(Struct, frozen=True, array_like=True, gc=False):
    """The answer to one attempt, and what became of what it reserved."""

    attempt: int
    state: ClaimState
    status: str = ""
    """Inventory status answered; empty when it was settled before it was judged."""
    purchase_order: str | None = None
    """Order it counts on; None when it counts on none."""
    credit: bool = False
    """True for a credit note: reserves nothing, gives back when it is confirmed."""
    lines: tuple[ClaimLine, ...] = ()
    violations: tuple[Violation, ...] = ()


class RequestClaims(Struct, frozen=True, array_like=True, gc=False):
    """What one request was answered. Never more than `ATTEMPTS` attempts."""

    claims: tuple[Claim, ...] = ()
    """One for each attempt, ascending."""
    settled_at: int = 0
    """When it was last settled; 0 while it is open. Settled ones are forgotten in time."""

    @property
    def open(self) -> bool:
        """Whether something is reserved whose settlement is still to come."""
        return any(claim.state == "reserved" for claim in self.claims)

    def of(self, attempt: int) -> Claim | None:
        """The claim of an attempt."""
        for claim in self.claims:
            if claim.attempt == attempt:
                return claim
        return None

    def replaced(self, claim: Claim, settled_at: int | None = None) -> "RequestClaims":
        """The same with one attempt's claim set; the oldest that reserves nothing goes first."""
        claims = [other for other in self.claims if other.attempt != claim.attempt]
        claims.append(claim)
        claims.sort(key=_attempt)
        if len(claims) > ATTEMPTS:
            claims.remove(next(other for other in claims if other.state != "reserved"))
        at = self.settled_at if settled_at is None else settled_at
        return RequestClaims(tuple(claims), at)


def _attempt(claim: Claim) -> int:
    return claim.attempt
