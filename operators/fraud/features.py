"""What of an invoice is compared with others: its number, amount, likeness and account.

>>> similar("RE10O1", "RE1001"), similar("4711", "4711A"), similar("4711", "4712")
(True, True, False)
"""

from collections.abc import Iterable, Mapping, Sequence
from re import compile as pattern
from zlib import crc32

from operators.codes import CREDIT_NOTES
from operators.invoice import Invoice
from operators.money import Amount
from operators.reference import ReferenceVendor

_PUNCTUATION = pattern(r"[\W_]+")
_LOOKALIKES = str.maketrans("OIL", "011")
_SHORTEST = 3


def amount_of(invoice: Invoice) -> Amount | None:
    """What is to be paid, or the total when that has been paid already."""
    totals = invoice.totals
    return totals.payable or totals.gross or totals.net


def number_of(invoice: Invoice) -> str:
    """The number without punctuation and case; credit notes have numbers of their own."""
    number = _PUNCTUATION.sub("", invoice.number or "").upper()
    if len(number) > 64:
        number = f"{number[:56]}{crc32(number.encode('utf-8', 'replace')):08X}"
    return f"-{number}" if number and invoice.type_code in CREDIT_NOTES else number


def likeness_of(invoice: Invoice, amount: Amount | None) -> int:
    """The same for invoices of the same amount, currency and date; 0 when one is missing."""
    if amount is None or invoice.issue_date is None:
        return 0
    kind = "credit" if invoice.type_code in CREDIT_NOTES else ""
    text = f"{amount} {invoice.currency} {invoice.issue_date.toordinal()} {kind}"
    return crc32(text.encode("utf-8", "replace"))


def account(iban: str | None) -> str:
    """An account number as it is compared: without blanks, in capitals."""
    return "".join(iban.split()).upper() if iban else ""


def accounts_of(vendor: ReferenceVendor) -> tuple[str, ...]:
    """The accounts that the master data names, as they are compared."""
    return tuple(account(iban) for iban in vendor.ibans)


def by_account(vendors: Iterable[ReferenceVendor]) -> Mapping[str, Sequence[ReferenceVendor]]:
    """Whose account each one is."""
    owners: dict[str, list[ReferenceVendor]] = {}
    for vendor in vendors:
        for iban in accounts_of(vendor):
            owners.setdefault(iban, []).append(vendor)
    return owners


def similar(left: str, right: str) -> bool:
    """Whether two numbers may be the same, typed or read wrongly.

    They differ by look-alikes (O and 0, I and 1), by one character added, lost or changed, or by
    two neighbours that changed places. One digit in place of another does not count: so do the
    numbers of invoices that follow one another.
    """
    left, right = left.translate(_LOOKALIKES), right.translate(_LOOKALIKES)
    if left == right:
        return True
    if len(left) > len(right):
        left, right = right, left
    if len(left) < _SHORTEST or len(right) - len(left) > 1:
        return False
    start = next(
        (i for i, (a, b) in enumerate(zip(left, right, strict=False)) if a != b), len(left)
    )
    if len(left) < len(right):
        return left[start:] == right[start + 1 :]
    if left[start + 1 :] == right[start + 1 :]:
        return not (left[start].isdigit() and right[start].isdigit())
    swapped = left[start : start + 2] == right[start : start + 2][::-1]
    return swapped and left[start + 2 :] == right[start + 2 :]
