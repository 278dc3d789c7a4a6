"""What the reference topics lack, and services may have."""

from collections.abc import Callable
from typing import Any, Generic, Protocol, TypeVar

from msgspec.structs import replace

from operators.freshness import Lack
from operators.judgement import Away, Judgement
from operators.table import Lookup
from operators.time import Instant

V = TypeVar("V")
Found = TypeVar("Found", covariant=True)

EXCHANGE_RATES = "exchange-rate service"
PURCHASE_ORDERS = "purchase-order service"

_MOST_IN_ONE = 8
"""Things that are looked up for one invoice."""


class Service(Lookup[Found], Protocol[Found]):
    """Something that can be asked."""

    def lack(self, key: str, at: Instant, /) -> Lack | None:
        """Ask for a key; why there is no answer, None when there is, which `get` then gives."""

    def collect(self, at: Instant, /) -> bool:
        """Take over the answers that have come meanwhile; whether there were any."""


class Both(Generic[V]):
    """A reference table, and what a service says of what the table lacks."""

    def __init__(self, table: Lookup[V], service: Service[V] | None) -> None:
        """Look into `table` first."""
        self._table = table
        self.service = service

    def get(self, key: str, /) -> V | None:
        """The value of a key, None when neither has it."""
        found = self._table.get(key)
        if found is None and self.service is not None:
            return self.service.get(key)
        return found

    def lack(self, key: str, at: Instant) -> Lack | None:
        """Ask the service for what the table does not have; why there is no answer."""
        if self.service is None or self._table.get(key) is not None:
            return None
        return self.service.lack(key, at)


def asking(lookup: Both[Any], at: Instant, judge: Callable[[], Judgement[Any]]) -> Judgement[Any]:
    """A judgement, made again with each thing that it lacked and the service has.

    One that lacks something must leave no trace.
    """
    judgement = judge()
    for _ in range(_MOST_IN_ONE):
        away = judgement.away
        if lookup.service is None or away is None or away.key is None:
            return judgement
        lack = lookup.lack(away.key, at)
        if lack is not None:
            return replace(judgement, unknown_reason=lack.reason, away=Away(lack.part))
        if lookup.get(away.key) is None:
            return judgement
        judgement = judge()
    return judgement
