"""What a currency is worth on a day, in the policy's base currency.

A rate is kept under its currency and day, `USD/2026-03-31`. The latest on or before the day counts,
and at most `exchange_rate_days` older, so that weekends and holidays have one. A rate under
the currency alone has no history: it counts for every day up to that many days after its own.

>>> from datetime import date
>>> rate_key("USD", date(2026, 3, 31))
'USD/2026-03-31'
"""

from datetime import date

from operators.codes import CURRENCIES
from operators.judgement import Away
from operators.money import ONE, Amount
from operators.reference import ReferenceExchangeRate, ReferencePolicy
from operators.table import Lookup


def rate_key(currency: str, day: date) -> str:
    """The key of a currency's rate of a day."""
    return f"{currency}/{day}"


def value_in_base(
    currency: str,
    day: date | None,
    rates: Lookup[ReferenceExchangeRate],
    policy: ReferencePolicy,
) -> Amount | None:
    """Units of the base currency for one unit of a currency; None when it is not known.

    Without a day only a rate without history counts.
    """
    if currency == policy.base_currency:
        return ONE
    if not currency:
        return None
    oldest = 0
    if day is not None:
        latest = day.toordinal()
        oldest = max(1, latest - policy.exchange_rate_days)
        for each in range(latest, oldest - 1, -1):
            found = rates.get(rate_key(currency, date.fromordinal(each)))
            if found is not None and found.rate > 0 and oldest <= found.as_of.toordinal():
                return found.rate
    alone = rates.get(currency)
    if alone is None or alone.rate <= 0 or alone.currency != currency:
        return None
    return alone.rate if alone.as_of.toordinal() >= oldest else None


def awaited(currency: str, day: date | None) -> Away | None:
    """The rate that may still come; none of what is no currency."""
    if currency not in CURRENCIES:
        return None
    key = None if day is None else rate_key(currency, day)
    return Away(f"exchange rate {currency}", key)


def lacking(currency: str, day: date | None, policy: ReferencePolicy) -> str:
    """Which rate is missing, in words."""
    if day is None:
        return f"no exchange rate for {currency[:3]}: the invoice has no date"
    days = policy.exchange_rate_days
    before = f" or the {days} days before" if days else ""
    return f"no exchange rate for {currency[:3]} of {day}{before}"
