"""Reference data to look things up in, straight from the generated world."""

from collections import defaultdict
from typing import Any

from manifold.generator import World, reference_records
from operators.reference import (
    ReferenceContract,
    ReferenceExchangeRate,
    ReferenceGoodsReceipt,
    ReferencePurchaseOrder,
    ReferenceTaxRate,
    ReferenceVendor,
)


class Reference:
    """A world's reference data by key."""

    def __init__(self, world: World) -> None:
        """Index a world."""
        found: dict[type[Any], dict[str, Any]] = defaultdict(dict)
        receipts: dict[str, tuple[ReferenceGoodsReceipt, ...]] = {}
        for key, record in reference_records(world):
            found[type(record)][key] = record
            if isinstance(record, ReferenceGoodsReceipt):
                order = record.purchase_order
                receipts[order] = (*receipts.get(order, ()), record)
        self.policy = world.policy
        self.vendors: dict[str, ReferenceVendor] = found[ReferenceVendor]
        self.contracts: dict[str, ReferenceContract] = found[ReferenceContract]
        self.orders: dict[str, ReferencePurchaseOrder] = found[ReferencePurchaseOrder]
        self.rates: dict[str, ReferenceExchangeRate] = found[ReferenceExchangeRate]
        self.tax_rates: dict[str, ReferenceTaxRate] = found[ReferenceTaxRate]
        self.receipts = receipts
        """By purchase order."""
