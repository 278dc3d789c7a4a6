"""What a delivery is billed at when everything is right."""

from random import Random

from manifold.generator.billing import Entry, contract_price, net_of
from manifold.generator.catalogue import product_of
from manifold.generator.countries import COUNTRIES
from manifold.generator.orders import CALL_OFF_LEAST, CALL_OFF_MOST, CALL_OFF_SHARE, Delivery
from manifold.generator.world import World
from operators.money import HUNDRED, Amount, divided, parse
from operators.reference import (
    OrderLine,
    ReferenceAgreement,
    ReferenceContract,
    ReferencePurchaseOrder,
)


class PriceList:
    """Prices, discounts and VAT rates of a world, ready to look up."""

    def __init__(self, world: World) -> None:
        """Index a world's contracts."""
        self.countries = {vendor.vendor_id: vendor.country or "" for vendor in world.vendors}
        self._contracts = {(c.vendor_id, c.item_id): c for c in world.contracts}
        self._by_vendor: dict[str, list[ReferenceContract]] = {}
        for contract in world.contracts:
            self._by_vendor.setdefault(contract.vendor_id, []).append(contract)
        self.agreements: dict[str, ReferenceAgreement] = {
            agreement.vendor_id: agreement for agreement in world.agreements
        }
        self._bought: dict[str, Amount] = {}
        self._billing: Amount = 0
        self._vat = {c.code: (parse(c.standard), parse(c.reduced)) for c in COUNTRIES}

    def entries(self, delivery: Delivery, rng: Random) -> list[Entry]:
        """The lines to bill for a delivery; of a framework order, a varying share."""
        order = delivery.order
        self._billing = 0
        lines = {line.line: line for line in order.lines}
        entries: list[Entry] = []
        for received in delivery.receipt.lines:
            line = lines[received.order_line]
            quantity = received.quantity
            if delivery.call_off:
                step = product_of(line.item_id or "").step
                share = quantity * rng.uniform(CALL_OFF_LEAST, CALL_OFF_MOST) / CALL_OFF_SHARE
                quantity = max(1, int(share / step)) * step
            entries.append(self.entry(order.vendor_id, line, quantity))
        if delivery.last:
            entries += [
                self.entry(order.vendor_id, line, line.quantity)
                for line in order.lines
                if line.service
            ]
        return entries

    def entry(self, vendor_id: str, line: OrderLine, quantity: Amount) -> Entry:
        """A line that bills a quantity of an order line at the agreed price."""
        product = product_of(line.item_id or "")
        standard, reduced = self._vat[self.countries[vendor_id]]
        price = self.price(vendor_id, line, quantity)
        contract = self.contract(vendor_id, line)
        if contract is not None:
            self._billing += net_of(contract, quantity)
        return Entry(line, product, quantity, price, reduced if product.reduced else standard)

    def price(
        self, vendor_id: str, line: OrderLine, quantity: Amount, *, in_period: bool = True
    ) -> Amount:
        """The agreed price of one unit, with the discounts it earns.

        `in_period` is false for the price without the discount for what was bought before.
        """
        contract = self.contract(vendor_id, line)
        if contract is None:
            return line.price
        price = contract_price(contract, quantity)
        net = net_of(contract, quantity)
        if contract.period_discount is None or not in_period or not net:
            return price
        (step,) = contract.period_discount.steps
        end = self._bought.get(vendor_id, 0) + self._billing + net
        percent = divided(step.percent * max(0, min(net, end - step.above)), net)
        return divided(price * (HUNDRED - percent), HUNDRED * 10_000) * 10_000

    def listed(self, vendor_id: str, line: OrderLine) -> Amount:
        """The price of one unit without any discount."""
        contract = self.contract(vendor_id, line)
        return line.price if contract is None else contract.price

    def certain(self, vendor_id: str) -> bool:
        """Whether prices are the same, whatever becomes of invoices that are not right.

        Before a vendor's discount for what was bought begins, one that is rejected would move it.
        """
        contracts = self._by_vendor.get(vendor_id)
        agreed = contracts[0].period_discount if contracts else None
        return agreed is None or self._bought.get(vendor_id, 0) >= agreed.steps[0].above

    def bought(self, vendor_id: str) -> None:
        """Count what the last entries bill."""
        self._bought[vendor_id] = self._bought.get(vendor_id, 0) + self._billing

    def never_ordered(self, order: ReferencePurchaseOrder) -> OrderLine | None:
        """A line the vendor has a contract for, but that is not on the order."""
        on_order = {line.item_id for line in order.lines}
        for contract in self._by_vendor.get(order.vendor_id, ()):
            if contract.item_id not in on_order:
                product = product_of(contract.item_id)
                return OrderLine(
                    line="990",
                    item_id=contract.item_id,
                    name=product.name,
                    quantity=0,
                    unit=product.unit,
                    price=contract.price,
                )
        return None

    def contract(self, vendor_id: str, line: OrderLine) -> ReferenceContract | None:
        """The contract that prices an order line, if there is one."""
        return self._contracts.get((vendor_id, line.item_id or ""))
