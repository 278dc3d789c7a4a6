"""What currencies are worth on the day of one invoice."""

from datetime import date

from operators.exchange import awaited, lacking, value_in_base
from operators.money import CENT, ONE, Amount, divided
from operators.reference import ReferenceExchangeRate, ReferencePolicy
from operators.table import Lookup


class NoRate(Exception):
    """An exchange rate that is needed is not known; the text says which."""

    def __init__(self, currency: str, day: date | None, policy: ReferencePolicy) -> None:
        super().__init__(lacking(currency, day, policy))
        self.away = awaited(currency, day)


class Values:
    """Converts into the invoice's currency by the rates of its date."""

    def __init__(
        self,
        currency: str,
        day: date | None,
        rates: Lookup[ReferenceExchangeRate],
        policy: ReferencePolicy,
    ) -> None:
        """`currency`: the invoice's."""
        self.currency = currency
        self._day = day
        self._rates = rates
        self._policy = policy

    def in_base(self, currency: str) -> Amount | None:
        """Units of the base currency for one unit of a currency, None when not known."""
        return value_in_base(currency, self._day, self._rates, self._policy)

    def ratio(self, currency: str) -> tuple[Amount, Amount]:
        """What an amount in a currency is multiplied with and divided by.

        Raises NoRate when one of the two is not known.
        """
        if currency == self.currency:
            return ONE, ONE
        found = []
        for each in (currency, self.currency):
            value = self.in_base(each)
            if value is None:
                raise NoRate(each, self._day, self._policy)
            found.append(value)
        return found[0], found[1]

    def converted(self, amount: Amount, currency: str) -> Amount:
        """An amount in the invoice's currency, rounded to cents. Raises NoRate."""
        by, per = self.ratio(currency)
        return amount if by == per else divided(amount * by, per * CENT) * CENT
