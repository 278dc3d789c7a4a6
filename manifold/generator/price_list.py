"""What a delivery is billed at when everything is right."""

from random import Random

from manifold.generator.billing import Entry, discounted
from manifold.generator.catalogue import product_of
from manifold.generator.countries import COUNTRIES
from manifold.generator.orders import CALL_OFF_SHARE, Delivery
from manifold.generator.world import World
from operators.money import Amount, parse
from operators.reference import OrderLine, ReferenceContract, ReferencePurchaseOrder


class PriceList:
    """Prices, discounts and VAT rates of a world, ready to look up."""

    def __init__(self, world: World) -> None:
        """Index a world's contracts."""
        self.countries = {vendor.vendor_id: vendor.country or "" for vendor in world.vendors}
        self._contracts = {(c.vendor_id, c.item_id): c for c in world.contracts}
        self._by_vendor: dict[str, list[ReferenceContract]] = {}
        for contract in world.contracts:
            self._by_vendor.setdefault(contract.vendor_id, []).append(contract)
        self._vat = {c.code: (parse(c.standard), parse(c.reduced)) for c in COUNTRIES}

    def entries(self, delivery: Delivery, rng: Random) -> list[Entry]:
        """The lines to bill for a delivery; of a framework order, a varying share."""
        order = delivery.order
        lines = {line.line: line for line in order.lines}
        entries: list[Entry] = []
        for received in delivery.receipt.lines:
            line = lines[received.order_line]
            quantity = received.quantity
            if delivery.call_off:
                step = product_of(line.item_id or "").step
                share = quantity * rng.uniform(0.8, 1.25) / CALL_OFF_SHARE
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
        return Entry(
            line,
            product,
            quantity,
            self.price(vendor_id, line, quantity),
            reduced if product.reduced else standard,
        )

    def price(self, vendor_id: str, line: OrderLine, quantity: Amount) -> Amount:
        """The agreed price of one unit, with the discount the quantity earns."""
        contract = self.contract(vendor_id, line)
        return discounted(line.price, quantity, contract.discounts) if contract else line.price

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
