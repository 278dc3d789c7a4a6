"""What is rejected was not bought: settlements take back what a request had counted."""

from collections.abc import Sequence
from itertools import islice
from zlib import crc32

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
from operators.table import Lookup, Table
from operators.time import DAY, Instant

REMEMBERED: Instant = DAY
"""How long a settled request is remembered, so that a repeated upload counts nothing."""

_SWEEP_EVERY = 64
_SWEEP_SIZE = 4 * _SWEEP_EVERY
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
    if crc32(settled.request_id.encode("utf-8", "replace")) % _SWEEP_EVERY == 0:
        _forget(requests, settled.settled_at - remembered)
        _drop(volumes, _EPOCH + settled.settled_at // DAY - LATE_DAYS - _SLACK)


def _forget(requests: Table[RequestVolumes], before: Instant) -> None:
    """Drop the oldest settled requests; what is still open moves out of the way instead."""
    for request_id, known in list(islice(requests.items(), _SWEEP_SIZE)):
        counting = known.counting()
        if counting is not None and counting.outcome == "open":
            requests.delete(request_id)
            requests.put(request_id, known)
        elif known.settled_at < before:
            requests.delete(request_id)
        else:
            return


def _drop(volumes: Table[PeriodVolume], before: int) -> None:
    """Drop periods that ended before a day; the others move out of the way."""
    for key, volume in list(islice(volumes.items(), _SWEPT_VOLUMES)):
        volumes.delete(key)
        if not volume.until or volume.until >= before:
            volumes.put(key, volume)
