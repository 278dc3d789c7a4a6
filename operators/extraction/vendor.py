"""Which vendor of the master data a document is from.

>>> known = ReferenceVendor("V-1", "Example Supplies GmbH", "DE123456788")
>>> vendors = {mark: (known,) for mark in marks_of(known)}
>>> vendor_of(Party(name="EXAMPLE SUPPLIES GmbH."), (), vendors)
VendorFound(vendor_id='V-1', by='name')
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal, TypeAlias

from msgspec import Struct

from operators.invoice import Invoice, Party, Payment
from operators.reference import ReferenceVendor
from operators.table import Lookup
from operators.vendor_id import implied_by

FoundBy: TypeAlias = Literal["vat_id", "account", "name"]
"""What the document and the master data have in common."""

Vendors: TypeAlias = Lookup[Sequence[ReferenceVendor]]
"""The master data, by the marks of each vendor."""


class VendorFound(Struct, frozen=True):
    """A vendor, and how it was found."""

    vendor_id: str
    """Key in the master data."""
    by: FoundBy
    """How."""


def marks_of(vendor: ReferenceVendor) -> Iterator[str]:
    """What a vendor is looked up by."""
    yield from _marks("vat_id", [vendor.vat_id])
    yield from _marks("account", vendor.ibans)
    yield from _marks("name", [vendor.name])


def vendor_of(seller: Party, payments: Iterable[Payment], vendors: Vendors) -> VendorFound | None:
    """The one vendor that a document can be from; None when there is none, or are several.

    A VAT identifier says more than an account, which may have been put there by a fraud, and that
    says more than a name.
    """
    accounts = [each.account.id for each in payments if each.account is not None]
    said: tuple[tuple[FoundBy, Sequence[str | None]], ...] = (
        ("vat_id", [seller.vat_id]),
        ("account", accounts),
        ("name", [seller.name]),
    )
    for by, values in said:
        found = {one.vendor_id for mark in _marks(by, values) for one in vendors.get(mark) or ()}
        if len(found) == 1:
            return VendorFound(found.pop(), by)
    return None


def vendor_id_of(invoice: Invoice, vendors: Vendors, remembered: str | None = None) -> str | None:
    """The vendor of the master data, else the one remembered, else as the seller implies in XML."""
    known = vendor_of(invoice.seller, invoice.payments, vendors)
    if known is not None:
        return known.vendor_id
    return remembered or implied_by(invoice.seller)


def _marks(by: FoundBy, values: Iterable[str | None]) -> Iterator[str]:
    """Values without case, blanks and punctuation."""
    for value in values:
        compared = re.sub(r"[\W_]+", "", value or "").casefold()
        if compared:
            yield f"{by} {compared}"
