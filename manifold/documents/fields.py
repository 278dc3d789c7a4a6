"""The fields that extraction is scored on, and when two values of one are the same.

Amounts and days are the same when they are equal. Identifiers (numbers, VAT identifiers, accounts)
are compared in capitals, without white space, dots, hyphens and slashes; codes as they are; names
and addresses in small letters, with every punctuation mark as a space and white space as one
space, after Unicode's compatibility normalisation. Nothing else is forgiven: an accent that is
missing is a mistake.
"""

import re
from collections.abc import Callable
from unicodedata import normalize

from msgspec import Struct

from operators.extraction.paths import value_at
from operators.invoice import Invoice, VatSubtotal

Same = Callable[[object, object], bool]
"""Whether the second value, as read, is the first one, the truth."""

_SEPARATORS = re.compile(r"[\s.\-–—/]+")
_NO_WORD = re.compile(r"[\W_]+")
_ENOUGH_OF_AN_ADDRESS = 0.9


class Field(Struct, frozen=True):
    """A field."""

    name: str
    """Its path in the record, or a name of its own."""
    of: Callable[[Invoice], object]
    """Its value in a record; None when it has none."""
    same: Same
    """When two values are the same."""
    paths: tuple[str, ...]
    """What the paths begin with whose confidence counts."""
    key: bool = False
    """Whether a document is only accepted when this is certain."""


def plain_text(value: object) -> str:
    """A name or address for comparing.

    >>> plain_text("Müller & Söhne, GmbH  (Köln)")
    'müller söhne gmbh köln'
    """
    return " ".join(_NO_WORD.sub(" ", normalize("NFKC", str(value)).casefold()).split())


def plain_identifier(value: object) -> str:
    """An identifier for comparing.

    >>> plain_identifier("de 123-456.789")
    'DE123456789'
    """
    return _SEPARATORS.sub("", normalize("NFKC", str(value))).upper()


def _texts(truth: object, read: object) -> bool:
    return plain_text(truth) == plain_text(read)


def _identifiers(truth: object, read: object) -> bool:
    return plain_identifier(truth) == plain_identifier(read)


def _equal(truth: object, read: object) -> bool:
    return truth == read


def _breakdowns(truth: object, read: object) -> bool:
    """Same rates, with the same taxable and tax amounts as far as the truth has them."""
    if not isinstance(truth, tuple) or not isinstance(read, tuple) or len(truth) != len(read):
        return False
    return all(any(_rate_alike(one, other) for other in read) for one in truth)


def _rate_alike(truth: VatSubtotal, read: VatSubtotal) -> bool:
    pairs = (
        (truth.rate, read.rate),
        (truth.taxable, read.taxable),
        (truth.tax, read.tax),
    )
    return all(one is None or one == other for one, other in pairs)


def same_address(truth: object, read: object) -> bool:
    """Whether two addresses have nine tenths of their words in common (Dice's coefficient)."""
    one, other = plain_text(truth).split(), plain_text(read).split()
    rest = list(other)
    common = 0
    for word in one:
        if word in rest:
            rest.remove(word)
            common += 1
    return 2 * common >= _ENOUGH_OF_AN_ADDRESS * (len(one) + len(other))


def _field(path: str, same: Same, key: bool = False) -> Field:
    return Field(path, lambda invoice: value_at(invoice, path), same, (path,), key)


def _breakdown(invoice: Invoice) -> object:
    return invoice.vat_breakdown or None


def _total(invoice: Invoice) -> object:
    totals = invoice.totals
    return totals.gross if totals.payable is None else totals.payable


def _address(invoice: Invoice) -> object:
    address = invoice.seller.address
    if address is None:
        return None
    parts = (address.street, address.postcode, address.city)
    return " ".join(part for part in parts if part) or None


FIELDS: tuple[Field, ...] = (
    _field("number", _identifiers, key=True),
    _field("issue_date", _equal, key=True),
    _field("type_code", _equal),
    _field("currency", _equal, key=True),
    _field("due_date", _equal),
    _field("delivery_date", _equal),
    _field("purchase_order", _identifiers),
    _field("contract", _identifiers),
    _field("buyer_reference", _identifiers),
    _field("despatch_advice", _identifiers),
    _field("preceding_invoices[0].number", _identifiers),
    _field("seller.name", _texts, key=True),
    _field("seller.vat_id", _identifiers, key=True),
    _field("seller.tax_id", _identifiers),
    _field("seller.address.street", _texts),
    _field("seller.address.postcode", _identifiers),
    _field("seller.address.city", _texts),
    _field("buyer.name", _texts),
    _field("buyer.vat_id", _identifiers),
    _field("buyer.address.street", _texts),
    _field("buyer.address.postcode", _identifiers),
    _field("buyer.address.city", _texts),
    _field("payments[0].account.id", _identifiers, key=True),
    _field("payments[0].account.bank", _identifiers),
    _field("totals.lines_net", _equal),
    _field("totals.allowances", _equal),
    _field("totals.charges", _equal),
    _field("totals.net", _equal, key=True),
    _field("totals.tax", _equal, key=True),
    _field("totals.gross", _equal, key=True),
    _field("totals.prepaid", _equal),
    _field("totals.rounding", _equal),
    _field("totals.payable", _equal, key=True),
    Field("vat_breakdown", _breakdown, _breakdowns, ("vat_breakdown[",)),
)
"""Of invoices, and of receipts whose truth is a record."""

RECEIPT_FIELDS: tuple[Field, ...] = (
    _field("seller.name", _texts, key=True),
    _field("issue_date", _equal, key=True),
    Field("total", _total, _equal, ("totals.payable", "totals.gross"), key=True),
    Field("address", _address, same_address, ("seller.address.",)),
)
"""Of receipts whose truth is company, date, address and total, as public sets have it. The total
is what is to be paid, or the total with VAT where that is not read."""
