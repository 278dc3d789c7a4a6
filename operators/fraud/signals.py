"""The signals: each looks at one invoice beside what is known, and says what it saw."""

from collections.abc import Callable, Sequence
from itertools import pairwise
from re import compile as pattern

from msgspec import Struct

from operators.extraction.differences import Difference, violations
from operators.fraud.features import account
from operators.fraud.profile import TRUSTED, Entry
from operators.invoice import Invoice
from operators.money import HUNDRED, ONE, Amount, percent, render, times
from operators.reference import ReferencePolicy, ReferenceVendor
from operators.time import Instant, isoformat

EARLIER_NEEDED = 8
"""Earlier amounts without which none is called unusual."""
BURST = 5
"""Invoices before this one whose time is compared."""
BURST_HISTORY = 14
"""Earlier invoices without which nothing is called a burst."""
HABIT = 12
"""Earlier invoices without which a vendor is not known to do something always or never."""

_BURST_SHARE = 20
"""Times that a burst is shorter than the shortest time before."""
_FEW = 3
"""Earlier amounts without which none is called usual."""
_SATURDAY = 5
_ROUND = 100 * ONE
_COUNTED = pattern(r"(.*?)(\d{1,18})")
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
    recent: tuple[Entry, ...]
    """The vendor's newest other requests, in the order in which they came."""
    ordinary: tuple[Entry, ...]
    """Those of them that say what is usual: without the suspicious ones, where enough are left."""
    remembered: Callable[[], Sequence[Entry]]
    """All that is remembered of the vendor, in no order, without the suspicious ones likewise: some
    two hundred, so only for a signal that has reason to look."""
    uploaded_at: Instant
    """When this one came."""
    owner: str | None
    """Another vendor that the master data says the account is of."""
    iban: str
    """Account to pay to, without blanks."""
    account: str
    """Its fingerprint; empty when the master data names accounts, or there is none."""
    accounts: dict[str, int]
    """Accounts used before."""
    contradicted: Sequence[Difference] = ()
    """Where the XML in the document and its visible text do not say the same."""


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


def document_contradicts(case: Case) -> str | None:
    """Who looks at the page and who books the XML would pay something else."""
    if not case.contradicted:
        return None
    said = "; ".join(each.message for each in violations(case.contradicted))
    return said[:500]


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


def account_shared(case: Case) -> str | None:
    """The account is another vendor's by the master data."""
    if case.owner is None:
        return None
    return f"The bank account ending in {case.iban[-4:]} is that of vendor {case.owner[:64]}."


def account_abroad(case: Case) -> str | None:
    """The account is in another country than the vendor, and not in its master data."""
    vendor = case.vendor
    if vendor is None or vendor.country is None or account_changed(case) is None:
        return None
    country = case.iban[:2]
    if not country.isalpha() or country == vendor.country:
        return None
    return f"The bank account is in {country}, the vendor in {vendor.country[:2]}."


