"""A small world of reference data, with enough ordered and received to invoice."""

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random
from zlib import crc32

from msgspec import Struct

from manifold.generator.countries import COUNTRIES
from manifold.generator.orders import Delivery, new_order
from manifold.generator.vendors import (
    RATES,
    new_agreement,
    new_buyer,
    new_contract,
    new_vendor,
)
from operators.enrichment import coding_key
from operators.exchange import rate_key
from operators.invoice import Party
from operators.money import ONE, parse, render
from operators.reference import (
    RateValidity,
    ReferenceAgreement,
    ReferenceCoding,
    ReferenceContract,
    ReferenceExchangeRate,
    ReferenceGoodsReceipt,
    ReferencePolicy,
    ReferencePurchaseOrder,
    ReferenceTaxRate,
    ReferenceVendor,
)

_BASE_CURRENCY = "EUR"
_RATE_DAYS = 60
"""Days back to which exchange rates go."""
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"


class World(Struct, frozen=True):
    """The reference data of one generated stream."""

    tag: str
    """In every identifier, so that worlds of different seeds do not meet."""
    vendors: tuple[ReferenceVendor, ...]
    """Vendors."""
    contracts: tuple[ReferenceContract, ...]
    """Prices agreed, by vendor and item."""
    agreements: tuple[ReferenceAgreement, ...]
    """What is agreed with vendors for whole invoices."""
    purchase_orders: tuple[ReferencePurchaseOrder, ...]
    """Orders."""
    goods_receipts: tuple[ReferenceGoodsReceipt, ...]
    """Receipts."""
    exchange_rates: tuple[ReferenceExchangeRate, ...]
    """Rates to the policy's base currency of each working day, the latest last."""
    tax_rates: tuple[ReferenceTaxRate, ...]
    """VAT rates by country."""
    coding: tuple[ReferenceCoding, ...]
    """Rules of account coding."""
    policy: ReferencePolicy
    """The limits and tolerances."""
    deliveries: tuple[Delivery, ...]
    """What the stream bills, in its order; one for each invoice."""
    accounts: dict[str, str]
    """The account that each vendor is paid to."""
    parties: dict[str, tuple[Party, Party]]
    """Seller and buyer as a vendor's invoices name them."""


def policy() -> ReferencePolicy:
    """The policy generated worlds are measured against."""
    return ReferencePolicy(
        policy_id="default",
        version="1",
        base_currency=_BASE_CURRENCY,
        approval_limit=10_000 * ONE,
        approval_margin_percent=5 * ONE,
        quantity_tolerance_percent=2 * ONE,
        price_tolerance_percent=ONE,
        price_tolerance_amount=5 * ONE // 100,
        fraud_warning_score=30,
        fraud_fail_score=70,
        unusual_amount_factor=4 * ONE,
        maximum_age_days=730,
        future_days=1,
    )


def world(seed: int, count: int, today: date) -> World:
    """Reference data for `count` invoices; the same arguments give the same world."""
    number = crc32(f"{seed}/{count}/{today}".encode())
    tag = "".join(_LETTERS[number >> shift & 31] for shift in range(0, 30, 5))
    rng = Random(number)
    buyers = {country.code: new_buyer(country, rng) for country in COUNTRIES}
    vendors = [
        new_vendor(index, tag, buyers, rng) for index in range(min(200, max(4, count // 10)))
    ]
    contracts = tuple(
        new_contract(vendor, item, today, rng) for vendor in vendors for item in vendor.contracted
    )
    priced: dict[str, dict[str, ReferenceContract]] = {}
    for contract in contracts:
        priced.setdefault(contract.vendor_id, {})[contract.item_id] = contract
    orders: list[ReferencePurchaseOrder] = []
    receipts: list[ReferenceGoodsReceipt] = []
    planned: list[tuple[float, Delivery]] = []
    while len(planned) < count:
        position = rng.random()
        vendor = vendors[len(orders) % len(vendors)]
        deliveries = new_order(
            f"{tag}-{len(orders) + 1:06d}",
            vendor,
            priced.get(vendor.record.vendor_id, {}),
            today,
            rng,
        )
        for delivery in deliveries[: count - len(planned)]:
            position += rng.random() * 0.1
            planned.append((position, delivery))
        orders.append(deliveries[0].order)
        receipts.extend({d.receipt.goods_receipt: d.receipt for d in deliveries}.values())
    planned.sort(key=lambda entry: entry[0])
    return World(
        tag=tag,
        vendors=tuple(vendor.record for vendor in vendors),
        contracts=contracts,
        agreements=tuple(new_agreement(each, today) for each in vendors if each.contracted),
        purchase_orders=tuple(orders),
        goods_receipts=tuple(receipts),
        exchange_rates=tuple(_exchange_rates(today, number)),
        tax_rates=tuple(
            ReferenceTaxRate(
                country.code,
                (RateValidity(parse(country.standard)), RateValidity(parse(country.reduced))),
            )
            for country in COUNTRIES
        ),
        coding=tuple(_coding()),
        policy=policy(),
        deliveries=tuple(delivery for _, delivery in planned),
        accounts={vendor.record.vendor_id: vendor.record.ibans[0] for vendor in vendors},
        parties={vendor.record.vendor_id: vendor.parties for vendor in vendors},
    )


def _exchange_rates(today: date, seed: int) -> Iterator[ReferenceExchangeRate]:
    """Rates of the working days up to today, a little different from day to day."""
    rng = Random(f"rates {seed}")
    for ago in range(_RATE_DAYS, -1, -1):
        day = today - timedelta(days=ago)
        if day.weekday() < 5:
            for currency, rate in RATES.items():
                if currency != _BASE_CURRENCY:
                    changed = parse(rate) * (10_000 + rng.randint(-3, 3)) // 10_000
                    yield ReferenceExchangeRate(currency, changed, day)


def _coding() -> Iterator[ReferenceCoding]:
    """How VAT, freight and discounts are booked."""
    for country in COUNTRIES:
        for rate, code in ((country.standard, "1"), (country.reduced, "2")):
            value = f"S/{render(parse(rate), 0)}/{country.code}"
            yield ReferenceCoding("VAT", value, "154000", tax_code=f"{country.code}{code}")
    yield ReferenceCoding("CHARGE", "FC", "473000", "4900")
    yield ReferenceCoding("ALLOWANCE", "95", "473600", "4900")


Reference = (
    ReferenceVendor
    | ReferenceContract
    | ReferenceAgreement
    | ReferencePurchaseOrder
    | ReferenceGoodsReceipt
    | ReferenceExchangeRate
    | ReferenceTaxRate
    | ReferenceCoding
    | ReferencePolicy
)
"""A record of a reference topic."""


def reference_records(world: World) -> Iterator[tuple[str, Reference]]:
    """Every reference record with its key, ready to be published."""
    yield world.policy.policy_id, world.policy
    for rate in world.exchange_rates:
        yield rate_key(rate.currency, rate.as_of), rate
    for tax in world.tax_rates:
        yield tax.country, tax
    for rule in world.coding:
        yield coding_key(rule.kind, rule.value), rule
    for vendor in world.vendors:
        yield vendor.vendor_id, vendor
    for contract in world.contracts:
        yield f"{contract.vendor_id}/{contract.item_id}/{contract.contract_id}", contract
    for agreement in world.agreements:
        yield f"{agreement.vendor_id}/{agreement.agreement_id}", agreement
    for order in world.purchase_orders:
        yield order.purchase_order, order
    for receipt in world.goods_receipts:
        yield receipt.goods_receipt, receipt
