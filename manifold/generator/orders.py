"""Invented purchase orders and the goods received on them."""

from collections.abc import Mapping
from datetime import date, timedelta
from random import Random

from msgspec import Struct

from manifold.generator.billing import contract_price
from manifold.generator.vendors import Item, Vendor
from operators.money import ONE, Amount
from operators.reference import (
    OrderLine,
    ReceiptLine,
    ReferenceContract,
    ReferenceGoodsReceipt,
    ReferencePurchaseOrder,
)

CALL_OFFS = 8
"""Invoices billed against one framework order."""
CALL_OFF_SHARE = 40
"""A framework order is received this many times an ordinary call-off: room for a huge one."""
CALL_OFF_LEAST = 0.8
CALL_OFF_MOST = 1.25
"""Parts of an ordinary call-off that one bills."""


class Delivery(Struct, frozen=True):
    """Something received that one invoice will bill."""

    order: ReferencePurchaseOrder
    """The order it was bought on."""
    receipt: ReferenceGoodsReceipt
    """What has arrived."""
    call_off: bool = False
    """True when the order is a framework order, of which each invoice bills a share."""
    last: bool = False
    """True for the last delivery of its order."""


def new_order(
    number: str,
    vendor: Vendor,
    contracts: Mapping[str, ReferenceContract],
    today: date,
    rng: Random,
) -> list[Delivery]:
    """An order and what will be billed on it: at once, in parts, or as call-offs.

    `contracts` are the vendor's by item. An order names the price that the smallest invoice on it
    will have.
    """
    draw = rng.random()
    parts = 1 if draw < 0.4 or draw >= 0.7 else rng.randrange(2, 5)
    call_off = draw >= 0.7
    items = rng.sample(vendor.items, min(5, 1 + int(rng.expovariate(0.6))))
    share = CALL_OFF_SHARE if call_off else 1
    received = [
        [_quantity(vendor, item, len(items), share, rng) for item in items] for _ in range(parts)
    ]
    least = CALL_OFF_LEAST / CALL_OFF_SHARE if call_off else 1
    lines: list[OrderLine] = []
    for index, item in enumerate(items):
        quantities = [part[index] for part in received]
        contract = contracts.get(item.item_id)
        price = item.price
        if contract is not None:
            price = contract_price(contract, int(min(quantities) * least))
        lines.append(_order_line(index, item, sum(quantities), price))
    if parts == 1 and not call_off and rng.random() < 0.2:
        work = rng.choice(vendor.services)
        quantity = _quantity(vendor, work, 2 * len(items) + 2, 1, rng)
        lines.append(_order_line(len(lines), work, quantity, work.price))
    elif rng.random() < 0.4:
        # Ordered, never received.
        waiting = rng.choice([item for item in vendor.items if item not in items])
        quantity = _quantity(vendor, waiting, 3, 1, rng)
        lines.append(_order_line(len(lines), waiting, quantity, waiting.price))
    order = ReferencePurchaseOrder(
        f"PO{number}", vendor.record.vendor_id, vendor.currency, tuple(lines)
    )
    receipts = [
        ReferenceGoodsReceipt(
            goods_receipt=f"GR{number}-{part + 1}",
            purchase_order=order.purchase_order,
            vendor_id=order.vendor_id,
            received_on=today - timedelta(days=rng.randrange(15, 60)),
            lines=tuple(
                ReceiptLine(line.line, quantity)
                for line, quantity in zip(lines, quantities, strict=False)
            ),
        )
        for part, quantities in enumerate(received)
    ]
    if call_off:
        return [
            Delivery(order, receipts[0], call_off=True, last=part == CALL_OFFS - 1)
            for part in range(CALL_OFFS)
        ]
    return [
        Delivery(order, receipt, last=part == parts - 1) for part, receipt in enumerate(receipts)
    ]


def _order_line(index: int, item: Item, quantity: Amount, price: Amount) -> OrderLine:
    return OrderLine(
        line=f"{10 * (index + 1)}",
        item_id=item.item_id,
        name=item.product.name,
        quantity=quantity,
        unit=item.product.unit,
        price=price,
        service=item.product.service,
        gl_account=item.product.gl_account,
    )


def _quantity(vendor: Vendor, item: Item, lines: int, share: int, rng: Random) -> Amount:
    """What a line of an ordinary invoice with that many lines bills, `share` times."""
    worth = vendor.usual / lines * rng.uniform(0.75, 1.3)
    step = item.product.step
    return max(1, round(worth * ONE / item.price * ONE / step)) * step * share
