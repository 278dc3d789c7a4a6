"""Which vendor of the master data a document is from.

>>> known = [ReferenceVendor("V-1", "Example Supplies GmbH", "DE123456788")]
>>> index = VendorIndex(known)
>>> index.of(Party(name="EXAMPLE SUPPLIES GmbH."), ())
VendorFound(vendor_id='V-1', by='name')
"""

import re
from collections.abc import Iterable
from typing import Literal, TypeAlias

from msgspec import Struct

from operators.invoice import Party, Payment
from operators.reference import ReferenceVendor

FoundBy: TypeAlias = Literal["vat_id", "account", "name"]
"""What the document and the master data have in common."""


class VendorFound(Struct, frozen=True):
    """A vendor, and how it was found."""

    vendor_id: str
    """Key in the master data."""
    by: FoundBy
    """How."""


class VendorIndex:
    """Vendors by what documents say of them."""

    def __init__(self, vendors: Iterable[ReferenceVendor]) -> None:
        """Index the master data."""
        self._by: dict[FoundBy, dict[str, set[str]]] = {"vat_id": {}, "account": {}, "name": {}}
        for vendor in vendors:
            self._add("vat_id", vendor.vat_id, vendor)
            self._add("name", vendor.name, vendor)
            for iban in vendor.ibans:
                self._add("account", iban, vendor)

    def of(self, seller: Party, payments: Iterable[Payment]) -> VendorFound | None:
        """The one vendor that a document can be from; None when there is none, or are several.

        A VAT identifier says more than an account, which may have been put there by a fraud, and
        that says more than a name.
        """
        accounts = [each.account.id for each in payments if each.account is not None]
        said: tuple[tuple[FoundBy, list[str | None]], ...] = (
            ("vat_id", [seller.vat_id]),
            ("account", accounts),
            ("name", [seller.name]),
        )
        for by, values in said:
            known = self._by[by]
            found = {one for each in values for one in known.get(_compared(each), ())}
            if len(found) == 1:
                return VendorFound(found.pop(), by)
        return None

    def _add(self, by: FoundBy, value: str | None, vendor: ReferenceVendor) -> None:
        if compared := _compared(value):
            self._by[by].setdefault(compared, set()).add(vendor.vendor_id)


def _compared(value: str | None) -> str:
    """Without case, blanks and punctuation."""
    return re.sub(r"[\W_]+", "", value or "").casefold()