def unusual_amount(case: Case) -> str | None:
    """The amount is a multiple of the vendor's usual one, counting how much that varies.

    Between the median and the upper eighth (their geometric mean) lies what is usual: a few strange
    ones in the history move neither, and a vendor of varied amounts may vary.
    """
    amount, amounts = case.amount, amounts_of(case.ordinary)
    if amount is None or amount <= 0 or len(amounts) < EARLIER_NEEDED:
        return None
    usual, upper = amounts[len(amounts) // 2], amounts[len(amounts) * 7 // 8]
    factor = case.policy.unusual_amount_factor
    if usual <= 0 or amount * amount <= times(usual, factor) * times(upper, factor):
        return None
    currency = case.policy.base_currency
    return (
        f"{render(cents(amount))} {currency} is {render(amount * 10 // usual * ONE // 10, 0)} "
        f"times this vendor's usual {render(cents(usual))} {currency}."
    )


def just_below_limit(case: Case) -> str | None:
    """The amount just escapes a second approval, and is not among the vendor's usual ones."""
    amount, limit = case.amount, case.policy.approval_limit
    if amount is None or limit <= 0 or amount >= limit:
        return None
    if amount < percent(limit, HUNDRED - case.policy.approval_margin_percent):
        return None
    amounts = amounts_of(case.ordinary)
    if len(amounts) >= _FEW:
        # Among a few there is no exception to leave out.
        large = amounts[-2] if len(amounts) >= EARLIER_NEEDED else amounts[-1]
        if 8 * large >= 5 * amount:
            return None
    currency = case.policy.base_currency
    return (
        f"{render(cents(amount))} {currency} is just below the approval limit of "
        f"{render(limit)} {currency}."
    )


def burst(case: Case) -> str | None:
    """Several invoices came in a fraction of the time that as many usually take.

    Those of an earlier burst do not say what is usual.
    """
    usual = [entry.uploaded_at for entry in case.ordinary]
    if len(usual) < BURST_HISTORY:
        return None
    spans = (later - earlier for earlier, later in zip(usual, usual[BURST:], strict=False))
    span = case.uploaded_at - case.recent[-BURST].uploaded_at
    if span < 0 or span * _BURST_SHARE >= min(spans):
        return None
    # One that sends what a month brings at once leaves gaps as short, if fewer of them at a time.
    gaps = sorted(later - earlier for earlier, later in pairwise(usual[:-BURST]))
    if gaps[len(gaps) // 4] <= span:
        return None
    return f"{BURST + 1} invoices came in a fraction of the shortest time that as many ever took."


def large_first_invoice(case: Case) -> str | None:
    """The first invoice of a vendor needs a second approval at once."""
    amount, limit = case.amount, case.policy.approval_limit
    if case.recent or amount is None or limit <= 0 or amount < limit:
        return None
    currency = case.policy.base_currency
    return f"It is the vendor's first invoice, of {render(cents(amount))} {currency}."


def number_back(case: Case) -> str | None:
    """The number is lower than all of the vendor's that are remembered."""
    own = _counted(case.number)
    if own is None:
        return None
    head, number = own
    alike = 0
    for entry in reversed(case.recent):
        # One that is judged late, after a part was away, has successors among them.
        other = _counted(entry.number) if entry.uploaded_at <= case.uploaded_at else None
        if other is None or other[0] != head:
            continue
        if other[1] <= number:
            return None
        alike += 1
    if alike < HABIT:
        return None
    return f"Invoice number {_number(case)} is lower than this vendor's last {alike}."


def weekend(case: Case) -> str | None:
    """Issued on a weekend by a vendor that never does."""
    issued = case.invoice.issue_date
    if issued is None or issued.weekday() < _SATURDAY or len(case.recent) < HABIT:
        return None
    # 1 January of the year 1 was a Monday.
    if any(entry.issued and (entry.issued - 1) % 7 >= _SATURDAY for entry in case.recent):
        return None
    return f"It was issued on a {issued:%A}, on which this vendor never did."


def round_amount(case: Case) -> str | None:
    """A round sum of a vendor that has none."""
    amount = case.amount
    if amount is None or amount <= 0 or amount % _ROUND or len(case.recent) < HABIT:
        return None
    if sum(entry.amount is not None and entry.amount % _ROUND == 0 for entry in case.recent) > 1:
        return None
    return f"{render(cents(amount))} {case.policy.base_currency} is a round sum."


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


def amounts_of(entries: Sequence[Entry]) -> list[Amount]:
    """Their amounts in base currency, least to most, without those that say nothing."""
    return sorted(entry.amount for entry in entries if entry.amount is not None)


def _counted(number: str) -> tuple[str, int] | None:
    """What stands before the count in a number, and the count."""
    found = _COUNTED.fullmatch(number)
    return None if found is None else (found[1], int(found[2]))


def _seen(other: Entry) -> str:
    at = other.uploaded_at
    day = f", on {isoformat(at)[:10]}" if 0 <= at < _YEAR_10000 else ""
    return f"was uploaded before{day} as request {other.request_id[:64]}"


def _number(case: Case) -> str:
    return (case.invoice.number or "").strip()[:40]


def cents(amount: Amount) -> Amount:
    """The amount without what is below a cent."""
    return amount // (ONE // 100) * (ONE // 100)
