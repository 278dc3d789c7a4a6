"""Split invoices: what needs a second approval, billed in parts that each escape it."""

from collections import Counter
from collections.abc import Iterable, Sequence

from operators.fraud.profile import Entry
from operators.fraud.signals import EARLIER_NEEDED, Case, amounts_of, cents
from operators.money import Amount, render

HISTORY = 2
"""Other days with invoices without which nothing is called split."""

_LEAST_PART = 5
"""A part of what is split is at least the limit divided by that."""
_LEAST, _MOST = 15, 25
"""Tenths of the usual amount: what is smaller is never large, what is larger always."""
_ABOVE = 12
"""Tenths of what large invoices of two days came to before, that they have to exceed."""
_TIMES_CHANCE = 4
"""Times as many large ones as chance brings."""


def split_invoices(case: Case) -> str | None:
    """Invoices of one or two days come to the approval limit, and each stays below it.

    Only those count that are large for the vendor (see `_large`) and at least a fifth of the limit.
    They have to come to clearly more than the large ones of any two days that are remembered, and
    to be more than chance brings among as many invoices: who sends what a month brings at once
    sends large ones together.
    """
    amount, limit, issued = case.amount, case.policy.approval_limit, case.invoice.issue_date
    recent = amounts_of(case.ordinary)
    if amount is None or issued is None or len(recent) < EARLIER_NEEDED:
        return None
    usual, today = recent[len(recent) // 2], issued.toordinal()
    least = max(usual * _LEAST // 10, limit // _LEAST_PART)
    if not least < amount < limit:
        return None
    beside = [
        entry.amount
        for entry in case.recent
        if entry.amount is not None and today - 1 <= entry.issued <= today
    ]
    # Most end here, before all that is remembered has been looked through.
    if amount + sum(_between(least, beside, limit)) < limit:
        return None
    before = [
        each for each in case.remembered() if each.issued and not today - 1 <= each.issued <= today
    ]
    least = max(least, _large(usual, amounts_of(before)))
    parts = _between(least, beside, limit)
    total = amount + sum(parts)
    if amount <= least or not parts or total < limit:
        return None
    if len({entry.issued for entry in before}) < HISTORY:
        return None
    if total * 10 <= _most_before(before, least, limit) * _ABOVE:
        return None
    if _by_chance(parts, beside, before, least):
        return None
    currency = case.policy.base_currency
    return (
        f"With {render(cents(sum(parts)))} {currency} billed within two days it comes to "
        f"{render(cents(total))} {currency}: each invoice is below the approval limit of "
        f"{render(limit)} {currency}."
    )


def _between(least: Amount, amounts: Iterable[Amount], limit: Amount) -> list[Amount]:
    return [amount for amount in amounts if least < amount < limit]


def _large(usual: Amount, amounts: Sequence[Amount]) -> Amount:
    """Above what an invoice is large: as far above the upper eighth as that is above the median.

    Lately and over all that is remembered, the larger of what was usual counts: business has
    seasons.
    """
    if not amounts or amounts[len(amounts) // 2] <= 0:
        return usual * _MOST // 10
    middle, upper = amounts[len(amounts) // 2], amounts[len(amounts) * 7 // 8]
    usual = max(usual, middle)
    large = usual * upper * upper // (middle * middle)
    return max(usual * _LEAST // 10, min(large, usual * _MOST // 10))


def _most_before(before: Iterable[Entry], least: Amount, limit: Amount) -> Amount:
    """The most that large invoices of one day and the next came to."""
    by_day: Counter[int] = Counter()
    for entry in before:
        if entry.amount is not None and least < entry.amount < limit:
            by_day[entry.issued] += entry.amount
    return max((total + by_day[day + 1] for day, total in by_day.items()), default=0)


def _by_chance(
    parts: Sequence[Amount], beside: Sequence[Amount], before: Sequence[Entry], least: Amount
) -> bool:
    """Whether so many large ones are no wonder among the invoices of these days.

    One more large one is supposed than there was before, so that few invoices do not say never.
    """
    large = 1 + sum(entry.amount is not None and entry.amount > least for entry in before)
    return (1 + len(parts)) * (1 + len(before)) <= _TIMES_CHANCE * (1 + len(beside)) * large
