"""A small world of reference data, with enough ordered and received to invoice."""

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random
from zlib import crc32

from msgspec import Struct

from manifold.generator.catalogue import PRODUCTS, Product
from manifold.generator.countries import COUNTRIES, Country, company_name, iban, vat_id
from operators.invoice import Address, Party
from operators.money import ONE, Amount, parse
from operators.reference import (
    OrderLine,
    RateValidity,
    ReceiptLine,
    ReferenceContract,
    ReferenceExchangeRate,
    ReferenceGoodsReceipt,
    ReferencePolicy,
    ReferencePurchaseOrder,
    ReferenceTaxRate,
    ReferenceVendor,
    VolumeDiscount,
)

CALL_OFFS = 8
"""Invoices billed against one framework order."""
CALL_OFF_SHARE = 32
"""A framework order is received this many times an ordinary call-off: room for a huge one."""

_RATES = {"EUR": "1", "USD": "0.92", "GBP": "1.17", "CHF": "1.05", "PLN": "0.234"}
_GOODS = [product for product in PRODUCTS if not product.service]
_SERVICES = [product for product in PRODUCTS if product.service]
_FOREIGN = ("USD", "GBP", "CHF")
_BUYER = "Contoria Procurement"


class Delivery(Struct, frozen=True):
    """Something received that one invoice will bill."""

    order: ReferencePurchaseOrder
    """The order it was bought on."""
    receipt: ReferenceGoodsReceipt
    """What has arrived."""
    call_off: bool = False
    """True when the order is a framework order, of which each invoice bills a share."""
    last: bool = False
    """True when nothing else is billed on the same order lines."""


class World(Struct, frozen=True):
    """The reference data of one generated stream."""

    tag: str
    """In every identifier, so that worlds of different seeds do not meet."""
    vendors: tuple[ReferenceVendor, ...]
    """Vendors."""
    contracts: tuple[ReferenceContract, ...]
    """Prices agreed, by vendor and item."""
    purchase_orders: tuple[ReferencePurchaseOrder, ...]
    """Orders."""
    goods_receipts: tuple[ReferenceGoodsReceipt, ...]
    """Receipts."""
    exchange_rates: tuple[ReferenceExchangeRate, ...]
    """Rates to the policy's base currency."""
    tax_rates: tuple[ReferenceTaxRate, ...]
    """VAT rates by country."""
    policy: ReferencePolicy
    """The limits and tolerances."""
    deliveries: tuple[Delivery, ...]
    """What the stream bills, in its order; one for each invoice."""
    parties: dict[str, tuple[Party, Party]]
    """Seller and buyer as a vendor's invoices name them."""


class _Item(Struct, frozen=True):
    product: Product
    item_id: str
    price: Amount


class _Vendor(Struct, frozen=True):
    record: ReferenceVendor
    parties: tuple[Party, Party]
    currency: str
    usual: float  # in that currency
    items: tuple[_Item, ...]
    contracted: tuple[_Item, ...]
    services: tuple[_Item, ...]


