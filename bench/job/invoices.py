"""The uploads of the job: invented, always the same, one in ten with a fault."""

from collections import deque
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from random import Random

from msgspec import Struct, field

from bench.job.billing import billed
from bench.job.faults import FAULTS
from operators.invoice import Account, Address, Invoice, Line, Party, Payment, Totals
from operators.money import CENT, HUNDRED, ONE, Amount
from operators.time import Instant
from operators.upload import InvoiceUploaded, Metadata

UPLOADED: Instant = 1_748_854_800_000
"""2025-06-02T09:00:00Z, after the date of every invoice that has the right one."""
VENDORS = 500
FAULTY = 0.1
"""Share of the invoices that have a fault."""
TWICE = 0.002
"""Share of the uploads that are sent again, within the next `_LATE`."""

_LATE = 200
_OPEN_ORDERS = 4
_INVOICES_OF_AN_ORDER = 10
_ITEMS = 12
_DAYS = [
    day
    for day in (date(2025, 1, 2) + timedelta(days=number) for number in range(140))
    if day.weekday() < 5
]
_TERM = timedelta(days=30)
_COUNTRIES = (
    ("DE", 19, 7, "Muster", "GmbH", "Musterstadt"),
    ("FR", 20, 10, "Exemple", "SARL", "Exempleville"),
    ("ES", 21, 10, "Ejemplo", "SL", "Villaejemplo"),
    ("NL", 21, 9, "Voorbeeld", "BV", "Voorbeelddam"),
    ("PL", 23, 5, "Przykład", "Sp. z o.o.", "Przykładowo"),
)
_GOODS = (
    ("Ball bearing 6204", "H87", None),
    ("Hydraulic hose 12 mm", "MTR", None),
    ("Machine screw M6x40", "C62", HUNDRED),
    ("Cutting oil", "LTR", None),
    ("Granulate PP-20", "KGM", None),
    ("Filter cartridge F7", "H87", None),
)
_BUYER = Party(
    name="Beispiel Werke AG",
    identifier="4000001000005",
    vat_id="DE123456788",
    address=Address("Beispielallee 1", "Beispielhausen", "99998", "DE"),
)


class _Vendor(Struct):
    """A vendor, what it sells, and where it stands."""

    vendor_id: str
    seller: Party
    account: Account
    """Where it wants to be paid."""
    goods: Sequence[Line]
    """Lines that lack quantity and net amount."""
    loyalty: Amount
    """Percent let off on every invoice."""
    orders: list[int]
    """Numbers of the orders that are open."""
    invoices: int = 0
    numbers: deque[str] = field(default_factory=lambda: deque(maxlen=20))
    """Numbers of the latest invoices."""


def uploads(seed: int, count: int, uploaded_at: Instant = UPLOADED) -> Iterator[InvoiceUploaded]:
    """The first `count` uploads of a seed, those that are sent again among them."""
    rng = Random(seed)
    vendors = [_vendor(number, rng) for number in range(VENDORS)]
    again: dict[int, InvoiceUploaded] = {}
    for place in range(count):
        upload = again.pop(place, None)
        if upload is None:
            upload = _upload(vendors[int(rng.random() * VENDORS)], uploaded_at, rng)
            if rng.random() < TWICE:
                again[place + 1 + int(rng.random() * _LATE)] = upload
        yield upload


def _vendor(number: int, rng: Random) -> _Vendor:
    code, standard, reduced, example, legal_form, city = rng.choice(_COUNTRIES)
    goods = []
    for item in range(_ITEMS):
        name, unit, base_quantity = _GOODS[item % len(_GOODS)]
        price = rng.randrange(100, 6_000) * CENT
        goods.append(
            Line(
                item_id=f"{number:04d}-{item:02d}",
                name=f"{name}, type {item}",
                unit=unit,
                price=price * 100 if base_quantity else price,
                base_quantity=base_quantity,
                vat_category="S",
                vat_rate=(reduced if item == 0 else standard) * ONE,
            )
        )
    seller = Party(
        name=f"Lieferant {number:04d} {example} {legal_form}",
        legal_id=f"HRB {rng.randrange(10**5, 10**6)}",
        vat_id=f"{code}{rng.randrange(10**8, 10**9)}",
        address=Address(f"{example} {1 + number % 80}", city, "99999", code),
    )
    account = Account(f"{code}{rng.randrange(10**17, 10**18)}")
    loyalty = 2 * ONE if number % 5 == 0 else 0
    return _Vendor(f"V-{number:05d}", seller, account, goods, loyalty, list(range(_OPEN_ORDERS)))


def _upload(vendor: _Vendor, uploaded_at: Instant, rng: Random) -> InvoiceUploaded:
    request = f"{rng.getrandbits(128):032x}"
    invoice = _invoice(vendor, rng)
    number = invoice.number or ""
    if rng.random() < FAULTY:
        earlier = vendor.numbers[0] if vendor.numbers else number
        invoice = FAULTS[int(rng.random() * len(FAULTS))](invoice, earlier)
    vendor.numbers.append(number)
    return InvoiceUploaded(
        request_id=f"{request[:8]}-{request[8:12]}-{request[12:16]}-{request[16:20]}-{request[20:]}",
        invoice_id=f"{vendor.vendor_id}/{number}",
        vendor_id=vendor.vendor_id,
        origin="EDI",
        uploaded_at=uploaded_at,
        invoice=invoice,
        metadata=Metadata(invoice.totals.payable, invoice.currency, invoice.issue_date),
    )


def _invoice(vendor: _Vendor, rng: Random) -> Invoice:
    vendor.invoices += 1
    chosen = int(rng.random() * _OPEN_ORDERS)
    order = vendor.orders[chosen]
    if rng.random() * _INVOICES_OF_AN_ORDER < 1:
        vendor.orders[chosen] += _OPEN_ORDERS
    first = int(rng.random() * _ITEMS)
    issued = _DAYS[int(rng.random() * len(_DAYS))]
    invoice = Invoice(
        number=f"{vendor.invoices:06d}-25",
        issue_date=issued,
        type_code="380",
        currency="EUR",
        due_date=issued + _TERM,
        buyer_reference="Einkauf 4",
        purchase_order=f"PO-{vendor.vendor_id}-{order:05d}",
        goods_receipt=f"GR-{vendor.vendor_id}-{vendor.invoices:06d}",
        delivery_date=issued,
        customization="urn:cen.eu:en16931:2017",
        payments=(Payment("58", vendor.account),),
        payment_terms="30 days net",
        seller=vendor.seller,
        buyer=_BUYER,
        totals=Totals(),
    )
    lines = []
    for place in range(3):
        goods = vendor.goods[(first + place) % _ITEMS]
        lines.append(
            Line(
                id=str(place + 1),
                item_id=goods.item_id,
                name=goods.name,
                quantity=(1 + int(rng.random() * 40)) * ONE,
                unit=goods.unit,
                price=goods.price,
                base_quantity=goods.base_quantity,
                vat_category=goods.vat_category,
                vat_rate=goods.vat_rate,
                order_line=str(place + 1),
            )
        )
    return billed(invoice, lines, vendor.loyalty)
