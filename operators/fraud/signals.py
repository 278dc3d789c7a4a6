"""The signals: each looks at one invoice beside what is known, and says what it saw.

>>> similar("RE10O1", "RE1001"), similar("4711", "4711A"), similar("4711", "4712")
(True, True, False)
"""

from collections.abc import Callable, Mapping
from re import compile as pattern
from types import MappingProxyType
from zlib import crc32

from msgspec import Struct

from operators.codes import CREDIT_NOTES
from operators.fraud.profile import TRUSTED, Entry
from operators.invoice import Invoice
from operators.money import HUNDRED, ONE, Amount, percent, render, times
from operators.reference import ReferencePolicy, ReferenceVendor
from operators.time import isoformat

EARLIER_NEEDED = 5
"""Earlier amounts without which none is called unusual."""

_PUNCTUATION = pattern(r"[\W_]+")
_LOOKALIKES = str.maketrans("OIL", "011")
_SHORTEST = 3
_YEAR_10000 = 253_402_300_800_000


class Case(Struct, frozen=True):
    """One invoice and what it is held against."""

    invoice: Invoice
    policy: ReferencePolicy
    vendor: ReferenceVendor | None
    number: str
    amount: Amount | None
    """Amount in base currency."""
    converted: bool
    """False when there is an amount but no rate to convert it with."""
    same_number: Entry | None
    """Another request with this number."""
    similar_number: Entry | None
    """Another request with this amount and date and nearly this number."""
    usual: Amount | None
    """Median of the vendor's newest amounts; None when there are too few."""
    iban: str
    """Account to pay to, without blanks."""
    account: str
    """Its fingerprint; empty when the master data names accounts, or there is none."""
    accounts: dict[str, int]
    """Accounts used before."""


def duplicate(case: Case) -> str | None:
    """The number has been seen under another request."""
    other = case.same_number
    if other is None:
        return None
    return f"Invoice number {_number(case)} {_seen(other)}."


def near_duplicate(case: Case) -> str | None:
    """Amount and date have been seen with a similar number."""
    other = case.similar_number
    if other is None or case.same_number is not None:
        return None
    return f"An invoice with this amount and date and a number like {_number(case)} {_seen(other)}."


def account_changed(case: Case) -> str | None:
    """The account is not one of the vendor's.

    For a vendor without accounts in its master data: other than used so far, until three
    requests have used it.
    """
    if not case.iban:
        return None
    if case.vendor is not None and case.vendor.ibans:
        known = any(case.iban == iban or case.iban == account(iban) for iban in case.vendor.ibans)
        where = "is not in the vendor's master data"
    else:
        known = (
            not case.accounts
            or case.account == next(iter(case.accounts))
            or case.accounts.get(case.account, 0) >= TRUSTED
        )
        where = "is not the one this vendor used before"
    if known:
        return None
    return f"The bank account ending in {case.iban[-4:]} {where}."


def unusual_amount(case: Case) -> str | None:
    """The amount is a multiple of the vendor's usual one."""
    amount, usual = case.amount, case.usual
    if amount is None or usual is None or usual <= 0:
        return None
    if amount <= times(usual, case.policy.unusual_amount_factor):
        return None
    currency = case.policy.base_currency
    return (
        f"{render(_cents(amount))} {currency} is {render(amount * 10 // usual * ONE // 10, 0)} "
        f"times this vendor's usual {render(_cents(usual))} {currency}."
    )


def just_below_limit(case: Case) -> str | None:
    """The amount just escapes a second approval."""
    amount, limit = case.amount, case.policy.approval_limit
    if amount is None or limit <= 0 or amount >= limit:
        return None
    if amount < percent(limit, HUNDRED - case.policy.approval_margin_percent):
        return None
    currency = case.policy.base_currency
    return (
        f"{render(_cents(amount))} {currency} is just below the approval limit of "
        f"{render(limit)} {currency}."
    )


def unknown_vendor(case: Case) -> str | None:
    """There is no master data of the vendor."""
    if case.vendor is not None:
        return None
    return "The vendor is not in the master data."


def inactive_vendor(case: Case) -> str | None:
    """Nothing may be bought from the vendor."""
    if case.vendor is None or case.vendor.active:
        return None
    return "The vendor is blocked: nothing may be bought from it."


def no_exchange_rate(case: Case) -> str | None:
    """The amount could not be looked at."""
    if case.converted:
        return None
    return (
        f"There is no exchange rate for {(case.invoice.currency or 'no currency')[:10]}: "
        "the amount was not compared."
    )


class Signal(Struct, frozen=True):
    """One thing that is seen in fraud."""

    name: str
    """Stable."""
    rule_id: str
    """Of the violation it makes."""
    points: int
    """What it adds to the score unless the policy says otherwise; 0 is only said."""
    seen: Callable[[Case], str | None]
    """Says what it saw, None when it saw nothing."""
    field: str | None = None
    """The field of the invoice it looks at."""


SIGNALS: tuple[Signal, ...] = (
    Signal("duplicate", "MF-FRAUD-DUPLICATE", 80, duplicate, "number"),
    Signal("near_duplicate", "MF-FRAUD-NEAR-DUPLICATE", 50, near_duplicate, "number"),
    Signal("account_changed", "MF-FRAUD-ACCOUNT", 50, account_changed, "payments"),
    Signal("unusual_amount", "MF-FRAUD-AMOUNT", 35, unusual_amount, "totals.payable"),
    Signal("just_below_limit", "MF-FRAUD-LIMIT", 30, just_below_limit, "totals.payable"),
    Signal("unknown_vendor", "MF-FRAUD-VENDOR-UNKNOWN", 30, unknown_vendor),
    Signal("inactive_vendor", "MF-FRAUD-VENDOR-INACTIVE", 70, inactive_vendor),
    Signal("no_exchange_rate", "MF-FRAUD-RATE", 0, no_exchange_rate, "currency"),
)

BY_NAME: Mapping[str, Signal] = MappingProxyType({signal.name: signal for signal in SIGNALS})


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


def _seen(other: Entry) -> str:
    at = other.uploaded_at
    day = f", on {isoformat(at)[:10]}" if 0 <= at < _YEAR_10000 else ""
    return f"was uploaded before{day} as request {other.request_id[:64]}"


def _number(case: Case) -> str:
    return (case.invoice.number or "").strip()[:40]


def _cents(amount: Amount) -> Amount:
    return amount // (ONE // 100) * (ONE // 100)
