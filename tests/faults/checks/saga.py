"""The saga's invariant: no order line is ever billed beyond what was received.

It is computed here from the goods receipts alone, with none of the operator's arithmetic.
"""

from collections import defaultdict
from collections.abc import Iterable

import msgspec

from connectors.stream import Received
from operators.inventory import OrderReservations
from operators.money import HUNDRED, Amount
from tests.faults.checks.check import Check, Findings
from tests.faults.checks.reference import Reference

NAME = "reserved and confirmed never exceed received, at any commit"

_decode = msgspec.msgpack.Decoder(OrderReservations).decode


def never_over_reserved(changelog: Iterable[Received], reference: Reference) -> Check:
    """Every entry of inventory's reservations, each one a commit, against what was received."""
    findings = Findings(NAME)
    received = _received(reference)
    policy = reference.policy
    percent, amount = policy.quantity_tolerance_percent, policy.quantity_tolerance_amount or 0
    count = 0
    for record in changelog:
        if record.value is None:
            continue
        count += 1
        order = (record.key or b"").decode()
        for line, (reserved, confirmed) in _decode(record.value).lines.items():
            base = received[order, line]
            # The branch rounds the tolerance to the nearest unit of the last place.
            over = max(base * percent // HUNDRED + 1, amount if base > 0 else 0)
            if reserved + confirmed > base + over:
                findings.add(
                    f"order {order} line {line} at {record.topic}[{record.partition}] offset "
                    f"{record.offset}: {reserved} reserved and {confirmed} confirmed of {base}"
                )
    return findings.check(f"{count:,} entries, each within receipts and tolerance")


def _received(reference: Reference) -> dict[tuple[str, str], Amount]:
    """Quantity received of each order line; of services, ordered."""
    found: dict[tuple[str, str], Amount] = defaultdict(int)
    for receipts in reference.receipts.values():
        for receipt in receipts:
            for line in receipt.lines:
                found[receipt.purchase_order, line.order_line] += line.quantity
    for order in reference.orders.values():
        for ordered in order.lines:
            if ordered.service:
                found[order.purchase_order, ordered.line] = ordered.quantity
    return found