def policy() -> ReferencePolicy:
    """The policy generated worlds are measured against."""
    return ReferencePolicy(
        policy_id="default",
        version="1",
        base_currency="EUR",
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
    tag = "".join(
        "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"[number >> shift & 31] for shift in range(0, 30, 5)
    )
    rng = Random(number)
    buyers = {country.code: _buyer(country, rng) for country in COUNTRIES}
    vendors = [_vendor(index, tag, buyers, rng) for index in range(min(200, max(4, count // 10)))]
    contracts = tuple(
        _contract(vendor, item, today, rng) for vendor in vendors for item in vendor.contracted
    )
    orders: list[ReferencePurchaseOrder] = []
    receipts: list[ReferenceGoodsReceipt] = []
    planned: list[tuple[float, Delivery]] = []
    while len(planned) < count:
        position = rng.random()
        deliveries = _order(
            f"{tag}-{len(orders) + 1:06d}", vendors[len(orders) % len(vendors)], today, rng
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
        purchase_orders=tuple(orders),
        goods_receipts=tuple(receipts),
        exchange_rates=tuple(
            ReferenceExchangeRate(currency, parse(rate), today) for currency, rate in _RATES.items()
        ),
        tax_rates=tuple(
            ReferenceTaxRate(
                country.code,
                (RateValidity(parse(country.standard)), RateValidity(parse(country.reduced))),
            )
            for country in COUNTRIES
        ),
        policy=policy(),
        deliveries=tuple(delivery for _, delivery in planned),
        parties={vendor.record.vendor_id: vendor.parties for vendor in vendors},
    )


Reference = (
    ReferenceVendor
    | ReferenceContract
    | ReferencePurchaseOrder
    | ReferenceGoodsReceipt
    | ReferenceExchangeRate
    | ReferenceTaxRate
    | ReferencePolicy
)
"""A record of a reference topic."""


def reference_records(world: World) -> Iterator[tuple[str, Reference]]:
    """Every reference record with its key, ready to be published."""
    yield world.policy.policy_id, world.policy
    for rate in world.exchange_rates:
        yield rate.currency, rate
    for tax in world.tax_rates:
        yield tax.country, tax
    for vendor in world.vendors:
        yield vendor.vendor_id, vendor
    for contract in world.contracts:
        yield f"{contract.vendor_id}/{contract.item_id}", contract
    for order in world.purchase_orders:
        yield order.purchase_order, order
    for receipt in world.goods_receipts:
        yield receipt.goods_receipt, receipt


def _vendor(index: int, tag: str, buyers: dict[str, Party], rng: Random) -> _Vendor:
    country = COUNTRIES[index % len(COUNTRIES)]
    vendor_id = f"V{tag}-{index + 1:04d}"
    record = ReferenceVendor(
        vendor_id=vendor_id,
        name=company_name(country, rng),
        vat_id=vat_id(country, rng),
        country=country.code,
        ibans=(iban(country.code, rng),),
    )
    # Every fifth vendor is large: some of its call-offs can come just below the approval limit.
    usual = rng.uniform(2800, 3400) if index % 5 == 0 else 150 * 12 ** rng.random()
    currency = "EUR"
    if country.code == "PL":
        currency = "PLN"
    elif index % 6 == 1:
        currency = rng.choice(_FOREIGN)
    usual /= float(_RATES[currency])
    items = tuple(_item(vendor_id, product, usual, rng) for product in rng.sample(_GOODS, 8))
    services = tuple(_item(vendor_id, product, usual, rng) for product in _SERVICES)
    return _Vendor(
        record=record,
        parties=(_seller(record, country), buyers[country.code]),
        currency=currency,
        usual=usual,
        items=items,
        # All or nothing: a line off contract beside lines that have one asks for a look.
        contracted=() if index % 11 == 6 else (*items, *services),
        services=services,
    )


def _seller(record: ReferenceVendor, country: Country) -> Party:
    address = Address(f"{country.street} 1", country.city, country.postcode, country.code)
    return Party(
        name=record.name,
        identifier=record.vendor_id,
        vat_id=record.vat_id,
        address=address,
        iban=record.ibans[0],
    )


def _buyer(country: Country, rng: Random) -> Party:
    address = Address(f"{country.street} 100", country.city, country.postcode, country.code)
    name = f"{_BUYER} {country.example} {country.legal_form}"
    return Party(name=name, vat_id=vat_id(country, rng), address=address)


def _item(vendor_id: str, product: Product, usual: float, rng: Random) -> _Item:
    typical = rng.choice((400, 800, 1500) if product.per_hundred else (10, 20, 40, 80, 150))
    digits = 4 if product.per_hundred else 2
    price = max(1, round(usual / 3 / typical * 10**digits)) * 10 ** (8 - digits)
    return _Item(product, f"{vendor_id}-{product.code}", price)


def _contract(vendor: _Vendor, item: _Item, today: date, rng: Random) -> ReferenceContract:
    typical = max(1, round(vendor.usual / 3 / (item.price / ONE)))
    discounts: tuple[VolumeDiscount, ...] = ()
    if rng.random() < 0.6:
        discounts = (
            VolumeDiscount(max(2, typical // 2) * ONE, 5 * ONE),
            VolumeDiscount((2 * typical + 2) * ONE, 10 * ONE),
        )
    return ReferenceContract(
        contract_id=f"C{vendor.record.vendor_id[1:]}",
        vendor_id=vendor.record.vendor_id,
        item_id=item.item_id,
        unit=item.product.unit,
        currency=vendor.currency,
        price=item.price,
        discounts=discounts,
        valid_from=today - timedelta(days=365),
        valid_to=today + timedelta(days=365),
    )


def _order(number: str, vendor: _Vendor, today: date, rng: Random) -> list[Delivery]:
    """An order and what will be billed on it: at once, in parts, or as call-offs."""
    draw = rng.random()
    parts = 1 if draw < 0.4 or draw >= 0.7 else rng.randrange(2, 5)
    call_off = draw >= 0.7
    items = rng.sample(vendor.items, min(5, 1 + int(rng.expovariate(0.6))))
    share = CALL_OFF_SHARE if call_off else 1
    received = [
        [_quantity(vendor, item, len(items), share, rng) for item in items] for _ in range(parts)
    ]
    lines = [
        _order_line(index, item, sum(part[index] for part in received))
        for index, item in enumerate(items)
    ]
    if parts == 1 and not call_off and rng.random() < 0.2:
        work = rng.choice(vendor.services)
        quantity = _quantity(vendor, work, 2 * len(items) + 2, 1, rng)
        lines.append(_order_line(len(lines), work, quantity))
    elif rng.random() < 0.4:
        # Ordered, never received.
        waiting = rng.choice([item for item in vendor.items if item not in items])
        lines.append(_order_line(len(lines), waiting, _quantity(vendor, waiting, 3, 1, rng)))
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


def _order_line(index: int, item: _Item, quantity: Amount) -> OrderLine:
    return OrderLine(
        line=f"{10 * (index + 1)}",
        item_id=item.item_id,
        name=item.product.name,
        quantity=quantity,
        unit=item.product.unit,
        price=item.price,
        service=item.product.service,
    )


def _quantity(vendor: _Vendor, item: _Item, lines: int, share: int, rng: Random) -> Amount:
    """What a line of an ordinary invoice with that many lines bills, `share` times."""
    worth = vendor.usual / lines * rng.uniform(0.75, 1.3) * share
    step = item.product.step
    return max(1, round(worth * ONE / item.price * ONE / step)) * step
