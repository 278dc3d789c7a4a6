"""Latencies in buckets that add up, with quantiles of a known relative error.

The buckets are those of DDSketch (Masson, Rim and Lee, 2019): each as wide as the error allows.
They are laid out with whole numbers, so that every machine has the same ones, and a bucket is
named by a latency that is within `ERROR_PERCENT` of all that it counts: who adds buckets up need
know nothing else about them.
"""

from bisect import bisect_right
from collections.abc import Iterator, Mapping

ERROR_PERCENT = 1
"""How far a quantile may be from the true one, in percent of it."""

_LONGEST = 2**63 - 1
"""Of the latencies that a record can carry."""


def _layout() -> Iterator[tuple[int, int]]:
    first = 0
    while first <= _LONGEST:
        name = first * (100 + ERROR_PERCENT) // 100
        yield first, min(name, _LONGEST)
        first = name * 100 // (100 - ERROR_PERCENT) + 1


_FIRSTS, _NAMES = map(tuple, zip(*_layout(), strict=True))


def bucket_of(latency_ms: int) -> int:
    """The bucket that counts a latency.

    >>> bucket_of(0), bucket_of(57), bucket_of(1_000), bucket_of(1_010)
    (0, 57, 1000, 1000)
    """
    return int(_NAMES[bisect_right(_FIRSTS, max(0, latency_ms)) - 1])


def quantile(buckets: Mapping[int, int], percent: int) -> int | None:
    """The latency that `percent` of those counted do not exceed; None when none is counted.

    >>> quantile({10: 98, 5_000: 2}, 50), quantile({10: 98, 5_000: 2}, 99)
    (10, 5000)
    """
    rank = -(-sum(buckets.values()) * percent // 100)
    for bucket in sorted(buckets):
        rank -= buckets[bucket]
        if rank <= 0:
            return bucket
    return None
