"""Reference data to look things up in, straight from the generated world."""

from collections import defaultdict
from typing import Any

from manifold.generator import World, reference_records
from operators.pricing import keys_of_contract
from operators.reference import (
    ReferenceAgreement,
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
        contracts: dict[str, tuple[ReferenceContract, ...]] = {}
        agreements: dict[str, tuple[ReferenceAgreement, ...]] = {}
        receipts: dict[str, tuple[ReferenceGoodsReceipt, ...]] = {}
        for key, record in reference_records(world):
            found[type(record)][key] = record
            if isinstance(record, ReferenceGoodsReceipt):
                order = record.purchase_order
                receipts[order] = (*receipts.get(order, ()), record)
            elif isinstance(record, ReferenceContract):
                for name in keys_of_contract(record):
                    contracts[name] = (*contracts.get(name, ()), record)
            elif isinstance(record, ReferenceAgreement):
                vendor = record.vendor_id
                agreements[vendor] = (*agreements.get(vendor, ()), record)
        self.policy = world.policy
        self.vendors: dict[str, ReferenceVendor] = found[ReferenceVendor]
        self.contracts = contracts
        """By vendor and item."""
        self.agreements = agreements
        """By vendor."""
        self.orders: dict[str, ReferencePurchaseOrder] = found[ReferencePurchaseOrder]
        self.rates: dict[str, ReferenceExchangeRate] = found[ReferenceExchangeRate]
        self.tax_rates: dict[str, ReferenceTaxRate] = found[ReferenceTaxRate]
        self.receipts = receipts
        """By purchase order."""
