"""Which requests a branch remembers: open ones always, settled ones for a time.

They are forgotten a few at a time, the oldest first, whenever one request in so many is settled.
"""

from itertools import islice
from typing import Protocol, TypeVar
from zlib import crc32

from operators.decision import InvoiceSettled
from operators.table import Table
from operators.time import DAY, Instant

REMEMBERED: Instant = DAY
"""How long a settled request is remembered, so that a repeated upload changes nothing."""

_SWEEP_EVERY = 64
_SWEEP_SIZE = 4 * _SWEEP_EVERY


class Settleable(Protocol):
    """What a branch remembers of a request."""

    @property
    def settled_at(self) -> Instant:
        """When it was last settled; 0 while it never was."""

    @property
    def open(self) -> bool:
        """Whether its settlement is still to come."""


R = TypeVar("R", bound=Settleable)


def is_time_to_forget(settled: InvoiceSettled) -> bool:
    """Whether it is this settlement that sweeps: the same one whenever it is read."""
    return crc32(settled.request_id.encode("utf-8", "replace")) % _SWEEP_EVERY == 0


def forget(requests: Table[R], before: Instant) -> None:
    """Drop the oldest requests settled before an instant; open ones move out of the way instead.

    >>> from operators.pricing import RequestVolumes
    >>> from operators.table import MemoryTable
    >>> known = MemoryTable[RequestVolumes]()
    >>> known.put("old", RequestVolumes((), 1)); known.put("new", RequestVolumes((), 9))
    >>> forget(known, 5); [request_id for request_id, _ in known.items()]
    ['new']
    """
    for request_id, known in list(islice(requests.items(), _SWEEP_SIZE)):
        if known.open:
            requests.put(request_id, known)
        elif known.settled_at < before:
            requests.delete(request_id)
        else:
            return
