"""Which of what is known of a vendor a document shows, so that it may be taken from memory.

>>> likeness("de123456788", "ustidnrde123456788")
1.0
>>> likeness("de123456788", "ustidde12345b788x") > 0.85 > likeness("de123456788", "de999999988")
True
"""

from collections.abc import Sequence
from difflib import SequenceMatcher

from msgspec.structs import replace

from operators.extraction.accounts import compact_iban
from operators.extraction.folded import key
from operators.extraction.memory import Fact, VendorMemory
from operators.extraction.page import Page
from operators.extraction.rows import rows_of
from operators.invoice import Account, Address, Invoice, Payment
from operators.vat import check_digits_agree

_ALIKE = 0.85
"""From here on a text on the page is an identifier misread."""
_ALIKE_STREET = 0.75


class Sheet:
    """What is written on the pages of a document."""

    def __init__(self, pages: Sequence[Page]) -> None:
        outer = [*pages[:2], pages[-1]] if len(pages) > 3 else pages
        rows = [key(row.text) for row in rows_of(outer)]
        self._texts = [row for row in rows if row]

    def takes(self, fact: Fact, there: object, memory: VendorMemory) -> bool:
        """Whether a document that shows `there` has what is known, or shows it misread."""
        if fact.field == "seller.name" or there == fact.value:
            return True
        if fact.field == "currency":
            return there is None
        if fact.field.startswith("seller.address."):
            return self._at_the_address(memory)
        if isinstance(there, str) and _well_formed(fact.field, there):
            return False
        return self._says(fact.value, _ALIKE)

    def _at_the_address(self, memory: VendorMemory) -> bool:
        """Whether it is the place that is known: a chain has many."""
        street = memory.fact("seller.address.street")
        if street is not None:
            return self._says(street, _ALIKE_STREET)
        place = (memory.fact("seller.address.postcode"), memory.fact("seller.address.city"))
        return all(part is not None and self._says(part, 1.0) for part in place)

    def _says(self, value: str, least: float) -> bool:
        wanted = key(value)
        return bool(wanted) and any(likeness(wanted, text) >= least for text in self._texts)


def likeness(wanted: str, text: str) -> float:
    """How well a folded text has another one in it, 0 to 1."""
    if wanted in text:
        return 1.0
    matcher = SequenceMatcher(None, wanted, text, autojunk=False)
    match = matcher.find_longest_match()
    if match.size * 4 < len(wanted):
        return 0.0
    start = max(match.b - match.a, 0)
    return SequenceMatcher(None, wanted, text[start : start + len(wanted)], autojunk=False).ratio()


def _well_formed(field: str, value: str) -> bool:
    """Whether what was read cannot be a misreading: its check digits are right."""
    if field == "payments[0].account.id":
        return compact_iban(value) is not None
    return field == "seller.vat_id" and check_digits_agree(value) is True


def with_fact(invoice: Invoice, fact: Fact) -> Invoice:
    """The invoice with what is known in its field."""
    *_, name = fact.field.split(".")
    seller = invoice.seller
    if fact.field == "currency":
        return replace(invoice, currency=fact.value)
    if fact.field.startswith("seller.address."):
        address = replace(seller.address or Address(), **{name: fact.value})
        return replace(invoice, seller=replace(seller, address=address))
    if fact.field.startswith("seller."):
        return replace(invoice, seller=replace(seller, **{name: fact.value}))
    paid = invoice.payments[0] if invoice.payments else Payment()
    account = replace(paid.account or Account(), id=fact.value)
    return replace(invoice, payments=(replace(paid, account=account), *invoice.payments[1:]))
