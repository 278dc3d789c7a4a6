"""Puts faults into what is about to be billed."""

from collections import deque
from random import Random

from msgspec import Struct, field

from manifold.generator.billing import Bill, Entry, Extras, bill
from manifold.generator.faults import FAULTS, Fault
from manifold.generator.orders import Delivery
from manifold.generator.price_list import PriceList
from manifold.generator.world import World
from operators.money import CENT, HUNDRED, ONE, Amount, times
from operators.reference import OrderLine

_RAREST: Fault = "missed_period_discount"
_HISTORY = 12
"""Earlier invoices a vendor needs before one can be unusual."""
_HUGE_EVERY = 15
"""A vendor sends at most one huge invoice in that many, or huge becomes usual."""
_COMPARED = 31
"""Earlier amounts of a vendor that fraud may compare with."""
_FAR = 6
"""Times the usual amount that nobody takes for usual."""
_REMEMBERED = 3
"""Huge invoices that fraud may compare with: there is one in fifteen, and it remembers 31."""
_APART = 3
"""Days that lie between a huge invoice and others of the vendor, and between two large ones."""
_LARGE = 14
"""Tenths of the usual amount from which an invoice is large."""


class VendorHistory(Struct):
    """What the stream remembers of a vendor."""

    sent: int = 0
    """Invoices sent."""
    correct_number: str | None = None
    """Number of the last invoice without a fault."""
    huge: int = -_HUGE_EVERY
    """Value of `sent` at the last huge invoice."""
    billed: set[tuple[Amount, int]] = field(default_factory=set)
    """Amounts and days (ordinals) of all invoices."""
    huge_days: deque[int] = field(default_factory=lambda: deque(maxlen=_REMEMBERED))
    """Days (ordinals) of the last huge ones."""
    dated: deque[tuple[Amount, int]] = field(default_factory=lambda: deque(maxlen=_COMPARED))
    """Amounts in base currency and days (ordinals) of the last ones."""
    amounts: deque[Amount] = field(default_factory=lambda: deque(maxlen=_COMPARED))
    """Of the last ones that were not huge, in base currency."""

    def makes_unusual(self, amount: Amount) -> bool:
        """Whether an amount is beyond doubt far more than usual, however much that varies."""
        known = sorted(self.amounts)
        usual, upper = known[len(known) // 2], known[len(known) * 7 // 8]
        return amount * amount > _FAR * _FAR * usual * upper

    def is_small_beside(self, amount: Amount) -> bool:
        """Whether all amounts are beyond doubt smaller than another."""
        return 2 * max(self.amounts, default=0) <= amount

    def is_large(self, amount: Amount) -> bool:
        """Whether an amount is much for the vendor."""
        known = sorted(self.amounts)
        return bool(known) and 10 * amount > _LARGE * known[len(known) // 2]

    def fresh_day(self, amount: Amount, in_base: Amount, day: int) -> int:
        """That day, or the latest before on which the vendor has not billed the same amount.

        The same amount on the same day would look like the same invoice sent twice, a large one
        soon before or after a huge or another large one like an invoice that was split.
        """
        near = list(self.huge_days)
        if self.is_large(in_base):
            near += [then for other, then in self.dated if self.is_large(other)]
        while (amount, day) in self.billed or any(abs(day - then) < _APART for then in near):
            day -= 1
        self.billed.add((amount, day))
        self.dated.append((in_base, day))
        return day


class Distortion:
    """Chooses faults evenly, and changes quantities, prices and sums accordingly.

    Faults that lie elsewhere (numbers, dates, parties) are chosen here and left to the caller.
    """

    def __init__(self, world: World, prices: PriceList, rng: Random) -> None:
        """Faults for the invoices of a world."""
        self._policy = world.policy
        self._rates = {world.policy.base_currency: ONE} | {
            rate.currency: rate.rate for rate in world.exchange_rates
        }
        self._prices = prices
        self._rng = rng
        self._enlarged: set[str] = set()
        self._injected: dict[Fault, int] = dict.fromkeys(FAULTS, 0)

    def in_base(self, made: Bill, currency: str) -> Amount:
        """The amount due, in base currency."""
        return times(made.totals.payable or 0, self._rates[currency])

    def distort(
        self, delivery: Delivery, entries: list[Entry], extras: Extras, history: VendorHistory
    ) -> Fault:
        """Put in the fault, among those that fit, that was put in least so far."""
        fitting = [fault for fault in FAULTS if self._fits(fault, delivery, entries, history)]
        self._rng.shuffle(fitting)
        # Few deliveries can carry the rarest, so it goes first where it can.
        fitting.sort(key=lambda fault: (self._injected[fault], fault != _RAREST))
        for fault in fitting:
            if self._apply(fault, delivery, entries, extras, history):
                break
        self._injected[fault] += 1
        if fault in ("unusual_amount", "just_below_limit"):
            history.huge = history.sent
            self._enlarged.add(delivery.order.purchase_order)
        return fault

    def _fits(
        self, fault: Fault, delivery: Delivery, entries: list[Entry], history: VendorHistory
    ) -> bool:
        prices, vendor_id = self._prices, delivery.order.vendor_id
        match fault:
            case "over_billed":
                return bool(_billed_whole(entries))
            case "not_received":
                return _waiting(delivery) is not None
            case "unknown_order_line":
                return prices.never_ordered(delivery.order) is not None
            case "duplicate_number":
                return history.correct_number is not None
            case "over_price":
                return any(prices.contract(vendor_id, e.order_line) for e in entries)
            case "missed_volume_discount":
                return any(
                    self._without_period(vendor_id, e) < prices.listed(vendor_id, e.order_line)
                    for e in entries
                )
            case "missed_period_discount":
                return any(e.price < self._without_period(vendor_id, e) for e in entries)
            case "excessive_freight" | "shorter_terms":
                return vendor_id in prices.agreements
            case "just_below_limit":
                return self._room(delivery, history)
            case "unusual_amount":
                return history.sent >= _HISTORY and self._room(delivery, history)
            case _:
                return True

    def _room(self, delivery: Delivery, history: VendorHistory) -> bool:
        """Whether a huge invoice fits: one for a framework order, and not too often."""
        return (
            delivery.call_off
            and history.sent - history.huge >= _HUGE_EVERY
            and delivery.order.purchase_order not in self._enlarged
        )

    def _apply(
        self,
        fault: Fault,
        delivery: Delivery,
        entries: list[Entry],
        extras: Extras,
        history: VendorHistory,
    ) -> bool:
        """Whether the fault could be put in."""
        rng, prices, vendor_id = self._rng, self._prices, delivery.order.vendor_id
        match fault:
            case "line_arithmetic":
                rng.choice(entries).net_error = self._noticeable()
            case "total_arithmetic":
                extras.gross_error = self._noticeable()
            case "vat_amount":
                extras.vat_error = self._noticeable()
            case "unknown_order_line":
                line = prices.never_ordered(delivery.order)
                if line is not None:
                    entries.append(prices.entry(vendor_id, line, ONE * (1 + int(rng.random() * 5))))
            case "over_billed":
                entry = rng.choice(_billed_whole(entries))
                step = entry.product.step
                self._bill(vendor_id, entry, -(-entry.quantity * 3 // (2 * step)) * step)
            case "not_received":
                line = _waiting(delivery)
                if line is not None:
                    entries.append(prices.entry(vendor_id, line, line.quantity))
            case "over_price":
                priced = [e for e in entries if prices.contract(vendor_id, e.order_line)]
                entry = max(priced, key=lambda e: e.quantity * e.price)
                entry.price = _dearer(entry.price, 108 + int(rng.random() * 15))
            case "missed_volume_discount":
                for entry in entries:
                    entry.price = prices.listed(vendor_id, entry.order_line)
            case "missed_period_discount":
                for entry in entries:
                    entry.price = self._without_period(vendor_id, entry)
            case "excessive_freight":
                extras.freight = (2500 + int(rng.random() * 2000)) * CENT
            case "just_below_limit" | "unusual_amount":
                return self._enlarge(fault, delivery, entries, extras, history)
            case _:
                pass
        return True

    def _enlarge(
        self,
        fault: Fault,
        delivery: Delivery,
        entries: list[Entry],
        extras: Extras,
        history: VendorHistory,
    ) -> bool:
        """Scale a call-off until it comes just below the limit, or far from the usual."""
        limit = self._policy.approval_limit
        margin = limit * self._policy.approval_margin_percent // HUNDRED
        currency = delivery.order.currency
        vendor_id = delivery.order.vendor_id
        below = fault == "just_below_limit"
        ordinary = [entry.quantity for entry in entries]
        amount = self.in_base(bill(entries, extras), currency)
        target = limit - margin // 2
        if below and (target > 4 * amount or not history.is_small_beside(target)):
            return False
        factor = target / amount if below else self._rng.uniform(8, 10)
        for _ in range(6):
            for entry, quantity in zip(entries, ordinary, strict=True):
                step = entry.product.step
                self._bill(vendor_id, entry, max(1, round(quantity * factor / step)) * step)
            large = self.in_base(bill(entries, extras), currency)
            if below:
                if limit - margin + 50 * ONE < large < limit - 20 * ONE:
                    return True
                factor *= target / large
            elif history.makes_unusual(large) and not 8 * limit <= 10 * large <= 14 * limit:
                return True
            else:
                factor *= 1.3
        for entry, quantity in zip(entries, ordinary, strict=True):
            self._bill(vendor_id, entry, quantity)
        return False

    def _bill(self, vendor_id: str, entry: Entry, quantity: Amount) -> None:
        entry.quantity = quantity
        entry.price = self._prices.price(vendor_id, entry.order_line, quantity)

    def _without_period(self, vendor_id: str, entry: Entry) -> Amount:
        return self._prices.price(vendor_id, entry.order_line, entry.quantity, in_period=False)

    def _noticeable(self) -> Amount:
        return (500 + int(self._rng.random() * 4500)) * CENT


def _billed_whole(entries: list[Entry]) -> list[Entry]:
    """The goods whose order line nothing else is billed on."""
    return [e for e in entries if e.quantity == e.order_line.quantity and not e.order_line.service]


def _waiting(delivery: Delivery) -> OrderLine | None:
    """The order line that was never received, if the order has one."""
    line = delivery.order.lines[-1]
    received = any(line.line == entry.order_line for entry in delivery.receipt.lines)
    return None if received or line.service else line


def _dearer(price: Amount, percent: int) -> Amount:
    """A percentage of a price, rounded up to four decimal places."""
    return -(-price * percent // (100 * 10_000)) * 10_000
