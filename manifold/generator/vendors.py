"""Invented vendors, what they sell, and at what prices."""

from datetime import date, timedelta
from random import Random

from msgspec import Struct

from manifold.generator.catalogue import PRODUCTS, Product
from manifold.generator.countries import COUNTRIES, Country, company_name, iban, vat_id
from operators.invoice import Address, Party
from operators.money import ONE, Amount
from operators.reference import (
    AgreedCharge,
    CashDiscount,
    PeriodDiscount,
    PriceTier,
    ReferenceAgreement,
    ReferenceContract,
    ReferenceVendor,
    VolumeDiscount,
    VolumeStep,
)

RATES = {"EUR": "1", "USD": "0.92", "GBP": "1.17", "CHF": "1.05", "PLN": "0.234"}
"""Base-currency units for one unit of each currency vendors invoice in."""

_GOODS = [product for product in PRODUCTS if not product.service]
_SERVICES = [product for product in PRODUCTS if product.service]
_FOREIGN = ("USD", "GBP", "CHF")
_SERVICES_ACCOUNT = "482000"
"""G/L account of what is not ordered on one of its own."""
_BUYER = "Contoria Procurement"


class Item(Struct, frozen=True):
    """A product as one vendor sells it."""

    product: Product
    """What it is."""
    item_id: str
    """The vendor's identifier of it."""
    price: Amount
    """Net price of one unit, in the vendor's currency."""


class Vendor(Struct, frozen=True):
    """A vendor while a world is built."""

    record: ReferenceVendor
    """Its master data."""
    parties: tuple[Party, Party]
    """Seller and buyer as its invoices name them."""
    currency: str
    """Currency of its prices and invoices."""
    usual: float
    """What its invoices usually come to, without VAT."""
    items: tuple[Item, ...]
    """The goods it sells."""
    services: tuple[Item, ...]
    """The work it does."""
    contracted: tuple[Item, ...]
    """What there is a contract for: everything or nothing."""
    period_discount: PeriodDiscount | None
    """What is granted for what is bought while its contract lasts."""
    payment_days: int
    """Days after which it is paid."""


def new_vendor(index: int, tag: str, buyers: dict[str, Party], rng: Random) -> Vendor:
    """An invented vendor. Every fifth is large, one in eleven has no contract."""
    country = COUNTRIES[index % len(COUNTRIES)]
    vendor_id = f"V{tag}-{index + 1:04d}"
    record = ReferenceVendor(
        vendor_id=vendor_id,
        name=company_name(country, rng),
        vat_id=vat_id(country, rng),
        country=country.code,
        ibans=(iban(country.code, rng),),
        gl_account=_SERVICES_ACCOUNT,
        cost_center=f"{4100 + 10 * (index % 5)}",
    )
    # Every fifth vendor is large: some of its call-offs can come just below the approval limit.
    usual = rng.uniform(2800, 3400) if index % 5 == 0 else 150 * 12 ** rng.random()
    currency = "EUR"
    if country.code == "PL":
        currency = "PLN"
    elif index % 6 == 1:
        currency = rng.choice(_FOREIGN)
    usual /= float(RATES[currency])
    items = tuple(_item(vendor_id, product, usual, rng) for product in rng.sample(_GOODS, 8))
    services = tuple(_item(vendor_id, product, usual, rng) for product in _SERVICES)
    return Vendor(
        record=record,
        parties=(_seller(record, country), buyers[country.code]),
        currency=currency,
        usual=usual,
        items=items,
        # All or nothing: a line off contract beside lines that have one asks for a look.
        contracted=() if index % 11 == 6 else (*items, *services),
        services=services,
        period_discount=_period_discount(usual) if index % 8 == 2 else None,
        payment_days=(30, 14, 60)[index % 3],
    )


def _period_discount(usual: float) -> PeriodDiscount:
    """4 % of what is bought beyond about one invoice and a half."""
    return PeriodDiscount("CONTRACT", "NET", (VolumeStep(round(1.5 * usual) * ONE, 4 * ONE),))


def _seller(record: ReferenceVendor, country: Country) -> Party:
    address = Address(f"{country.street} 1", country.city, country.postcode, country.code)
    return Party(
        name=record.name,
        identifier=record.vendor_id,
        vat_id=record.vat_id,
        address=address,
    )


def new_buyer(country: Country, rng: Random) -> Party:
    """The company that buys in a country."""
    address = Address(f"{country.street} 100", country.city, country.postcode, country.code)
    name = f"{_BUYER} {country.example} {country.legal_form}"
    return Party(name=name, vat_id=vat_id(country, rng), address=address)


def _item(vendor_id: str, product: Product, usual: float, rng: Random) -> Item:
    typical = rng.choice((400, 800, 1500) if product.per_hundred else (10, 20, 40, 80, 150))
    digits = 4 if product.per_hundred else 2
    price = max(1, round(usual / 3 / typical * 10**digits)) * 10 ** (8 - digits)
    return Item(product, f"{vendor_id}-{product.code}", price)


def new_contract(vendor: Vendor, item: Item, today: date, rng: Random) -> ReferenceContract:
    """The agreed price of an item, often with volume discounts or a price from a quantity on."""
    typical = max(1, round(vendor.usual / 3 / (item.price / ONE)))
    discounts: tuple[VolumeDiscount, ...] = ()
    if rng.random() < 0.6:
        discounts = (
            VolumeDiscount(max(2, typical // 2) * ONE, 5 * ONE),
            VolumeDiscount((2 * typical + 2) * ONE, 10 * ONE),
        )
    tiers: tuple[PriceTier, ...] = ()
    if not discounts and rng.random() < 0.5:
        tiers = (PriceTier(max(2, typical // 2) * ONE, item.price * 96 // 100 // 10_000 * 10_000),)
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
        tiers=tiers,
        period_discount=vendor.period_discount,
    )


def new_agreement(vendor: Vendor, today: date) -> ReferenceAgreement:
    """Terms of payment, and freight up to 20.00."""
    days = vendor.payment_days
    return ReferenceAgreement(
        agreement_id=f"A{vendor.record.vendor_id[1:]}",
        vendor_id=vendor.record.vendor_id,
        currency=vendor.currency,
        payment_days=days,
        cash_discounts=(CashDiscount(10, 2 * ONE),) if days == 30 else (),
        charges=(AgreedCharge("FC", 20 * ONE),),
        valid_from=today - timedelta(days=365),
    )
