"""What invented vendors sell."""

from msgspec import Struct

from operators.money import ONE, Amount


class Product(Struct, frozen=True):
    """A kind of goods or service."""

    code: str
    """Ending of the item identifiers."""
    name: str
    """Item name."""
    unit: str
    """Unit of measure, UN/ECE Recommendation 20."""
    decimals: int = 0
    """Decimal places quantities have."""
    reduced: bool = False
    """True for the reduced VAT rate."""
    service: bool = False
    """True for a service, which has no goods receipt."""
    per_hundred: bool = False
    """True when the price is given for a hundred units."""
    gl_account: str | None = "400000"
    """G/L account it is ordered on; None leaves it to the vendor's."""

    @property
    def step(self) -> Amount:
        """The smallest step its quantities change by."""
        return ONE // (1, 10, 100)[self.decimals]


PRODUCTS: tuple[Product, ...] = (
    Product("01", "Ball bearing 6204", "H87"),
    Product("02", "Hydraulic hose 12 mm", "MTR", decimals=1),
    Product("03", "Machine screw M6x40", "C62", per_hundred=True),
    Product("04", "Cutting oil", "LTR", decimals=1, gl_account="410000"),
    Product("05", "Granulate PP-20", "KGM", decimals=2),
    Product("06", "Safety gloves, pair", "PR", gl_account="410000"),
    Product("07", "Copper cable 3x1.5", "MTR"),
    Product("08", "Label roll 100x150", "H87"),
    Product("09", "Pallet collar", "H87"),
    Product("10", "Filter cartridge F7", "H87"),
    Product("11", "Technical handbook", "H87", reduced=True, gl_account="494000"),
    Product("12", "Ground coffee", "KGM", decimals=1, reduced=True, gl_account="464300"),
    Product("13", "Drinking water, crate", "H87", reduced=True, gl_account="464300"),
    Product("14", "Washer M6", "C62", per_hundred=True),
    Product("15", "Installation work", "HUR", decimals=2, service=True, gl_account=None),
    Product("16", "Maintenance work", "HUR", decimals=2, service=True, gl_account=None),
)

_BY_CODE = {product.code: product for product in PRODUCTS}


def product_of(item_id: str) -> Product:
    """The product an item identifier of the generator stands for.

    >>> product_of("K3F7Q-0001-12").name
    'Ground coffee'
    """
    return _BY_CODE[item_id[-2:]]
