"""How much of an order line may be billed, and might have been at an earlier time.

Orders, receipts and tolerances change. A sum above today's limit is right when it was within the
limit as it was then, so every version that Kafka still has is kept with its time.

>>> from datetime import date
>>> from operators.money import ONE
>>> from operators.reference import ReceiptLine, ReferenceGoodsReceipt
>>> limits = Limits()
>>> for at, quantity in ((1, 10), (600_000, 8)):
...     lines = (ReceiptLine("10", quantity * ONE),)
...     limits.receipt("G1", ReferenceGoodsReceipt("G1", "PO1", "V1", date(2026, 1, 1), lines), at)
>>> limits.most("PO1", "10", 5, 5) // ONE, limits.most("PO1", "10", 900_000, 900_000) // ONE
(10, 8)
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple, TypeVar

from operators.money import HUNDRED, Amount
from operators.reference import ReferenceGoodsReceipt, ReferencePolicy, ReferencePurchaseOrder
from operators.time import Instant

LAG: Instant = 60_000
"""How far what a flow has judged by may be from what stood in the topic when it committed: clocks
that differ, a process that was paused, a poll that was under way."""


class _Receipt(NamedTuple):
    at: Instant
    purchase_order: str
    lines: dict[str, Amount]


class _Order(NamedTuple):
    at: Instant
    services: dict[str, Amount]


class _Tolerance(NamedTuple):
    at: Instant
    percent: Amount
    amount: Amount


V = TypeVar("V", _Receipt, _Order, _Tolerance)


class Limits:
    """All that is known of orders, receipts and tolerances, by time."""

    def __init__(self) -> None:
        """Nothing is known."""
        self._orders: dict[str, list[_Order]] = defaultdict(list)
        self._receipts: dict[str, list[_Receipt]] = defaultdict(list)
        self._of_order: dict[str, set[str]] = defaultdict(set)
        self._tolerances: dict[str, list[_Tolerance]] = defaultdict(list)
        self.lost_until: Instant | None = None
        """Before that, versions may have been in force that Kafka has no longer."""

    def lost(self, until: Instant) -> None:
        """Some versions from before an instant have been compacted away."""
        self.lost_until = until if self.lost_until is None else max(self.lost_until, until)

    def order(self, key: str, order: ReferencePurchaseOrder | None, at: Instant) -> None:
        """A version of a purchase order; None deletes it."""
        services: dict[str, Amount] = {}
        for line in order.lines if order is not None else ():
            if line.service:
                services[line.line] = max(services.get(line.line, 0), line.quantity)
        self._orders[key].append(_Order(at, services))

    def receipt(self, key: str, receipt: ReferenceGoodsReceipt | None, at: Instant) -> None:
        """A version of a goods receipt; None deletes it."""
        lines: dict[str, Amount] = {}
        number = "" if receipt is None else receipt.purchase_order
        for line in receipt.lines if receipt is not None else ():
            lines[line.order_line] = lines.get(line.order_line, 0) + line.quantity
        self._receipts[key].append(_Receipt(at, number, lines))
        if number:
            self._of_order[number].add(key)

    def policy(self, key: str, policy: ReferencePolicy | None, at: Instant) -> None:
        """A version of a policy; a request may have been judged by any that was there."""
        if policy is not None:
            amount = policy.quantity_tolerance_amount or 0
            self._tolerances[key].append(_Tolerance(at, policy.quantity_tolerance_percent, amount))

    def proves(self, since: Instant) -> bool:
        """Whether everything in force from an instant on is known."""
        return self.lost_until is None or since >= self.lost_until

    def most(self, order: str, line: str, since: Instant, until: Instant) -> Amount:
        """The most of an order line that might have been billed at some time between the two."""
        services = [
            version.services[line]
            for version in _in_force(self._orders.get(order, ()), since, until)
            if line in version.services
        ]
        base = sum(
            max(
                version.lines.get(line, 0) if version.purchase_order == order else 0
                for version in versions
            )
            for key in self._of_order.get(order, ())
            if (versions := list(_in_force(self._receipts[key], since, until)))
        )
        base = max(base, *services) if services else base
        if base <= 0:
            return 0
        tolerances = [
            version
            for versions in self._tolerances.values()
            for version in _in_force(versions, since, until)
        ]
        half = HUNDRED // 2
        over = (max((base * each.percent + half) // HUNDRED, each.amount) for each in tolerances)
        return base + max(over, default=0)


def _in_force(versions: Sequence[V], since: Instant, until: Instant) -> Iterator[V]:
    """Versions that were the latest of their key at some time between the two."""
    for number, version in enumerate(versions):
        later = versions[number + 1] if number + 1 < len(versions) else None
        if version.at <= until and (later is None or later.at >= since):
            yield version
