"""What is rejected was not bought: settlements take back what a request had counted."""

from collections.abc import Sequence
from itertools import islice

from msgspec.structs import replace

from operators.decision import InvoiceSettled
from operators.pricing.contracts import escaped
from operators.pricing.volume import (
    LATE_DAYS,
    Claim,
    Outcome,
    PeriodVolume,
    RequestVolumes,
    remember,
)
from operators.reference import ReferenceContract
from operators.remembered import REMEMBERED, forget, is_time_to_forget
from operators.table import Lookup, Table
from operators.time import DAY, Instant

_SWEPT_VOLUMES = 16
_EPOCH = 719_163
"""Ordinal of 1970-01-01."""
_SLACK = 31
_NOBODY = RequestVolumes()


def settle(
    settled: InvoiceSettled,
    *,
    contracts: Lookup[Sequence[ReferenceContract]],
    volumes: Table[PeriodVolume],
    requests: Table[RequestVolumes],
    remembered: Instant = REMEMBERED,
) -> None:
    """Leave (APPROVED) or take back (REJECTED) what an attempt has counted.

    The first settlement of an attempt counts. One that comes before its upload is kept for it,
    when the vendor has a discount over a period. Requests settled longer than `remembered` before
    this one are forgotten, and periods that ended long ago, a few at a time.
    """
    if settled.outcome == "UNKNOWN":
        return
    known = requests.get(settled.request_id)
    if known is not None or contracts.get(escaped(settled.vendor_id)):
        known = known or _NOBODY
        claim = known.of(settled.attempt) or Claim(settled.attempt)
        if claim.outcome == "open":
            outcome: Outcome = "approved" if settled.outcome == "APPROVED" else "rejected"
            after = known.replaced(replace(claim, outcome=outcome), max(1, settled.settled_at))
            remember(settled.request_id, known, after, volumes, requests)
    if is_time_to_forget(settled):
        forget(requests, settled.settled_at - remembered)
        _drop(volumes, _EPOCH + settled.settled_at // DAY - LATE_DAYS - _SLACK)


def _drop(volumes: Table[PeriodVolume], before: int) -> None:
    """Drop periods that ended before a day; the others move out of the way."""
    for key, volume in list(islice(volumes.items(), _SWEPT_VOLUMES)):
        volumes.delete(key)
        if not volume.until or volume.until >= before:
            volumes.put(key, volume)
